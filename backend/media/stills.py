"""Exact stills of source frames, as JPEG, for several videos at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from backend.media.frames import VideoFrames
from backend.media.frames_apart import FramesApart, open_frames
from backend.media.limits import MediaLimits
from backend.media.pixels import jpeg_of, shrunk

OPEN_VIDEOS = 4
RING_BYTES = 32 * 2**20  # each; people step about where they are
SMALL_QUALITY = 80


class StillReader:
    """Keeps the latest few videos open. Safe to use from several threads at once."""

    def __init__(self, limits: MediaLimits | None = None) -> None:
        self._limits = limits or MediaLimits()
        self._open: OrderedDict[Path, VideoFrames | FramesApart] = OrderedDict()
        self._lock = threading.Lock()

    def jpeg(self, folder: Path, frame_idx: int, height: int | None = None) -> bytes:
        """The frame at its own size, or shrunk to `height` rows."""
        while True:
            frames = self._frames(folder)
            try:
                image = frames.read(frame_idx)
                return jpeg_of(image) if height is None else jpeg_of(shrunk(image, height), SMALL_QUALITY)
            except ValueError:
                if not frames.closed:
                    raise
                # Another thread's video took this one's place just now: open it again.

    def _frames(self, folder: Path) -> VideoFrames | FramesApart:
        with self._lock:
            frames = self._open.pop(folder, None)
            if frames is None or frames.closed:
                frames = open_frames(folder, RING_BYTES, self._limits)
            self._open[folder] = frames
            evicted = [self._open.popitem(last=False)[1] for _ in range(len(self._open) - OPEN_VIDEOS)]
        for old in evicted:
            old.close()
        return frames

    def close(self) -> None:
        """Idempotent."""
        with self._lock:
            opened = list(self._open.values())
            self._open.clear()
        for frames in opened:
            frames.close()
