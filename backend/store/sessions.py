"""Sessions, in SQL: the durable record of what people did and what engines drew."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select, tuple_, update
from sqlalchemy.sql import ColumnElement

from backend.domain.errors import Conflict, NotFound
from backend.domain.frames import range_of, without
from backend.domain.ledger import CREATED
from backend.domain.limits import SessionLimits
from backend.domain.once import Done, Edit
from backend.domain.session import (
    Attribute,
    FrameMask,
    FramePrompt,
    Propagation,
    PropagationState,
    Session,
    SessionDelta,
    TrackedObject,
)
from backend.domain.stale import Kind, Thing
from backend.store.beginnings import tracks_afresh
from backend.store.database import Database
from backend.store.delta import read_delta
from backend.store.ledger import Deed, count_clicks, note, record
from backend.store.mask_rules import accept_masks, forget, prompt_changes_mask
from backend.store.object_rows import check_room, find_object, last_rank, live_object, set_removed
from backend.store.once import Once, done_before
from backend.store.project_rows import in_project
from backend.store.reviews import take_back_acceptance
from backend.store.rows import (
    mask_of,
    object_of,
    object_row,
    prompt_of,
    prompt_row,
    propagation_of,
    propagation_row,
    session_of,
    session_row,
    upsert,
)
from backend.store.tables import masks, objects, prompts, propagations, sessions, videos
from backend.store.verdicts import open_propagation
from backend.store.write import Write

OnChange = Callable[[str, int], None]
MASKS_A_READ = 256

log = logging.getLogger(__name__)


class SqlSessionStore:
    """Implements `backend.domain.ports.SessionStore`.

    `on_change(session_id, version)` is called after each commit, in the writer's thread and outside
    every lock; what it raises is logged, since the write is done.
    """

    def __init__(
        self,
        database: Database,
        on_change: OnChange = lambda session_id, version: None,
        limits: SessionLimits = SessionLimits(),  # noqa: B008 - frozen
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.limits = limits
        self._database = database
        self._on_change = on_change
        self._clock = clock
        self._once = Once()

    # Reads

    def session(self, session_id: str) -> Session:
        with self._database.read() as connection:
            return _session(connection, session_id)

    def sessions(self) -> list[Session]:
        with self._database.read() as connection:
            rows = connection.execute(
                select(sessions)
                .where(sessions.c.removed_s.is_(None))
                .order_by(sessions.c.created_s.desc(), sessions.c.session_id)
            ).all()
        return [session_of(row) for row in rows]

    def objects(self, session_id: str) -> list[TrackedObject]:
        with self._database.read() as connection:
            _session(connection, session_id)
            rows = connection.execute(
                select(objects)
                .where(objects.c.session_id == session_id, ~objects.c.removed)
                .order_by(objects.c.rank, objects.c.object_id)
            ).all()
        return [object_of(row) for row in rows]

    def object(self, session_id: str, object_id: int, seen: int | None = None) -> TrackedObject:
        with self._database.read() as connection:
            _session(connection, session_id)
            return live_object(connection, session_id, object_id, seen)

    def prompts(self, session_id: str, after: int = 0) -> list[FramePrompt]:
        wanted = (
            select(prompts)
            .join(objects)
            .where(prompts.c.session_id == session_id, prompts.c.version > after, ~objects.c.removed)
            .order_by(prompts.c.version, prompts.c.frame_idx, prompts.c.object_id)
        )
        if after == 0:
            wanted = wanted.where(~prompts.c.is_empty)
        with self._database.read() as connection:
            _session(connection, session_id)
            return [prompt_of(row) for row in connection.execute(wanted)]

    def masks(self, session_id: str, first: int = 0, last: int | None = None) -> Iterator[FrameMask]:
        self.session(session_id)  # an unknown id raises here, not at the first mask
        return self._masks(session_id, first, last)

    def _masks(self, session_id: str, first: int, last: int | None) -> Iterator[FrameMask]:
        """Some at a time, so that no transaction stays open while the caller is slow."""
        place = tuple_(masks.c.frame_idx, masks.c.object_id)
        wanted = (
            select(masks)
            .where(masks.c.session_id == session_id, masks.c.counts.is_not(None))
            .order_by(masks.c.frame_idx, masks.c.object_id)
            .limit(MASKS_A_READ)
        )
        if last is not None:
            wanted = wanted.where(masks.c.frame_idx <= last)
        beyond = (first - 1, 2**31 - 1)
        while True:
            with self._database.read() as connection:
                rows = connection.execute(wanted.where(place > beyond)).all()
            yield from map(mask_of, rows)
            if len(rows) < MASKS_A_READ:
                return
            beyond = (rows[-1].frame_idx, rows[-1].object_id)

    def propagation(self, session_id: str) -> Propagation | None:
        with self._database.read() as connection:
            _session(connection, session_id)
            row = connection.execute(
                select(propagations)
                .where(propagations.c.session_id == session_id)
                .order_by(propagations.c.started_version.desc())
                .limit(1)
            ).one_or_none()
        return propagation_of(row) if row else None

    def tracks_afresh(self, session_id: str) -> bool:
        with self._database.read() as connection:
            return tracks_afresh(connection, session_id)

    def running_propagations(self) -> list[tuple[str, Propagation]]:
        with self._database.read() as connection:
            rows = connection.execute(
                select(propagations)
                .join(sessions)
                .where(propagations.c.state == PropagationState.RUNNING.value, sessions.c.removed_s.is_(None))
                .order_by(propagations.c.session_id)
            ).all()
        return [(row.session_id, propagation_of(row)) for row in rows]

    def delta(
        self, session_id: str, after: int, limit: int, masks_at_most: int | None = None
    ) -> SessionDelta:
        with self._database.read() as connection:
            session = _session(connection, session_id)
            changed = select(sessions.c.details_version).where(sessions.c.session_id == session_id)
            details_version = connection.execute(changed).scalar_one()
            return read_delta(connection, session, details_version, after, limit, masks_at_most)

    def done_before(self, edit: Edit) -> Done | None:
        with self._database.read() as connection:
            return done_before(connection, edit)

    def reading(self) -> AbstractContextManager[Connection]:
        """A read transaction, for what else is read of sessions."""
        return self._database.read()

    # Writes

    def add_session(self, session: Session) -> None:
        with self._database.write() as connection:
            self._once.take(connection)
            if not _exists(connection, videos.c.video_id, session.video_id):
                raise NotFound("There is no such video; it may have been removed.")
            if _exists(connection, sessions.c.session_id, session.session_id):
                raise Conflict("There is a session with this id already.")
            begun = in_project(connection, session)
            connection.execute(sessions.insert(), session_row(begun, session.version + 1))
            note(connection, Deed(CREATED, session.session_id, version=session.version + 1), self._clock)
            self._once.keep(connection, session.session_id)
        self.tell(session.session_id, session.version + 1)

    def add_object(
        self, session_id: str, describe: Callable[[int], TrackedObject], object_id: int | None = None
    ) -> TrackedObject:
        with self.writing(session_id) as write:
            next_id = write.connection.execute(
                select(sessions.c.next_object_id).where(sessions.c.session_id == session_id)
            ).scalar_one()
            new_id = next_id if object_id is None else object_id
            there = find_object(write.connection, session_id, new_id)
            if there is not None and not there.removed:
                raise Conflict(f"Object {new_id} is in use; choose another id.")
            check_room(write.connection, session_id, 1, self.limits)
            added = replace(
                describe(new_id),
                object_id=new_id,
                removed=False,
                tracked_version=0,
                version=write.version,
                rank=last_rank(write.connection, session_id) + 1,
            )
            upsert(write.connection, objects, [object_row(session_id, added, write.version)])
            write.connection.execute(
                update(sessions)
                .where(sessions.c.session_id == session_id)
                .values(next_object_id=max(next_id, new_id + 1))
            )
            write.touch(Thing(Kind.OBJECT, new_id))
            write.answer = added
        return added

    def update_object(
        self,
        session_id: str,
        object_id: int,
        name: str | None = None,
        colour: str | None = None,
        label: str | None = None,
        attributes: Sequence[Attribute] | None = None,
        locked: bool | None = None,
        seen: int | None = None,
    ) -> TrackedObject:
        said = {"name": name, "colour": colour, "label": label, "locked": locked}
        changes: dict[str, Any] = {field: value for field, value in said.items() if value is not None}
        if attributes is not None:
            changes["attributes"] = tuple(attributes)
        with self.writing(session_id) as write:
            write.change(seen, Thing(Kind.OBJECT, object_id))
            old = live_object(write.connection, session_id, object_id)
            new = replace(old, **changes, version=write.version)
            upsert(write.connection, objects, [object_row(session_id, new, write.version)])
            write.answer = new
        return new

    def remove_object(self, session_id: str, object_id: int, seen: int | None = None) -> int:
        with self.writing(session_id) as write:
            write.change(seen, Thing(Kind.OBJECT, object_id), Thing(Kind.PROMPTS, object_id))
            set_removed(write.connection, session_id, object_id, write.version)
        return write.version

    def put_prompt(self, session_id: str, prompt: FramePrompt, seen: int | None = None) -> int:
        with self.writing(session_id) as write:
            write.change(seen, Thing.prompts(prompt.object_id, prompt.frame_idx))
            tracked = live_object(write.connection, session_id, prompt.object_id)
            if not prompt.is_empty and range_of(tracked.absent, prompt.frame_idx):  # the newest word counts
                write.change(seen, Thing(Kind.OBJECT, prompt.object_id))
                present = replace(tracked, absent=without(tracked.absent, prompt.frame_idx))
                upsert(write.connection, objects, [object_row(session_id, present, write.version)])
            count_clicks(write, prompt)
            prompt_changes_mask(write.connection, session_id, prompt, write.version)
            upsert(write.connection, prompts, [prompt_row(session_id, prompt, write.version)])
        return write.version

    def clear_prompts(self, session_id: str, seen: int | None = None) -> int:
        with self.writing(session_id) as write:
            there = select(prompts.c.object_id).where(prompts.c.session_id == session_id, ~prompts.c.is_empty)
            ids = write.connection.scalars(there.distinct()).all()
            write.change(seen, *(Thing(Kind.PROMPTS, object_id) for object_id in ids))
            write.connection.execute(
                update(objects)
                .where(objects.c.session_id == session_id, objects.c.tracked_version > 0)
                .values(tracked_version=0, version=write.version)
            )
            forget(write.connection, session_id, write.version)
        return write.version

    def start_propagation(self, session_id: str, propagation: Propagation) -> int:
        with self.writing(session_id) as write:
            running = write.connection.execute(
                select(propagations.c.propagation_id).where(
                    propagations.c.session_id == session_id,
                    propagations.c.state == PropagationState.RUNNING.value,
                )
            ).first()
            if running:
                raise Conflict("Tracking is already running here; cancel it, or wait until it is done.")
            if open_propagation(write.connection, session_id):
                raise Conflict("A tracked range waits to be kept or dropped; decide on it first.")
            started = replace(propagation, state=PropagationState.RUNNING)
            row = propagation_row(session_id, started, write.version)
            write.connection.execute(propagations.insert(), {**row, "started_version": write.version})
            write.answer = started
        return write.version

    def put_masks(
        self, session_id: str, masks: Sequence[FrameMask], propagation: Propagation | None = None
    ) -> int:
        with self.writing(session_id) as write:
            write.notes.silent = True
            accept_masks(write.connection, session_id, masks, write.version, propagation)
            if propagation is not None:
                _record_progress(write, session_id, propagation)
        return write.version

    def verified(self, session_id: str) -> dict[int, frozenset[int]]:
        wanted = select(masks.c.object_id, masks.c.frame_idx).where(
            masks.c.session_id == session_id, masks.c.verified, masks.c.counts.is_not(None)
        )
        found: dict[int, set[int]] = defaultdict(set)
        with self._database.read() as connection:
            for row in connection.execute(wanted):
                found[row.object_id].add(row.frame_idx)
        return {object_id: frozenset(frames) for object_id, frames in found.items()}

    @contextmanager
    def writing(self, session_id: str) -> Iterator[Write]:
        """One transaction: the session's row is locked and its version raised by one."""
        with self._database.write() as connection:
            version = connection.execute(
                select(sessions.c.version)
                .where(sessions.c.session_id == session_id, sessions.c.removed_s.is_(None))
                .with_for_update()
            ).scalar_one_or_none()
            if version is None:
                raise _no_session()
            connection.execute(
                update(sessions).where(sessions.c.session_id == session_id).values(version=version + 1)
            )
            self._once.take(connection)
            write = Write(connection, session_id, version + 1)
            yield write
            take_back_acceptance(write, self._clock)
            record(write, self._clock)
            self._once.keep(connection, write.version if write.answer is None else write.answer)
        self.tell(session_id, write.version)

    def tell(self, session_id: str, version: int) -> None:
        try:
            self._on_change(session_id, version)
        except Exception:
            log.exception("The listener to session %s failed; the write itself is safe.", session_id)


