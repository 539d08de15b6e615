"""How far sessions are: counted by the database, and kept until a session changes.

Counting reads a session's masks without their outlines. A page of 1,000 sessions counts those anew that
changed since somebody last looked; of the others it reads one row.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import BigInteger, Connection, Integer, case, cast, func, literal, select
from sqlalchemy.sql import ColumnElement

from backend.domain.coverage import DOUBTFUL
from backend.domain.errors import Unavailable
from backend.domain.project_ports import ObjectCounts, SessionProgress
from backend.domain.standing import ReviewState
from backend.store.database import Database
from backend.store.rows import upsert
from backend.store.tables import masks, objects, session_progress, sessions, videos

SESSIONS_A_QUERY = 200
FRAMES_AT_MOST = 2**31
SURE_LOGIT = 1.3863  # its sigmoid is DOUBTFUL

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Counted:
    """A row of `session_progress`."""

    session_id: str
    version: int
    masks: int = 0
    masks_verified: int = 0
    frames_masked: int = 0
    frames_verified: int = 0
    frames_doubtful: int = 0
    busiest_frame: int | None = None


@dataclass(frozen=True)
class _Asked:
    """Of one read: what was found, and which counts of it are new."""

    progress: list[SessionProgress]
    fresh: list[_Counted]


def read_progress(database: Database, session_ids: Sequence[str]) -> list[SessionProgress]:
    """Of those sessions that are there."""
    found: list[SessionProgress] = []
    for start in range(0, len(session_ids), SESSIONS_A_QUERY):
        with database.read() as connection:
            asked = _read(connection, list(session_ids[start : start + SESSIONS_A_QUERY]))
        _keep(database, asked.fresh)
        found += asked.progress
    return found


def _read(connection: Connection, session_ids: list[str]) -> _Asked:
    of_them = sessions.c.session_id.in_(session_ids)
    frames = (cast(func.length(videos.c.pts_s), Integer) // 8).label("num_frames")
    there = connection.execute(
        select(sessions.c.session_id, sessions.c.version, sessions.c.assignee_id, frames)
        .join(videos)
        .where(of_them)
    ).all()
    kept = {
        row.session_id: _Counted(*row)
        for row in connection.execute(
            select(session_progress)
            .join(sessions)
            .where(of_them, session_progress.c.version == sessions.c.version)
        )
    }
    stale = {row.session_id: row.version for row in there if row.session_id not in kept}
    fresh = {session_id: _Counted(session_id, version) for session_id, version in stale.items()}
    fresh |= {one.session_id: one for one in _count(connection, stale)}
    people, counts = _objects(connection, session_ids)
    counted = kept | fresh
    progress = [
        _progress(
            counted[row.session_id],
            row.num_frames,
            counts.get(row.session_id, ObjectCounts()),
            [row.assignee_id, *people[row.session_id]],
        )
        for row in there
    ]
    return _Asked(progress, list(fresh.values()))


def _progress(
    counted: _Counted, num_frames: int, num_objects: ObjectCounts, people: Sequence[str | None]
) -> SessionProgress:
    assigned = tuple(dict.fromkeys(person for person in people if person is not None))
    return SessionProgress(
        counted.session_id,
        num_frames,
        num_objects,
        counted.masks,
        counted.masks_verified,
        counted.frames_masked,
        counted.frames_verified,
        counted.frames_doubtful,
        counted.busiest_frame,
        assigned,
    )


def _count(connection: Connection, versions: dict[str, int]) -> Iterator[_Counted]:
    """Of sessions with masks. The busiest frame is the first with the most objects to be seen."""
    if not versions:
        return
    of_frame = (
        select(
            masks.c.session_id,
            masks.c.frame_idx,
            func.count().label("masks"),
            _sum(masks.c.verified).label("verified"),
            _sum((masks.c.area > 0) & ~masks.c.verified).label("open"),
            _sum(_deserves_a_look()).label("doubtful"),
            _sum(masks.c.area > 0).cast(BigInteger).label("seen"),
        )
        .where(masks.c.session_id.in_(versions), masks.c.counts.is_not(None))
        .group_by(masks.c.session_id, masks.c.frame_idx)
        .subquery()
    )
    f = of_frame.c
    code = f.seen * literal(FRAMES_AT_MOST, BigInteger) - f.frame_idx
    busiest = func.max(case((f.seen > 0, code), else_=None))
    rows = connection.execute(
        select(
            f.session_id,
            func.sum(f.masks).cast(Integer),
            func.sum(f.verified).cast(Integer),
            func.count(),
            _sum((f.verified > 0) & (f.open == 0)),
            _sum(f.doubtful > 0),
            busiest,
        ).group_by(f.session_id)
    )
    for session_id, *numbers, code in rows:
        frame_idx = None if code is None else -int(code) % FRAMES_AT_MOST
        yield _Counted(session_id, versions[session_id], *numbers, frame_idx)


def _deserves_a_look() -> ColumnElement[bool]:
    """As `backend.domain.coverage.look_of` has it. A mask of before doubt was measured goes by its scores,
    each by itself: not every database knows the exponential function."""
    measured = masks.c.doubt.is_not(None)
    unsure = (masks.c.object_score < SURE_LOGIT) | (masks.c.predicted_iou < DOUBTFUL)
    doubted = (measured & (1 - masks.c.doubt < DOUBTFUL)) | (~measured & unsure)
    return (masks.c.area > 0) & ~masks.c.verified & doubted


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """On how many rows it holds."""
    return func.sum(case((condition, 1), else_=0))


def _objects(
    connection: Connection, session_ids: list[str]
) -> tuple[dict[str, list[str]], dict[str, ObjectCounts]]:
    """(whom objects of each session are assigned to, how many objects it has in which state)"""
    here = objects.c.session_id.in_(session_ids), ~objects.c.removed
    alike = objects.c.session_id, objects.c.assignee_id, objects.c.review_state
    people: dict[str, list[str]] = defaultdict(list)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    wanted = select(*alike, func.count()).where(*here).group_by(*alike)
    for session_id, person_id, state, count in connection.execute(wanted):
        counts[session_id][state] += count
        if person_id is not None:
            people[session_id].append(person_id)
    return people, {session_id: _counts(by_state) for session_id, by_state in counts.items()}


def _counts(by_state: Counter[str]) -> ObjectCounts:
    return ObjectCounts(
        by_state.total(),
        by_state[ReviewState.FOR_REVIEW],
        by_state[ReviewState.ACCEPTED],
        by_state[ReviewState.REJECTED],
    )


def _keep(database: Database, fresh: Sequence[_Counted]) -> None:
    """For the next reader. A full disk is no reason not to show a page."""
    if not fresh:
        return
    try:
        with database.write() as connection:
            ids = [one.session_id for one in fresh]
            there = set(
                connection.scalars(
                    select(sessions.c.session_id)
                    .where(sessions.c.session_id.in_(ids))
                    .with_for_update(read=True)  # nobody clears it away meanwhile
                )
            )
            upsert(connection, session_progress, [asdict(one) for one in fresh if one.session_id in there])
    except Unavailable as error:
        log.warning("How far sessions are could not be kept: %s", error)
