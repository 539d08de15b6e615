"""Several threads at once, as the server has: nobody loses a write, nobody sees half of one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from backend.domain.errors import Conflict
from backend.domain.session import Session
from backend.store.database import Database, open_database
from tests.backend.annotating import SESSION, click, describe, mask, propagation, session_store
from tests.backend.test_store_resume import Client

WRITES = 20


def _at_once(*jobs: Callable[[], object]) -> list[object]:
    """Run the jobs side by side; their results, in order. What one raises is raised here."""
    together = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> object:
        together.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result() for future in [pool.submit(run, job) for job in jobs]]


def test_two_writers_of_one_session(database: Database) -> None:
    heard: list[int] = []
    store = session_store(database, lambda session_id, version: heard.append(version))

    def add() -> list[int]:
        return [store.add_object(SESSION, describe).object_id for _ in range(WRITES)]

    first, second = _at_once(add, add)
    assert sorted([*first, *second]) == list(range(1, 2 * WRITES + 1))
    assert store.session(SESSION).version == 1 + 2 * WRITES
    assert sorted(heard) == list(range(1, 2 + 2 * WRITES))


def test_two_processes_of_one_database(database: Database, database_url: str) -> None:
    """A second `Database` shares no lock of ours with the first, as another process would not."""
    store = session_store(database)
    other_database = open_database(database_url)
    other = type(store)(other_database)

    def add(to: object) -> list[int]:
        return [to.add_object(SESSION, describe).object_id for _ in range(WRITES)]

    try:
        first, second = _at_once(lambda: add(store), lambda: add(other))
    finally:
        other_database.close()
    assert sorted([*first, *second]) == list(range(1, 2 * WRITES + 1))


def test_only_one_of_two_tracks_starts(database: Database) -> None:
    store = session_store(database)
    store.add_object(SESSION, describe)

    def start(name: str) -> bool:
        try:
            store.start_propagation(SESSION, propagation(2, name=name))
        except Conflict:
            return False
        return True

    assert sorted(_at_once(lambda: start("a"), lambda: start("b"))) == [False, True]
    assert len(store.running_propagations()) == 1


def test_a_reader_never_sees_half_a_write(database: Database) -> None:
    """Each write puts the same area on frames 0 to 4 and moves a click along with it."""
    store = session_store(database)
    store.add_object(SESSION, describe)
    done = threading.Event()

    def write() -> None:
        for area in range(1, WRITES + 1):
            store.put_masks(SESSION, [mask(1, f, area) for f in range(5)])
        done.set()

    def read() -> int:
        client, messages = Client(limit=1), 0
        while not (done.is_set() and client.version == store.session(SESSION).version):
            delta = store.delta(SESSION, client.version, client.limit)
            client.fold(delta)
            messages += 1
            for version in {m.version for m in delta.masks}:
                assert len({m.area for m in delta.masks if m.version == version}) == 1
        client.assert_equals(store)
        return messages

    assert _at_once(write, read)[1] > 0


def test_sessions_do_not_disturb_each_other(database: Database) -> None:
    store = session_store(database)
    names = [SESSION, "session-2", "session-3"]
    for name in names[1:]:
        store.add_session(Session(name, "video-1", "colorflow", 1.0))

    def annotate(name: str) -> int:
        store.add_object(name, describe)
        for i in range(WRITES):
            store.put_prompt(name, click(1, i % 5))
        return store.session(name).version

    assert _at_once(*(lambda name=name: annotate(name) for name in names)) == [2 + WRITES] * 3
