"""Frames at the model's input size, the next one decoded in a thread while this one is computed."""

from __future__ import annotations

import weakref
from concurrent.futures import Future, ThreadPoolExecutor, wait

import numpy as np
from PIL import Image

from sam2.tracking.frames import FrameSource


class FrameReader:
    """Reads a frame and squashes it to [size, size, 3] uint8, as the model wants it.

    The resizer is PIL's bicubic one for every kind of source. The official package uses it for JPEG
    folders; it resizes video files in the decoder, which differs by a grey level here and there.
    """

    def __init__(self, frames: FrameSource, size: int):
        self.frames = frames
        self.size = size
        self._expected: tuple[int, Future] | None = None
        self._pool: ThreadPoolExecutor | None = None

    def read(self, frame_idx: int) -> np.ndarray:
        """uint8 RGB [size, size, 3]."""
        if self._expected is not None:
            (expected_idx, loading), self._expected = self._expected, None
            if expected_idx == frame_idx:
                return loading.result()
            wait([loading])  # so that the source never serves two reads at once
        return self._load(frame_idx)

    def expect(self, frame_idx: int) -> None:
        """Begin to read a frame that will be asked for next. Frames outside the video are ignored."""
        if not 0 <= frame_idx < self.frames.num_frames or self._expected is not None:
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="decode-ahead")
            weakref.finalize(self, self._pool.shutdown, wait=False)
        self._expected = (frame_idx, self._pool.submit(self._load, frame_idx))

    def close(self) -> None:
        """Wait for the thread to end. The reader can still be used afterwards."""
        self._expected = None
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _load(self, frame_idx: int) -> np.ndarray:
        frame = self.frames.read(frame_idx)
        if frame.shape[:2] == (self.size, self.size):
            return frame
        image = Image.fromarray(np.ascontiguousarray(frame))
        return np.asarray(image.resize((self.size, self.size), Image.Resampling.BICUBIC))
