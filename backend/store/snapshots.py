"""A session as it is at one moment: every row of one version, whatever is written meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, select, tuple_

from backend.domain.errors import NotFound
from backend.domain.exchange import SessionSnapshot
from backend.domain.session import FrameMask
from backend.store.database import Database
from backend.store.rows import mask_of, object_of, session_of
from backend.store.tables import masks, objects, sessions

MASKS_A_READ = 256


class SqlSnapshots:
    """Implements `backend.domain.exchange.Snapshots`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def open(self, session_id: str) -> Iterator[SessionSnapshot]:
        """One read transaction: keep it short, since a database cannot tidy up behind it."""
        with self._database.read() as connection:
            row = connection.execute(
                select(sessions).where(sessions.c.session_id == session_id)
            ).one_or_none()
            if row is None:
                raise NotFound("There is no such session; it may have been removed.")
            here = connection.execute(
                select(objects)
                .where(objects.c.session_id == session_id, ~objects.c.removed)
                .order_by(objects.c.object_id)
            )
            yield SessionSnapshot(
                session_of(row), tuple(map(object_of, here)), lambda: _masks(connection, session_id)
            )


def _masks(connection: Connection, session_id: str) -> Iterator[FrameMask]:
    place = tuple_(masks.c.frame_idx, masks.c.object_id)
    wanted = (
        select(masks)
        .where(masks.c.session_id == session_id, masks.c.counts.is_not(None))
        .order_by(masks.c.frame_idx, masks.c.object_id)
        .limit(MASKS_A_READ)
    )
    beyond = (-1, 0)
    while True:
        rows = connection.execute(wanted.where(place > beyond)).all()
        yield from map(mask_of, rows)
        if len(rows) < MASKS_A_READ:
            return
        beyond = (rows[-1].frame_idx, rows[-1].object_id)
