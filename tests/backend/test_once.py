"""A change that is sent again is made once; a change of what somebody else changed since is refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from backend.domain.annotation_ports import ObjectContent, Verified
from backend.domain.errors import Conflict, InvalidInput
from backend.domain.frames import FrameRange
from backend.domain.once import KEPT_S, Asked, asked, once
from backend.domain.people import LOCAL, Caller, Person, acting
from backend.domain.session import FramePrompt, Propagation, PropagationState, TrackedObject, Verdict
from backend.domain.stale import Kind, Stale
from backend.store.annotations import SqlAnnotationStore
from backend.store.database import Database, open_database
from backend.store.once import SWEEP_S, Once
from backend.store.sessions import SqlSessionStore
from backend.store.tables import edit_keys
from tests.backend.annotating import (
    SESSION,
    click,
    describe,
    drawn,
    mask,
    no_prompt,
    propagation,
    session_store,
)

ANA, BEN = Person("ana", "Ana"), Person("ben", "Ben")


@contextmanager
def edit(key: str = "", client: str = "", person: Person = ANA) -> Iterator[None]:
    """In a request of this person with these headers."""
    about, who = asked.set(Asked(key, client)), acting.set(Caller(person))
    try:
        yield
    finally:
        asked.reset(about)
        acting.reset(who)


class Desk:
    """Commands as the service has them, but for their checks."""

    def __init__(self, store: SqlSessionStore) -> None:
        self._store = store
        self.annotations = SqlAnnotationStore(store)
        self.tries = 0

    @once
    def add(self) -> TrackedObject:
        self.tries += 1
        return self._store.add_object(SESSION, describe)

    @once
    def prompt(self, prompt: FramePrompt, seen: int | None = None) -> int:
        return self._store.put_prompt(SESSION, prompt, seen)

    @once
    def remove(self, object_id: int) -> int:
        self.tries += 1
        return self._store.remove_object(SESSION, object_id)

    @once
    def copies(self, object_id: int) -> list[TrackedObject]:
        """Two objects like that one, in its place."""
        (old,) = [one for one in self._store.objects(SESSION) if one.object_id == object_id]
        made = [ObjectContent(old, [click(object_id, 2)], []), ObjectContent(old, [], [mask(object_id, 4)])]
        version = self._store.session(SESSION).version
        return self.annotations.replace_objects(SESSION, made, [object_id], version)

    @once
    def track(self) -> Propagation:
        started = propagation(1)
        self._store.start_propagation(SESSION, started)
        return started


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(session_store(database))


def test_a_repeat_gets_the_first_answer_and_changes_nothing(database: Database, desk: Desk) -> None:
    store = SqlSessionStore(database)
    with edit("key-of-the-object"):
        first = desk.add()
    with edit("key-of-the-rename"):
        store.update_object(SESSION, 1, name="Cup")
    version = store.session(SESSION).version
    with edit("key-of-the-object"):
        assert desk.add() == first and first.object_id == 1
    assert (store.session(SESSION).version, desk.tries) == (version, 1)
    with edit("key-of-the-track"):
        tracked = desk.track()
        assert desk.track() == tracked
    with edit("key-of-the-removal"):
        gone = desk.remove(1)
    with edit("key-of-the-removal"):
        assert desk.remove(1) == gone  # though the object is not there any more
    desk.add()
    with edit("key-of-the-copies"):
        copies = desk.copies(2)
        assert desk.copies(2) == copies and [one.object_id for one in copies] == [3, 4]


def test_a_refused_change_keeps_no_key(database: Database, desk: Desk) -> None:
    with edit("key-of-a-prompt"), pytest.raises(Exception, match="no object 1"):
        desk.prompt(click(1, 3))
    with edit("key-of-the-object"):
        desk.add()
    with edit("key-of-a-prompt"):
        assert desk.prompt(click(1, 3)) == SqlSessionStore(database).session(SESSION).version


def test_a_key_is_for_one_change_of_one_person(database: Database, desk: Desk) -> None:
    with edit("the-same-key"):
        desk.add()
        with pytest.raises(InvalidInput, match="came with another change before"):
            desk.prompt(click(1, 3))
    with edit("the-same-key", person=BEN):
        assert desk.add().object_id == 2
    with edit("short"), pytest.raises(InvalidInput, match="8 to 64 letters"):
        desk.add()
    desk.add()  # nobody has to send a key
    desk.add()
    assert len(SqlSessionStore(database).objects(SESSION)) == 4


def test_repeats_at_the_same_moment_in_two_processes(
    database: Database, database_url: str, desk: Desk
) -> None:
    other_database = open_database(database_url)  # shares no lock with the first
    desks = [desk, Desk(SqlSessionStore(other_database))]

    def add(number: int) -> list[int]:
        ids = []
        for round_ in range(8):
            with edit(f"key-of-round-{round_}"):
                ids.append(desks[number % 2].add().object_id)
        return ids

    try:
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(add, range(4)))
    finally:
        other_database.close()
    assert len(SqlSessionStore(database).objects(SESSION)) == 8
    assert all(sorted(ids) == list(range(1, 9)) for ids in answers)
    assert answers.count(answers[0]) == 4


WRITER = """
import sys
from backend.store.database import open_database
from backend.store.sessions import SqlSessionStore
from tests.backend.test_once import Desk, edit
desk = Desk(SqlSessionStore(open_database(sys.argv[1])))
print("ready", flush=True)
for line in sys.stdin:
    with edit(line.strip()):
        print(desk.add().object_id, flush=True)
