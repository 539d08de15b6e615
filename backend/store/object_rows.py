"""An object's row, inside a transaction: looked up, checked, removed and brought back.

What a removed object had goes to its stash, so that it can come back with everything.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, func, select

from backend.domain.errors import Conflict, InvalidInput, NotFound
from backend.domain.limits import SessionLimits
from backend.domain.session import TrackedObject
from backend.domain.stale import Kind, Thing
from backend.store.edits import check_seen
from backend.store.mask_rules import forget
from backend.store.rows import object_of, object_row, upsert
from backend.store.stash import object_stash, stash, unstash
from backend.store.tables import objects


def find_object(connection: Connection, session_id: str, object_id: int) -> TrackedObject | None:
    row = connection.execute(
        select(objects).where(objects.c.session_id == session_id, objects.c.object_id == object_id)
    ).one_or_none()
    return object_of(row) if row else None


def live_object(
    connection: Connection, session_id: str, object_id: int, seen: int | None = None
) -> TrackedObject:
    """Raises NotFound where it was removed; Stale where somebody else did so after `seen`."""
    found = find_object(connection, session_id, object_id)
    if found is not None and not found.removed:
        return found
    check_seen(connection, session_id, seen, [Thing(Kind.OBJECT, object_id)])
    raise NotFound(f"This session has no object {object_id}; it may have been removed.")


def last_rank(connection: Connection, session_id: str) -> int:
    highest = select(func.max(objects.c.rank)).where(objects.c.session_id == session_id)
    return connection.execute(highest).scalar() or 0


def check_room(connection: Connection, session_id: str, more: int, limits: SessionLimits) -> None:
    """Raises InvalidInput where a session would come to hold too many objects. Asked in the transaction
    that adds them, so two who add at once cannot both have the last place."""
    if more <= 0:
        return
    there = select(func.count()).where(objects.c.session_id == session_id, ~objects.c.removed)
    coming = connection.execute(there).scalar_one() + more
    if coming > limits.objects:
        raise InvalidInput(
            f"A session holds at most {limits.objects} objects, and this would make {coming}: "
            "remove some first."
        )


def set_removed(connection: Connection, session_id: str, object_id: int, version: int) -> None:
    gone = replace(live_object(connection, session_id, object_id), removed=True)
    upsert(connection, objects, [object_row(session_id, gone, version)])
    stash(connection, session_id, object_stash(object_id), object_id)
    forget(connection, session_id, version, object_id)


def set_restored(connection: Connection, session_id: str, object_id: int, version: int) -> None:
    """With its prompts at `version`, and its masks at the next: they answer those prompts."""
    gone = find_object(connection, session_id, object_id)
    if gone is None:
        raise NotFound(f"This session never had an object {object_id}.")
    if not gone.removed:
        raise Conflict(f"Object {object_id} is there already.")
    upsert(connection, objects, [object_row(session_id, replace(gone, removed=False), version)])
    unstash(connection, session_id, object_stash(object_id), version)
