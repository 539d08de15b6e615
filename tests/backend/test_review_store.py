"""Objects' states of review and the log, in the store: what takes acceptance back, who did what, effort."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from backend.domain.acceptance import AcceptanceCommands
from backend.domain.annotation_ports import Verified
from backend.domain.errors import Conflict, InvalidInput, NotFound
from backend.domain.frames import FrameRange
from backend.domain.ledger import FIRST_S, Entry, Wanted
from backend.domain.membership import Link
from backend.domain.people import Grant, Person, Role, Scope
from backend.domain.projects import HOME
from backend.domain.session import Pass, Propagation, PropagationState, Session, Verdict
from backend.domain.stale import Kind, Stale
from backend.domain.standing import ReviewState
from backend.store.acceptance import SqlAcceptanceStore
from backend.store.annotations import SqlAnnotationStore
from backend.store.database import Database, open_database
from backend.store.ledger import Deed, note, walked_shares
from backend.store.ledger_reading import SqlLedger
from backend.store.people import SqlPeopleStore
from backend.store.review_tables import ledger
from backend.store.sessions import SqlSessionStore
from backend.store.shelf import SqlShelfStore
from backend.store.videos import SqlVideoStore
from tests.backend.annotating import SESSION, click, describe, drawn, mask, no_prompt, video
from tests.backend.reviewing import ANA, OTTO, REX, Clock, as_person, somebody

EVERYTHING = Wanted()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database: Database, clock: Clock) -> SqlSessionStore:
    """Ana clicked object 1 on frame 0, and it was tracked over 1 to 6."""
    SqlVideoStore(database).put_video(video())
    store = SqlSessionStore(database, clock=clock)
    with as_person(ANA, "createSession"):
        store.add_session(Session(SESSION, "video-1", "colorflow", created_s=5.0))
    with as_person(ANA, "addObject"):
        store.add_object(SESSION, describe)
    with as_person(ANA, "setPrompt"):
        store.put_prompt(SESSION, click(1, 0))
    store.put_masks(SESSION, [drawn(1, 0), *(mask(1, frame, area=3) for frame in range(1, 7))])
    return store


@pytest.fixture
def acceptance(store: SqlSessionStore, database: Database, clock: Clock) -> AcceptanceCommands:
    return AcceptanceCommands(store, SqlAcceptanceStore(store), SqlVideoStore(database), clock)


@pytest.fixture
def log(database: Database) -> SqlLedger:
    return SqlLedger(database)


def state(store: SqlSessionStore, object_id: int = 1) -> ReviewState:
    return next(o for o in store.objects(SESSION) if o.object_id == object_id).review.state


def accept(acceptance: AcceptanceCommands, object_id: int = 1) -> None:
    with as_person(ANA, "sendForReview"):
        acceptance.send(SESSION, [object_id])
    with as_person(REX, "acceptObjects"):
        acceptance.accept(SESSION, [object_id])


class TestStates:
    def test_sent_rejected_sent_again_and_accepted(self, store, acceptance, clock) -> None:
        with as_person(ANA):
            (sent,) = acceptance.send(SESSION, [1])
        assert (sent.review.state, sent.review.sent_by) == (ReviewState.FOR_REVIEW, sent.review.by)
        assert sent.review.sent_by.name == "Ana" and sent.review.frame_idx == 0  # where most of it is seen
        clock.wait(5)
        with as_person(REX):
            (rejected,) = acceptance.reject(SESSION, [1], "  Left edge\n is cut. ")
        assert (rejected.review.state, rejected.review.reason) == (ReviewState.REJECTED, "Left edge is cut.")
        assert rejected.review.by.name == "Rex" and rejected.review.sent_by.name == "Ana"
        assert store.objects(SESSION) == [rejected]
        with as_person(ANA):
            assert acceptance.send(SESSION, [1])[0].review.reason == ""
        with as_person(REX):
            assert acceptance.accept(SESSION, [1])[0].review.state is ReviewState.ACCEPTED

    def test_what_cannot_be_is_said(self, store, acceptance) -> None:
        store.add_object(SESSION, describe)
        with as_person(REX), pytest.raises(Conflict, match="sent for review first"):
            acceptance.accept(SESSION, [1])
        with as_person(ANA), pytest.raises(InvalidInput, match="no mask yet"):
            acceptance.send(SESSION, [1, 2])
        assert state(store) is ReviewState.DRAFT  # all or nothing
        with as_person(ANA), pytest.raises(NotFound):
            acceptance.send(SESSION, [7])
        accept(acceptance)
        with as_person(ANA), pytest.raises(Conflict, match="accepted already"):
            acceptance.send(SESSION, [1])
        with as_person(REX), pytest.raises(InvalidInput, match="Say why"):
            acceptance.reject(SESSION, [1], " \n")
        with as_person(ANA):
            assert acceptance.withdraw(SESSION, [1])[0].review.state is ReviewState.DRAFT

    def test_twice_is_once(self, store, acceptance, clock, log) -> None:
        with as_person(ANA, "sendForReview"):
            (first,) = acceptance.send(SESSION, [1])
            clock.wait(9)
            assert acceptance.send(SESSION, [1]) == [first]  # it keeps its place in the queue
        assert [entry.what for entry in log.entries(SESSION, EVERYTHING, 9)].count("sendForReview") == 1

    def test_a_judgement_is_of_what_was_seen(self, store, acceptance) -> None:
        with as_person(ANA):
            acceptance.send(SESSION, [1])
        seen = store.session(SESSION).version
        with as_person(ANA):
            store.put_prompt(SESSION, click(1, 2))
        store.put_masks(SESSION, [drawn(1, 2)])
        with as_person(REX), pytest.raises(Stale, match="has changed since you looked") as refused:
            acceptance.accept(SESSION, [1], seen)
        assert state(store) is ReviewState.FOR_REVIEW
        now = refused.value.present
        assert (now.kind, now.object_id, now.by) == (Kind.OBJECT, 1, ANA.person.name)
        assert now.object is not None and now.object.review.state is ReviewState.FOR_REVIEW
        with as_person(REX):
            acceptance.accept(SESSION, [1], now.version)


def _click(store: SqlSessionStore) -> None:
    store.put_prompt(SESSION, click(1, 3))


def _track(store: SqlSessionStore) -> None:
    store.put_masks(SESSION, [mask(1, 4, area=9)])


def _absent(store: SqlSessionStore) -> None:
    SqlAnnotationStore(store).set_absent(SESSION, 1, [FrameRange(2, 3)])


def _clear(store: SqlSessionStore) -> None:
    store.clear_prompts(SESSION)


def _remove_and_restore(store: SqlSessionStore) -> None:
    store.remove_object(SESSION, 1)
    SqlAnnotationStore(store).exchange_objects(SESSION, [], [1])


class TestAcceptanceIsTakenBack:
    @pytest.mark.parametrize("change", [_click, _track, _absent, _clear, _remove_and_restore])
    def test_by_every_change_of_prompts_and_masks(self, store, acceptance, log, change) -> None:
        accept(acceptance)
        before = store.session(SESSION).version
        with as_person(ANA, "something"):
            change(store)
        assert state(store) is ReviewState.DRAFT
        assert [o.review.state for o in store.delta(SESSION, before, 99).objects] == [ReviewState.DRAFT]
        taken = [e for e in log.entries(SESSION, EVERYTHING, 99) if e.what == "acceptanceTakenBack"]
        assert [(e.person.name, [s.object_id for s in e.shares]) for e in taken] == [("Ana", [1])]

    def test_not_by_what_leaves_the_masks_alone(self, store, acceptance) -> None:
        store.add_object(SESSION, describe)
        accept(acceptance)
        annotations = SqlAnnotationStore(store)
        annotations.set_verified(SESSION, [Verified(1, FrameRange(1, 4))], True)
        annotations.set_order(SESSION, [2, 1])
        store.update_object(SESSION, 1, name="Cup", locked=True)
        store.put_prompt(SESSION, click(2, 3))
        store.put_masks(SESSION, [drawn(2, 3)])
        assert state(store) is ReviewState.ACCEPTED

    def test_by_a_proposal_only_when_it_is_kept(self, store, acceptance) -> None:
        accept(acceptance)
        walk = Propagation(
            "again", (Pass((1,), 1, 6),), PropagationState.RUNNING, 0, 6, 0, verdict=Verdict.OPEN
        )
        store.start_propagation(SESSION, walk)
        store.put_masks(SESSION, [mask(1, frame, area=5) for frame in range(1, 7)], walk)
        store.put_masks(SESSION, [], replace(walk, state=PropagationState.DONE, frames_done=6))
        assert state(store) is ReviewState.ACCEPTED
        SqlAnnotationStore(store).set_verdict(SESSION, "again", Verdict.APPLIED)
        assert state(store) is ReviewState.DRAFT

    def test_a_copy_and_parts_begin_as_drafts(self, store, acceptance, database) -> None:
        accept(acceptance)
        copy = replace(store.session(SESSION), session_id="copy")
        SqlShelfStore(database).copy_session(SESSION, copy)
        assert store.objects("copy")[0].review.state is ReviewState.DRAFT
        assert state(store) is ReviewState.ACCEPTED


class TestQueue:
    def test_of_what_one_may_see_the_longest_waiting_first(self, store, acceptance, clock) -> None:
        store.add_object(SESSION, describe)
        store.put_masks(SESSION, [mask(2, 5, area=8)])
        store.add_session(Session("other", "video-1", "colorflow", created_s=6.0, project_id=HOME))
        store.add_object("other", describe)
        store.put_masks("other", [mask(1, 2)])
        everywhere = somebody("Pia", Role.OWNER, Scope.project(HOME))
        with as_person(everywhere):
            for session_id, object_id in ((SESSION, 2), ("other", 1), (SESSION, 1)):
                acceptance.send(session_id, [object_id])
                clock.wait(1)
            queue = acceptance.queue(10)
            assert [(one.session.session_id, one.waiting.tracked.object_id) for one in queue.items] == [
                (SESSION, 2),
                ("other", 1),
                (SESSION, 1),
            ]
            assert queue.total == 3 and queue.items[0].waiting.num_masks == 1
            assert queue.items[0].waiting.rle == mask(2, 5, area=8).rle
            assert [one.waiting.tracked.object_id for one in acceptance.queue(1, skip=2).items] == [1]
        with as_person(REX):
            assert acceptance.queue(10).total == 2  # nothing of the other session
        with as_person(replace(REX, grants=(Grant(Scope.session("none"), Role.OWNER),))):
            assert acceptance.queue(10).items == ()
        store.remove_object(SESSION, 2)
        with as_person(everywhere):
            assert acceptance.queue(10).total == 2


def lines(entries: list[Entry]) -> list[tuple[str | None, str]]:
    return [(entry.person.name if entry.person else None, entry.what) for entry in entries]


class TestLog:
    def test_who_did_what_newest_first(self, store, acceptance, log) -> None:
        accept(acceptance)
        assert lines(log.entries(SESSION, EVERYTHING, 99)) == [
            ("Rex", "acceptObjects"),
            ("Ana", "sendForReview"),
            ("Ana", "setPrompt"),
            ("Ana", "addObject"),
            ("Ana", "createSession"),
        ]
        accepted, *_ = log.entries(SESSION, EVERYTHING, 1)
        assert (accepted.value, accepted.version) == ("accepted", store.session(SESSION).version)
        assert [person.name for person in log.people(SESSION)] == ["Ana", "Rex"]

    def test_by_person_object_and_page(self, store, acceptance, log) -> None:
        with as_person(ANA, "addObject"):
            store.add_object(SESSION, describe)
        with as_person(OTTO, "setPrompt"):
            store.put_prompt(SESSION, click(2, 4))
        assert lines(log.entries(SESSION, Wanted(person_id="otto"), 9)) == [("Otto", "setPrompt")]
        assert lines(log.entries(SESSION, Wanted(object_id=2), 9)) == [
            ("Otto", "setPrompt"),
            ("Ana", "addObject"),
        ]
        first = log.entries(SESSION, EVERYTHING, 2)
        rest = log.entries(SESSION, Wanted(before=first[-1].entry_id), 99)
        assert [*first, *rest] == log.entries(SESSION, EVERYTHING, 99)
        assert log.entries(SESSION, Wanted(person_id=""), 9) == []
        with pytest.raises(NotFound):
            log.entries("none", EVERYTHING, 9)

    def test_it_is_written_with_the_change_or_not_at_all(self, store, log) -> None:
        before = log.entries(SESSION, EVERYTHING, 99)
        with as_person(ANA, "setPrompt"), pytest.raises(RuntimeError), store.writing(SESSION):
            raise RuntimeError("killed")
        with as_person(ANA, "setPrompt"), pytest.raises(NotFound):
            store.put_prompt(SESSION, click(9, 0))
        assert log.entries(SESSION, EVERYTHING, 99) == before

    def test_entries_never_change(self, store, acceptance, log, database) -> None:
        with database.read() as connection:
            before = connection.execute(select(ledger).order_by(ledger.c.entry_id)).all()
        accept(acceptance)
        _click(store)
        _clear(store)
        SqlShelfStore(database).set_session_removed(SESSION, 9.0)
        with database.read() as connection:
            after = connection.execute(select(ledger).order_by(ledger.c.entry_id)).all()
        assert after[: len(before)] == before and len(after) > len(before)

    def test_what_engines_draw_is_told_once_a_track_has_ended(self, store, log) -> None:
        walk = Propagation("t", (Pass((1,), 3, 6), Pass((1,), 3, 0)), PropagationState.RUNNING, 0, 8, 0)
        with as_person(ANA, "track"):
            store.start_propagation(SESSION, walk)
        store.put_masks(SESSION, [mask(1, 3)], replace(walk, frames_done=1))
        store.put_masks(SESSION, [mask(1, 4)], replace(walk, frames_done=2))
        with as_person(OTTO):  # who stopped it
            store.put_masks(SESSION, [], replace(walk, frames_done=2, state=PropagationState.CANCELLED))
        tracked, track, *_ = log.entries(SESSION, EVERYTHING, 9)
        assert lines([tracked, track]) == [("Otto", "tracked"), ("Ana", "track")]
        assert (tracked.value, tracked.subject_id) == ("cancelled", "t")
        (share,) = tracked.shares
        assert (share.first_frame, share.last_frame, share.tracked_frames) == (3, 4, 2)
        assert [s.object_id for s in track.shares] == [1]

    def test_access_is_told_by_its_project_and_goes_with_nothing_else(self, store, log, database) -> None:
        with as_person(OTTO), database.write() as connection:
            note(connection, Deed("createLink", project_id=HOME, subject_id="link-1", value="annotator"))
            note(connection, Deed("createLink", project_id="elsewhere"))
            note(connection, Deed("createApiToken"))
        newest = log.entries(SESSION, EVERYTHING, 1)[0]
        assert (newest.what, newest.value, newest.subject_id) == ("createLink", "annotator", "link-1")
        whats = [entry.what for entry in log.entries(SESSION, Wanted(of_server=True), 2)]
        assert whats == ["createApiToken", "createLink"]

    def test_who_was_let_in_and_by_whom(self, store, log, database) -> None:
        people, home = SqlPeopleStore(database), Scope.project(HOME)
        link = Link("link-1", Grant(home, Role.REVIEWER), "", 1.0, "otto")
        with as_person(OTTO):
            people.add_link(link, "digest")
        people.join(Person("eva", "Eva"), link.grant, link.link_id, 2.0)  # nobody the request knew
        people.join(Person("eva", "Eva"), link.grant, link.link_id, 3.0)  # again: nothing has changed
        with as_person(OTTO):
            people.set_role("eva", Grant(Scope.session(SESSION), Role.VIEWER), 4.0)
            people.remove_member("eva", home)
            people.revoke_link(link.link_id, 5.0)
        said = [(e.person.name, e.what, e.subject_id, e.value) for e in log.entries(SESSION, EVERYTHING, 5)]
        assert said == [
            ("Otto", "revokeLink", "link-1", "reviewer"),
            ("Otto", "removeMember", "eva", None),
            ("Otto", "setMemberRole", "eva", "viewer"),
            ("Eva", "join", "link-1", "reviewer"),
            ("Otto", "createLink", "link-1", "reviewer"),
        ]
        assert "digest" not in str(log.entries(SESSION, EVERYTHING, 5))

    def test_it_goes_with_its_session(self, store, database) -> None:
        shelf = SqlShelfStore(database)
        shelf.set_session_removed(SESSION, 9.0)
        shelf.purge_session(SESSION)
        with database.read() as connection:
            assert connection.execute(select(ledger)).all() == []


WRITER = """
import sys
from backend.store.database import open_database
from tests.backend.annotating import SESSION, click, describe, session_store
from tests.backend.reviewing import ANA, as_person
store = session_store(open_database(sys.argv[1]))
with as_person(ANA, "setPrompt"):
    store.add_object(SESSION, describe)
    for count in range(100_000):
        store.put_prompt(SESSION, click(1, count % 20, x=count % 7 + 0.5))
        print(count, flush=True)
