"""Who changed what last, and at which version: what tells a stale change from one that may be made.

Apart from the rows' own versions, which also tell of what engines did: an object that was tracked to its end
has not been changed by anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Row, and_, or_, select
from sqlalchemy.sql import ColumnElement

from backend.domain.once import asked
from backend.domain.people import LOCAL, acting
from backend.domain.stale import WHOLE, Stale, Thing
from backend.store.present import masks_now, present_of
from backend.store.rows import upsert
from backend.store.tables import edits, masks


def touch(connection: Connection, session_id: str, version: int, things: Iterable[Thing]) -> None:
    """Note that the caller changed these. Of some of the frames, the first stands for all."""
    person = (acting.get() or LOCAL).person
    whose = {"client": asked.get().client, "person_id": person.person_id, "person_name": person.name}
    rows = [
        {
            "session_id": session_id,
            "kind": thing.kind.value,
            "object_id": thing.object_id,
            "frame_idx": thing.frames.first if thing.frames != WHOLE else -1,
            "version": version,
            **whose,
        }
        for thing in dict.fromkeys(things)
    ]
    upsert(connection, edits, rows)


def check_seen(connection: Connection, session_id: str, seen: int | None, things: Sequence[Thing]) -> None:
    """Raises Stale where somebody else changed one of these after `seen`. None: do it anyway."""
    if seen is None or not things:
        return
    newer = select(edits).where(
        edits.c.session_id == session_id,
        edits.c.version > seen,
        or_(*map(_is_edit_of, things)),
        *_not_mine(),
    )
    found = connection.execute(newer.order_by(edits.c.version.desc()).limit(1)).one_or_none()
    if found is not None:
        raise Stale(present_of(connection, session_id, found))


def check_masks_seen(
    connection: Connection, session_id: str, seen: int | None, places: Sequence[Thing]
) -> None:
    """Raises Stale where one of these masks is not the one that was seen, whoever drew or verified it."""
    if seen is None:
        return
    mine = select(edits.c.version).where(
        edits.c.session_id == session_id,
        edits.c.version == masks.c.version,
        edits.c.client == asked.get().client,
        edits.c.client != "",
    )
    newest: Row | None = None
    for place in places:
        newer = select(masks.c.version, masks.c.object_id, masks.c.frame_idx).where(
            masks.c.session_id == session_id,
            masks.c.object_id == place.object_id,
            masks.c.frame_idx.between(place.frames.first, place.frames.last),
            masks.c.version > seen,
            ~mine.exists(),
        )
        found = connection.execute(
            newer.order_by(masks.c.version.desc(), masks.c.frame_idx).limit(1)
        ).one_or_none()
        if found is not None and (newest is None or found.version > newest.version):
            newest = found
    if newest is not None:
        raise Stale(masks_now(connection, session_id, newest.object_id, newest.frame_idx, newest.version))


def _is_edit_of(thing: Thing) -> ColumnElement[bool]:
    same = and_(edits.c.kind == thing.kind.value, edits.c.object_id == thing.object_id)
    if thing.frames == WHOLE:
        return same
    on_frames = edits.c.frame_idx.between(thing.frames.first, thing.frames.last)
    return and_(same, or_(on_frames, edits.c.frame_idx == -1))  # -1: all frames at once


def _not_mine() -> list[ColumnElement[bool]]:
    """What the same client did is not new to it: it was let through because nothing else was."""
    client = asked.get().client
    return [edits.c.client != client] if client else []
