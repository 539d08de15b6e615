"""Soft edges for mattes: as the engine saw them where it said so, else a ramp.

The mask alone decides what is the object's: above half of alpha it is back, whatever an edge says.
"""

from __future__ import annotations

import cv2
import numpy as np

from backend.domain.edge import LEVELS, REACH, Edge
from backend.domain.errors import InvalidInput
from backend.domain.session import FrameMask
from backend.formats.pixels import decode, rle_of

RADIUS = 1.5
"""Of the ramp: pixels from the border to alpha 0 or 1, the width of an antialiased edge, and a little."""
CLEAR = 1 / 128
"""How far from half alpha keeps on either side of a border, so that 8 bits still tell the sides apart."""
FAINTEST = 0.5 / LEVELS  # the alpha of level 0, which stands for none at all


def alpha_of(mask: FrameMask) -> np.ndarray:
    """float32 [height, width] in 0..1; above 0.5 where the mask is, below where it is not."""
    pixels = decode(rle_of(mask))
    if not pixels.any() or pixels.all():
        return pixels.astype(np.float32)
    edge = _edge_of(mask)
    reach = RADIUS if edge is None else REACH * edge.cell
    x, y, width, height = cv2.boundingRect(pixels.astype(np.uint8))
    more = int(reach) + 2
    x0, y0 = max(x - more, 0), max(y - more, 0)
    window = np.s_[y0 : y + height + more, x0 : x + width + more]
    alpha = np.zeros(pixels.shape, np.float32)
    alpha[window] = ramp(pixels[window]) if edge is None else _as_seen(edge, pixels[window], x0, y0)
    return alpha


def ramp(mask: np.ndarray) -> np.ndarray:
    """bool [height, width] -> alpha, by the distance to the border alone."""
    if not mask.any() or mask.all():
        return mask.astype(np.float32)
    return np.clip(0.5 + _distance(mask) / (2 * RADIUS), 0, 1)


def _edge_of(mask: FrameMask) -> Edge | None:
    """None also where it is damaged: the mask is whole, and nobody can mend an edge. Better the ramp than no
    export."""
    try:
        return Edge.unpacked(mask.edge) if mask.edge is not None else None
    except InvalidInput:
        return None


def _as_seen(edge: Edge, mask: np.ndarray, x0: int, y0: int) -> np.ndarray:
    """The edge at the video's size, under a window of the mask that begins at (x0, y0).

    Between cells logits are interpolated, as SAM 2 does it for the mask: so both have one border. Where they
    differ all the same, say because another object has the pixel, the mask is right. Alpha then leaves half
    with the distance to the border, as slowly as an edge may.
    """
    levels = np.frombuffer(edge.levels, np.uint8).reshape(edge.height, edge.width)
    shares = (levels.astype(np.float32) + 0.5) / LEVELS
    across, down = edge.width / (edge.right - edge.left), edge.height / (edge.bottom - edge.top)
    place = np.array(  # of a pixel's centre among the cells' centres
        [
            [across, 0, (x0 + 0.5 - edge.left) * across - 0.5],
            [0, down, (y0 + 0.5 - edge.top) * down - 0.5],
        ]
    )
    logits = cv2.warpAffine(
        np.log(shares / (1 - shares)),
        place,
        (mask.shape[1], mask.shape[0]),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    alpha = np.clip((1 / (1 + np.exp(-logits)) - FAINTEST) / (1 - 2 * FAINTEST), 0, 1)
    away = CLEAR + (0.5 - CLEAR) * np.minimum(np.abs(_distance(mask)) / (REACH * edge.cell), 1)
    return np.where(mask, np.maximum(alpha, 0.5 + away), np.minimum(alpha, 0.5 - away))


def _distance(mask: np.ndarray) -> np.ndarray:
    """Pixels to the border, float32 [height, width]; negative outside. There must be a border."""
    inside = mask.astype(np.uint8)
    # To the centre of the nearest pixel of the other kind; the border lies half a pixel before it.
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) - 0.5
    height = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) - 0.5
    return np.where(mask, depth, -height)
