"""The log of who did what when, in SQL: written with each change, in its transaction, and read.

Which objects and frames a change concerned is read from the rows that carry its version, so that no command
has to say it, and none can forget to.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Row, Table, func, select, union_all

from backend.domain.ledger import CHANGED, Share, active_between, clicks_between, doing
from backend.domain.people import Person, Role, Scope, ScopeKind, acting
from backend.domain.session import FramePrompt, MaskOrigin, Pass, Propagation
from backend.store.review_tables import comments, ledger, ledger_objects
from backend.store.rows import prompt_of
from backend.store.tables import kept_masks, masks, objects, prompts, propagations
from backend.store.write import Write

TRACKED = "tracked"  # what the log calls a Track that has ended
ENGINE = ""  # the name of nobody

Clock = Callable[[], float]


@dataclass(frozen=True)
class Deed:
    """What is noted. Without a session it concerns a project; without either, the server."""

    what: str
    session_id: str | None = None
    project_id: str | None = None
    version: int | None = None
    subject_id: str | None = None
    value: str | None = None
    shares: tuple[Share, ...] = ()


def note(connection: Connection, deed: Deed, clock: Clock = time.time) -> None:
    """Add a line to the log, in the transaction of what it tells of. Who: the caller of this request."""
    caller = acting.get()
    _add(connection, deed, caller.person if caller else None, clock())


def note_as(connection: Connection, deed: Deed, person: Person) -> None:
    """The same, for somebody whom this thread does not act for."""
    _add(connection, deed, person, time.time())


def note_access(
    connection: Connection,
    what: str,
    scope: Scope,
    subject_id: str,
    role: Role | None = None,
    person: Person | None = None,
) -> None:
    """Who may come in has changed: `subject_id` is a link, person or token. `person`: who did it, where that
    is nobody whom the request knows yet."""
    session_id = scope.id if scope.kind is ScopeKind.SESSION else None
    project_id = scope.id if scope.kind is ScopeKind.PROJECT else None
    deed = Deed(what, session_id, project_id, subject_id=subject_id, value=role.value if role else None)
    if person is None:
        note(connection, deed)
    else:
        note_as(connection, deed, person)


def record(write: Write, clock: Clock = time.time) -> None:
    """Add the line of a change of a session, once all of it is written."""
    notes = write.notes
    if notes.ended is not None:
        note(write.connection, _tracked(write, notes.ended), clock)
    elif not notes.silent:
        shares = _shares(write)
        deed = Deed(
            doing.get() or CHANGED,
            write.session_id,
            version=write.version,
            subject_id=notes.subject_id,
            value=notes.value,
            shares=shares,
        )
        note(write.connection, deed, clock)


def count_clicks(write: Write, prompt: FramePrompt) -> None:
    """Note how many clicks a new set of prompts stands for. Call it before the set is written."""
    place = prompt.object_id, prompt.frame_idx
    old = _at(write, prompts, place)
    clicks = clicks_between(prompt_of(old) if old else None, prompt)
    mask, kept = _at(write, masks, place), _at(write, kept_masks, place)
    is_tracked = mask is not None and mask.counts is not None and mask.origin == MaskOrigin.TRACK.value
    write.notes.clicks[prompt.object_id] += clicks
    if is_tracked or kept is not None:
        write.notes.corrections[prompt.object_id] += clicks


def _at(write: Write, table: Table, place: tuple[int, int]) -> Row | None:
    object_id, frame_idx = place
    wanted = select(table).where(
        table.c.session_id == write.session_id,
        table.c.object_id == object_id,
        table.c.frame_idx == frame_idx,
    )
    return write.connection.execute(wanted).one_or_none()


def _add(connection: Connection, deed: Deed, person: Person | None, now_s: float) -> None:
    active_s = active_between(_last_s(connection, deed, person), now_s) if person and deed.session_id else 0.0
    row = {
        "at_s": now_s,
        "session_id": deed.session_id,
        "project_id": deed.project_id,
        "version": deed.version,
        "person_id": person.person_id if person else None,
        "person_name": person.name if person else ENGINE,
        "what": deed.what[:64],
        "subject_id": deed.subject_id,
        "value": deed.value,
        "active_s": active_s,
    }
    entry_id = connection.execute(ledger.insert().returning(ledger.c.entry_id), row).scalar_one()
    if deed.shares:
        each_s = active_s / len(deed.shares)
        rows = [_share_row(entry_id, deed, replace(share, active_s=each_s)) for share in deed.shares]
        connection.execute(ledger_objects.insert(), rows)


def _share_row(entry_id: int, deed: Deed, share: Share) -> dict[str, object]:
    return {
        "entry_id": entry_id,
        "session_id": deed.session_id,
        "object_id": share.object_id,
        "first_frame": share.first_frame,
        "last_frame": share.last_frame,
        "num_frames": share.num_frames,
        "clicks": share.clicks,
        "corrections": share.corrections,
        "tracked_frames": share.tracked_frames,
        "active_s": share.active_s,
    }


def _last_s(connection: Connection, deed: Deed, person: Person) -> float | None:
    """When the person last did something in this session."""
    newest = (
        select(ledger.c.at_s)
        .where(ledger.c.session_id == deed.session_id, ledger.c.person_id == person.person_id)
        .order_by(ledger.c.entry_id.desc())
        .limit(1)
    )
    return connection.execute(newest).scalar_one_or_none()


def _shares(write: Write) -> tuple[Share, ...]:
    """The objects whose rows the change wrote, and on which frames."""
    frames: dict[int, list[tuple[int, int, int]]] = {}  # object id -> (how many, first, last) of each table
    for object_id, count, first, last in _touched(write):
        found = frames.setdefault(object_id, [])
        if count:
            found.append((count, first, last))
    clicks, corrections = write.notes.clicks, write.notes.corrections
    return tuple(
        Share(
            object_id,
            min((first for _, first, _ in found), default=None),
            max((last for _, _, last in found), default=None),
            max((count for count, _, _ in found), default=0),
            clicks[object_id],
            corrections[object_id],
        )
        for object_id, found in sorted(frames.items())
    )


def _touched(write: Write) -> Iterable[tuple[int, int, int, int]]:
    """(object id, on how many frames, first, last), in a row for each table."""

    def of(table, *more) -> tuple:
        return (table.c.session_id == write.session_id, table.c.version >= write.first_version, *more)

    frames = [
        select(
            table.c.object_id,
            func.count().label("count"),
            func.min(table.c.frame_idx).label("first"),
            func.max(table.c.frame_idx).label("last"),
        )
        .where(*of(table, table.c.object_id.is_not(None)))
        .group_by(table.c.object_id)
        for table in (prompts, masks, comments)
    ]
    yield from map(tuple, write.connection.execute(union_all(*frames)))
    for object_id in write.connection.scalars(select(objects.c.object_id).where(*of(objects))):
        yield object_id, 0, 0, 0
    begun = write.connection.scalars(
        select(propagations.c.passes).where(
            *of(propagations), propagations.c.started_version >= write.first_version
        )
    )
    for passes in begun:
        for ids, start, stop in json.loads(passes):
            for object_id in ids:
                yield object_id, abs(stop - start) + 1, min(start, stop), max(start, stop)


def _tracked(write: Write, ended: Propagation) -> Deed:
    shares = tuple(walked_shares(ended.passes, ended.frames_done))
    return Deed(
        TRACKED, write.session_id, None, write.version, ended.propagation_id, ended.state.value, shares
    )


def walked_shares(passes: Iterable[Pass], frames_done: int) -> list[Share]:
    """Which frames a Track has walked with each object, when it ended after so many steps over its passes."""
    shares: dict[int, Share] = {}
    for one in passes:
        walked = min(len(one), frames_done)
        frames_done -= walked
        if walked == 0:
            continue
        ends = one.frame(0), one.frame(walked - 1)
        for object_id in one.object_ids:
            known = shares.get(object_id, Share(object_id, min(ends), max(ends)))
            first = min(ends) if known.first_frame is None else min(known.first_frame, *ends)
            last = max(ends) if known.last_frame is None else max(known.last_frame, *ends)
            frames = known.tracked_frames + walked
            shares[object_id] = replace(
                known, first_frame=first, last_frame=last, num_frames=frames, tracked_frames=frames
            )
    return [shares[object_id] for object_id in sorted(shares)]
