"""Several servers on one PostgreSQL database: one computes a session, and people click on any of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from backend.domain.commands import SessionCommands
from backend.domain.errors import Conflict, InvalidInput, MaskletError, NotFound, Unavailable
from backend.domain.session import FramePrompt, PointPrompt, PropagationState
from backend.host import shared_host, standstill
from backend.host.fake_host import FAKE_ENGINE, FakeMenu
from backend.host.notes import Answer, Changed, Nudge, Wish, note_of, text_of
from backend.host.thread_host import ThreadHost
from backend.sharing import Among
from backend.store.database import open_database
from backend.store.sessions import SqlSessionStore
from backend.store.videos import SqlVideoStore
from tests.backend.annotating import video
from tests.backend.databases import PostgreSQLServer
from tests.backend.hosting import (
    FRAMES,
    HEIGHT,
    PATIENCE_S,
    WIDTH,
    Discs,
    Gate,
    WatchedMenu,
    blue,
    red,
    wait_until,
)

pytest.importorskip("psycopg", reason="the PostgreSQL driver is not installed: `make test` installs it")


class Bells:
    """A doorbell that notes who it rang for."""

    def __init__(self) -> None:
        self.rung: list[str] = []

    def ring(self, session_id: str, version: int = 0) -> None:
        self.rung.append(session_id)

    def ring_all(self) -> None:
        self.rung.append("all")


class Server:
    """What one process has of a Masklet, without the web. `die` is a `kill -9`, as far as others can tell."""

    def __init__(self, url: str, folder: Path) -> None:
        self.database = open_database(url)
        self.bells = Bells()
        self.sharing = Among(url, self.bells)  # type: ignore[arg-type]  # all it does with a doorbell is ring
        self.store = SqlSessionStore(self.database, self.sharing.changed)
        self.videos = SqlVideoStore(self.database)
        self.gate = Gate()
        sources: list = []

        def frames(video_id: str) -> Discs:
            sources.append(Discs())
            return sources[-1]

        menu = WatchedMenu(FakeMenu((FAKE_ENGINE,), 0.0), self.gate, sources)
        self.local = ThreadHost(self.store, menu, frames, folder / "states", mine=self.sharing.holds)
        self.host = self.sharing.around(self.local, self.store)
        self.commands = SessionCommands(self.store, self.videos, self.host)

    def session(self) -> str:
        return self.commands.create_session("discs", "fake").session_id

    def click(self, session_id: str, object_id: int, frame_idx: int, point: tuple[int, int]) -> int:
        if object_id not in {tracked.object_id for tracked in self.store.objects(session_id)}:
            self.commands.add_object(session_id, object_id=object_id)
        prompt = FramePrompt(object_id, frame_idx, (PointPrompt(*point),))
        return self.commands.set_prompt(session_id, prompt)

    def masks(self, session_id: str) -> dict[tuple[int, int], str]:
        return {(m.object_id, m.frame_idx): m.rle.counts for m in self.store.masks(session_id) if m.rle}

    def die(self) -> None:
        """It computes nothing any more, answers nobody, and its connections are gone."""
        self.gate.hold()
        self.host._stopping.set()
        self.host._watch.join()
        self.sharing.close()

    def close(self) -> None:
        self.gate.open()
        self.host.close()
        self.sharing.close()
        self.database.close()


@dataclass
class Pair:
    a: Server
    b: Server


@pytest.fixture
def pair(
    empty_postgresql: PostgreSQLServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pair]:
    monkeypatch.setattr(shared_host, "WATCH_S", 0.1)
    monkeypatch.setattr(standstill, "LOOK_EVERY_S", 0.2)
    with ExitStack() as undo:
        servers = []
        for _ in range(2):
            servers.append(Server(empty_postgresql.url, tmp_path))
            undo.callback(servers[-1].close)
        pts_s = tuple(frame / 25 for frame in range(FRAMES))
        servers[0].videos.put_video(video("discs", width=WIDTH, height=HEIGHT, pts_s=pts_s))
        yield Pair(*servers)


def test_a_click_on_one_server_rings_the_readers_of_the_other(pair: Pair) -> None:
    session = pair.a.session()
    wait_until(lambda: session in pair.b.bells.rung)
    pair.b.bells.rung.clear()
    pair.a.click(session, 1, 0, red(0))
    wait_until(lambda: session in pair.b.bells.rung)


def test_whoever_is_asked_first_computes_and_the_other_may_click_all_the_same(pair: Pair) -> None:
    session = pair.a.session()
    pair.a.click(session, 1, 0, red(0))
    version = pair.b.click(session, 2, 0, blue(0))
    assert set(pair.b.masks(session)) == {(1, 0), (2, 0)}  # drawn when the click is answered
    assert version == pair.b.store.session(session).version
    assert not pair.b.local._actor._runner._pool._live
    pair.b.commands.track(session)
    wait_until(lambda: pair.a.store.propagation(session).state is PropagationState.DONE)
    assert set(pair.b.masks(session)) == {(o, frame) for o in (1, 2) for frame in range(FRAMES)}
    assert len(pair.a.gate.steps) == FRAMES and not pair.b.gate.steps


def test_both_click_at_once(pair: Pair) -> None:
    session = pair.a.session()
    for object_id in (1, 2):
        pair.a.commands.add_object(session, object_id=object_id)
    together = threading.Barrier(2)

    def click(server: Server, object_id: int, where: Callable[[int], tuple[int, int]]) -> None:
        together.wait()
        for frame in range(8):
            server.click(session, object_id, frame, where(frame))
            assert (object_id, frame) in server.masks(session)

    people = [
        threading.Thread(target=click, args=(server, object_id, where))
        for server, object_id, where in ((pair.a, 1, red), (pair.b, 2, blue))
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert set(pair.a.masks(session)) == {(o, frame) for o in (1, 2) for frame in range(8)}


def test_errors_come_back_as_they_are(pair: Pair) -> None:
    session = pair.a.session()
    pair.a.click(session, 1, 0, red(0))
    prompt = FramePrompt(1, 3, (PointPrompt(5, 5, include=False),))
    pair.b.commands.add_object(session, object_id=2)
    with pytest.raises(InvalidInput, match="Every point excludes"):
        pair.b.commands.set_prompt(session, FramePrompt(2, 3, prompt.points))


def test_cancel_reaches_the_one_that_computes(pair: Pair) -> None:
    session = pair.a.session()
    pair.a.click(session, 1, 0, red(0))
    pair.a.gate.hold()
    pair.a.commands.track(session)
    pair.a.gate.let(3)
    pair.a.gate.wait_for(4)
    answer = pair.b.host.cancel(session)
    pair.a.gate.open()
    assert answer.result(PATIENCE_S) == pair.b.store.session(session).version
    assert pair.b.store.propagation(session).state is PropagationState.CANCELLED


def test_when_one_dies_the_other_goes_on_with_its_tracking(pair: Pair, tmp_path: Path) -> None:
    unbroken = pair.b.session()
    pair.b.click(unbroken, 1, 5, red(5))
    pair.b.commands.track(unbroken)
    session = pair.a.session()
    pair.a.click(session, 1, 5, red(5))
    pair.a.gate.hold()
    pair.a.commands.track(session)
    pair.a.gate.let(4)
    pair.a.gate.wait_for(5)
    pair.a.die()
    wait_until(lambda: pair.b.store.propagation(session).state is PropagationState.DONE)
    wait_until(lambda: pair.b.store.propagation(unbroken).state is PropagationState.DONE)
    assert pair.b.masks(session) == pair.b.masks(unbroken)
    pair.b.click(session, 1, 9, blue(9))
    assert pair.b.masks(session)[1, 9] != pair.b.masks(unbroken)[1, 9]


def test_a_question_to_one_that_died_is_answered_by_the_one_that_asked(pair: Pair) -> None:
    session = pair.a.session()
    pair.a.click(session, 1, 0, red(0))
    pair.a.sharing._notices.close()  # it hears nothing any more
    pair.b.store.put_prompt(session, FramePrompt(1, 3, (PointPrompt(*red(3)),)))
    answer = pair.b.host.refresh(session)
    pair.a.die()
    assert answer.result(PATIENCE_S)
    assert (1, 3) in pair.b.masks(session)


def test_lost_notices_are_sent_again(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every first text is lost, on both ways."""
    session = pair.a.session()
    pair.a.click(session, 1, 0, red(0))
    for server in (pair.a, pair.b):
        seen: set[str] = set()
        send = server.sharing._notices.send

        def forgetful(text: str, seen: set[str] = seen, send: Callable[[str], None] = send) -> None:
            if text in seen:
                send(text)
            seen.add(text)

        monkeypatch.setattr(server.sharing._notices, "send", forgetful)
    pair.b.click(session, 2, 0, blue(0))
    assert (2, 0) in pair.b.masks(session)
    assert pair.a.local._actor._runner._pool._live  # it was still the first one that drew it


