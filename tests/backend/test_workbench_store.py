"""What people say beyond prompts, in the store: absent, verified, kept, dropped, removed and restored."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.domain.annotation_ports import ObjectContent, Verified
from backend.domain.errors import Conflict, NotFound
from backend.domain.frames import FrameRange
from backend.domain.ontology import AttributeKind, AttributeSpec, ObjectClass
from backend.domain.session import Attribute, Pass, Propagation, PropagationState, Session, Verdict
from backend.store.annotations import SqlAnnotationStore
from backend.store.database import Database
from backend.store.sessions import SqlSessionStore
from backend.store.shelf import SqlShelfStore
from tests.backend.annotating import (
    SESSION,
    areas,
    click,
    describe,
    drawn,
    mask,
    no_prompt,
    session_store,
)


@pytest.fixture
def store(database: Database) -> SqlSessionStore:
    """One object, clicked on frame 0 and tracked over 1 to 6."""
    store = session_store(database)
    store.add_object(SESSION, describe)
    store.put_prompt(SESSION, click(1, 0))
    store.put_masks(SESSION, [drawn(1, 0), *(mask(1, frame, area=3) for frame in range(1, 7))])
    return store


@pytest.fixture
def annotations(store: SqlSessionStore) -> SqlAnnotationStore:
    return SqlAnnotationStore(store)


def start(store: SqlSessionStore, name: str, verdict: Verdict, first: int = 1, last: int = 6) -> Propagation:
    version = store.session(SESSION).version
    walk = Pass((1,), first, last)
    running = Propagation(name, (walk,), PropagationState.RUNNING, 0, len(walk), version, verdict=verdict)
    store.start_propagation(SESSION, running)
    return running


def finish(store: SqlSessionStore, running: Propagation, area: int, frames: range) -> None:
    store.put_masks(SESSION, [mask(1, frame, area) for frame in frames], running)
    store.put_masks(SESSION, [], replace(running, state=PropagationState.DONE))


class TestAbsence:
    def test_masks_become_empty_and_come_back(self, store, annotations) -> None:
        before = areas(store)
        tracked = annotations.set_absent(SESSION, 1, [FrameRange(4, 5), FrameRange(2, 3)])
        assert tracked.absent == (FrameRange(2, 5),)
        assert areas(store) == {**before, 2: 0, 3: 0, 4: 0, 5: 0}
        annotations.set_absent(SESSION, 1, [FrameRange(4, 5)])
        assert areas(store) == {**before, 4: 0, 5: 0}
        annotations.set_absent(SESSION, 1, [])
        assert areas(store) == before
        assert store.objects(SESSION)[0].absent == ()

    def test_prompts_in_it_go_and_a_later_prompt_takes_its_frame_out(self, store, annotations) -> None:
        store.put_prompt(SESSION, click(1, 3))
        store.put_masks(SESSION, [drawn(1, 3, area=9)])
        annotations.set_absent(SESSION, 1, [FrameRange(2, 5)])
        assert [prompt.frame_idx for prompt in store.prompts(SESSION)] == [0]
        assert areas(store)[3] == 0
        store.put_prompt(SESSION, click(1, 4))
        assert store.objects(SESSION)[0].absent == (FrameRange(2, 3), FrameRange(5, 5))
        store.put_masks(SESSION, [drawn(1, 4, area=9)])
        assert areas(store)[4] == 9

    def test_tracking_writes_nothing_but_emptiness_there(self, store, annotations) -> None:
        annotations.set_absent(SESSION, 1, [FrameRange(5, 9)])
        finish(store, start(store, "again", Verdict.APPLIED), 4, range(1, 9))
        assert areas(store) == {0: 7, 1: 4, 2: 4, 3: 4, 4: 4, 5: 0, 6: 0, 7: 0, 8: 0}

    def test_the_feed_tells_of_it(self, store, annotations) -> None:
        seen = store.session(SESSION).version
        annotations.set_absent(SESSION, 1, [FrameRange(2, 3)])
        delta = store.delta(SESSION, seen, 100)
        assert delta.objects[0].absent == (FrameRange(2, 3),)
        assert [(m.frame_idx, m.area) for m in delta.masks] == [(2, 0), (3, 0)]


class TestVerified:
    def test_tracking_leaves_verified_masks_alone_unless_asked(self, store, annotations) -> None:
        annotations.set_verified(SESSION, [Verified(1, FrameRange(3, 4))], True)
        assert store.verified(SESSION) == {1: frozenset({3, 4})}
        finish(store, start(store, "again", Verdict.APPLIED), 4, range(1, 7))
        assert areas(store) == {0: 7, 1: 4, 2: 4, 3: 3, 4: 3, 5: 4, 6: 4}
        asked = replace(start(store, "asked", Verdict.APPLIED), overwrites_verified=True)
        finish(store, asked, 5, range(3, 5))
        assert areas(store)[3] == 5
        assert store.verified(SESSION) == {}

    def test_it_can_be_taken_back(self, store, annotations) -> None:
        annotations.set_verified(SESSION, [Verified(1, FrameRange(0, 19))], True)
        annotations.set_verified(SESSION, [Verified(1, FrameRange(0, 5))], False)
        assert store.verified(SESSION) == {1: frozenset({6})}

    def test_where_there_is_no_mask_there_is_nothing_to_verify(self, store, annotations) -> None:
        version = store.session(SESSION).version
        with pytest.raises(Conflict, match="no mask here"):
            annotations.set_verified(SESSION, [Verified(1, FrameRange(8, 9))], True)
        assert store.session(SESSION).version == version

    def test_a_persons_prompt_may_change_it(self, store, annotations) -> None:
        annotations.set_verified(SESSION, [Verified(1, FrameRange(3, 3))], True)
        store.put_prompt(SESSION, click(1, 3))
        store.put_masks(SESSION, [drawn(1, 3, area=9)])
        assert (areas(store)[3], store.verified(SESSION)) == (9, {})
        store.put_prompt(SESSION, no_prompt(1, 3))
        assert (areas(store)[3], store.verified(SESSION)) == (3, {1: frozenset({3})})


class TestVerdicts:
    def test_a_proposed_range_waits_beside_the_kept_one(self, store) -> None:
        before = areas(store)
        finish(store, start(store, "new", Verdict.OPEN, 2, 8), 5, range(2, 9))
        assert areas(store) == before
        delta = store.delta(SESSION, 0, 1000)
        assert {m.frame_idx: m.area for m in delta.candidates} == dict.fromkeys(range(2, 9), 5)
        assert delta.propagation.verdict is Verdict.OPEN
        with pytest.raises(Conflict, match="kept or dropped"):
            start(store, "other", Verdict.APPLIED)

    def test_keep_undo_drop_undo(self, store, annotations) -> None:
        before = areas(store)
        kept = {**before, **dict.fromkeys(range(2, 9), 5)}
        finish(store, start(store, "new", Verdict.OPEN, 2, 8), 5, range(2, 9))
        for verdict, expected in (
            (Verdict.APPLIED, kept),
            (Verdict.OPEN, before),
            (Verdict.DROPPED, before),
            (Verdict.OPEN, before),
            (Verdict.APPLIED, kept),
            (Verdict.DROPPED, before),
        ):
            annotations.set_verdict(SESSION, "new", verdict)
            assert areas(store) == expected, verdict
            seen = store.delta(SESSION, store.session(SESSION).version - 1, 1000)
            assert len(seen.candidates) == (7 if verdict is Verdict.OPEN else 0)

    def test_a_plain_track_can_be_taken_back_and_done_again(self, store, annotations) -> None:
        before = areas(store)
        finish(store, start(store, "plain", Verdict.APPLIED), 4, range(1, 10))
        tracked = areas(store)
        annotations.set_verdict(SESSION, "plain", Verdict.DROPPED)
        assert areas(store) == before
        annotations.set_verdict(SESSION, "plain", Verdict.APPLIED)
        assert areas(store) == tracked

    def test_what_people_did_since_stays(self, store, annotations) -> None:
        finish(store, start(store, "new", Verdict.OPEN, 1, 6), 5, range(1, 7))
        annotations.set_verified(SESSION, [Verified(1, FrameRange(2, 2))], True)
        store.put_prompt(SESSION, click(1, 4))
        store.put_masks(SESSION, [drawn(1, 4, area=9)])
        annotations.set_verdict(SESSION, "new", Verdict.APPLIED)
        assert areas(store) == {0: 7, 1: 5, 2: 3, 3: 5, 4: 9, 5: 5, 6: 5}
        annotations.set_verdict(SESSION, "new", Verdict.DROPPED)
        assert areas(store) == {0: 7, 1: 3, 2: 3, 3: 3, 4: 9, 5: 3, 6: 3}

    def test_only_the_newest_can_change(self, store, annotations) -> None:
        finish(store, start(store, "first", Verdict.APPLIED), 4, range(1, 7))
        running = start(store, "second", Verdict.APPLIED)
        with pytest.raises(Conflict, match="still being tracked"):
            annotations.set_verdict(SESSION, "second", Verdict.DROPPED)
        finish(store, running, 5, range(1, 7))
        with pytest.raises(Conflict, match="newer tracking back first"):
            annotations.set_verdict(SESSION, "first", Verdict.DROPPED)
        annotations.set_verdict(SESSION, "second", Verdict.DROPPED)
        annotations.set_verdict(SESSION, "first", Verdict.DROPPED)
        assert areas(store) == {0: 7, **dict.fromkeys(range(1, 7), 3)}
        with pytest.raises(NotFound, match="no such propagation"):
            annotations.set_verdict(SESSION, "third", Verdict.DROPPED)


class TestObjects:
    def test_a_removed_object_comes_back_with_everything(self, store, annotations) -> None:
        store.update_object(SESSION, 1, label="cup", attributes=[Attribute("full", "true")], locked=False)
        annotations.set_verified(SESSION, [Verified(1, FrameRange(2, 2))], True)
        (before,) = store.objects(SESSION)
        masks, prompts = areas(store), store.prompts(SESSION)
        seen = store.session(SESSION).version
        store.remove_object(SESSION, 1)
        assert (store.objects(SESSION), areas(store), store.prompts(SESSION)) == ([], {}, [])
        annotations.exchange_objects(SESSION, [], [1])
        assert [replace(o, version=before.version) for o in store.objects(SESSION)] == [before]
        assert areas(store) == masks
        assert [replace(p, version=prompts[0].version) for p in store.prompts(SESSION)] == prompts
        assert store.verified(SESSION) == {1: frozenset({2})}
        delta = store.delta(SESSION, seen, 1000)
        assert len(delta.masks) == len(masks)
        assert delta.masks[0].version > delta.prompts[0].version  # they answer those prompts

    def test_a_restored_object_was_removed_before(self, store, annotations) -> None:
        with pytest.raises(Conflict, match="there already"):
            annotations.exchange_objects(SESSION, [], [1])
        with pytest.raises(NotFound, match="never had"):
            annotations.exchange_objects(SESSION, [], [9])

    def test_replacing_is_one_change_that_a_newer_one_stops(self, store, annotations) -> None:
        (old,) = store.objects(SESSION)
        content = ObjectContent(replace(old, name="New"), store.prompts(SESSION), list(store.masks(SESSION)))
        seen = store.session(SESSION).version
        with pytest.raises(Conflict, match="changed in the meantime"):
            annotations.replace_objects(SESSION, [content], [1], seen - 1)
        (added,) = annotations.replace_objects(SESSION, [content], [1], seen)
        assert [(o.object_id, o.name) for o in store.objects(SESSION)] == [(2, "New")]
        assert areas(store, added.object_id)[0] == 7
        annotations.exchange_objects(SESSION, [2], [1])
        assert [o.object_id for o in store.objects(SESSION)] == [1]

    def test_order_is_kept(self, store, annotations) -> None:
        for _ in range(2):
            store.add_object(SESSION, describe)
        annotations.set_order(SESSION, [3, 1, 2])
        assert [o.object_id for o in store.objects(SESSION)] == [3, 1, 2]
        assert store.add_object(SESSION, describe).object_id == 4
        assert [o.object_id for o in store.objects(SESSION)] == [3, 1, 2, 4]

    def test_a_newer_change_is_not_overwritten(self, store, annotations) -> None:
        seen = store.session(SESSION).version
        store.update_object(SESSION, 1, name="Theirs")
        store.put_prompt(SESSION, click(1, 0, x=4))
        for call in (
            lambda: store.update_object(SESSION, 1, name="Mine", seen=seen),
            lambda: annotations.set_absent(SESSION, 1, [FrameRange(1, 2)], seen),
            lambda: store.put_prompt(SESSION, no_prompt(1, 0), seen),
        ):
            with pytest.raises(Conflict, match="Somebody else"):
                call()
        assert store.objects(SESSION)[0].name == "Theirs"


class TestSessions:
    CLASSES = (
        ObjectClass("cup", "#aabbcc", (AttributeSpec("colour", AttributeKind.CHOICE, ("red", "blue")),)),
    )

    def test_title_and_classes_come_in_the_feed(self, store, annotations) -> None:
        seen = store.session(SESSION).version
        annotations.set_details(SESSION, title="Cups, take 2", ontology=self.CLASSES)
        session = store.session(SESSION)
        assert (session.title, session.ontology) == ("Cups, take 2", self.CLASSES)
        assert store.delta(SESSION, seen, 10).session == session
        assert store.delta(SESSION, session.version, 10).session is None
        with pytest.raises(Conflict, match="Somebody else"):
            annotations.set_details(SESSION, title="Mine", seen=seen)

    def test_a_copy_stands_on_its_own(self, store, annotations, database) -> None:
        shelf = SqlShelfStore(database)
        original = store.session(SESSION)
        shelf.copy_session(SESSION, replace(original, session_id="copy", created_s=9.0, title="Copy"))
        assert {m.frame_idx: m.area for m in store.masks("copy")} == areas(store)
        store.remove_object("copy", 1)
        assert len(store.objects(SESSION)) == 1
        assert store.session("copy") == replace(
            original, session_id="copy", created_s=9.0, title="Copy", version=original.version + 1
        )

    def test_deleted_restored_purged(self, store, database) -> None:
        shelf = SqlShelfStore(database)
        shelf.set_session_removed(SESSION, 77.0)
        assert store.sessions() == []
        assert [s.removed_s for s in shelf.removed_sessions()] == [77.0]
        for call in (lambda: store.session(SESSION), lambda: store.add_object(SESSION, describe)):
            with pytest.raises(NotFound):
                call()
        shelf.set_session_removed(SESSION, None)
        assert areas(store)[0] == 7
        shelf.purge_session(SESSION)  # it is not deleted: nothing happens
        assert len(store.sessions()) == 1
        with pytest.raises(Conflict, match="uses this video"):
            shelf.delete_video("video-1")
        shelf.set_session_removed(SESSION, 77.0)
        shelf.purge_session(SESSION)
        with pytest.raises(NotFound, match="cleared away"):
            shelf.set_session_removed(SESSION, None)
        shelf.delete_video("video-1")
        with pytest.raises(NotFound):
            store.add_session(Session("new", "video-1", "colorflow", 1.0))
