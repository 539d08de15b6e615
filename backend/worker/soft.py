"""From what an engine thinks of every cell to the edge that is kept: the cells near the mask's border."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backend.domain.edge import LEVELS, REACH, Edge

STEPS = (1, 2)  # cells: shifts that carry the two rows of cells along a border as far as REACH, in few passes


@dataclass(frozen=True)
class SoftMask:
    """How much of each cell is the object's, on a grid over the whole frame."""

    levels: np.ndarray  # uint8 [rows, columns], see `backend.domain.edge.LEVELS`
    height: int  # of the frame, in source-video pixels
    width: int


def edge_of(soft: SoftMask) -> Edge | None:
    """None where the grid holds no border: nothing of it, or all of it, is the object's."""
    inside = soft.levels >= LEVELS // 2
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    if not len(rows) or inside.all():
        return None
    y0, x0 = max(int(rows[0]) - REACH, 0), max(int(columns[0]) - REACH, 0)
    window = np.s_[y0 : int(rows[-1]) + REACH + 1, x0 : int(columns[-1]) + REACH + 1]
    levels, inside = soft.levels[window], inside[window]
    near = _near_border(inside)
    kept = np.where(near, levels, inside * np.uint8(LEVELS - 1))
    height, width = kept.shape
    cell_y, cell_x = soft.height / soft.levels.shape[0], soft.width / soft.levels.shape[1]
    left, top = x0 * cell_x, y0 * cell_y
    return Edge(left, top, left + width * cell_x, top + height * cell_y, width, height, kept.tobytes())


def _near_border(inside: np.ndarray) -> np.ndarray:
    """Which cells lie within REACH of one of the other kind, along either axis."""
    near = np.zeros_like(inside)
    for cells, beside in ((inside, near), (inside.T, near.T)):
        changes = cells[1:] != cells[:-1]
        beside[1:] |= changes
        beside[:-1] |= changes
    for step in STEPS:
        before = near.copy()
        near[step:] |= before[:-step]
        near[:-step] |= before[step:]
        before = near.copy()
        near[:, step:] |= before[:, :-step]
        near[:, :-step] |= before[:, step:]
    return near
