"""Masks as polygons along the borders of pixels, so that drawing them gives the very same pixels again.

A corner of the outline is where the four pixels around a grid point are not two equal halves. On each grid
line the corners pair up to edges, and following edges in turn, one across and one down, gives closed loops.
Where two pixels touch at a corner only, that corner counts twice.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from pycocotools import mask as coco_mask

from backend.domain.errors import InvalidInput
from backend.domain.rle import Rle

Loop = np.ndarray
"""int [n, 2]: x, y of the corners in pixels from the image's top left corner; closed by itself."""


def outlines(mask: np.ndarray) -> list[Loop]:
    """bool [height, width] -> one closed loop for each connected part, its holes joined to it.

    A hole is reached and left along one line, which encloses nothing.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    parts = []
    for number in range(1, count):
        x, y, width, height = stats[number, :4].tolist()
        part = labels[y : y + height, x : x + width] == number
        parts.append(join(_loops(part)) + (x, y))
    return parts


def join(loops: Sequence[Loop]) -> Loop:
    """One loop that encloses what an odd number of these enclose."""
    start = loops[0][:1]
    pieces = [loops[0]]
    for loop in loops[1:]:
        pieces += [start, loop, loop[:1]]
    return np.concatenate(pieces if len(loops) == 1 else [*pieces, start])


def _loops(mask: np.ndarray) -> list[Loop]:
    xs, ys, across, down = _corners(mask)
    along, up = across.tolist(), down.tolist()
    seen = bytearray(len(along))
    loops = []
    for first in range(len(along)):
        corner, loop = first, []
        while not seen[corner]:
            opposite = along[corner]
            seen[corner] = seen[opposite] = 1
            loop += [corner, opposite]
            corner = up[opposite]
        if loop:
            loops.append(np.stack([xs[loop], ys[loop]], 1))
    return loops


def _corners(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """x and y of each corner, and which other corner an edge leads to: across, and down or up."""
    padded = np.pad(mask.astype(np.uint8), 1)
    a, b, c, d = padded[:-1, :-1], padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]
    touching = (a == d) & (b == c) & (a != b)
    ys, xs = np.nonzero((a ^ b ^ c ^ d).astype(bool) | touching)
    times = np.where(touching[ys, xs], 2, 1)
    ys, xs = np.repeat(ys, times), np.repeat(xs, times)
    numbers = np.arange(len(ys))
    by_column = np.lexsort((numbers, ys, xs))
    down = np.empty(len(ys), int)
    down[by_column] = by_column[numbers ^ 1]
    return xs, ys, numbers ^ 1, down


def fill(polygons: Sequence[Sequence[float]], height: int, width: int) -> Rle:
    """Polygons x0, y0, x1, y1, ... in pixels -> the mask of all of them. InvalidInput for a bad one."""
    for polygon in polygons:
        points = np.asarray(polygon, float)
        if points.ndim != 1 or len(points) < 6 or len(points) % 2:
            raise InvalidInput("a polygon has at least three points, each an x and a y")
        xs, ys = points[0::2], points[1::2]
        # The filler takes memory for each pixel of the outline, so that a far point would be dear.
        if not (np.abs(points) <= 2**20).all() or min(xs.min(), ys.min()) < -width - height:
            raise InvalidInput("a polygon's points lie far outside of the picture")
        if xs.max() > 2 * (width + height) or ys.max() > 2 * (width + height):
            raise InvalidInput("a polygon's points lie far outside of the picture")
    drawn = coco_mask.frPyObjects([[float(v) for v in polygon] for polygon in polygons], height, width)
    counts: bytes = coco_mask.merge(drawn)["counts"]
    return Rle(height, width, counts.decode("ascii"))