def _record_progress(write: Write, session_id: str, propagation: Propagation) -> None:
    """What has ended stays ended: late news of it is ignored."""
    of_it = (
        propagations.c.session_id == session_id,
        propagations.c.propagation_id == propagation.propagation_id,
    )
    state = write.connection.execute(select(propagations.c.state).where(*of_it)).scalar_one_or_none()
    if state is None:
        raise NotFound("There is no such propagation in this session.")
    if state != PropagationState.RUNNING:
        return
    if propagation.state is not PropagationState.RUNNING:
        write.notes.ended = propagation
    row = propagation_row(session_id, propagation, write.version)
    write.connection.execute(update(propagations).where(*of_it).values(**row))
    if propagation.state is PropagationState.DONE and propagation.prompts_version:
        walked = {object_id for walk in propagation.passes for object_id in walk.object_ids}
        write.connection.execute(
            update(objects)
            .where(objects.c.session_id == session_id, objects.c.object_id.in_(walked), ~objects.c.removed)
            .values(tracked_version=propagation.prompts_version, version=write.version)
        )


def _exists(connection: Connection, column: ColumnElement[str], value: str) -> bool:
    return connection.execute(select(column).where(column == value)).first() is not None


def _no_session() -> NotFound:
    return NotFound("There is no such session; it may have been removed.")


def _session(connection: Connection, session_id: str) -> Session:
    row = connection.execute(
        select(sessions).where(sessions.c.session_id == session_id, sessions.c.removed_s.is_(None))
    ).one_or_none()
    if row is None:
        raise _no_session()
    return session_of(row)
