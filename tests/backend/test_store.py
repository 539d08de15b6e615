"""What every session store must do. Runs on SQLite and, where it is installed, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from backend.domain.errors import Conflict, InvalidInput, NotFound
from backend.domain.rle import Rle
from backend.domain.session import (
    BoxPrompt,
    FramePrompt,
    MaskOrigin,
    PointPrompt,
    PropagationState,
    Session,
)
from backend.domain.video import VideoState
from backend.store import sessions as sessions_module
from backend.store.database import Database
from backend.store.sessions import SqlSessionStore
from backend.store.videos import SqlVideoStore
from tests.backend.annotating import (
    FRAMES,
    HEIGHT,
    SESSION,
    WIDTH,
    areas,
    click,
    describe,
    drawn,
    mask,
    no_prompt,
    propagation,
    session_store,
    video,
)


@pytest.fixture
def store(database: Database) -> Iterator[SqlSessionStore]:
    yield session_store(database)


@pytest.fixture
def store_with_object(store: SqlSessionStore) -> SqlSessionStore:
    store.add_object(SESSION, describe)
    return store


class TestVideos:
    def test_a_video_comes_back_as_it_was_put(self, database: Database) -> None:
        videos = SqlVideoStore(database)
        put = video(
            pts_s=(0.0, 1 / 3, 0.7), error="Why.", warning="Ends early.", progress=0.25, created_s=9.5
        )
        videos.put_video(put)
        assert videos.video("video-1") == put
        videos.put_video(replace(put, state=VideoState.FAILED, pts_s=()))
        assert videos.video("video-1") == replace(put, state=VideoState.FAILED, pts_s=())

    def test_gallery_comes_first_then_the_newest(self, database: Database) -> None:
        videos = SqlVideoStore(database)
        for name, created_s, in_gallery in (("a", 3, False), ("b", 0, True), ("c", 7, False), ("d", 1, True)):
            videos.put_video(video(name, created_s=created_s, in_gallery=in_gallery))
        assert [v.video_id for v in videos.videos()] == ["d", "b", "c", "a"]

    def test_an_unknown_video(self, database: Database) -> None:
        with pytest.raises(NotFound, match="no such video"):
            SqlVideoStore(database).video("nope")


class TestSessions:
    def test_sessions_newest_first(self, store: SqlSessionStore) -> None:
        store.add_session(Session("later", "video-1", "nano", created_s=6.0))
        assert [s.session_id for s in store.sessions()] == ["later", SESSION]
        assert store.session(SESSION) == Session(SESSION, "video-1", "colorflow", 5.0, version=1)

    def test_a_session_needs_a_video_and_an_id_of_its_own(self, store: SqlSessionStore) -> None:
        with pytest.raises(NotFound, match="no such video"):
            store.add_session(Session("other", "nope", "colorflow", 0.0))
        with pytest.raises(Conflict):
            store.add_session(Session(SESSION, "video-1", "colorflow", 0.0))

    def test_unknown_sessions_raise_at_once(self, store: SqlSessionStore) -> None:
        calls = (
            lambda: store.session("nope"),
            lambda: store.objects("nope"),
            lambda: store.prompts("nope"),
            lambda: store.masks("nope"),
            lambda: store.propagation("nope"),
            lambda: store.delta("nope", 0, 10),
            lambda: store.add_object("nope", describe),
            lambda: store.update_object("nope", 1, "x"),
            lambda: store.remove_object("nope", 1),
            lambda: store.put_prompt("nope", click(1, 0)),
            lambda: store.clear_prompts("nope"),
            lambda: store.start_propagation("nope", propagation(1)),
            lambda: store.put_masks("nope", [mask(1, 0)]),
        )
        for call in calls:
            with pytest.raises(NotFound, match="no such session"):
                call()


class TestObjects:
    def test_ids_count_up_and_are_never_used_again(self, store: SqlSessionStore) -> None:
        assert [store.add_object(SESSION, describe).object_id for _ in range(3)] == [1, 2, 3]
        store.remove_object(SESSION, 3)
        assert store.add_object(SESSION, describe).object_id == 4
        assert store.add_object(SESSION, describe, 9).object_id == 9
        assert store.add_object(SESSION, describe).object_id == 10
        assert [o.object_id for o in store.objects(SESSION)] == [1, 2, 4, 9, 10]

    def test_an_id_in_use_is_a_conflict(self, store_with_object: SqlSessionStore) -> None:
        with pytest.raises(Conflict, match="Object 1 is in use"):
            store_with_object.add_object(SESSION, describe, 1)

    def test_a_removed_object_comes_back_empty(self, store_with_object: SqlSessionStore) -> None:
        store = store_with_object
        store.put_prompt(SESSION, click(1, 0))
        store.put_masks(SESSION, [drawn(1, 0), mask(1, 1)])
        store.remove_object(SESSION, 1)
        assert (store.objects(SESSION), store.prompts(SESSION), areas(store)) == ([], [], {})
        back = store.add_object(SESSION, describe, 1)
        assert store.objects(SESSION) == [back]
        assert (back.removed, back.tracked_version) == (False, 0)
        assert (store.prompts(SESSION), areas(store)) == ([], {})

    def test_update_changes_only_what_is_named(self, store_with_object: SqlSessionStore) -> None:
        store_with_object.update_object(SESSION, 1, name="Left cup")
        changed = store_with_object.update_object(SESSION, 1, colour="#ffffff")
        assert (changed.name, changed.colour, changed.version) == ("Left cup", "#ffffff", 4)
        assert store_with_object.objects(SESSION) == [changed]

    def test_what_is_not_there_cannot_be_changed(self, store_with_object: SqlSessionStore) -> None:
        store = store_with_object
        store.remove_object(SESSION, 1)
        version = store.session(SESSION).version
        for call in (
            lambda: store.update_object(SESSION, 1, "x"),
            lambda: store.remove_object(SESSION, 1),
            lambda: store.put_prompt(SESSION, click(1, 0)),
            lambda: store.put_prompt(SESSION, click(77, 0)),
        ):
            with pytest.raises(NotFound, match="no object"):
                call()
        assert store.session(SESSION).version == version


class TestPrompts:
    def test_prompts_come_back_exactly(self, store_with_object: SqlSessionStore) -> None:
        store = store_with_object
        points = FramePrompt(
            1, 4, (PointPrompt(0.1, 2 / 3), PointPrompt(8, 6, False)), BoxPrompt(0, 0.5, 3, 4)
        )
        by_mask = FramePrompt(1, 2, mask=Rle.from_runs(HEIGHT, WIDTH, [3, 4, HEIGHT * WIDTH - 7]))
        store.put_prompt(SESSION, points)
        store.put_prompt(SESSION, by_mask)
        assert store.prompts(SESSION) == [replace(points, version=3), replace(by_mask, version=4)]

    def test_readers_see_clears_only_when_they_resume(self, store_with_object: SqlSessionStore) -> None:
        store = store_with_object
        seen = store.put_prompt(SESSION, click(1, 4))
        store.put_prompt(SESSION, click(1, 5))
        cleared = store.put_prompt(SESSION, no_prompt(1, 4))
        assert [p.frame_idx for p in store.prompts(SESSION)] == [5]
        assert store.prompts(SESSION, seen)[-1] == replace(no_prompt(1, 4), version=cleared)
        store.remove_object(SESSION, 1)
        assert store.prompts(SESSION, seen) == []

    def test_an_emptied_prompt_brings_the_tracked_mask_back(self, store_with_object: SqlSessionStore) -> None:
        store = store_with_object
        tracked = mask(1, 4, area=3)
        store.put_masks(SESSION, [tracked])
        store.put_prompt(SESSION, click(1, 4))
        store.put_masks(SESSION, [drawn(1, 4, area=7)])
        store.put_prompt(SESSION, click(1, 4, x=5))  # a second click keeps nothing aside
        store.put_masks(SESSION, [drawn(1, 4, area=9)])
        assert areas(store) == {4: 9}
        version = store.put_prompt(SESSION, no_prompt(1, 4))
        assert list(store.masks(SESSION)) == [replace(tracked, version=version)]
        store.put_prompt(SESSION, click(1, 4))
        store.put_masks(SESSION, [drawn(1, 4, area=11)])
        store.put_prompt(SESSION, no_prompt(1, 4))
        assert areas(store) == {4: 3}

    def test_an_emptied_prompt_takes_its_own_mask_along(self, store_with_object: SqlSessionStore) -> None:
        store = store_with_object
        before = store.put_prompt(SESSION, click(1, 4))
        store.put_masks(SESSION, [drawn(1, 4)])
        version = store.put_prompt(SESSION, no_prompt(1, 4))
        assert areas(store) == {}
        (gone,) = store.delta(SESSION, before, 100).masks
        assert (gone.frame_idx, gone.rle, gone.area, gone.version) == (4, None, 0, version)

    def test_a_mask_that_comes_after_its_prompt_was_emptied_is_dropped(
        self, store_with_object: SqlSessionStore
    ) -> None:
        store = store_with_object
        store.put_prompt(SESSION, click(1, 4))
        store.put_prompt(SESSION, no_prompt(1, 4))
        store.put_masks(SESSION, [drawn(1, 4)])
        assert areas(store) == {}

    def test_clear_leaves_untracked_objects(self, store_with_object: SqlSessionStore) -> None:
        store = store_with_object
        version = store.put_prompt(SESSION, click(1, 3))
        store.put_masks(SESSION, [drawn(1, 3), mask(1, 4)])
        store.start_propagation(SESSION, propagation(version))
        store.put_masks(SESSION, [], replace(propagation(version), state=PropagationState.DONE))
        assert store.objects(SESSION)[0].tracked_version == version
        before = store.session(SESSION).version
        store.clear_prompts(SESSION)
        assert (store.prompts(SESSION), areas(store)) == ([], {})
        assert store.objects(SESSION)[0].tracked_version == 0
        delta = store.delta(SESSION, before, 100)
        assert [p.is_empty for p in delta.prompts] == [True]
        assert [m.rle for m in delta.masks] == [None, None]
        store.put_prompt(SESSION, click(1, 3))
        store.put_prompt(SESSION, no_prompt(1, 3))
        assert areas(store) == {}


class TestMasks:
    def test_masks_come_by_frame_then_object(self, store_with_object: SqlSessionStore) -> None:
        store = store_with_object
        store.add_object(SESSION, describe)
        store.put_masks(SESSION, [mask(2, 5), mask(1, 5), mask(2, 1), mask(1, 9)])
        order = [(m.frame_idx, m.object_id) for m in store.masks(SESSION)]
        assert order == [(1, 2), (5, 1), (5, 2), (9, 1)]
        assert [m.frame_idx for m in store.masks(SESSION, 2, 5)] == [5, 5]
        assert [m.frame_idx for m in store.masks(SESSION, 6)] == [9]

    def test_many_masks_are_read_in_pieces(
        self, store_with_object: SqlSessionStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sessions_module, "MASKS_A_READ", 3)
        store = store_with_object
        store.add_object(SESSION, describe)
        put = [mask(o, f, area=f + 1) for f in range(FRAMES) for o in (1, 2)]
        version = store.put_masks(SESSION, put)
        assert list(store.masks(SESSION)) == [replace(m, version=version) for m in put]

    def test_masks_of_removed_and_unknown_objects_are_dropped(
        self, store_with_object: SqlSessionStore
    ) -> None:
        store = store_with_object
        store.add_object(SESSION, describe)
        store.remove_object(SESSION, 1)
        store.put_masks(SESSION, [mask(1, 0), mask(2, 0), mask(55, 0)])
        assert [m.object_id for m in store.masks(SESSION)] == [2]

    def test_tracking_does_not_overwrite_what_a_prompt_drew(self, store_with_object: SqlSessionStore) -> None:
        store = store_with_object
        store.put_prompt(SESSION, click(1, 4))
        store.put_masks(SESSION, [drawn(1, 4, area=7), mask(1, 5, area=2)])
        store.put_masks(SESSION, [mask(1, 4, area=3), mask(1, 5, area=3)])
        assert areas(store) == {4: 7, 5: 3}
        store.put_prompt(SESSION, no_prompt(1, 4))
        store.put_masks(SESSION, [mask(1, 4, area=3)])
        assert areas(store) == {4: 3, 5: 3}

    def test_the_last_of_a_batch_wins_by_the_same_rules(self, store_with_object: SqlSessionStore) -> None:
        store = store_with_object
        store.put_prompt(SESSION, click(1, 4))
        store.put_masks(SESSION, [mask(1, 4, 1), drawn(1, 4, 7), mask(1, 4, 2), mask(1, 5, 1), mask(1, 5, 2)])
        assert areas(store) == {4: 7, 5: 2}

    def test_a_mask_without_pixels_is_a_mask(self, store_with_object: SqlSessionStore) -> None:
        absent = replace(mask(1, 4), rle=Rle.empty(HEIGHT, WIDTH), area=0)
        store_with_object.put_masks(SESSION, [absent])
        assert areas(store_with_object) == {4: 0}


class TestPropagations:
    def test_one_runs_at_a_time(self, store_with_object: SqlSessionStore) -> None:
        store = store_with_object
        version = store.start_propagation(SESSION, propagation(2))
        assert store.propagation(SESSION) == replace(propagation(2), version=version)
        assert store.running_propagations() == [(SESSION, replace(propagation(2), version=version))]
        with pytest.raises(Conflict, match="already running"):
            store.start_propagation(SESSION, propagation(2, name="track-2"))
        cancelled = replace(propagation(2), state=PropagationState.CANCELLED, frames_done=4)
        store.put_masks(SESSION, [mask(1, 4)], cancelled)
        assert store.running_propagations() == []
        assert store.objects(SESSION)[0].tracked_version == 0
        store.start_propagation(SESSION, propagation(5, name="track-2"))
        assert store.propagation(SESSION).propagation_id == "track-2"

    def test_done_marks_its_objects_tracked(self, store_with_object: SqlSessionStore) -> None:
        store = store_with_object
        store.add_object(SESSION, describe)
        prompts_version = store.put_prompt(SESSION, click(1, 3))
        store.start_propagation(SESSION, propagation(prompts_version))
        version = store.put_masks(
            SESSION, [mask(1, 0)], replace(propagation(prompts_version), state=PropagationState.DONE)
        )
        first, second = store.objects(SESSION)
        assert (first.tracked_version, first.version) == (prompts_version, version)
        assert second.tracked_version == 0

    def test_what_has_ended_stays_ended(self, store_with_object: SqlSessionStore) -> None:
        """A writer that comes late must not set it running again: its masks count, its news does not."""
        store = store_with_object
        store.start_propagation(SESSION, propagation(2))
        cancelled = replace(propagation(2), state=PropagationState.CANCELLED, frames_done=4)
        version = store.put_masks(SESSION, [], cancelled)
        store.put_masks(SESSION, [mask(1, 4)], replace(propagation(2), frames_done=3))
        assert store.propagation(SESSION) == replace(cancelled, version=version)
        assert areas(store) == {4: 3}

    def test_masks_and_progress_are_one_write(self, store_with_object: SqlSessionStore) -> None:
        store = store_with_object
        before = store.session(SESSION)
        with pytest.raises(NotFound, match="no such propagation"):
            store.put_masks(SESSION, [mask(1, 4)], propagation(2, name="never started"))
        assert areas(store) == {}
        assert store.session(SESSION) == before


class TestDelta:
    def test_nothing_new(self, store_with_object: SqlSessionStore) -> None:
        delta = store_with_object.delta(SESSION, 2, 10)
        assert (delta.version, delta.session, delta.objects, delta.masks) == (2, None, (), ())

    def test_a_first_read_leaves_out_what_is_gone(self, store_with_object: SqlSessionStore) -> None:
        store = store_with_object
        store.add_object(SESSION, describe)
        for object_id in (1, 2):
            store.put_prompt(SESSION, click(object_id, 3))
            store.put_masks(SESSION, [drawn(object_id, 3)])
        store.remove_object(SESSION, 1)
        store.put_prompt(SESSION, no_prompt(2, 3))
        delta = store.delta(SESSION, 0, 100)
        assert delta.session == replace(store.session(SESSION), version=delta.version)
        assert [o.object_id for o in delta.objects] == [2]
        assert (delta.prompts, delta.masks) == ((), ())
        later = store.delta(SESSION, 3, 100)
        assert [(o.object_id, o.removed) for o in later.objects] == [(1, True)]
        assert {m.object_id: m.rle for m in later.masks} == {1: None, 2: None}

    def test_versions_are_whole_and_in_order(self, store_with_object: SqlSessionStore) -> None:
        store = store_with_object
        for first in (0, 3, 6):
            store.put_masks(SESSION, [mask(1, f) for f in range(first, first + 3)])  # versions 3, 4, 5
        sent = []
        after = 0
        while after < store.session(SESSION).version:
            delta = store.delta(SESSION, after, limit=4)
            sent.append([m.frame_idx for m in delta.masks])
            after = delta.version
        assert sent == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
        assert [len(store.delta(SESSION, 0, limit).masks) for limit in (1, 2, 3, 6, 9)] == [3, 3, 3, 6, 9]

    def test_objects_come_ahead_of_their_masks(self, store_with_object: SqlSessionStore) -> None:
        store = store_with_object
        store.put_masks(SESSION, [mask(1, 0)])
        store.put_masks(SESSION, [mask(1, 1)])
        renamed = store.update_object(SESSION, 1, "Cup")
        delta = store.delta(SESSION, 0, limit=1)
        assert delta.version < renamed.version
        assert delta.objects == (renamed,)

    def test_a_version_that_never_was_is_refused(self, store: SqlSessionStore) -> None:
        for after in (-1, 2):
            with pytest.raises(InvalidInput, match="outside this session's 0..1"):
                store.delta(SESSION, after, 10)


class TestListener:
    def test_it_hears_of_each_commit_and_can_read_it(self, database: Database) -> None:
        heard = []
        reader = SqlSessionStore(database)
        store = session_store(
            database,
            lambda session_id, version: heard.append((version, reader.session(session_id).version)),
        )
        store.add_object(SESSION, describe)
        store.put_masks(SESSION, [mask(1, 0)])
        with pytest.raises(NotFound):
            store.remove_object(SESSION, 5)
        assert heard == [(1, 1), (2, 2), (3, 3)]

    def test_its_mistakes_do_not_undo_a_write(
        self, database: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(session_id: str, version: int) -> None:
            raise RuntimeError("a listener's own mistake")

        store = session_store(database, fail)
        assert store.add_object(SESSION, describe).object_id == 1
        assert "the write itself is safe" in caplog.text


def test_origin_and_engine_survive(store_with_object: SqlSessionStore) -> None:
    put = replace(drawn(1, 2), engine_id="sam2.1_hiera_tiny", verified=True)
    version = store_with_object.put_masks(SESSION, [put])
    (read,) = store_with_object.masks(SESSION)
    assert read == replace(put, version=version)
    assert read.origin is MaskOrigin.PROMPT
