"""Masks on disk for as long as a job lasts, in order, read as often as somebody likes.

An export first copies the session's masks here in one short read of the database. So it holds one version
of the session however long it writes, no transaction stays open meanwhile, and memory stays flat.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path

from backend.domain.rle import Rle
from backend.domain.session import FrameMask, MaskOrigin


def write_masks(path: Path, masks: Iterable[FrameMask]) -> int:
    """One line a mask; masks without RLE are left out. Returns how many lines there are."""
    count = 0
    with path.open("w", encoding="ascii") as file:
        for mask in masks:
            if mask.rle is not None:
                file.write(_line_of(mask, mask.rle))
                count += 1
    return count


def read_masks(path: Path) -> Iterator[FrameMask]:
    with path.open(encoding="ascii") as file:
        yield from map(_mask_of, file)


def _line_of(mask: FrameMask, rle: Rle) -> str:
    values = [
        mask.object_id,
        mask.frame_idx,
        rle.height,
        rle.width,
        rle.counts,
        mask.area,
        mask.object_score,
        mask.predicted_iou,
        mask.origin.value,
        mask.engine_id,
        mask.verified,
        mask.version,
        None if mask.edge is None else b64encode(mask.edge).decode("ascii"),
    ]
    return json.dumps(values) + "\n"


def _mask_of(line: str) -> FrameMask:
    object_id, frame_idx, height, width, counts, *rest = json.loads(line)
    area, score, iou, origin, engine_id, verified, version, edge = rest
    return FrameMask(
        object_id,
        frame_idx,
        Rle(height, width, counts),
        area,
        score,
        iou,
        MaskOrigin(origin),
        engine_id,
        verified,
        version,
        edge=None if edge is None else b64decode(edge),
    )
