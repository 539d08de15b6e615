"""A video file as a `FrameSource`: frame i is the i-th in presentation order, whatever was read before."""

from __future__ import annotations

import io
import os
import threading
from bisect import bisect_right
from collections import OrderedDict

import numpy as np

from sam2.tracking.frames import check_frame_idx

SHORT_WALK = 8
"""Frames that are cheaper to decode one after the other than to seek."""
RING_BYTES = 96 << 20
"""Decoded frames that are kept, in bytes: a reverse walk reads a whole group of pictures at once."""


class VideoFile:
    """Decodes on demand with PyAV. Opening reads the packets' times, not their pictures.

    Frames are found by their presentation time (PTS), so seeking is exact. Where a file has no
    usable PTS (missing or twice the same), its frames are decoded once to count them, and found by
    counting from the start.
    Safe to call from several threads.
    """

    def __init__(self, video: str | os.PathLike | bytes, ring_bytes: int = RING_BYTES):
        self._video = video
        self._name = "the video" if isinstance(video, bytes) else os.fspath(video)
        self._ring_bytes = ring_bytes
        self._ring: OrderedDict[int, np.ndarray] = OrderedDict()
        self._lock = threading.Lock()
        self._decoded = iter(())
        self._next_idx = 0  # the frame that `_decoded` gives next
        self._started_at = 0  # the key frame where `_decoded` began
        self._container = self._open()
        self._scan()
        self.num_frames = len(self._pts)
        if self.num_frames == 0:
            self.close()
            raise ValueError(f"{self._name} holds no video frames; give a video file with pictures")
        self._restart(0)
        first = self.read(0)
        self.height, self.width = first.shape[:2]

    def read(self, frame_idx: int) -> np.ndarray:
        check_frame_idx(frame_idx, self.num_frames)
        with self._lock:
            frame = self._ring.get(frame_idx)
            if frame is None:
                frame = self._decode(frame_idx)
            return frame

    def close(self) -> None:
        """Close the file. Calling it twice is fine."""
        self._ring.clear()
        self._decoded = iter(())
        self._container.close()

    def _open(self):
        import av

        source = io.BytesIO(self._video) if isinstance(self._video, bytes) else os.fspath(self._video)
        try:
            container = av.open(source)
        except (av.error.FFmpegError, OSError) as error:
            raise ValueError(
                f"{self._name} cannot be opened as a video ({error}); give another file"
            ) from error
        if not container.streams.video:
            container.close()
            raise ValueError(f"{self._name} has no video stream; give a file with pictures")
        container.streams.video[0].thread_type = "AUTO"
        return container

    def _scan(self) -> None:
        """List the presentation times of all frames and of the key frames, from the packets' headers."""
        import av

        pts, keys = [], []
        try:
            for packet in self._container.demux(self._stream):
                if packet.size == 0 or packet.is_discard:
                    continue
                pts.append(packet.pts)
                if packet.is_keyframe:
                    keys.append(packet.pts)
        except av.error.FFmpegError:
            pass  # a file that was cut off: what came before the cut is still a video
        self._exact = None not in pts and len(set(pts)) == len(pts)
        if not self._exact:
            self._restart(0)
            pts, keys = list(range(sum(1 for _ in self._decoded))), [0]
        self._pts = sorted(pts)
        self._index = {t: idx for idx, t in enumerate(self._pts)}
        self._keys = sorted(self._index[t] for t in keys)

    @property
    def _stream(self):
        return self._container.streams.video[0]

    def _decode(self, frame_idx: int) -> np.ndarray:
        key = self._key_before(frame_idx)
        steps = frame_idx - self._next_idx
        if steps < 0 or (key > self._next_idx and steps > SHORT_WALK):
            self._restart(key)
        frame = self._walk_to(frame_idx)
        if frame is None and self._started_at > 0:
            # The seek landed too late, or on a picture that does not decode alone.
            self._restart(0)
            frame = self._walk_to(frame_idx)
        if frame is None:
            raise RuntimeError(
                f"frame {frame_idx} of {self._name} cannot be decoded; the file is cut off or damaged"
            )
        return frame

    def _key_before(self, frame_idx: int) -> int:
        at = bisect_right(self._keys, frame_idx)
        return self._keys[at - 1] if at else 0

    def _restart(self, key: int) -> None:
        """Begin decoding at this key frame."""
        if key == 0:
            # Not every demuxer can seek back to the very start, so open the file again.
            self._container.close()
            self._container = self._open()
        else:
            self._container.seek(self._pts[key], stream=self._stream, backward=True)
        self._started_at = self._next_idx = key
        self._decoded = _until_damaged(self._container.decode(self._stream))

    def _walk_to(self, frame_idx: int) -> np.ndarray | None:
        """Decode up to `frame_idx`; None if the stream passes it by or ends before it."""
        for picture in self._decoded:
            idx = self._index.get(picture.pts, -1) if self._exact else self._next_idx
            if idx < self._next_idx:
                continue  # a picture from before the key frame
            self._next_idx = idx + 1
            frame = self._remember(idx, picture)
            if idx == frame_idx:
                return frame
            if idx > frame_idx:
                return None
        self._next_idx = self.num_frames  # this decoder is at its end
        return None

    def _remember(self, idx: int, picture) -> np.ndarray:
        frame = picture.to_ndarray(format="rgb24")
        frame.flags.writeable = False
        self._ring[idx] = frame
        self._ring.move_to_end(idx)
        while len(self._ring) > 2 and len(self._ring) * frame.nbytes > self._ring_bytes:
            self._ring.popitem(last=False)
        return frame


def _until_damaged(pictures):
    """The pictures, up to where the file can be decoded."""
    import av

    try:
        yield from pictures
    except av.error.FFmpegError:
        return
