"""Between a mask's RLE and its pixels. Shapes: bool or uint8 [height, width]."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from pycocotools import mask as coco_mask

from backend.domain.rle import Rle
from backend.domain.session import BoxPrompt, FrameMask


def rle_of(mask: FrameMask) -> Rle:
    if mask.rle is None:
        raise ValueError(f"object {mask.object_id} has no mask on frame {mask.frame_idx}")
    return mask.rle


def decode(rle: Rle) -> np.ndarray:
    """bool [height, width]. Not by pycocotools, which reads past the end of a bad string."""
    is_object = np.arange(len(rle.runs)) % 2 == 1
    return np.repeat(is_object, rle.runs).reshape(rle.width, rle.height).T


def encode(mask: np.ndarray) -> Rle:
    """bool [height, width] -> RLE."""
    height, width = mask.shape
    counts: bytes = coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8))["counts"]
    return Rle(height, width, counts.decode("ascii"))


def encode_labels(labels: np.ndarray) -> dict[int, Rle]:
    """A picture of object ids -> each id's mask, without 0, the background."""
    return {int(number): encode(labels == number) for number in np.unique(labels) if number}


def flatten(masks: Iterable[tuple[int, np.ndarray]], height: int, width: int, dtype: type) -> np.ndarray:
    """(number, mask) -> one picture of the numbers, 0 where nothing is. Where two overlap the first wins."""
    labels = np.zeros((height, width), dtype)
    for number, mask in reversed(list(masks)):
        labels[mask] = number
    return labels


def bounding_box(rle: Rle) -> tuple[int, int, int, int]:
    """(x, y, width, height) in pixels, from the runs alone; of zeros where there is no pixel."""
    starts = np.concatenate([[0], np.cumsum(rle.runs)])[1:-1:2]
    lengths = np.asarray(rle.runs)[1::2]
    starts, lengths = starts[lengths > 0], lengths[lengths > 0]
    if len(starts) == 0:
        return 0, 0, 0, 0
    last = starts + lengths - 1
    left, right = int(starts[0] // rle.height), int(last[-1] // rle.height)
    top, bottom = starts % rle.height, last % rle.height
    wraps = starts // rle.height != last // rle.height  # a run that goes on in the next column
    y0 = 0 if wraps.any() else int(top.min())
    y1 = rle.height - 1 if wraps.any() else int(bottom.max())
    return left, y0, right - left + 1, y1 - y0 + 1


def box_prompt(x: float, y: float, width: float, height: float) -> BoxPrompt:
    return BoxPrompt(x, y, x + width, y + height)
