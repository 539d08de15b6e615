"""Objects' states of review, in SQL: set, and listed as a queue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, Row, func, select

from backend.domain.acceptance import Judge, Waiting
from backend.domain.rle import Rle
from backend.domain.session import TrackedObject
from backend.domain.stale import Stale
from backend.domain.standing import ReviewState
from backend.store.object_rows import live_object
from backend.store.present import object_now
from backend.store.review_tables import comments
from backend.store.reviews import changed_since
from backend.store.rows import object_of, object_row, upsert
from backend.store.sessions import SqlSessionStore
from backend.store.tables import masks, objects
from backend.store.write import Write

IDS_A_QUERY = 500


class SqlAcceptanceStore:
    """Implements `backend.domain.acceptance.AcceptanceStore`."""

    def __init__(self, store: SqlSessionStore) -> None:
        self._store = store

    def set_reviews(
        self, session_id: str, object_ids: Sequence[int], judge: Judge, seen: int | None = None
    ) -> list[TrackedObject]:
        with self._store.writing(session_id) as write:
            after = []
            for object_id in object_ids:
                old = live_object(write.connection, session_id, object_id, seen)
                review = judge(old)
                if review == old.review:
                    after.append(old)
                    continue
                _check_seen(write, old, seen)
                new = replace(old, review=review, version=write.version)
                upsert(write.connection, objects, [object_row(session_id, new, write.version)])
                write.notes.value = review.state.value
                after.append(new)
            write.notes.silent = write.notes.value is None  # nothing was to be done
            write.answer = after
        return after

    def largest_frame(self, session_id: str, object_id: int) -> int | None:
        wanted = (
            select(masks.c.frame_idx)
            .where(masks.c.session_id == session_id, masks.c.object_id == object_id, masks.c.area > 0)
            .order_by(masks.c.area.desc(), masks.c.frame_idx)
            .limit(1)
        )
        with self._store.reading() as connection:
            return connection.execute(wanted).scalar_one_or_none()

    def count_waiting(self, session_ids: Collection[str]) -> int:
        wanted = select(func.count()).where(*_waits())
        with self._store.reading() as connection:
            return sum(
                connection.execute(wanted.where(objects.c.session_id.in_(some))).scalar_one()
                for some in _chunks(session_ids)
            )

    def waiting(self, session_ids: Collection[str], limit: int, skip: int = 0) -> list[Waiting]:
        wanted = select(objects).where(*_waits()).order_by(objects.c.sent_s, objects.c.object_id)
        found: list[Row] = []
        with self._store.reading() as connection:
            for some in _chunks(session_ids):
                of_some = wanted.where(objects.c.session_id.in_(some)).limit(skip + limit)
                found += connection.execute(of_some)
            found.sort(key=lambda row: (row.sent_s, row.session_id, row.object_id))
            page = found[skip : skip + limit]
            num_masks = _num_masks(connection, page)
            return [_waiting(connection, row, num_masks) for row in page]


def _waits() -> tuple[ColumnElement[bool], ...]:
    return objects.c.review_state == ReviewState.FOR_REVIEW.value, ~objects.c.removed


def _check_seen(write: Write, old: TrackedObject, seen: int | None) -> None:
    """A judgement is of what its maker has looked at."""
    if seen is None:
        return
    if old.version > seen or changed_since(write.connection, write.session_id, [old.object_id], seen):
        raise Stale(
            object_now(write.connection, write.session_id, old, write.version - 1),
            f"{old.name} has changed since you looked at it; look again, then decide.",
        )


def _num_masks(connection: Connection, rows: Sequence[Row]) -> dict[tuple[str, int], int]:
    """(session id, object id) -> on how many frames it is seen. A session's masks are walked once for all."""
    ids: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        ids[row.session_id].append(row.object_id)
    counts = {}
    for session_id, object_ids in ids.items():
        of_them = (
            masks.c.session_id == session_id,
            masks.c.object_id.in_(object_ids),
            masks.c.area > 0,
        )
        wanted = select(masks.c.object_id, func.count()).where(*of_them).group_by(masks.c.object_id)
        counts |= {(session_id, object_id): count for object_id, count in connection.execute(wanted)}
    return counts


def _waiting(connection: Connection, row: Row, num_masks: Mapping[tuple[str, int], int]) -> Waiting:
    tracked = object_of(row)
    is_its = masks.c.session_id == row.session_id, masks.c.object_id == row.object_id
    shown = connection.execute(
        select(masks.c.height, masks.c.width, masks.c.counts).where(
            *is_its, masks.c.frame_idx == row.review_frame, masks.c.counts.is_not(None)
        )
    ).one_or_none()
    open_comments = connection.execute(
        select(func.count()).where(
            comments.c.session_id == row.session_id,
            comments.c.object_id == row.object_id,
            comments.c.comment_id == comments.c.thread_id,
            ~comments.c.removed,
            comments.c.resolved_s.is_(None),
        )
    ).scalar_one()
    rle = Rle(shown.height, shown.width, shown.counts) if shown else None
    seen_on = num_masks.get((row.session_id, row.object_id), 0)
    return Waiting(row.session_id, tracked, rle, seen_on, open_comments)


def _chunks(ids: Collection[str]) -> Iterator[list[str]]:
    """Never more ids than one query names."""
    everything = sorted(ids)
    for start in range(0, len(everything), IDS_A_QUERY):
        yield everything[start : start + IDS_A_QUERY]