"""


def test_after_a_kill_every_key_is_done_once(database: Database, database_url: str, repository: Path) -> None:
    """Killed while it adds: what was answered and what was not is sent again, and each is there once."""
    session_store(database)
    answered: dict[str, int] = {}
    keys = [f"key-number-{number}" for number in range(24)]
    for kill_after in (3, 0, 5, 1):
        command = [sys.executable, "-c", WRITER, database_url]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=repository
        ) as writer:
            assert writer.stdout.readline() == "ready\n"
            for key in keys[:kill_after]:
                writer.stdin.write(f"{key}\n")
                writer.stdin.flush()
                answered.setdefault(key, answer := int(writer.stdout.readline()))
                assert answered[key] == answer
            writer.stdin.write("".join(f"{key}\n" for key in keys[kill_after:]))
            writer.stdin.flush()
            os.kill(writer.pid, signal.SIGKILL)
    desk = Desk(SqlSessionStore(database))
    for key in keys:
        with edit(key):
            assert answered.setdefault(key, found := desk.add().object_id) == found
    assert sorted(answered.values()) == list(range(1, len(keys) + 1))


def test_keys_are_forgotten_after_a_day(database: Database, desk: Desk) -> None:
    def keys() -> int:
        with database.read() as connection:
            return connection.execute(select(func.count()).select_from(edit_keys)).scalar_one()

    now_s = [1e9]
    desk._store._once = Once(lambda: now_s[0])
    for step, kept in ((0.0, 1), (SWEEP_S, 2), (KEPT_S, 2)):  # the last sweeps the first away
        now_s[0] += step
        with edit(f"key-at-{now_s[0]:.0f}"):
            desk.add()
        assert keys() == kept


def test_a_stale_change_is_refused_with_what_is_now(database: Database, desk: Desk) -> None:
    desk.add()
    with edit("ana-clicks-first", "ana-page"):
        seen = desk.prompt(click(1, 3, 1.5))
    with edit("ben-clicks-too", "ben-page", BEN):
        theirs = desk.prompt(click(1, 3, 4.5), seen)
    with edit("ana-clicks-again", "ana-page"), pytest.raises(Stale, match="Ben has changed this") as refused:
        desk.prompt(click(1, 3, 6.5), seen)
    now = refused.value.present
    assert (now.kind, now.version, now.by, now.object_id, now.frame_idx) == (
        Kind.PROMPTS,
        theirs,
        "Ben",
        1,
        3,
    )
    assert now.prompt is not None and now.prompt.points[0].x == 4.5
    with edit("ana-does-hers-again", "ana-page"):
        desk.prompt(click(1, 3, 6.5), now.version)


def test_ones_own_changes_are_never_stale(database: Database, desk: Desk) -> None:
    """Made one after the other before the feed has brought any: all carry the same version."""
    desk.add()
    store, seen = SqlSessionStore(database), 2
    for number in range(3):
        with edit(f"click-number-{number}", "ana-page"):
            desk.prompt(click(1, 3, float(number)), seen)
    with edit("", "ana-page"):
        store.update_object(SESSION, 1, name="Cup", seen=seen)
        desk.annotations.set_absent(SESSION, 1, [FrameRange(5, 6)], seen)
        desk.annotations.set_order(SESSION, [1], seen)
        store.remove_object(SESSION, 1, seen)
        desk.annotations.exchange_objects(SESSION, [], [1], seen)
    with edit("", "ana-other-page"), pytest.raises(Stale) as refused:
        store.remove_object(SESSION, 1, seen)
    assert refused.value.present.by is None  # herself, elsewhere


def test_what_engines_do_makes_nothing_stale_but_a_mask_that_nobody_saw(
    database: Database, desk: Desk
) -> None:
    desk.add()
    store = SqlSessionStore(database)
    store.put_prompt(SESSION, click(1, 3))
    seen = store.put_masks(SESSION, [drawn(1, 3)])
    store.put_masks(SESSION, [mask(1, 4), mask(1, 5)])
    places = [Verified(1, FrameRange(3, 3))]
    with edit("", "ana-page"):
        assert store.update_object(SESSION, 1, name="Cup", seen=seen).name == "Cup"
        desk.annotations.set_verified(SESSION, places, True, seen)
        desk.annotations.set_verified(SESSION, places, False, seen)  # her own
        with pytest.raises(Stale) as refused:
            desk.annotations.set_verified(SESSION, [Verified(1, FrameRange(3, 5))], True, seen)
        assert (refused.value.present.kind, refused.value.present.frame_idx) == (Kind.VERIFIED, 4)
        desk.annotations.set_verified(
            SESSION, [Verified(1, FrameRange(3, 5))], True, refused.value.present.version
        )


CHANGES = {
    Kind.OBJECT: lambda desk, seen: desk._store.update_object(SESSION, 1, colour="#010203", seen=seen),
    Kind.ORDER: lambda desk, seen: desk.annotations.set_order(SESSION, [2, 1], seen),
    Kind.TITLE: lambda desk, seen: desk.annotations.set_details(SESSION, title="Take 2", seen=seen),
    Kind.CLASSES: lambda desk, seen: desk.annotations.set_details(SESSION, ontology=(), seen=seen),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_each_thing_has_its_own_version(desk: Desk, kind: Kind) -> None:
    desk.add()
    desk.add()
    seen = desk._store.session(SESSION).version
    for other, change in CHANGES.items():
        if other is not kind:
            with edit("", f"ben-{other}", BEN):
                change(desk, seen)
    with edit("", "ana-page"):
        CHANGES[kind](desk, seen)  # the others were about something else
    with edit("", "ben-page", BEN), pytest.raises(Stale) as refused:
        CHANGES[kind](desk, seen)
    assert (refused.value.present.kind, refused.value.present.by) == (kind, "Ana")


def test_removing_what_somebody_just_corrected_is_stale(desk: Desk) -> None:
    desk.add()
    seen = desk._store.session(SESSION).version
    desk._store.put_prompt(SESSION, click(1, 7))
    with pytest.raises(Stale):
        desk._store.remove_object(SESSION, 1, seen)
    with pytest.raises(Stale):
        desk.annotations.set_absent(SESSION, 1, [FrameRange(6, 8)], seen)
    desk.annotations.set_absent(SESSION, 1, [FrameRange(9, 11)], seen)
    desk._store.clear_prompts(SESSION)
    with pytest.raises(Stale):  # cleared with all the others
        desk._store.put_prompt(SESSION, no_prompt(1, 7), seen)


def test_whoever_has_the_key_is_not_called_you_to_others(desk: Desk) -> None:
    with edit(client="ana"):
        desk.add()
        seen = desk.prompt(click(1, 3))
    with edit(client="script", person=LOCAL.person):
        desk.prompt(click(1, 3, 4.0))
    with edit(client="ana"), pytest.raises(Stale, match="The owner has changed this"):
        desk.prompt(click(1, 3, 5.0), seen)


def test_a_removal_between_the_check_and_the_write_is_told_too(desk: Desk) -> None:
    """Commands look first; what is removed in the moment after that is found by the write itself."""
    with edit(client="ana"):
        desk.add()
        seen = desk.prompt(click(1, 3))
    with edit(client="ben", person=BEN):
        desk.remove(1)
    place = Verified(1, FrameRange(3, 3))
    for late in (
        lambda: desk.prompt(click(1, 3, 5.0), seen),
        lambda: desk.annotations.set_verified(SESSION, [place], True, seen),
    ):
        with edit(client="ana"), pytest.raises(Stale, match="Ben has removed Object 1") as refused:
            late()
        assert (refused.value.present.kind, refused.value.present.frame_idx) == (Kind.OBJECT, None)


def test_a_verdict_that_somebody_else_gave_is_stale(desk: Desk) -> None:
    desk.add()
    desk.track()
    running = desk._store.propagation(SESSION)
    desk._store.put_masks(SESSION, [mask(1, 4)], replace(running, state=PropagationState.CANCELLED))
    seen = desk._store.session(SESSION).version
    with edit("", "ben-page", BEN):
        desk.annotations.set_verdict(SESSION, running.propagation_id, Verdict.DROPPED, seen)
    with edit("", "ana-page"), pytest.raises(Conflict) as refused:
        desk.annotations.set_verdict(SESSION, running.propagation_id, Verdict.APPLIED, seen)
    assert refused.value.present.verdict is Verdict.DROPPED
