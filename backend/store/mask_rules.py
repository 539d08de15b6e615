"""Which mask wins: what a prompt does to the mask on its frame, and which drawn masks are still wanted.

Engines draw from what the store held some moments ago. Meanwhile people may have removed the object or
taken the prompt back, so masks are checked against the session as it is when they are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, Row, Table, delete, select, update
from sqlalchemy.sql import ColumnElement

from backend.domain.session import FrameMask, FramePrompt, MaskOrigin
from backend.store.rows import mask_row, upsert
from backend.store.tables import kept_masks, masks, objects, prompts

Place = tuple[int, int]  # (object id, frame index)
FRAMES_A_QUERY = 500
NO_MASK = {
    "height": None,
    "width": None,
    "counts": None,
    "area": 0,
    "object_score": 0.0,
    "predicted_iou": 0.0,
    "verified": False,
}
NO_PROMPT = {
    "points": "[]",
    "box": None,
    "mask_height": None,
    "mask_width": None,
    "mask_counts": None,
    "is_empty": True,
}


def accept_masks(
    connection: Connection, session_id: str, drawn: Sequence[FrameMask], version: int
) -> list[FrameMask]:
    """Write the masks that are still wanted, the last of each object and frame; return those.

    Unwanted: masks of removed objects; a tracked mask where a prompt drew one; a prompt's mask where the
    prompt was taken back since.
    """
    if not drawn:
        return []
    frames = sorted({mask.frame_idx for mask in drawn})
    live = set(
        connection.scalars(
            select(objects.c.object_id).where(objects.c.session_id == session_id, ~objects.c.removed)
        )
    )
    prompt_is_empty: dict[Place, bool] = {
        (row.object_id, row.frame_idx): row.is_empty
        for row in _on(connection, session_id, frames, prompts, prompts.c.is_empty)
    }
    origin: dict[Place, str] = {
        (row.object_id, row.frame_idx): row.origin
        for row in _on(connection, session_id, frames, masks, masks.c.origin, masks.c.counts.is_not(None))
        if row[-1]
    }
    accepted: dict[Place, FrameMask] = {}
    for mask in drawn:
        place = mask.object_id, mask.frame_idx
        prompted = place in prompt_is_empty and not prompt_is_empty[place]
        taken_back = place in prompt_is_empty and prompt_is_empty[place]
        if mask.object_id not in live:
            continue
        if mask.origin is MaskOrigin.TRACK and prompted and origin.get(place) == MaskOrigin.PROMPT:
            continue
        if mask.origin is MaskOrigin.PROMPT and taken_back:
            continue
        accepted[place] = mask
        origin[place] = mask.origin
    upsert(connection, masks, [mask_row(session_id, mask, version) for mask in accepted.values()])
    return list(accepted.values())


def prompt_changes_mask(connection: Connection, session_id: str, prompt: FramePrompt, version: int) -> None:
    """Called before the prompt is written: keep the tracked mask aside, or bring it back."""
    place = prompt.object_id, prompt.frame_idx
    current = _at(connection, masks, session_id, place)
    tracked_mask = current is not None and current.counts is not None and current.origin != MaskOrigin.PROMPT
    if not prompt.is_empty:
        before = _at(connection, prompts, session_id, place)
        if tracked_mask and (before is None or before.is_empty):
            kept = {name: value for name, value in current._mapping.items() if name != "version"}
            upsert(connection, kept_masks, [kept])
        return
    if not tracked_mask:  # else tracking drew it after the prompt was set: nothing to bring back
        kept = _at(connection, kept_masks, session_id, place)
        if kept is not None:
            upsert(connection, masks, [{**kept._mapping, "version": version}])
        elif current is not None and current.counts is not None:
            _set_gone(connection, _is_at(masks, session_id, place), version)
    connection.execute(delete(kept_masks).where(*_is_at(kept_masks, session_id, place)))


def forget(connection: Connection, session_id: str, version: int, object_id: int | None = None) -> None:
    """Mark prompts and masks of an object, or of all, as gone."""
    _set_gone(connection, _of(masks, session_id, object_id), version)
    connection.execute(
        update(prompts)
        .where(*_of(prompts, session_id, object_id), ~prompts.c.is_empty)
        .values(**NO_PROMPT, version=version)
    )
    connection.execute(delete(kept_masks).where(*_of(kept_masks, session_id, object_id)))


def _set_gone(connection: Connection, where: list[ColumnElement[bool]], version: int) -> None:
    connection.execute(
        update(masks).where(*where, masks.c.counts.is_not(None)).values(**NO_MASK, version=version)
    )


def _of(table: Table, session_id: str, object_id: int | None) -> list[ColumnElement[bool]]:
    of_session = [table.c.session_id == session_id]
    return of_session if object_id is None else [*of_session, table.c.object_id == object_id]


def _is_at(table: Table, session_id: str, place: Place) -> list[ColumnElement[bool]]:
    return [*_of(table, session_id, place[0]), table.c.frame_idx == place[1]]


def _at(connection: Connection, table: Table, session_id: str, place: Place) -> Row | None:
    return connection.execute(select(table).where(*_is_at(table, session_id, place))).one_or_none()


def _on(
    connection: Connection, session_id: str, frames: list[int], table: Table, *columns: ColumnElement
) -> Iterator[Row]:
    """Object id, frame index and these columns of the rows on these frames."""
    wanted = select(table.c.object_id, table.c.frame_idx, *columns).where(table.c.session_id == session_id)
    for start in range(0, len(frames), FRAMES_A_QUERY):
        yield from connection.execute(
            wanted.where(table.c.frame_idx.in_(frames[start : start + FRAMES_A_QUERY]))
        )
