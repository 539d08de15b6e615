"""Soft edges for mattes, from hard masks.

The store keeps hard masks, at the source's size, and no logits. So a matte's edge is a ramp over the distance
to the mask's border: alpha 0.5 lies on the border itself, and at half of it the very same mask is back.
"""

from __future__ import annotations

import cv2
import numpy as np

RADIUS = (
    1.5  # pixels from the border to where alpha is 0 or 1: the width of an antialiased edge, and a little
)


def soft(mask: np.ndarray, radius: float = RADIUS) -> np.ndarray:
    """bool [height, width] -> alpha, float32 [height, width] in 0..1; above 0.5 where the mask is."""
    if not mask.any() or mask.all():
        return mask.astype(np.float32)
    inside = mask.astype(np.uint8)
    # To the centre of the nearest pixel of the other kind; the border lies half a pixel before it.
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) - 0.5
    outside = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) - 0.5
    signed = np.where(mask, distance, -outside)
    return np.clip(0.5 + signed / (2 * radius), 0, 1).astype(np.float32)
