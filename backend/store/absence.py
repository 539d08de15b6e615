"""What an object's absent ranges do to its prompts and masks: empty masks there, the tracked ones aside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ColumnElement

from backend.domain.frames import FrameRange, apart
from backend.domain.rle import Rle
from backend.domain.session import ABSENT_SCORE, FramePrompt, TrackedObject
from backend.store.mask_rules import NO_MASK, prompt_changes_mask
from backend.store.rows import prompt_row, upsert
from backend.store.tables import kept_masks, masks, prompts


def absence_changes_masks(
    connection: Connection, session_id: str, old: TrackedObject, new: TrackedObject, version: int
) -> None:
    """Newly absent: prompts go, masks are kept aside and become empty. No longer absent: they come back."""
    for stretch in apart(new.absent, old.absent):
        _clear_prompts(connection, session_id, new.object_id, stretch, version)
        _empty(connection, session_id, new.object_id, stretch, version)
    for stretch in apart(old.absent, new.absent):
        _bring_back(connection, session_id, new.object_id, stretch, version)


def prompted_frames(
    connection: Connection, session_id: str, object_id: int, stretch: FrameRange
) -> Sequence[int]:
    """Where the object has prompts."""
    is_there = (*_in(prompts, session_id, object_id, stretch), ~prompts.c.is_empty)
    return connection.scalars(select(prompts.c.frame_idx).where(*is_there)).all()


def _clear_prompts(
    connection: Connection, session_id: str, object_id: int, stretch: FrameRange, version: int
) -> None:
    for frame_idx in prompted_frames(connection, session_id, object_id, stretch):
        cleared = FramePrompt(object_id, frame_idx)
        prompt_changes_mask(connection, session_id, cleared, version)
        upsert(connection, prompts, [prompt_row(session_id, cleared, version)])


def _empty(
    connection: Connection, session_id: str, object_id: int, stretch: FrameRange, version: int
) -> None:
    there = [*_in(masks, session_id, object_id, stretch), masks.c.counts.is_not(None)]
    size = connection.execute(select(masks.c.height, masks.c.width).where(*there).limit(1)).one_or_none()
    if size is None:
        return
    names = [column.name for column in kept_masks.columns]
    kind = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = kind.insert(kept_masks).from_select(
        names, select(*(masks.c[name] for name in names)).where(*there)
    )
    connection.execute(insert.on_conflict_do_nothing())
    empty = Rle.empty(size.height, size.width).counts
    connection.execute(
        update(masks)
        .where(*there)
        .values(
            counts=empty,
            area=0,
            object_score=ABSENT_SCORE,
            edge=None,
            propagation_id=None,
            version=version,
        )
    )


def _bring_back(
    connection: Connection, session_id: str, object_id: int, stretch: FrameRange, version: int
) -> None:
    connection.execute(
        update(masks)
        .where(*_in(masks, session_id, object_id, stretch), masks.c.counts.is_not(None))
        .values(**NO_MASK, version=version)
    )
    kept = connection.execute(
        select(kept_masks).where(*_in(kept_masks, session_id, object_id, stretch))
    ).all()
    upsert(connection, masks, [{**row._mapping, "version": version, "propagation_id": None} for row in kept])
    connection.execute(delete(kept_masks).where(*_in(kept_masks, session_id, object_id, stretch)))


def _in(table, session_id: str, object_id: int, stretch: FrameRange) -> Iterable[ColumnElement[bool]]:
    return (
        table.c.session_id == session_id,
        table.c.object_id == object_id,
        table.c.frame_idx.between(stretch.first, stretch.last),
    )
