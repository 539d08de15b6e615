"""The log, read: by person and object, newest first; and the effort that is counted from it."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import ColumnElement, Connection, Row, and_, distinct, func, or_, select

from backend.domain.errors import NotFound
from backend.domain.ledger import Effort, Entry, Share, Wanted
from backend.domain.people import Person
from backend.store.database import Database
from backend.store.review_tables import ledger, ledger_objects
from backend.store.tables import sessions


class SqlLedger:
    """Implements `backend.domain.ledger.LedgerReader`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, session_id: str, wanted: Wanted, limit: int) -> list[Entry]:
        with self._database.read() as connection:
            project_id = _project_of(connection, session_id)
            query = select(ledger).where(_concerns(session_id, project_id, wanted.of_server))
            if wanted.before is not None:
                query = query.where(ledger.c.entry_id < wanted.before)
            if wanted.person_id is not None:
                is_theirs = ledger.c.person_id == wanted.person_id
                query = query.where(is_theirs if wanted.person_id else ledger.c.person_id.is_(None))
            if wanted.object_id is not None:
                names_it = select(ledger_objects.c.entry_id).where(
                    ledger_objects.c.session_id == session_id,
                    ledger_objects.c.object_id == wanted.object_id,
                )
                query = query.where(ledger.c.entry_id.in_(names_it))
            rows = connection.execute(query.order_by(ledger.c.entry_id.desc()).limit(limit)).all()
            shares = _shares_of(connection, [row.entry_id for row in rows])
        return [_entry(row, shares[row.entry_id]) for row in rows]

    def people(self, session_id: str) -> list[Person]:
        """As they were called last."""
        newest = (
            select(func.max(ledger.c.entry_id))
            .where(ledger.c.session_id == session_id, ledger.c.person_id.is_not(None))
            .group_by(ledger.c.person_id)
        )
        with self._database.read() as connection:
            _project_of(connection, session_id)
            rows = connection.execute(select(ledger).where(ledger.c.entry_id.in_(newest))).all()
        found = [Person(row.person_id, row.person_name) for row in rows]
        return sorted(found, key=lambda person: (person.name.casefold(), person.person_id))

    def effort(self, session_id: str) -> list[Effort]:
        def total(column: ColumnElement) -> ColumnElement:
            return func.coalesce(func.sum(column), 0)

        of_objects = (
            select(
                ledger_objects.c.object_id,
                total(ledger_objects.c.clicks).label("clicks"),
                total(ledger_objects.c.corrections).label("corrections"),
                total(ledger_objects.c.tracked_frames).label("tracked_frames"),
                total(ledger_objects.c.active_s).label("active_s"),
                func.count(distinct(ledger.c.person_id)).label("people"),
            )
            .join(ledger, ledger.c.entry_id == ledger_objects.c.entry_id)
            .where(ledger_objects.c.session_id == session_id)
            .group_by(ledger_objects.c.object_id)
            .order_by(ledger_objects.c.object_id)
        )
        names_objects = select(ledger_objects.c.entry_id).where(ledger_objects.c.session_id == session_id)
        of_no_object = select(
            total(ledger.c.active_s).label("active_s"),
            func.count(distinct(ledger.c.person_id)).label("people"),
        ).where(ledger.c.session_id == session_id, ledger.c.entry_id.not_in(names_objects))
        with self._database.read() as connection:
            _project_of(connection, session_id)
            effort = [
                Effort(
                    row.object_id,
                    int(row.clicks),
                    int(row.corrections),
                    int(row.tracked_frames),
                    float(row.active_s),
                    row.people,
                )
                for row in connection.execute(of_objects)
            ]
            rest = connection.execute(of_no_object).one()
        return [*effort, Effort(None, 0, 0, 0, float(rest.active_s), rest.people)]


def _project_of(connection: Connection, session_id: str) -> str:
    found = connection.execute(
        select(sessions.c.project_id).where(sessions.c.session_id == session_id)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("There is no such session; it may have been removed.")
    return found


def _concerns(session_id: str, project_id: str, of_server: bool) -> ColumnElement[bool]:
    """What was done in the session, and to who may come in by its project, or by the whole server."""
    elsewhere = ledger.c.session_id.is_(None)
    places = [ledger.c.session_id == session_id, and_(elsewhere, ledger.c.project_id == project_id)]
    if of_server:
        places.append(and_(elsewhere, ledger.c.project_id.is_(None)))
    return or_(*places)


def _shares_of(connection: Connection, entry_ids: list[int]) -> dict[int, list[Share]]:
    shares: dict[int, list[Share]] = defaultdict(list)
    rows = connection.execute(
        select(ledger_objects)
        .where(ledger_objects.c.entry_id.in_(entry_ids))
        .order_by(ledger_objects.c.entry_id, ledger_objects.c.object_id)
    )
    for row in rows:
        shares[row.entry_id].append(
            Share(
                row.object_id,
                row.first_frame,
                row.last_frame,
                row.num_frames,
                row.clicks,
                row.corrections,
                row.tracked_frames,
                row.active_s,
            )
        )
    return shares


def _entry(row: Row, shares: list[Share]) -> Entry:
    return Entry(
        row.entry_id,
        row.at_s,
        Person(row.person_id, row.person_name) if row.person_id is not None else None,
        row.what,
        row.session_id,
        row.version,
        row.subject_id,
        row.value,
        row.active_s,
        tuple(shares),
    )
