"""A propagation's masks and what they replaced change places: that is keeping, dropping and undoing.

While the verdict is APPLIED the session has the propagation's masks and its stash those from before, else the
other way round. What a person prompted or verified since stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Row, delete, select, update

from backend.domain.errors import Conflict, NotFound
from backend.domain.session import MaskOrigin, PropagationState, Verdict
from backend.store.mask_rules import NO_MASK
from backend.store.rows import upsert
from backend.store.tables import masks, objects, prompts, propagations, stashed_masks

PLACES_A_QUERY = 500
STASHES_KEPT = 20  # of a session's propagations: older ones cannot be undone any more


def open_propagation(connection: Connection, session_id: str) -> str | None:
    """The propagation that waits for a verdict."""
    wanted = select(propagations.c.propagation_id).where(
        propagations.c.session_id == session_id, propagations.c.verdict == Verdict.OPEN.value
    )
    return connection.execute(wanted.limit(1)).scalar_one_or_none()


def set_verdict(
    connection: Connection, session_id: str, propagation_id: str, verdict: Verdict, version: int
) -> None:
    """Raises Conflict where tracking has gone on since: undoing is from the newest backwards."""
    found = connection.execute(
        select(propagations).where(
            propagations.c.session_id == session_id, propagations.c.propagation_id == propagation_id
        )
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such propagation in this session.")
    if found.state == PropagationState.RUNNING.value:
        raise Conflict("This range is still being tracked; cancel it, or wait until it is done.")
    _check_newest(connection, found)
    if found.verdict == verdict.value:
        return
    if verdict is Verdict.APPLIED:
        _apply(connection, found, version)
    elif found.verdict == Verdict.APPLIED.value:
        _take_back(connection, found, version)
    connection.execute(
        update(propagations)
        .where(propagations.c.session_id == session_id, propagations.c.propagation_id == propagation_id)
        .values(verdict=verdict.value, version=version)
    )
    if verdict is Verdict.OPEN:  # the feed is to bring its masks again
        connection.execute(update(stashed_masks).where(*_of_stash(found)).values(version=version))


def forget_old_stashes(connection: Connection, session_id: str) -> None:
    """Drop what lies aside of propagations that nobody will undo any more."""
    old = (
        select(propagations.c.propagation_id)
        .where(propagations.c.session_id == session_id)
        .order_by(propagations.c.started_version.desc())
        .offset(STASHES_KEPT)
        .limit(-1 if connection.dialect.name == "sqlite" else None)
    )
    connection.execute(
        delete(stashed_masks).where(
            stashed_masks.c.session_id == session_id, stashed_masks.c.stash_id.in_(old)
        )
    )


def _check_newest(connection: Connection, found: Row) -> None:
    """Of those that left masks in the session, or wait to."""
    later = select(propagations.c.propagation_id).where(
        propagations.c.session_id == found.session_id,
        propagations.c.started_version > found.started_version,
        propagations.c.verdict != Verdict.DROPPED.value,
    )
    if connection.execute(later.limit(1)).first():
        raise Conflict("Tracking has gone on since; take the newer tracking back first.")


def _apply(connection: Connection, found: Row, version: int) -> None:
    aside = connection.execute(select(stashed_masks).where(*_of_stash(found))).all()
    for some in _chunks(aside):
        now = _masks_at(connection, found, some)
        gone = _removed(connection, found.session_id)
        taken = _prompted(connection, found.session_id, some)
        coming = [
            row
            for row in some
            if row.object_id not in gone
            and not _is_a_persons(now.get((row.object_id, row.frame_idx)), row, taken, found)
        ]
        _swap(connection, found, coming, now, version)


def _take_back(connection: Connection, found: Row, version: int) -> None:
    drawn = connection.execute(
        select(masks).where(
            masks.c.session_id == found.session_id,
            masks.c.propagation_id == found.propagation_id,
            masks.c.counts.is_not(None),
            ~masks.c.verified,
        )
    ).all()
    for some in _chunks(drawn):
        aside = {
            (row.object_id, row.frame_idx): row
            for row in connection.execute(
                select(stashed_masks).where(
                    *_of_stash(found), stashed_masks.c.frame_idx.in_({row.frame_idx for row in some})
                )
            )
        }
        back, to_stash = [], []
        for row in some:
            before = aside.get((row.object_id, row.frame_idx))
            back.append(_mask_values(before, version) if before else _no_mask(row, version))
            to_stash.append({**row._mapping, "stash_id": found.propagation_id, "version": version})
        upsert(connection, masks, back)
        upsert(connection, stashed_masks, to_stash)


def _swap(
    connection: Connection,
    found: Row,
    coming: Sequence[Row],
    now: dict[tuple[int, int], Row],
    version: int,
) -> None:
    to_stash = []
    for row in coming:
        before = now.get((row.object_id, row.frame_idx))
        values = _mask_values(before, version) if before else _no_mask(row, version)
        to_stash.append({**values, "stash_id": found.propagation_id})
    upsert(
        connection,
        masks,
        [{**_mask_values(row, version), "propagation_id": found.propagation_id} for row in coming],
    )
    upsert(connection, stashed_masks, to_stash)


def _is_a_persons(now: Row | None, coming: Row, prompted: set[tuple[int, int]], found: Row) -> bool:
    """Is there a mask that a person drew or verified since, or a prompt that is to draw one?"""
    place = coming.object_id, coming.frame_idx
    if now is not None and now.counts is not None:
        if now.verified and not found.overwrites_verified:
            return True
        return now.origin == MaskOrigin.PROMPT.value and place in prompted
    return place in prompted


def _mask_values(row: Row, version: int) -> dict[str, object]:
    """A row of either table, as `masks` takes it."""
    values = {column.name: row._mapping[column.name] for column in masks.columns}
    return {**values, "version": version}


def _no_mask(row: Row, version: int) -> dict[str, object]:
    return {**_mask_values(row, version), **NO_MASK}


def _masks_at(connection: Connection, found: Row, rows: Sequence[Row]) -> dict[tuple[int, int], Row]:
    wanted = select(masks).where(
        masks.c.session_id == found.session_id, masks.c.frame_idx.in_({row.frame_idx for row in rows})
    )
    return {(row.object_id, row.frame_idx): row for row in connection.execute(wanted)}


def _prompted(connection: Connection, session_id: str, rows: Sequence[Row]) -> set[tuple[int, int]]:
    wanted = select(prompts.c.object_id, prompts.c.frame_idx).where(
        prompts.c.session_id == session_id,
        prompts.c.frame_idx.in_({row.frame_idx for row in rows}),
        ~prompts.c.is_empty,
    )
    return {(row.object_id, row.frame_idx) for row in connection.execute(wanted)}


def _removed(connection: Connection, session_id: str) -> set[int]:
    wanted = select(objects.c.object_id).where(objects.c.session_id == session_id, objects.c.removed)
    return set(connection.scalars(wanted))


def _of_stash(found: Row) -> tuple:
    return (
        stashed_masks.c.session_id == found.session_id,
        stashed_masks.c.stash_id == found.propagation_id,
    )


def _chunks(rows: Sequence[Row]) -> list[Sequence[Row]]:
    """Never more frames than one query names."""
    return [rows[start : start + PLACES_A_QUERY] for start in range(0, len(rows), PLACES_A_QUERY)]
