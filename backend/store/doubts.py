"""Doubt is measured when masks are written, from the masks beside and about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, select

from backend.domain.doubt import doubt_of, signs_of
from backend.domain.rle import Rle
from backend.domain.session import FrameMask, MaskOrigin
from backend.store.tables import masks

Place = tuple[int, int]  # (object id, frame index)
FRAMES_A_QUERY = 500


def with_doubt(
    connection: Connection, session_id: str, drawn: Mapping[Place, FrameMask]
) -> dict[Place, FrameMask]:
    """The same masks, each with its doubt. What a person prompted is not compared with the frames beside."""
    if not drawn:
        return {}
    frames = {frame_idx + step for _, frame_idx in drawn for step in (-1, 0, 1)}
    new = {place: mask.rle for place, mask in drawn.items() if mask.rle is not None}
    there = _stored(connection, session_id, sorted(frames)) | new
    frames_in_order = [frame_idx for _, frame_idx in drawn]
    back = 1 if frames_in_order[-1] < frames_in_order[0] else -1  # where the walk comes from
    on_frame: dict[int, dict[int, Rle]] = {}
    for (object_id, frame_idx), rle in there.items():
        on_frame.setdefault(frame_idx, {})[object_id] = rle
    return {
        place: mask if mask.rle is None else _doubted(mask, mask.rle, back, there, on_frame[mask.frame_idx])
        for place, mask in drawn.items()
    }


def _doubted(
    mask: FrameMask,
    rle: Rle,
    back: int,
    there: Mapping[Place, Rle],
    about: Mapping[int, Rle],
) -> FrameMask:
    beside = None
    if mask.origin is MaskOrigin.TRACK:
        places = [(mask.object_id, mask.frame_idx + step) for step in (back, -back)]
        beside = next((there[place] for place in places if place in there), None)
    others = [other for object_id, other in about.items() if object_id != mask.object_id]
    doubt = doubt_of(signs_of(rle, mask.object_score, mask.predicted_iou, beside, others))
    return replace(mask, doubt=doubt.amount, doubt_reasons=doubt.reasons)


def _stored(connection: Connection, session_id: str, frames: list[int]) -> dict[Place, Rle]:
    found: dict[Place, Rle] = {}
    for start in range(0, len(frames), FRAMES_A_QUERY):
        rows = connection.execute(
            select(masks.c.object_id, masks.c.frame_idx, masks.c.height, masks.c.width, masks.c.counts).where(
                masks.c.session_id == session_id,
                masks.c.frame_idx.in_(frames[start : start + FRAMES_A_QUERY]),
                masks.c.counts.is_not(None),
            )
        )
        found |= {(row.object_id, row.frame_idx): Rle(row.height, row.width, row.counts) for row in rows}
    return found
