"""Where a video's scenes begin: the frames at which its colours change at once.

A frame is compared with the one before it by the share of its pixels that would have to change their colour
(of 64). A cut is where that is large, and much larger than about it: a flash or a quick pan changes colours
over several frames. A fade moves many pixels over the border between two of the 64, but none of them far.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np

WIDTH, HEIGHT = 64, 36  # pixels that a frame is shrunk to
SHADES = 4  # of each of red, green and blue
LEAST_CHANGE = 0.3  # of the pixels
TIMES_ABOUT = 3.0  # the change at a cut, over the median of those about it
ABOUT = 6  # frames on each side
LEAST_SCENE = 4  # frames
LEAST_STEP = 0.06  # of the range of brightness, that pixels change on average
CUTS_NAME = "cuts.json"
FORMAT = 1

logger = logging.getLogger(__name__)


def find_cuts(video: Path, stopped: Callable[[], bool] = lambda: False) -> tuple[int, ...] | None:
    """The first frame of each scene but the first one, in order. None if it was stopped before the end."""
    changes = [0.0]
    before: np.ndarray | None = None
    for image in _small_frames(video):
        if stopped():
            return None
        if before is not None:
            changes.append(change(before, image))
        before = image
    return cuts_among(np.array(changes))


def change(before: np.ndarray, after: np.ndarray) -> float:
    """The share of pixels, 0..1, whose colours are others; 0 where none of them changes by much."""
    if np.abs(after.astype(np.int64) - before).mean() < LEAST_STEP * 255:
        return 0.0
    return float(np.abs(_shades(after) - _shades(before)).sum() / 2)


def cuts_among(changes: np.ndarray) -> tuple[int, ...]:
    """`changes[i]`: the share of pixels, 0..1, that changed from frame i - 1 to frame i."""
    cuts: list[int] = []
    for frame_idx in np.flatnonzero(changes >= LEAST_CHANGE).tolist():
        low, high = max(1, frame_idx - ABOUT), frame_idx + ABOUT + 1
        about = np.concatenate([changes[low:frame_idx], changes[frame_idx + 1 : high]])
        if about.size and changes[frame_idx] < TIMES_ABOUT * float(np.median(about)):
            continue
        if cuts and frame_idx - cuts[-1] < LEAST_SCENE:
            continue
        cuts.append(frame_idx)
    return tuple(cuts)


def _small_frames(video: Path) -> Iterator[np.ndarray]:
    """uint8 RGB [HEIGHT, WIDTH, 3]."""
    with av.open(f"file:{video.absolute()}") as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            yield frame.to_ndarray(width=WIDTH, height=HEIGHT, format="rgb24")


def _shades(image: np.ndarray) -> np.ndarray:
    """How much of an image has each shade; sums to 1."""
    red, green, blue = (image[..., channel].astype(np.int64) * SHADES // 256 for channel in range(3))
    bins = (red * SHADES + green) * SHADES + blue
    return np.bincount(bins.ravel(), minlength=SHADES**3) / bins.size


class SceneCuts:
    """Looks for cuts in the background, one video at a time, and keeps what it found beside the video."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: set[Path] = set()
        self._waiting: queue.Queue[tuple[Path, Path] | None] = queue.Queue()
        self._worker: threading.Thread | None = None
        self._closing = threading.Event()

    def of(self, folder: Path, video: Path) -> tuple[int, ...] | None:
        """The cuts of `video`, whose folder is `folder`; None while they are looked for."""
        if (found := _read(folder / CUTS_NAME)) is not None:
            return found
        with self._lock:
            if folder not in self._asked and not self._closing.is_set():
                self._asked.add(folder)
                self._waiting.put((folder, video))
                if self._worker is None:
                    self._worker = threading.Thread(target=self._work, name="scene-cuts", daemon=True)
                    self._worker.start()
        return None

    def close(self) -> None:
        """Stop looking; the next question after a start begins anew. Idempotent."""
        self._closing.set()
        self._waiting.put(None)
        with self._lock:
            worker = self._worker
        if worker is not None:
            worker.join()

    def _work(self) -> None:
        while (task := self._waiting.get()) is not None and not self._closing.is_set():
            folder, video = task
            try:
                cuts = find_cuts(video, self._closing.is_set)
            except (OSError, av.FFmpegError):
                logger.warning("No cuts were found in %s, since it cannot be read to its end.", folder.name)
                cuts = ()
            if cuts is not None:
                _write(folder / CUTS_NAME, cuts)


def _read(path: Path) -> tuple[int, ...] | None:
    try:
        said = json.loads(path.read_text())
        return tuple(said["cuts"]) if said["format"] == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, cuts: tuple[int, ...]) -> None:
    """Whole or not at all: a file that was cut by a crash would be read as none, and made again."""
    try:
        new = path.with_suffix(".new")
        new.write_text(json.dumps({"format": FORMAT, "cuts": cuts}))
        os.replace(new, path)
    except OSError:
        logger.warning("The cuts of %s could not be kept; they are looked for again.", path.parent.name)
