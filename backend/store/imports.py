"""An import, in one transaction: the session has all of it or nothing, also when the process dies."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, select, update

from backend.domain.commands import colour_of
from backend.domain.errors import NotFound
from backend.domain.exchange import BroughtIn, Incoming, IncomingBox, IncomingMask
from backend.domain.jobs import Job
from backend.domain.ledger import Share
from backend.domain.limits import SessionLimits
from backend.domain.people import LOCAL, Person
from backend.domain.session import FrameMask, FramePrompt, MaskOrigin, Session, TrackedObject
from backend.store.database import Database
from backend.store.jobs import end_job
from backend.store.ledger import Deed, note_as
from backend.store.object_rows import check_room, last_rank
from backend.store.people_tables import people
from backend.store.project_rows import in_project
from backend.store.rows import mask_row, object_row, prompt_row, session_row, upsert
from backend.store.tables import masks, objects, prompts, sessions, videos

SHAPES_A_VERSION = 256  # the feed sends a version whole, so a large import takes several
IMPORTED = "startImport"  # in the log
SURE = 10.0  # a logit: the object is on this frame, the file says so

T = TypeVar("T")
Shape = IncomingMask | IncomingBox

log = logging.getLogger(__name__)


class SqlImports:
    """Implements `backend.domain.exchange.Imports`. `on_change` as in SqlSessionStore."""

    def __init__(
        self, database: Database, on_change: Callable[[str, int], None], limits: SessionLimits
    ) -> None:
        self._database = database
        self._on_change = on_change
        self._limits = limits

    def bring_in(
        self, session: Session, incoming: Incoming, new: bool, ended: Callable[[BroughtIn], Job]
    ) -> BroughtIn:
        with self._database.write() as connection:
            if new:
                _add_session(connection, session)
            brought = _bring_in(connection, session, incoming, self._limits)
            job = ended(brought)
            end_job(connection, job)
            _note(connection, brought, job)
        try:
            self._on_change(session.session_id, brought.version)
        except Exception:
            log.exception("The listener to session %s failed; the import is safe.", session.session_id)
        return brought


def _note(connection: Connection, brought: BroughtIn, job: Job) -> None:
    """In the log, as done by who asked for it: the job itself runs for nobody's request."""
    name = select(people.c.name).where(people.c.person_id == job.owner)
    found = connection.execute(name).scalar_one_or_none()
    shares = tuple(
        Share(one.object_id, one.first_frame, one.last_frame, one.num_masks + one.num_boxes)
        for one in (job.report.objects if job.report else ())
    )
    deed = Deed(IMPORTED, brought.session_id, version=brought.version, subject_id=job.job_id, shares=shares)
    note_as(connection, deed, Person(job.owner, found) if found is not None else LOCAL.person)


def _add_session(connection: Connection, session: Session) -> None:
    video = select(videos.c.video_id).where(videos.c.video_id == session.video_id)
    if connection.execute(video).first() is None:
        raise NotFound("There is no such video; it may have been removed.")
    connection.execute(sessions.insert(), session_row(in_project(connection, session), version=1))


def _bring_in(
    connection: Connection, session: Session, incoming: Incoming, limits: SessionLimits
) -> BroughtIn:
    of_session = sessions.c.session_id == session.session_id
    row = connection.execute(
        select(sessions.c.version, sessions.c.next_object_id).where(of_session).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such session; it may have been removed.")
    check_room(connection, session.session_id, len(incoming.objects), limits)
    used = set(
        connection.scalars(select(objects.c.object_id).where(objects.c.session_id == session.session_id))
    )
    ids = _ids(incoming.objects, used, row.next_object_id)
    version = row.version + 1
    rank = last_rank(connection, session.session_id)
    rows = [
        object_row(session.session_id, _added(tracked, ids[tracked.object_id], rank + place), version)
        for place, tracked in enumerate(incoming.objects, 1)
    ]
    upsert(connection, objects, rows)
    for shapes in _batches(incoming.shapes(), SHAPES_A_VERSION):
        version = _write_shapes(connection, session, shapes, ids, incoming.keep, version)
    done = [ids[object_id] for object_id in incoming.complete]
    if done:
        connection.execute(
            update(objects)
            .where(objects.c.session_id == session.session_id, objects.c.object_id.in_(done))
            .values(tracked_version=version)
        )
    connection.execute(
        update(sessions)
        .where(of_session)
        .values(version=version, next_object_id=max(row.next_object_id, *(i + 1 for i in ids.values())))
    )
    return BroughtIn(session.session_id, version, ids)


def _added(tracked: TrackedObject, object_id: int, rank: int) -> TrackedObject:
    return replace(tracked, object_id=object_id, colour=tracked.colour or colour_of(object_id), rank=rank)


def _ids(incoming: Sequence[TrackedObject], used: set[int], next_id: int) -> dict[int, int]:
    """The file's ids where the session never had them, else the next ones that neither has."""
    taken = used | {tracked.object_id for tracked in incoming}
    ids: dict[int, int] = {}
    for tracked in incoming:
        new_id = tracked.object_id
        if new_id in used or new_id < next_id and used:
            new_id = max(next_id, max(taken) + 1)
            taken.add(new_id)
        ids[tracked.object_id] = new_id
    return ids


def _write_shapes(
    connection: Connection,
    session: Session,
    shapes: Sequence[Shape],
    ids: dict[int, int],
    keep: bool,
    version: int,
) -> int:
    """Two versions: prompts, then masks. A mask that is newer than its prompt counts as the answer to it,
    so no engine draws it anew. Returns the second."""
    asked, version = version + 1, version + 2
    prompted = [_prompt_of(shape, ids) for shape in shapes if isinstance(shape, IncomingBox) or shape.prompt]
    drawn = [_mask_of(shape, ids, session, keep) for shape in shapes if isinstance(shape, IncomingMask)]
    upsert(connection, prompts, [prompt_row(session.session_id, prompt, asked) for prompt in prompted])
    upsert(connection, masks, [mask_row(session.session_id, mask, version) for mask in drawn])
    return version


def _prompt_of(shape: Shape, ids: dict[int, int]) -> FramePrompt:
    object_id = ids[shape.object_id]
    if isinstance(shape, IncomingBox):
        return FramePrompt(object_id, shape.frame_idx, box=shape.box)
    return FramePrompt(object_id, shape.frame_idx, mask=shape.rle)


def _mask_of(shape: IncomingMask, ids: dict[int, int], session: Session, keep: bool) -> FrameMask:
    return FrameMask(
        ids[shape.object_id],
        shape.frame_idx,
        shape.rle,
        shape.rle.area,
        SURE,
        1.0,
        MaskOrigin.PROMPT if shape.prompt else MaskOrigin.IMPORT,
        session.engine_id,
        verified=keep,
    )


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    walking = iter(items)
    while batch := list(islice(walking, size)):
        yield batch
