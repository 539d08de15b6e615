"""The feed's promises under random use, and with two hundred readers of one session on a real server."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.api import feed as feed_module
from backend.api.doorbell import Doorbell
from backend.api.feed import session_feed
from backend.api.threads import Threads
from backend.domain.errors import MaskletError
from backend.domain.session import SessionDelta
from backend.store.sessions import SqlSessionStore
from tests.backend.annotating import SESSION, describe, session_store
from tests.backend.live import FEED, FRAMES, TRACK, Live, Seen, deltas, live, wait_until
from tests.backend.test_store_resume import STEPS, Client, Step, _fresh_database

READERS = 200
PATIENCE_S = 120.0


@pytest.fixture
def quick_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "GAP_S", 0.001)
    monkeypatch.setattr(feed_module, "POLL_S", 0.5)


@dataclass
class Reader(Client):
    """A browser on the feed itself, which may be cut off and come back from the version that it has."""

    feed: AsyncIterator[SessionDelta] | None = None
    seen: set[tuple] = field(default_factory=set)  # (row, version) of every change that came

    async def read(self, store: SqlSessionStore, doorbell: Doorbell, threads: Threads) -> None:
        """One message, if there is one to come."""
        if self.version >= store.session(SESSION).version:
            return
        if self.feed is None:
            self.feed = session_feed(store, doorbell, threads, SESSION, self.version)
        delta = await asyncio.wait_for(anext(self.feed), PATIENCE_S)
        assert delta.version > self.version, "messages come in order"
        for row in (*delta.prompts, *delta.masks):
            change = (type(row), row.object_id, row.frame_idx, row.version)
            assert change not in self.seen, "each change comes once"
            self.seen.add(change)
        self.fold(delta)

    async def drop(self) -> None:
        if self.feed is not None:
            await self.feed.aclose()
            self.feed = None


ACTIONS = st.one_of(STEPS, st.tuples(st.sampled_from(["read", "drop"]), st.integers(0, 3)))


@pytest.mark.usefixtures("quick_beats")
@pytest.mark.parametrize("limit", [1, 4, 1000])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=st.lists(ACTIONS, max_size=40))
def test_in_order_each_once_and_from_any_version(
    limit: int, tmp_path: Path, actions: list[Step | tuple[str, int]]
) -> None:
    """Four readers, at any pace, cut off at any moment, while the session changes."""

    async def scenario(store: SqlSessionStore, doorbell: Doorbell) -> None:
        threads, readers = Threads(), [Reader(limit) for _ in range(4)]
        try:
            for action in actions:
                match action:
                    case ("read", number):
                        await readers[number].read(store, doorbell, threads)
                    case ("drop", number):
                        await readers[number].drop()
                    case step:
                        try:
                            step(store)
                        except MaskletError:
                            pass  # refused, and nothing changed
            for reader in [*readers, Reader(limit)]:
                while reader.version < store.session(SESSION).version:
                    await reader.read(store, doorbell, threads)
                reader.assert_equals(store)
                await reader.drop()
            assert doorbell.readers() == 0
        finally:
            threads.close()

    masks_per_message = feed_module.MASKS_PER_MESSAGE
    feed_module.MASKS_PER_MESSAGE = limit
    try:
        with _fresh_database(tmp_path) as database:
            doorbell = Doorbell()
            store = session_store(database, doorbell.ring)
            store.add_object(SESSION, describe)
            asyncio.run(scenario(store, doorbell))
    finally:
        feed_module.MASKS_PER_MESSAGE = masks_per_message


@pytest.mark.usefixtures("quick_beats")
def test_who_is_at_the_same_version_shares_one_read(tmp_path: Path) -> None:
    async def scenario(store: SqlSessionStore, doorbell: Doorbell) -> None:
        threads, reads = Threads(), []
        read = store.delta

        def counted(*args: object) -> SessionDelta:
            reads.append(args)
            return read(*args)

        store.delta = counted
        feeds = [session_feed(store, doorbell, threads, SESSION, 0) for _ in range(50)]
        try:
            first = await asyncio.gather(*(anext(feed) for feed in feeds))
            assert len({delta.version for delta in first}) == 1
            waiting = [asyncio.ensure_future(anext(feed)) for feed in feeds]
            await asyncio.sleep(0.05)  # everyone has seen that there is nothing new
            before = len(reads)
            await threads.command(store.add_object, SESSION, describe)
            second = await asyncio.gather(*waiting)
            assert {delta.version for delta in second} == {store.session(SESSION).version}
            assert before <= 2 * 5 and len(reads) - before <= 5, (before, len(reads))
        finally:
            for feed in feeds:
                await feed.aclose()
            threads.close()

    with _fresh_database(tmp_path) as database:
        doorbell = Doorbell()
        store = session_store(database, doorbell.ring)
        store.add_object(SESSION, describe)
        asyncio.run(scenario(store, doorbell))


def test_a_shared_read_is_never_from_before_the_ring() -> None:
    """A reader that was woken while another one's read was under way must not be given that one's answer."""

    async def scenario() -> None:
        doorbell, threads = Doorbell(), Threads()
        with doorbell.listen("s") as early, doorbell.listen("s") as late:
            first = early.reset()
            doorbell.ring("s")
            assert late.reset() != first
            assert early.reset() == late.reset()
        answers = await asyncio.gather(*(threads.shared_read("key", uuid.uuid4) for _ in range(20)))
        assert len(set(answers)) == 1
        assert await threads.shared_read("key", uuid.uuid4) not in answers  # nothing is kept
        failing = [threads.shared_read("bad", lambda: 1 / 0) for _ in range(3)]
        for outcome in await asyncio.gather(*failing, return_exceptions=True):
            assert isinstance(outcome, ZeroDivisionError)
        threads.close()

    asyncio.run(scenario())


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[Live]:
    with live(tmp_path, frame_delay_s=0.02) as running:
        yield running


async def follow(client: httpx2.AsyncClient, session_id: str, seen: Seen) -> Seen:
    """Read until tracking is done or the server goes."""
    body = {"query": FEED, "variables": {"s": session_id, "after": seen.version}}
    headers = {"accept": "text/event-stream"}
    async with client.stream("POST", "/graphql", json=body, headers=headers) as response:
        assert response.status_code == 200
        async with aclosing(response.aiter_lines()) as lines:
            event: list[str] = []
            async for line in lines:
                event.append(line)
                if not line:
                    for delta in deltas(iter(event)):
                        seen.take(delta)
                    event = []
                    if seen.state == "DONE":
                        break
    return seen


def masks_of(server: Live, session: str) -> dict[tuple[int, int], str]:
    return {(m.object_id, m.frame_idx): m.rle.counts for m in server.service.sessions.masks(session) if m.rle}


def crowd(url: str) -> httpx2.AsyncClient:
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
    return httpx2.AsyncClient(base_url=url, limits=limits, timeout=PATIENCE_S)


def test_two_hundred_readers_of_one_session(crowded: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    session = crowded.session()
    crowded.click(session, 1, 0, 40, 30)
    read, reads = crowded.service.sessions.delta, []

    def counted(*args: object) -> SessionDelta:
        reads.append(args)
        return read(*args)

    monkeypatch.setattr(crowded.service.sessions, "delta", counted)

    async def scenario() -> list[Seen]:
        async with crowd(crowded.url) as client:
            following = [asyncio.ensure_future(follow(client, session, Seen())) for _ in range(READERS)]
            while crowded.service.doorbell.readers() < READERS:
                await asyncio.sleep(0.05)
            began_s = time.process_time()
            await asyncio.to_thread(crowded.ask, TRACK, s=session, d="FORWARD")
            await asyncio.to_thread(crowded.click, session, 2, 0, 60, 50)  # still answered
            everyone = await asyncio.gather(*following)
            print(f"{READERS} readers: {time.process_time() - began_s:.1f} s of CPU, theirs included")
            return everyone

    everyone = asyncio.run(scenario())
    stored = masks_of(crowded, session)
    assert all(seen.masks == stored for seen in everyone)
    messages = sum(seen.messages for seen in everyone)
    print(f"{messages} messages, {len(reads)} reads of the store")
    assert len(reads) < messages / 4, "readers at the same version share a read"
    wait_until(lambda: crowded.service.doorbell.readers() == 0)


def test_everyone_comes_back_after_a_restart_and_misses_nothing(tmp_path: Path) -> None:
    """All at once, each from the version that it had."""
    readers = [Seen() for _ in range(READERS)]

    async def read_on(server: Live, session: str, stop: Callable[[], None] | None = None) -> None:
        async with crowd(server.url) as client:
            following = [asyncio.ensure_future(follow(client, session, reader)) for reader in readers]
            if stop is not None:
                while min(reader.version for reader in readers) < 3:
                    await asyncio.sleep(0.05)
                stop()
            await asyncio.gather(*following)

    with live(tmp_path, frame_delay_s=3.0) as server:  # far from done when it goes, on any machine
        session = server.session()
        server.click(session, 1, 0, 40, 30)
        server.ask(TRACK, s=session, d="FORWARD")
        asyncio.run(read_on(server, session, server.service.doorbell.close))
    assert all(seen.state != "DONE" for seen in readers)
    with live(tmp_path) as again:  # goes on with the tracking by itself
        asyncio.run(read_on(again, session))
        stored = masks_of(again, session)
    assert len(stored) == FRAMES
    assert all(seen.masks == stored for seen in readers)
