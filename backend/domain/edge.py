"""What an engine says of a mask near its border: how much of each cell is the object's.

The cells are those of the engine's own grid, coarser than the video. It is kept for mattes, beside the RLE,
which alone decides what pixels are the object's: the edge only says how soft the border is.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from math import isfinite

from backend.domain.errors import InvalidInput

LEVELS = 32
"""Level k stands for an alpha of (k + 1/2) / 32, the first and the last for 0 and 1. Half are inside."""
REACH = 4
"""Cells from the border to where alpha is 0 or 1 at the latest. What is unsure further away is no edge."""
MOST_CELLS = 1 << 22  # nobody packs more; what says so is damaged

_HEAD = struct.Struct("<B4f2H")  # version, the place, the number of cells across and down
_VERSION = 1


@dataclass(frozen=True)
class Edge:
    """Levels on a grid that lies over a part of the frame. Beyond it the cells along its sides go on.

    The place is in source-video pixels, from the outer border of the first cell to that of the last.
    """

    left: float
    top: float
    right: float
    bottom: float
    width: int  # cells
    height: int
    levels: bytes  # one a cell, row by row

    @property
    def cell(self) -> float:
        """Source-video pixels along the longer side of a cell."""
        return max((self.right - self.left) / self.width, (self.bottom - self.top) / self.height)

    def packed(self) -> bytes:
        head = _HEAD.pack(_VERSION, self.left, self.top, self.right, self.bottom, self.width, self.height)
        return head + zlib.compress(self.levels)

    @classmethod
    def unpacked(cls, data: bytes) -> Edge:
        """Raises InvalidInput where `packed` did not write it."""
        try:
            version, left, top, right, bottom, width, height = _HEAD.unpack_from(data)
            cells = width * height
            unpacking = zlib.decompressobj()
            levels = unpacking.decompress(data[_HEAD.size :], min(cells, MOST_CELLS) + 1)
        except (struct.error, zlib.error) as error:
            raise InvalidInput("The mask's edge is damaged.") from error
        finite = all(map(isfinite, (left, top, right, bottom))) and left < right and top < bottom
        whole = len(levels) == cells and unpacking.eof and max(levels, default=LEVELS) < LEVELS
        if version != _VERSION or not finite or not whole:
            raise InvalidInput("The mask's edge is damaged.")
        return cls(left, top, right, bottom, width, height, levels)