"""


def test_a_kill_leaves_no_change_without_its_line_and_no_line_without_its_change(
    tmp_path: Path, repository: Path
) -> None:
    url = f"sqlite:///{tmp_path}/masklet.sqlite"
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True, cwd=repository
    ) as writer:
        for _ in range(9):
            assert writer.stdout and writer.stdout.readline()
        os.kill(writer.pid, signal.SIGKILL)
    database = open_database(url)
    version = SqlSessionStore(database).session(SESSION).version
    with database.read() as connection:
        noted = connection.scalars(select(ledger.c.version).order_by(ledger.c.entry_id)).all()
    database.close()
    assert noted == list(range(1, version + 1)) and version >= 11


class TestEffort:
    def test_clicks_corrections_tracked_frames_and_seconds(self, store, log, clock) -> None:
        clock.wait(20)
        with as_person(ANA, "setPrompt"):
            store.put_prompt(SESSION, click(1, 3))  # where tracking drew it
            clock.wait(90)
            store.put_prompt(SESSION, click(1, 3, x=4.0))  # moved, after a pause
            clock.wait(10)
            store.put_prompt(SESSION, no_prompt(1, 3))
            clock.wait(1)
            store.put_prompt(SESSION, click(1, 15))
        (of_one, rest) = log.effort(SESSION)
        assert (of_one.object_id, of_one.clicks, of_one.corrections) == (1, 5, 3)
        assert of_one.active_s == 20 + FIRST_S + 10 + 1
        assert (of_one.people, rest.object_id, rest.active_s) == (1, None, FIRST_S)

    def test_seconds_are_shared_by_the_objects_of_an_entry(self, store, log, clock) -> None:
        store.add_object(SESSION, describe)
        clock.wait(8)
        with as_person(ANA, "orderObjects"):
            SqlAnnotationStore(store).set_order(SESSION, [2, 1])
        assert [one.active_s for one in log.effort(SESSION)] == [4.0, 4.0, FIRST_S]

    def test_people_do_not_use_up_each_others_time(self, store, log, clock) -> None:
        clock.wait(30)
        with as_person(OTTO, "setPrompt"):
            store.put_prompt(SESSION, click(1, 4))
        clock.wait(10)
        with as_person(ANA, "setPrompt"):
            store.put_prompt(SESSION, click(1, 5))
        assert log.effort(SESSION)[0].active_s == FIRST_S + 40
        assert log.effort(SESSION)[0].people == 2

    def test_frames_of_a_walk_that_was_cut_short(self) -> None:
        shares = walked_shares((Pass((1, 2), 3, 9), Pass((2,), 3, 0)), 9)
        assert [(s.object_id, s.tracked_frames, s.first_frame, s.last_frame) for s in shares] == [
            (1, 7, 3, 9),
            (2, 9, 2, 9),
        ]