def test_what_one_stored_and_could_not_say_is_walked_by_the_owner(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = pair.a.session()
    pair.a.click(session, 1, 0, red(0))
    monkeypatch.setattr(pair.b.host, "track", lambda *_: None)  # it dies right after the commit
    pair.b.commands.track(session)
    wait_until(lambda: pair.a.store.propagation(session).state is PropagationState.DONE)
    assert len(pair.a.masks(session)) == FRAMES


def test_a_start_takes_up_clicks_that_nobody_answered(pair: Pair, empty_postgresql, tmp_path: Path) -> None:
    session = pair.a.session()
    pair.a.commands.add_object(session)
    pair.a.store.put_prompt(session, FramePrompt(1, 3, (PointPrompt(*red(3)),)))
    third = Server(empty_postgresql.url, tmp_path)
    try:
        wait_until(lambda: (1, 3) in third.masks(session))
    finally:
        third.close()


class TestClaims:
    def test_a_claim_is_one_process_and_ends_with_it(self, pair: Pair) -> None:
        assert pair.a.sharing.mine("the moon")
        assert pair.a.sharing.mine("the moon")
        assert not pair.b.sharing.mine("the moon")
        assert pair.b.sharing.mine("the sun")
        pair.a.die()
        wait_until(lambda: pair.b.sharing.mine("the moon"))

    def test_a_broken_connection_is_mended_and_claims_are_taken_again(
        self, pair: Pair, empty_postgresql: PostgreSQLServer
    ) -> None:
        session = pair.a.session()
        pair.a.click(session, 1, 0, red(0))
        ended = {server.sharing._claims._connection.info.backend_pid for server in (pair.a, pair.b)}
        with pair.b.database.write() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
        wait_until(lambda: pair.a.sharing._claims._connection.info.backend_pid not in ended)
        wait_until(lambda: pair.b.sharing._claims._connection.info.backend_pid not in ended)
        pair.a.sharing._claims.check()  # after the one that mends: all is taken again
        assert not pair.b.sharing.mine(session)
        wait_until(lambda: session in pair.a.bells.rung and "all" in pair.a.bells.rung)
        pair.b.click(session, 2, 0, blue(0))
        assert set(pair.a.masks(session)) == {(1, 0), (2, 0)}

    def test_one_that_lost_its_claims_to_another_is_told(self, empty_postgresql: PostgreSQLServer) -> None:
        from backend.store.claims import PostgresClaims

        told: list[str] = []
        first = PostgresClaims(empty_postgresql.url, lambda: told.append("lost"))
        second = PostgresClaims(empty_postgresql.url, lambda: told.append("never"))
        assert first.take("s") and not second.take("s")
        first.check()
        first._connection.close()
        wait_until(lambda: second.take("s"))  # the database lets go when its side has seen the end
        first.check()
        assert told == ["lost"]
        first.close()
        second.close()

    def test_no_server(self) -> None:
        from backend.store.claims import PostgresClaims

        with pytest.raises(Unavailable, match="server does not answer"):
            PostgresClaims("postgresql://nobody@127.0.0.1:1/masklet", lambda: None)


class TestNotes:
    @pytest.mark.parametrize(
        "note",
        [
            Changed("s"),
            Nudge("1", Wish.CANCEL, "s"),
            Answer("1", 7),
            Answer("1", 0, "Conflict", "“No”."),
        ],
    )
    def test_they_come_back_as_they_were(self, note: Changed | Nudge | Answer) -> None:
        assert note_of(text_of(note)) == note

    @pytest.mark.parametrize("text", ["", "[]", "{}", '["Later", {}]', '["Nudge", {"id": 1}]', "[1, 2]", "3"])
    def test_what_is_not_known_is_passed_over(self, text: str) -> None:
        assert note_of(text) is None

    @pytest.mark.parametrize(
        ("error", "told", "sentence"),
        [
            (NotFound("Gone."), NotFound, "Gone."),
            (Conflict("Later."), Conflict, "Later."),
            (RuntimeError("secret path /root"), Unavailable, "its log has more"),
            (MaskletError("x" * 9000), Unavailable, "x" * 1000),
        ],
    )
    def test_errors_keep_their_kind_and_sentence(
        self, error: Exception, told: type[Exception], sentence: str
    ) -> None:
        from concurrent.futures import Future

        answer: Future[int] = Future()
        note = note_of(text_of(Answer.of_error("1", error)))
        assert isinstance(note, Answer)
        note.settle(answer)
        assert type(answer.exception(0)) is told
        assert sentence in str(answer.exception(0))
        assert len(text_of(note)) < 7900
