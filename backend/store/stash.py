"""Prompts and masks that lie aside: of removed objects, to come back with them.

Copied by the database itself, so that an object of ten thousand masks costs no Python.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Table, delete, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from backend.domain.session import FrameMask
from backend.store.tables import masks, prompts, stashed_masks, stashed_prompts


def object_stash(object_id: int) -> str:
    """The stash of a removed object."""
    return f"object-{object_id}"


def stash(connection: Connection, session_id: str, stash_id: str, object_id: int) -> None:
    """Copy an object's prompts and masks aside, in place of what that stash held."""
    drop(connection, session_id, stash_id)
    for source, target, is_there in (
        (prompts, stashed_prompts, ~prompts.c.is_empty),
        (masks, stashed_masks, masks.c.counts.is_not(None)),
    ):
        names = [column.name for column in target.columns if column.name != "stash_id"]
        wanted = select(literal(stash_id), *(source.c[name] for name in names)).where(
            source.c.session_id == session_id, source.c.object_id == object_id, is_there
        )
        connection.execute(target.insert().from_select(["stash_id", *names], wanted))


def stash_replaced(
    connection: Connection, session_id: str, stash_id: str, coming: Sequence[FrameMask]
) -> None:
    """Copy aside the tracked masks that a propagation is about to replace, unless it drew them itself."""
    names = [column.name for column in stashed_masks.columns if column.name != "stash_id"]
    wanted = select(literal(stash_id), *(masks.c[name] for name in names)).where(
        masks.c.session_id == session_id,
        masks.c.frame_idx.in_(sorted({mask.frame_idx for mask in coming})),
        masks.c.object_id.in_(sorted({mask.object_id for mask in coming})),
        masks.c.counts.is_not(None),
        or_(masks.c.propagation_id.is_(None), masks.c.propagation_id != stash_id),
    )
    kind = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = kind.insert(stashed_masks).from_select(["stash_id", *names], wanted)
    connection.execute(insert.on_conflict_do_nothing())


def unstash(connection: Connection, session_id: str, stash_id: str, version: int) -> None:
    """Put them back: prompts at `version`, masks at the next, since they answer those prompts."""
    _put_back(connection, stashed_prompts, prompts, session_id, stash_id, version)
    _put_back(connection, stashed_masks, masks, session_id, stash_id, version + 1)
    drop(connection, session_id, stash_id)


def drop(connection: Connection, session_id: str, stash_id: str) -> None:
    for table in (stashed_prompts, stashed_masks):
        connection.execute(
            delete(table).where(table.c.session_id == session_id, table.c.stash_id == stash_id)
        )


def _put_back(
    connection: Connection, source: Table, target: Table, session_id: str, stash_id: str, version: int
) -> None:
    names = [column.name for column in target.columns]
    wanted = select(*(literal(version) if name == "version" else source.c[name] for name in names)).where(
        source.c.session_id == session_id, source.c.stash_id == stash_id
    )
    kind = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = kind.insert(target).from_select(names, wanted)
    keys = [column.name for column in target.primary_key]
    others = {name: insert.excluded[name] for name in names if name not in keys}
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=others))
