"""The edge goes where its mask goes, on both databases; whoever changes the mask drops it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from backend.domain.annotation_ports import ObjectContent, Verified
from backend.domain.exchange import Incoming, IncomingMask
from backend.domain.frames import FrameRange
from backend.domain.jobs import ImportRequest, Job
from backend.domain.regroup import merged, split
from backend.domain.session import FrameMask, MaskOrigin, Pass, Propagation, PropagationState, Verdict
from backend.exchange.spool import read_masks, write_masks
from backend.store.annotations import SqlAnnotationStore
from backend.store.database import Database
from backend.store.imports import SqlImports
from backend.store.jobs import SqlJobStore
from backend.store.sessions import SqlSessionStore
from backend.store.shelf import SqlShelfStore
from backend.store.snapshots import SqlSnapshots
from backend.store.tables import masks
from tests.backend.annotating import (
    SESSION,
    click,
    describe,
    drawn,
    edge,
    mask,
    no_prompt,
    session_store,
)

Edges = dict[int, bytes | None]
BEFORE: Edges = {frame_idx: edge(frame_idx) for frame_idx in range(7)}


@pytest.fixture
def store(database: Database) -> SqlSessionStore:
    """One object, clicked on frame 0 and tracked over 1 to 6, each mask with an edge of its own."""
    store = session_store(database)
    store.add_object(SESSION, describe)
    store.put_prompt(SESSION, click(1, 0))
    store.put_masks(SESSION, [replace(drawn(1, 0), edge=edge(0)), *tracked(range(1, 7))])
    return store


@pytest.fixture
def annotations(store: SqlSessionStore) -> SqlAnnotationStore:
    return SqlAnnotationStore(store)


def tracked(frames: range, more: int = 0) -> list[FrameMask]:
    return [mask(1, frame_idx, edge=edge(frame_idx + more)) for frame_idx in frames]


def edges(store: SqlSessionStore, session_id: str = SESSION, object_id: int = 1) -> Edges:
    return {m.frame_idx: m.edge for m in store.masks(session_id) if m.object_id == object_id}


def track(store: SqlSessionStore, verdict: Verdict, more: int) -> None:
    """Frames 2 to 8, with other edges."""
    version = store.session(SESSION).version
    running = Propagation(
        "again", (Pass((1,), 2, 8),), PropagationState.RUNNING, 0, 7, version, verdict=verdict
    )
    store.start_propagation(SESSION, running)
    store.put_masks(SESSION, tracked(range(2, 9), more), running)
    store.put_masks(SESSION, [], replace(running, state=PropagationState.DONE))


def test_edges_are_read_as_they_were_written(store: SqlSessionStore, database: Database) -> None:
    assert edges(store) == BEFORE
    with SqlSnapshots(database).open(SESSION) as snapshot:
        assert {m.frame_idx: m.edge for m in snapshot.masks()} == BEFORE


def test_the_feed_brings_none(store: SqlSessionStore) -> None:
    track(store, Verdict.OPEN, 20)
    delta = store.delta(SESSION, 0, 1000)
    assert len(delta.masks) == 7 and len(delta.candidates) == 7
    assert {m.edge for m in (*delta.masks, *delta.candidates)} == {None}
    assert [m.rle for m in delta.masks] == [m.rle for m in store.masks(SESSION)]


def test_a_new_mask_brings_its_own_edge_or_none(store: SqlSessionStore) -> None:
    store.put_masks(SESSION, [mask(1, 3, area=5), mask(1, 4, area=5, edge=edge(40))])
    assert edges(store) == {**BEFORE, 3: None, 4: edge(40)}


def test_a_prompt_that_is_taken_back_brings_the_tracked_edge_back(store: SqlSessionStore) -> None:
    store.put_prompt(SESSION, click(1, 3))
    store.put_masks(SESSION, [drawn(1, 3)])  # as of a mask that a person drew
    assert edges(store) == {**BEFORE, 3: None}
    store.put_prompt(SESSION, no_prompt(1, 3))
    assert edges(store) == BEFORE


def test_a_mask_that_goes_leaves_no_edge(store: SqlSessionStore, database: Database) -> None:
    store.put_prompt(SESSION, no_prompt(1, 0))
    with database.read() as connection:
        gone = connection.execute(select(masks.c.counts, masks.c.edge).where(masks.c.frame_idx == 0)).one()
    assert tuple(gone) == (None, None)


def test_absence_takes_the_edges_and_gives_them_back(store: SqlSessionStore, annotations) -> None:
    annotations.set_absent(SESSION, 1, [FrameRange(2, 4)])
    assert edges(store) == {**BEFORE, **dict.fromkeys((2, 3, 4))}
    store.put_masks(SESSION, tracked(range(3, 6), 50))
    assert edges(store) == {**BEFORE, **dict.fromkeys((2, 3, 4)), 5: edge(55)}
    annotations.set_absent(SESSION, 1, [])
    assert edges(store) == {**BEFORE, 5: edge(55)}


def test_verifying_keeps_them(store: SqlSessionStore, annotations) -> None:
    annotations.set_verified(SESSION, [Verified(1, FrameRange(0, 6))], True)
    assert edges(store) == BEFORE


def test_keep_drop_and_undo_of_a_track(store: SqlSessionStore, annotations) -> None:
    kept = {**BEFORE, **{frame_idx: edge(frame_idx + 20) for frame_idx in range(2, 9)}}
    track(store, Verdict.OPEN, 20)
    for verdict, expected in (
        (Verdict.APPLIED, kept),
        (Verdict.OPEN, BEFORE),
        (Verdict.APPLIED, kept),
        (Verdict.DROPPED, BEFORE),
        (Verdict.APPLIED, kept),
    ):
        annotations.set_verdict(SESSION, "again", verdict)
        assert edges(store) == expected, verdict


def test_a_removed_object_comes_back_with_them(store: SqlSessionStore, annotations) -> None:
    store.remove_object(SESSION, 1)
    annotations.exchange_objects(SESSION, [], [1])
    assert edges(store) == BEFORE


def test_a_copy_of_the_session_has_them(store: SqlSessionStore, database: Database) -> None:
    original = store.session(SESSION)
    SqlShelfStore(database).copy_session(SESSION, replace(original, session_id="copy", title="Copy"))
    assert edges(store, "copy") == BEFORE


def test_the_parts_of_an_object_have_those_of_the_whole(store: SqlSessionStore, annotations) -> None:
    (whole,) = store.objects(SESSION)
    parts = split(whole, 4, store.prompts(SESSION), store.masks(SESSION))
    added = annotations.replace_objects(SESSION, parts, [1], store.session(SESSION).version)
    assert edges(store, object_id=added[0].object_id) == {i: edge(i) for i in range(4)}
    assert edges(store, object_id=added[1].object_id) == {i: edge(i) for i in range(4, 7)}


def test_a_union_has_an_edge_where_it_is_one_of_its_parts(store: SqlSessionStore) -> None:
    other = store.add_object(SESSION, describe)
    empty = replace(mask(2, 3, edge=edge(99)), rle=mask(2, 3, area=0).rle, area=0)
    store.put_masks(SESSION, [mask(2, 2, area=9, edge=edge(98)), empty])
    content = merged([*store.objects(SESSION)], store.prompts(SESSION), store.masks(SESSION))
    assert other.object_id == 2 and isinstance(content, ObjectContent)
    assert {m.frame_idx: m.edge for m in content.masks} == {**BEFORE, 2: None}


def test_an_imported_mask_has_none(store: SqlSessionStore, database: Database) -> None:
    coming = Incoming(
        (describe(7),), frozenset(), lambda: iter([IncomingMask(7, 2, mask(7, 2).rle)]), keep=False
    )
    session = store.session(SESSION)
    request = ImportRequest("upload", "coco", session.video_id, session.session_id)
    job = Job("job", request, "Cups", 1.0)
    SqlJobStore(database).put_job(job)
    SqlImports(database, lambda session_id, version: None, store.limits).bring_in(
        session, coming, new=False, ended=lambda brought: job
    )
    (imported,) = [m for m in store.masks(SESSION) if m.origin is MaskOrigin.IMPORT]
    assert (imported.object_id, imported.edge) == (7, None)


def test_an_export_spools_them(store: SqlSessionStore, tmp_path) -> None:
    there = [*store.masks(SESSION), mask(1, 7)]
    assert write_masks(tmp_path / "masks.jsonl", there) == 8
    assert list(read_masks(tmp_path / "masks.jsonl")) == there
