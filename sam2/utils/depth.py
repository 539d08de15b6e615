"""How deep inside a mask its pixels are: where a click says most."""

from __future__ import annotations

import cv2
import numpy as np


def depth_inside(mask: np.ndarray, padding: bool = True) -> np.ndarray:
    """Pixels from each pixel of bool [H, W] to the nearest outside, float32.

    With `padding`, beyond the image's border is outside.
    """
    rim = int(padding)
    padded = np.pad(mask, rim).astype(np.uint8)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return depth[rim : depth.shape[0] - rim, rim : depth.shape[1] - rim]
