"""A reader who is far behind gets masks summed up, and ends at the store's state all the same."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest

from backend.domain.rle import Rle
from backend.domain.session import (
    FrameMask,
    FramePrompt,
    MaskOrigin,
    PointPrompt,
    SessionDelta,
    TrackedObject,
)
from backend.store.database import Database
from backend.store.sessions import SqlSessionStore
from tests.backend.annotating import SESSION, session_store

MASK = Rle.from_runs(2, 4, [1, 3, 4])


def mask(object_id: int, frame_idx: int, area: int = 3, iou: float = 0.95) -> FrameMask:
    return FrameMask(object_id, frame_idx, MASK, area, 9.0, iou, MaskOrigin.TRACK, "fake")


def looks(delta: SessionDelta) -> dict[tuple[int, int], str]:
    """The letter of each frame that a delta's summary speaks of."""
    found: dict[tuple[int, int], str] = {}
    for covered in delta.coverage:
        frame = covered.first_frame
        for count, letter in re.findall(r"(\d*)([a-zA-Z_])", covered.looks):
            for _ in range(int(count or 1)):
                if letter != "_":
                    found[covered.object_id, frame] = letter
                frame += 1
    return found


@pytest.fixture
def store(database: Database) -> SqlSessionStore:
    store = session_store(database)
    for object_id in (1, 2):
        store.add_object(SESSION, lambda new_id: TrackedObject(new_id, str(new_id), "#000000"), object_id)
    return store


def test_few_masks_come_as_they_are(store: SqlSessionStore) -> None:
    store.put_masks(SESSION, [mask(1, frame) for frame in range(5)])
    delta = store.delta(SESSION, 0, 100, masks_at_most=5)
    assert len(delta.masks) == 5 and delta.coverage == ()
    assert delta == store.delta(SESSION, 0, 100)


def test_many_masks_are_summed_up_and_all_else_is_there(store: SqlSessionStore) -> None:
    store.put_prompt(SESSION, FramePrompt(1, 3, (PointPrompt(1, 1),)))
    for frame in range(6):
        store.put_masks(SESSION, [mask(1, frame), mask(2, frame + 10, area=0)])
    delta = store.delta(SESSION, 0, 2, masks_at_most=5)
    assert delta.version == store.session(SESSION).version
    assert delta.masks == ()
    assert [(c.object_id, c.first_frame, c.looks) for c in delta.coverage] == [(1, 0, "6a"), (2, 10, "6o")]
    assert len(delta.objects) == 2 and len(delta.prompts) == 1


def test_only_what_changed_is_in_it_and_what_went_is_told(store: SqlSessionStore) -> None:
    store.put_masks(SESSION, [mask(1, frame) for frame in range(6)] + [mask(2, 0)])
    before = store.session(SESSION).version
    store.put_masks(SESSION, [mask(1, 2, iou=0.1), mask(1, 4)])
    store.remove_object(SESSION, 2)
    delta = store.delta(SESSION, before, 100, masks_at_most=0)
    assert looks(delta) == {(1, 2): "e", (1, 4): "a", (2, 0): "x"}
    assert [tracked.object_id for tracked in delta.objects if tracked.removed] == [2]


def test_nothing_new_is_no_summary(store: SqlSessionStore) -> None:
    store.put_masks(SESSION, [mask(1, 0)])
    version = store.session(SESSION).version
    assert store.delta(SESSION, version, 10, masks_at_most=0) == SessionDelta(version)


def test_folding_summaries_and_masks_in_any_mixture_ends_at_the_stores_state(store: SqlSessionStore) -> None:
    chance = random.Random(4)
    known: dict[tuple[int, int], str] = {}
    after = 0
    for _ in range(60):
        for _ in range(chance.randrange(4)):
            changes = [
                mask(
                    chance.choice([1, 2]), chance.randrange(30), area=chance.randrange(2), iou=chance.random()
                )
                for _ in range(chance.randrange(1, 12))
            ]
            if chance.random() < 0.3:
                changes = [replace(changes[0], rle=None, area=0)]
            store.put_masks(SESSION, changes)
        delta = store.delta(SESSION, after, 5, masks_at_most=8)
        if delta.version != after:
            for row in delta.masks:
                known.pop((row.object_id, row.frame_idx), None)
                if row.rle is not None:
                    known[row.object_id, row.frame_idx] = "o" if row.area == 0 else "?"
            for place, letter in looks(delta).items():
                known.pop(place, None)
                if letter != "x":
                    known[place] = "o" if letter == "o" else "?"
        after = delta.version
    while after != store.session(SESSION).version:
        delta = store.delta(SESSION, after, 5)
        for row in delta.masks:
            known.pop((row.object_id, row.frame_idx), None)
            if row.rle is not None:
                known[row.object_id, row.frame_idx] = "o" if row.area == 0 else "?"
        after = delta.version
    assert known == {
        (row.object_id, row.frame_idx): "o" if row.area == 0 else "?" for row in store.masks(SESSION)
    }
