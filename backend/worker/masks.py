"""Between an engine's arrays and the store's COCO RLE."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from pycocotools import mask as coco_mask

from backend.domain.rle import Rle
from backend.domain.session import FrameMask, MaskOrigin
from backend.worker.engine import ObjectMask
from backend.worker.soft import edge_of


def encode_mask(mask: np.ndarray) -> Rle:
    """bool [height, width] to RLE."""
    height, width = mask.shape
    counts: bytes = coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8))["counts"]
    return Rle(height, width, counts.decode("ascii"))


def decode_mask(rle: Rle) -> np.ndarray:
    """RLE to bool [height, width]. Raises InvalidInput where the string is no mask of its size.

    Not by pycocotools, which reads past the end of a bad string.
    """
    is_object = np.arange(len(rle.runs)) % 2 == 1
    return np.repeat(is_object, rle.runs).reshape(rle.width, rle.height).T


def frame_mask(drawn: ObjectMask, frame_idx: int, origin: MaskOrigin, engine_id: str) -> FrameMask:
    """What the store keeps of a mask that an engine drew."""
    area = int(np.count_nonzero(drawn.mask))
    edge = edge_of(drawn.soft) if drawn.soft is not None and area else None
    return FrameMask(
        drawn.object_id,
        frame_idx,
        encode_mask(drawn.mask),
        area,
        float(drawn.object_score),
        float(drawn.predicted_iou),
        origin,
        engine_id,
        edge=edge.packed() if edge is not None else None,
    )


def object_mask(stored: FrameMask) -> ObjectMask:
    """What an engine is reminded of. `stored.rle` must be there."""
    if stored.rle is None:
        raise ValueError(f"object {stored.object_id} has no mask on frame {stored.frame_idx}")
    return ObjectMask(stored.object_id, decode_mask(stored.rle), stored.object_score, stored.predicted_iou)


def has_drawn(drawn: Iterable[ObjectMask], stored: FrameMask) -> bool:
    """Is this the mask, pixel for pixel, that the engine just drew? It need not be reminded of it then: it
    knows more of its own mask than the pixels."""
    return any(mask.object_id == stored.object_id and encode_mask(mask.mask) == stored.rle for mask in drawn)
