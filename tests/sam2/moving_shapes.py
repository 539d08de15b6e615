"""A small video of two moving discs on noise: what the video tests track."""

from __future__ import annotations

import numpy as np

from sam2.tracking.frames import InMemoryFrames

SIZE = 128
"""Side of the frames, and of the test models' input, so that frames go in unscaled."""


def disc(x: float, y: float, radius: float, size: int = SIZE) -> np.ndarray:
    """bool [size, size], True inside."""
    ys, xs = np.mgrid[:size, :size]
    return (xs - x) ** 2 + (ys - y) ** 2 <= radius**2


def moving_discs(num_frames: int, size: int = SIZE, seed: int = 0) -> InMemoryFrames:
    """uint8 RGB frames. A red and a blue disc cross a noisy background that is different on each frame."""
    rng = np.random.default_rng(seed)
    frames = []
    for t in range(num_frames):
        frame = rng.integers(40, 120, (size, size, 3), dtype=np.uint8)
        frame[disc(size * (0.3 + 0.015 * t), size * 0.5, size * 0.15, size)] = (220, 40, 40)
        frame[disc(size * (0.7 - 0.015 * t), size * 0.6, size * 0.12, size)] = (40, 60, 230)
        frames.append(frame)
    return InMemoryFrames(frames)
