"""What a thing is now, for whoever wanted to change what it was."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, Row, select

from backend.domain.people import LOCAL, acting
from backend.domain.session import TrackedObject, Verdict
from backend.domain.stale import Kind, Present
from backend.store.rows import object_of, ontology_of, prompt_of
from backend.store.tables import edits, objects, prompts, propagations, sessions

KEY_HOLDER = "The owner"  # whoever has the server's key, and no name of their own: to themselves it is "You"


def present_of(connection: Connection, session_id: str, edit: Row) -> Present:
    """What the last edit of something left, but for what came after it. `edit`: a row of `edits`."""
    told = Present(
        Kind(edit.kind),
        edit.version,
        _name(edit),
        edit.object_id if edit.object_id >= 0 else None,
        edit.frame_idx if edit.frame_idx >= 0 else None,
    )
    match told.kind:
        case Kind.OBJECT:
            return _with_object(connection, session_id, told)
        case Kind.PROMPTS:
            return _with_prompts(connection, session_id, told)
        case Kind.VERDICT:
            return _with_verdict(connection, session_id, told)
        case Kind.ORDER:
            return _with_order(connection, session_id, told)
        case Kind.TITLE | Kind.CLASSES:
            return _with_details(connection, session_id, told)
    return told


def masks_now(
    connection: Connection, session_id: str, object_id: int, frame_idx: int, version: int
) -> Present:
    """Of masks that are others than those that were seen. `version`: of the newest one."""
    by = connection.execute(
        select(edits).where(edits.c.session_id == session_id, edits.c.version == version).limit(1)
    ).one_or_none()
    return Present(Kind.VERIFIED, version, _name(by) if by else None, object_id, frame_idx)


def object_now(connection: Connection, session_id: str, tracked: TrackedObject, version: int) -> Present:
    """Of an object with all that it has, and who changed any of it last, if a person did. `version`: the
    session's."""
    latest = connection.execute(
        select(edits)
        .where(edits.c.session_id == session_id, edits.c.object_id == tracked.object_id)
        .order_by(edits.c.version.desc())
        .limit(1)
    ).one_or_none()
    by = _name(latest) if latest else None
    return Present(Kind.OBJECT, version, by, tracked.object_id, object=tracked)


def _name(edit: Row) -> str | None:
    me = (acting.get() or LOCAL).person.person_id
    if edit.person_id in (me, ""):
        return None
    return KEY_HOLDER if edit.person_id == LOCAL.person.person_id else edit.person_name


def _with_object(connection: Connection, session_id: str, told: Present) -> Present:
    row = connection.execute(
        select(objects).where(objects.c.session_id == session_id, objects.c.object_id == told.object_id)
    ).one_or_none()
    return replace(told, object=object_of(row) if row else None)


def _with_prompts(connection: Connection, session_id: str, told: Present) -> Present:
    gone = _with_object(connection, session_id, told).object
    if gone is not None and gone.removed:  # and its prompts with it
        return replace(told, kind=Kind.OBJECT, object=gone, frame_idx=None)
    row = connection.execute(
        select(prompts).where(
            prompts.c.session_id == session_id,
            prompts.c.object_id == told.object_id,
            prompts.c.frame_idx == told.frame_idx,
        )
    ).one_or_none()
    return replace(told, prompt=prompt_of(row) if row else None)


def _with_verdict(connection: Connection, session_id: str, told: Present) -> Present:
    latest = connection.execute(
        select(propagations.c.verdict)
        .where(propagations.c.session_id == session_id)
        .order_by(propagations.c.started_version.desc())
        .limit(1)
    ).scalar()
    return replace(told, verdict=Verdict(latest) if latest else None)


def _with_order(connection: Connection, session_id: str, told: Present) -> Present:
    ids = connection.scalars(
        select(objects.c.object_id)
        .where(objects.c.session_id == session_id, ~objects.c.removed)
        .order_by(objects.c.rank, objects.c.object_id)
    )
    return replace(told, order=tuple(ids))


def _with_details(connection: Connection, session_id: str, told: Present) -> Present:
    row = connection.execute(select(sessions).where(sessions.c.session_id == session_id)).one()
    if told.kind is Kind.TITLE:
        return replace(told, title=row.title)
    return replace(told, classes=tuple(one.name for one in ontology_of(row.ontology)))
