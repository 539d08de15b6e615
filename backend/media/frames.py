"""Exact random access to the frames of an imported source video.

Seeking by time is only a guess in most formats. So every frame that comes out of the decoder is checked:
its stamp says which frame it claims to be, and its fingerprint, once the video was walked through, whether
it is that frame to the bit. Where a check fails (an open GOP, damage, a container without proper times),
decoding starts earlier, in the end from the first frame, and that is how frames are numbered in the first
place.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from contextlib import ExitStack
from pathlib import Path

import av
import numpy as np

from backend.domain.errors import InvalidInput, Unavailable
from backend.media.checks import FrameChecks
from backend.media.index import SOURCE_NAME, FrameIndex
from backend.media.numbering import Astray, Numbered, from_key, from_start
from backend.media.pixels import RgbReader, fingerprint
from backend.media.source import Source, open_source

RING_BYTES = 96 * 2**20  # decoded frames kept, as YUV: 70 of 1280 x 720
WORTH_A_SEEK = 8  # decode on where the frame is at most so far ahead, though a keyframe lies between


class VideoFrames:
    """A `FrameSource` over the source in a video's folder. Safe to use from several threads at once.

    Walking forward decodes each frame once; walking backward decodes each group of pictures once, as
    long as it fits the ring.
    """

    def __init__(self, folder: Path, ring_bytes: int = RING_BYTES) -> None:
        self._index = FrameIndex.load(folder)
        self._checks = FrameChecks.load(folder)
        self._path = folder / SOURCE_NAME
        check_source(self._path, self._index)
        self.num_frames = self._index.num_frames
        self.width, self.height = self._index.width, self._index.height
        self._keys = sorted({0, *self._index.keys.tolist()})
        self._rgb = RgbReader(self._index.orientation, self.width, self.height)
        self._ring: OrderedDict[int, av.VideoFrame] = OrderedDict()
        self._ring_bytes = ring_bytes
        self._ring_used = 0
        self._decoder: Numbered | None = None
        self._next = 0  # what the decoder gives next
        self._may_seek = self._index.seekable and (self._checks is not None or self._index.keys_are_exact)
        self._source: Source | None = None
        self._opened = ExitStack()
        self._closed = False
        self._lock = threading.Lock()

    def read(self, frame_idx: int) -> np.ndarray:
        """uint8 RGB [height, width, 3], turned as the file asks; IndexError outside 0..num_frames-1."""
        if not 0 <= frame_idx < self.num_frames:
            raise IndexError(f"frame_idx {frame_idx} is outside 0..{self.num_frames - 1}")
        with self._lock:
            if self._closed:
                raise ValueError("This VideoFrames is closed.")
            if frame_idx not in self._ring:
                self._decode_to(frame_idx)
            return self._rgb.read(self._ring[frame_idx])

    def nbytes(self) -> int:
        """Memory that `close` would free: the frames that are kept."""
        return self._ring_used

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        """Idempotent."""
        with self._lock:
            self._closed = True
            self._ring.clear()
            self._close_source()

    def __enter__(self) -> VideoFrames:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _decode_to(self, frame_idx: int) -> None:
        """Put the frame into the ring, from where the decoder stands or from a keyframe before it."""
        key = bisect_right(self._keys, frame_idx) - 1
        ahead = frame_idx - self._next
        if self._decoder is not None and (
            0 <= ahead <= WORTH_A_SEEK or self._keys[key] <= self._next <= frame_idx
        ):
            if self._try(frame_idx):
                return
        starts = [self._keys[k] for k in (key, key - 1) if k > 0] if self._may_seek else []
        for start in starts:
            self._start_at(start)
            if self._try(frame_idx):
                return
        self._start_at(0)
        if self._try(frame_idx):
            return
        # Decoded as in the walk and still not the same bits: another FFmpeg or processor rounds otherwise
        # (MPEG-4 allows it). From here on the order of the frames has to do, always from the first.
        self._checks, self._may_seek = None, False
        self._ring.clear()
        self._ring_used = 0
        self._start_at(0)
        if not self._try(frame_idx):
            raise Unavailable("This video's source file can no longer be decoded as it was: upload it again.")

    def _try(self, frame_idx: int) -> bool:
        """Decode up to the frame; False where the decoder goes astray."""
        decoder = self._decoder
        if decoder is None:
            return False
        try:
            while self._next <= frame_idx:
                number, frame = next(decoder)
                self._keep(number, frame)
                self._next = number + 1
        except (StopIteration, Astray, av.FFmpegError, InvalidInput):
            self._close_source()
            return False
        return frame_idx in self._ring

    def _keep(self, number: int, frame: av.VideoFrame) -> None:
        if self._checks is not None and fingerprint(frame) != self._checks.fingerprints[number]:
            raise Astray
        self._ring_used += _nbytes(frame) - (_nbytes(self._ring[number]) if number in self._ring else 0)
        self._ring[number] = frame
        self._ring.move_to_end(number)
        while self._ring_used > self._ring_bytes and len(self._ring) > 1:
            _, old = self._ring.popitem(last=False)
            self._ring_used -= _nbytes(old)

    def _start_at(self, start: int) -> None:
        """Have the decoder give frame `start` next. From 0 the file is opened anew, as import opened it."""
        if start == 0:
            self._close_source()
        if self._source is None:
            self._source = self._opened.enter_context(open_source(self._path))
        if start == 0:
            self._decoder = from_start(self._source, self._index)
        else:
            is_held = None if self._checks is None else self._checks.is_held
            self._decoder = from_key(self._source, self._index, start, is_held)
        self._next = start

    def _close_source(self) -> None:
        self._decoder = self._source = None
        self._opened.close()


def check_source(path: Path, index: FrameIndex) -> None:
    """Raises Unavailable where the source is not the file that the index is of."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise Unavailable("This video's source file is missing: upload it again.") from error
    if size != index.source_bytes:
        raise Unavailable("This video's source file was changed after its import: upload it again.")


def _nbytes(frame: av.VideoFrame) -> int:
    return sum(plane.buffer_size for plane in frame.planes)
