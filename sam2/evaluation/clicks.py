"""Where a person who sees the mask and knows the truth would click next."""

from __future__ import annotations

import numpy as np

from sam2.tracking.prompts import BoxPrompt, PointPrompt
from sam2.utils.depth import depth_inside


def next_click(mask: np.ndarray, truth: np.ndarray) -> PointPrompt | None:
    """A click at the centre of the largest error of bool [H, W], or None where there is none.

    The centre is the pixel deepest inside what is missing, or inside what is too much, whichever is
    deeper: the rule of SAM 2's evaluation and of interactive segmentation at large.
    """
    missing, surplus = truth & ~mask, mask & ~truth
    if not (missing | surplus).any():
        return None
    depth_missing, depth_surplus = depth_inside(missing), depth_inside(surplus)
    include = bool(depth_missing.max() >= depth_surplus.max())
    depth = depth_missing if include else depth_surplus
    y, x = np.unravel_index(int(depth.argmax()), depth.shape)
    return PointPrompt(float(x), float(y), include)


def box_around(truth: np.ndarray) -> BoxPrompt:
    """The tightest box of a mask that is not empty: x0, y0 its first pixels, x1, y1 its last."""
    ys, xs = np.nonzero(truth)
    return BoxPrompt(float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))
