"""J and F of one mask, as the DAVIS benchmark defines them (Perazzi et al. 2016, Pont-Tuset et al. 2017)."""

from __future__ import annotations

import math

import cv2
import numpy as np

BOUNDARY_TOLERANCE = 0.008
"""How far a contour may be off, as a share of the image's diagonal."""


def region_similarity(mask: np.ndarray, truth: np.ndarray) -> float:
    """J: intersection over union of two bool [H, W]; 1 where both are empty."""
    _check_sizes(mask, truth)
    union = np.count_nonzero(mask | truth)
    return 1.0 if union == 0 else np.count_nonzero(mask & truth) / union


def contour_accuracy(mask: np.ndarray, truth: np.ndarray, tolerance: float = BOUNDARY_TOLERANCE) -> float:
    """F: harmonic mean of how much of each contour lies within the tolerance of the other one.

    1 where neither mask has a contour, 0 where only one has.
    """
    _check_sizes(mask, truth)
    found, wanted = boundary(mask), boundary(truth)
    num_found, num_wanted = np.count_nonzero(found), np.count_nonzero(wanted)
    if num_found == 0 or num_wanted == 0:
        return float(num_found == num_wanted)
    near = _disc(math.ceil(tolerance * math.hypot(*mask.shape)))
    precision = np.count_nonzero(found & _dilated(wanted, near)) / num_found
    recall = np.count_nonzero(wanted & _dilated(found, near)) / num_wanted
    return 0.0 if precision + recall == 0 else 2 * precision * recall / (precision + recall)


def boundary(mask: np.ndarray) -> np.ndarray:
    """The contour of bool [H, W], one pixel wide: pixels unlike their right, lower or lower right
    neighbour. The image's own border is no contour."""
    padded = np.pad(mask, ((0, 1), (0, 1)), mode="edge")
    here, right, below, across = padded[:-1, :-1], padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]
    return (here != right) | (here != below) | (here != across)


def _disc(radius: int) -> np.ndarray:
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    return (x * x + y * y <= radius * radius).astype(np.uint8)


def _dilated(mask: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    return cv2.dilate(mask.astype(np.uint8), kernel, borderValue=0) > 0


def _check_sizes(mask: np.ndarray, truth: np.ndarray) -> None:
    if mask.shape != truth.shape:
        raise ValueError(
            f"the mask is {mask.shape[1]} x {mask.shape[0]} pixels and the truth {truth.shape[1]} x "
            f"{truth.shape[0]}; save masks at the video's size"
        )
