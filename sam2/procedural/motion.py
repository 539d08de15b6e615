"""Paths through key poses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import atan2, degrees

import numpy as np

from sam2.procedural.scene import Path, Pose

Key = tuple[float, float, float]  # frame index, x, y


def smooth(keys: Sequence[Key]) -> Callable[[float], tuple[float, float]]:
    """A Catmull-Rom curve through (frame, x, y) keys; it stays at the ends outside them."""
    times = np.array([k[0] for k in keys], np.float64)
    points = np.array([k[1:] for k in keys], np.float64)
    slopes = np.gradient(points, times, axis=0)

    def at(t: float) -> tuple[float, float]:
        t = float(np.clip(t, times[0], times[-1]))
        i = int(np.clip(np.searchsorted(times, t, side="right") - 1, 0, len(times) - 2))
        span = times[i + 1] - times[i]
        u = (t - times[i]) / span
        p = (
            (2 * u**3 - 3 * u**2 + 1) * points[i]
            + (u**3 - 2 * u**2 + u) * span * slopes[i]
            + (3 * u**2 - 2 * u**3) * points[i + 1]
            + (u**3 - u**2) * span * slopes[i + 1]
        )
        return float(p[0]), float(p[1])

    return at


def steady(keys: Sequence[Key], scale: float = 1.0, angle: float = 0.0) -> Path:
    """Along the keys without turning."""
    at = smooth(keys)
    return lambda t: Pose(*at(t), scale, angle)


def heading(keys: Sequence[Key], scale: float = 1.0) -> Path:
    """Along the keys, nose first (a sprite's nose points right)."""
    at = smooth(keys)

    def path(t: float) -> Pose:
        (x0, y0), (x1, y1) = at(t - 1.5), at(t + 1.5)
        return Pose(*at(t), scale, degrees(atan2(y1 - y0, x1 - x0)))

    return path


def moved(path: Path, dx: float, dy: float) -> Path:
    """The same path, set off by world pixels: a shadow's, say."""

    def shifted(t: float) -> Pose:
        pose = path(t)
        return Pose(pose.x + dx, pose.y + dy, pose.scale, pose.angle, pose.stretch)

    return shifted
