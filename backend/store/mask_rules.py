"""Which mask wins: what a prompt does to the mask on its frame, and which drawn masks are still wanted.

Engines draw from what the store held some moments ago. Meanwhile people may have removed the object or
taken the prompt back, so masks are checked against the session as it is when they are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Row, Table, delete, select, update
from sqlalchemy.sql import ColumnElement

from backend.domain.frames import FrameRange, range_of
from backend.domain.rle import Rle
from backend.domain.session import (
    ABSENT_SCORE,
    FrameMask,
    FramePrompt,
    MaskOrigin,
    Propagation,
    Verdict,
)
from backend.store.doubts import with_doubt
from backend.store.rows import mask_row, object_of, upsert
from backend.store.stash import stash_replaced
from backend.store.tables import kept_masks, masks, objects, prompts, stashed_masks

Place = tuple[int, int]  # (object id, frame index)
FRAMES_A_QUERY = 500
NO_MASK = {
    "height": None,
    "width": None,
    "counts": None,
    "area": 0,
    "object_score": 0.0,
    "predicted_iou": 0.0,
    "verified": False,
    "doubt": None,
    "doubt_reasons": 0,
    "edge": None,
    "propagation_id": None,
}
NO_PROMPT = {
    "points": "[]",
    "box": None,
    "mask_height": None,
    "mask_width": None,
    "mask_counts": None,
    "is_empty": True,
}


def accept_masks(
    connection: Connection,
    session_id: str,
    drawn: Sequence[FrameMask],
    version: int,
    propagation: Propagation | None = None,
) -> None:
    """Write the masks that are still wanted, the last of each object and frame.

    Unwanted: masks of removed objects; a tracked mask where a prompt drew one, or where a person verified
    the one that is there; a prompt's mask where the prompt was taken back since. A tracked mask in an
    absent range is written empty. What the propagation replaces goes to its stash; while its verdict is
    open, its own masks go there instead.
    """
    if not drawn:
        return
    there = _There.on(connection, session_id, sorted({mask.frame_idx for mask in drawn}))
    overwrites = propagation is not None and propagation.overwrites_verified
    accepted: dict[Place, FrameMask] = {}
    for mask in drawn:
        place = mask.object_id, mask.frame_idx
        if not there.wants(mask, overwrites):
            continue
        if mask.origin is MaskOrigin.TRACK and range_of(there.absent[mask.object_id], mask.frame_idx):
            mask = _emptied(mask)
        accepted[place] = mask
        there.origin[place] = mask.origin
    accepted = with_doubt(connection, session_id, accepted)
    tracked = [mask for mask in accepted.values() if mask.origin is MaskOrigin.TRACK]
    if propagation is None or not tracked:
        upsert(connection, masks, [mask_row(session_id, mask, version) for mask in accepted.values()])
        return
    track_id = propagation.propagation_id
    prompted = [mask for mask in accepted.values() if mask.origin is MaskOrigin.PROMPT]
    upsert(connection, masks, [mask_row(session_id, mask, version) for mask in prompted])
    rows = [mask_row(session_id, mask, version, track_id) for mask in tracked]
    if propagation.verdict is Verdict.OPEN:
        upsert(connection, stashed_masks, [{"stash_id": track_id, **row} for row in rows])
        return
    stash_replaced(connection, session_id, track_id, tracked)
    upsert(connection, masks, rows)


@dataclass
class _There:
    """What a session holds on some frames, for the rules."""

    absent: dict[int, tuple[FrameRange, ...]]  # of each object that is not removed
    prompt_is_empty: dict[Place, bool]
    origin: dict[Place, str]  # of the masks that are there
    verified: set[Place]

    @classmethod
    def on(cls, connection: Connection, session_id: str, frames: list[int]) -> _There:
        live = connection.execute(
            select(objects).where(objects.c.session_id == session_id, ~objects.c.removed)
        )
        of_prompts = _on(connection, session_id, frames, prompts, prompts.c.is_empty)
        is_there = masks.c.counts.is_not(None)
        of_masks = list(
            _on(connection, session_id, frames, masks, masks.c.origin, masks.c.verified, is_there)
        )
        return cls(
            {row.object_id: object_of(row).absent for row in live},
            {(row.object_id, row.frame_idx): row.is_empty for row in of_prompts},
            {(row.object_id, row.frame_idx): row.origin for row in of_masks if row[-1]},
            {(row.object_id, row.frame_idx) for row in of_masks if row[-1] and row.verified},
        )

    def wants(self, mask: FrameMask, overwrites_verified: bool) -> bool:
        place = mask.object_id, mask.frame_idx
        if mask.object_id not in self.absent:
            return False
        if mask.origin is MaskOrigin.PROMPT:
            return not self.prompt_is_empty.get(place, False)
        if place in self.verified and not overwrites_verified:
            return False
        prompted = not self.prompt_is_empty.get(place, True)
        return not (prompted and self.origin.get(place) == MaskOrigin.PROMPT)


def _emptied(mask: FrameMask) -> FrameMask:
    if mask.rle is None or mask.area == 0:
        return mask
    empty = Rle.empty(mask.rle.height, mask.rle.width)
    return replace(mask, rle=empty, area=0, object_score=ABSENT_SCORE, edge=None)


def prompt_changes_mask(connection: Connection, session_id: str, prompt: FramePrompt, version: int) -> None:
    """Called before the prompt is written: keep the tracked mask aside, or bring it back."""
    place = prompt.object_id, prompt.frame_idx
    current = _at(connection, masks, session_id, place)
    tracked_mask = current is not None and current.counts is not None and current.origin != MaskOrigin.PROMPT
    if not prompt.is_empty:
        before = _at(connection, prompts, session_id, place)
        if tracked_mask and (before is None or before.is_empty):
            upsert(connection, kept_masks, [_kept(current)])
        return
    if not tracked_mask:  # else tracking drew it after the prompt was set: nothing to bring back
        kept = _at(connection, kept_masks, session_id, place)
        if kept is not None:
            upsert(connection, masks, [{**kept._mapping, "version": version, "propagation_id": None}])
        elif current is not None and current.counts is not None:
            _set_gone(connection, _is_at(masks, session_id, place), version)
    connection.execute(delete(kept_masks).where(*_is_at(kept_masks, session_id, place)))


def forget(connection: Connection, session_id: str, version: int, object_id: int | None = None) -> None:
    """Mark prompts and masks of an object, or of all, as gone."""
    _set_gone(connection, _of(masks, session_id, object_id), version)
    connection.execute(
        update(prompts)
        .where(*_of(prompts, session_id, object_id), ~prompts.c.is_empty)
        .values(**NO_PROMPT, version=version)
    )
    connection.execute(delete(kept_masks).where(*_of(kept_masks, session_id, object_id)))


def _kept(mask: Row) -> dict[str, object]:
    """The mask's row as it is kept aside."""
    return {name: value for name, value in mask._mapping.items() if name in kept_masks.c}


