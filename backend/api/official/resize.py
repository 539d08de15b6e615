"""Masks at the size of the file that the demo's frontend plays: it knows of no other."""

from __future__ import annotations

import numpy as np
from pycocotools import mask as coco_mask

from backend.domain.rle import Rle


def resized(rle: Rle, height: int, width: int) -> Rle:
    """The mask at `height` x `width`, each pixel from the nearest one of the source."""
    if (rle.height, rle.width) == (height, width):
        return rle
    mask = coco_mask.decode({"size": [rle.height, rle.width], "counts": rle.counts.encode()})
    small = np.asfortranarray(mask[_nearest(height, rle.height)][:, _nearest(width, rle.width)])
    return Rle(height, width, coco_mask.encode(small)["counts"].decode())


def _nearest(wanted: int, there: int) -> np.ndarray:
    """int [wanted]: the source's index under the centre of each wanted pixel."""
    return ((np.arange(wanted) + 0.5) * there / wanted).astype(np.intp)
