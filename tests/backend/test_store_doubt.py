"""Masks are stored with their doubt, measured against the masks beside and about them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backend.domain.doubt import Reason
from backend.domain.session import FrameMask, MaskOrigin
from backend.store.database import Database
from backend.store.sessions import SqlSessionStore
from backend.worker.masks import encode_mask
from tests.backend.annotating import SESSION, describe, session_store


@pytest.fixture
def store(database: Database) -> SqlSessionStore:
    store = session_store(database)
    for _ in range(2):
        store.add_object(SESSION, describe)
    return store


def square(object_id: int, frame_idx: int, x0: int, size: int = 20) -> FrameMask:
    pixels = np.zeros((60, 120), bool)
    pixels[10 : 10 + size, x0 : x0 + size] = True
    return FrameMask(
        object_id, frame_idx, encode_mask(pixels), size * size, 9.0, 0.98, MaskOrigin.TRACK, "colorflow"
    )


def reasons(store: SqlSessionStore) -> dict[tuple[int, int], Reason]:
    return {(mask.object_id, mask.frame_idx): mask.doubt_reasons for mask in store.masks(SESSION)}


def test_a_jump_is_seen_within_a_batch_and_from_one_to_the_next(store: SqlSessionStore) -> None:
    store.put_masks(SESSION, [square(1, 3, 10), square(1, 4, 11), square(1, 5, 60)])
    store.put_masks(SESSION, [square(1, 6, 61), square(1, 7, 10)])
    found = reasons(store)
    assert [bool(found[1, i] & Reason.JUMPED) for i in range(3, 8)] == [False, False, True, False, True]
    doubts = {mask.frame_idx: mask.doubt for mask in store.masks(SESSION)}
    assert doubts[5] > 0.5 > 0.1 > doubts[4]


def test_an_object_over_another_is_doubted(store: SqlSessionStore) -> None:
    store.put_masks(SESSION, [square(1, 3, 10)])
    store.put_masks(SESSION, [square(2, 3, 15)])
    assert reasons(store)[2, 3] == Reason.OVERLAPS


def test_what_a_person_prompted_is_no_jump(store: SqlSessionStore) -> None:
    store.put_masks(SESSION, [square(1, 3, 10)])
    store.put_masks(SESSION, [replace(square(1, 4, 60), origin=MaskOrigin.PROMPT)])
    assert reasons(store)[1, 4] == Reason(0)
