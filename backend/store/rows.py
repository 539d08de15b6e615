"""Rows to the domain's values and back."""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, null
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ColumnElement

from backend.domain.doubt import Reason
from backend.domain.frames import FrameRange
from backend.domain.ontology import AttributeKind, AttributeSpec, ObjectClass
from backend.domain.people import Person
from backend.domain.rle import Rle
from backend.domain.session import (
    Attribute,
    BoxPrompt,
    FrameMask,
    FramePrompt,
    MaskOrigin,
    Pass,
    PointPrompt,
    Propagation,
    PropagationState,
    Session,
    TrackedObject,
    Verdict,
)
from backend.domain.standing import Review, ReviewState
from backend.domain.video import Playback, Video, VideoState

Values = Mapping[str, Any]  # column name -> value, as SQLAlchemy takes it


def upsert(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows, or replace the ones with the same primary key. Every row names the same columns."""
    if not rows:
        return
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    keys = [column.name for column in table.primary_key]
    others = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=others), list(rows))


def video_row(video: Video) -> Values:
    return {
        "video_id": video.video_id,
        "title": video.title,
        "source_sha256": video.source_sha256,
        "state": video.state.value,
        "width": video.width,
        "height": video.height,
        "pts_s": _float64_bytes(video.pts_s),
        "in_gallery": video.in_gallery,
        "progress": video.progress,
        "error": video.error,
        "warning": video.warning,
        "created_s": video.created_s,
        "pixel_aspect": video.pixel_aspect,
        "playback": video.playback.value,
        "playback_progress": video.playback_progress,
    }


def video_of(row: Row) -> Video:
    return Video(
        row.video_id,
        row.title,
        row.source_sha256,
        VideoState(row.state),
        row.width,
        row.height,
        _float64_values(row.pts_s),
        row.in_gallery,
        row.progress,
        row.error,
        row.created_s,
        row.warning,
        row.pixel_aspect,
        Playback(row.playback),
        row.playback_progress,
    )


def _float64_bytes(values: Sequence[float]) -> bytes:
    numbers = array("d", values)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _float64_values(data: bytes) -> tuple[float, ...]:
    numbers = array("d", data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return tuple(numbers)


def session_of(row: Row) -> Session:
    return Session(
        row.session_id,
        row.video_id,
        row.engine_id,
        row.created_s,
        row.version,
        row.title,
        ontology_of(row.ontology),
        row.removed_s,
        row.project_id,
        row.assignee_id,
    )


def session_row(session: Session, version: int) -> dict[str, object]:
    """Of a new one."""
    return {
        "session_id": session.session_id,
        "video_id": session.video_id,
        "engine_id": session.engine_id,
        "created_s": session.created_s,
        "version": version,
        "next_object_id": 1,
        "title": session.title,
        "ontology": ontology_json(session.ontology),
        "details_version": version,
        "removed_s": None,
        "project_id": session.project_id,
        "assignee_id": session.assignee_id,
    }


def ontology_json(classes: Sequence[ObjectClass]) -> str:
    return json.dumps(
        [
            [one.name, one.colour, [[a.name, a.kind.value, list(a.choices)] for a in one.attributes]]
            for one in classes
        ]
    )


def ontology_of(text: str) -> tuple[ObjectClass, ...]:
    return tuple(
        ObjectClass(
            name,
            colour,
            tuple(
                AttributeSpec(a_name, AttributeKind(kind), tuple(choices)) for a_name, kind, choices in specs
            ),
        )
        for name, colour, specs in json.loads(text)
    )


def object_row(session_id: str, tracked: TrackedObject, version: int) -> Values:
    return {
        "session_id": session_id,
        "object_id": tracked.object_id,
        "name": tracked.name,
        "colour": tracked.colour,
        "removed": tracked.removed,
        "tracked_version": tracked.tracked_version,
        "version": version,
        "label": tracked.label,
        "attributes": json.dumps([[attribute.name, attribute.value] for attribute in tracked.attributes]),
        "rank": tracked.rank,
        "locked": tracked.locked,
        "absent": json.dumps([[stretch.first, stretch.last] for stretch in tracked.absent]),
        "assignee_id": tracked.assignee_id,
        **_review_values(tracked.review),
    }


def object_of(row: Row) -> TrackedObject:
    return TrackedObject(
        row.object_id,
        row.name,
        row.colour,
        row.removed,
        row.tracked_version,
        row.version,
        row.label,
        tuple(Attribute(name, value) for name, value in json.loads(row.attributes)),
        row.rank,
        row.locked,
        tuple(FrameRange(first, last) for first, last in json.loads(row.absent)),
        row.assignee_id,
        _review_of(row),
    )


def _review_values(review: Review) -> Values:
    return {
        "review_state": review.state.value,
        "review_reason": review.reason,
        "review_by_id": review.by.person_id if review.by else None,
        "review_by_name": review.by.name if review.by else None,
        "review_s": review.at_s,
        "sent_by_id": review.sent_by.person_id if review.sent_by else None,
        "sent_by_name": review.sent_by.name if review.sent_by else None,
        "sent_s": review.sent_s,
        "review_frame": review.frame_idx,
    }


def _review_of(row: Row) -> Review:
    return Review(
        ReviewState(row.review_state or ReviewState.DRAFT),
        row.review_reason or "",
        Person(row.review_by_id, row.review_by_name) if row.review_by_id is not None else None,
        row.review_s,
        Person(row.sent_by_id, row.sent_by_name) if row.sent_by_id is not None else None,
        row.sent_s,
        row.review_frame,
    )


def prompt_row(session_id: str, prompt: FramePrompt, version: int) -> Values:
    box, mask = prompt.box, prompt.mask
    return {
        "session_id": session_id,
        "object_id": prompt.object_id,
        "frame_idx": prompt.frame_idx,
        "points": json.dumps([[p.x, p.y, p.include] for p in prompt.points]),
        "box": json.dumps([box.x0, box.y0, box.x1, box.y1]) if box else None,
        "mask_height": mask.height if mask else None,
        "mask_width": mask.width if mask else None,
        "mask_counts": mask.counts if mask else None,
        "is_empty": prompt.is_empty,
        "version": version,
    }


def prompt_of(row: Row) -> FramePrompt:
    return FramePrompt(
        row.object_id,
        row.frame_idx,
        tuple(PointPrompt(x, y, include) for x, y, include in json.loads(row.points)),
        BoxPrompt(*json.loads(row.box)) if row.box else None,
        Rle(row.mask_height, row.mask_width, row.mask_counts) if row.mask_counts is not None else None,
        row.version,
    )


def mask_row(session_id: str, mask: FrameMask, version: int, propagation_id: str | None = None) -> Values:
    """`propagation_id`: the Track that drew it."""
    return {
        "session_id": session_id,
        "frame_idx": mask.frame_idx,
        "object_id": mask.object_id,
        "height": mask.rle.height if mask.rle else None,
        "width": mask.rle.width if mask.rle else None,
        "counts": mask.rle.counts if mask.rle else None,
        "area": mask.area,
        "object_score": mask.object_score,
        "predicted_iou": mask.predicted_iou,
        "origin": mask.origin.value,
        "engine_id": mask.engine_id,
        "verified": mask.verified,
        "doubt": mask.doubt,
        "doubt_reasons": int(mask.doubt_reasons),
        "edge": mask.edge,
        "version": version,
        "propagation_id": propagation_id,
    }


def mask_of(row: Row) -> FrameMask:
    return FrameMask(
        row.object_id,
        row.frame_idx,
        Rle(row.height, row.width, row.counts) if row.counts is not None else None,
        row.area,
        row.object_score,
        row.predicted_iou,
        MaskOrigin(row.origin),
        row.engine_id,
        row.verified,
        row.version,
        row.doubt,
        Reason(row.doubt_reasons),
        row.edge,
    )


def without_edges(table: Table) -> list[ColumnElement]:
    """The columns of a table of masks for those who have no use for edges, most of what a row weighs."""
    return [null().label("edge") if column.name == "edge" else column for column in table.columns]


def propagation_row(session_id: str, propagation: Propagation, version: int) -> Values:
    """Without `started_version`, which is set once."""
    return {
        "session_id": session_id,
        "propagation_id": propagation.propagation_id,
        "passes": json.dumps([[list(p.object_ids), p.start, p.stop] for p in propagation.passes]),
        "state": propagation.state.value,
        "frames_done": propagation.frames_done,
        "frames_total": propagation.frames_total,
        "prompts_version": propagation.prompts_version,
        "error": propagation.error,
        "version": version,
        "verdict": propagation.verdict.value,
        "overwrites_verified": propagation.overwrites_verified,
    }


def propagation_of(row: Row) -> Propagation:
    return Propagation(
        row.propagation_id,
        tuple(Pass(tuple(ids), start, stop) for ids, start, stop in json.loads(row.passes)),
        PropagationState(row.state),
        row.frames_done,
        row.frames_total,
        row.prompts_version,
        row.error,
        row.version,
        Verdict(row.verdict),
        row.overwrites_verified,
    )