def _set_gone(connection: Connection, where: list[ColumnElement[bool]], version: int) -> None:
    connection.execute(
        update(masks).where(*where, masks.c.counts.is_not(None)).values(**NO_MASK, version=version)
    )


def _of(table: Table, session_id: str, object_id: int | None) -> list[ColumnElement[bool]]:
    of_session = [table.c.session_id == session_id]
    return of_session if object_id is None else [*of_session, table.c.object_id == object_id]


def _is_at(table: Table, session_id: str, place: Place) -> list[ColumnElement[bool]]:
    return [*_of(table, session_id, place[0]), table.c.frame_idx == place[1]]


def _at(connection: Connection, table: Table, session_id: str, place: Place) -> Row | None:
    return connection.execute(select(table).where(*_is_at(table, session_id, place))).one_or_none()


def _on(
    connection: Connection, session_id: str, frames: list[int], table: Table, *columns: ColumnElement
) -> Iterator[Row]:
    """Object id, frame index and these columns of the rows on these frames."""
    wanted = select(table.c.object_id, table.c.frame_idx, *columns).where(table.c.session_id == session_id)
    for start in range(0, len(frames), FRAMES_A_QUERY):
        yield from connection.execute(
            wanted.where(table.c.frame_idx.in_(frames[start : start + FRAMES_A_QUERY]))
        )
