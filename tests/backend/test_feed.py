"""The feed: in order, resumable, the same for everyone, and nobody waits for a slow reader."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.api.doorbell import Doorbell
from backend.domain.rle import Rle
from backend.domain.session import FrameMask, MaskOrigin, TrackedObject
from backend.store.database import open_database
from backend.store.sessions import SqlSessionStore
from tests.backend.live import FEED, FRAMES, TRACK, Live, Seen, live, wait_until


@pytest.fixture
def server(tmp_path: Path, database_url: str) -> Iterator[Live]:
    with live(tmp_path, frame_delay_s=0.005, database_url=database_url) as running:
        yield running


def stored(server: Live, session_id: str) -> dict[tuple[int, int], str]:
    return {
        (mask.object_id, mask.frame_idx): mask.rle.counts
        for mask in server.service.sessions.masks(session_id)
        if mask.rle
    }


def test_a_feed_brings_all_there_is_and_then_what_comes(server: Live) -> None:
    session = server.session()
    server.click(session, 1, 4, 40, 30)
    with server.feed(session) as feed:
        first = next(feed)
        assert [tracked["objectId"] for tracked in first["objects"]] == [1]
        assert first["prompts"][0]["points"] == [{"x": 40, "y": 30, "include": True}]
        assert [mask["frameIdx"] for mask in first["masks"]] == [4]
        seen = Seen()
        seen.take(first)
        server.ask(TRACK, s=session, d="BOTH")
        seen.until(feed, lambda s: s.state == "DONE")
    assert len(seen.masks) == FRAMES
    assert seen.masks == stored(server, session)


def test_two_readers_see_the_same_and_a_dropped_one_resumes(server: Live) -> None:
    session = server.session()
    server.click(session, 1, 0, 40, 30)
    server.click(session, 2, 0, 60, 50)
    staying, dropped = Seen(), Seen()
    with server.feed(session) as first:
        with server.feed(session) as second:
            server.ask(TRACK, s=session, d="FORWARD")
            dropped.until(second, lambda s: len(s.masks) >= 10)
        staying.until(first, lambda s: s.state == "DONE")
    with server.feed(session, after=dropped.version) as again:
        dropped.until(again, lambda s: s.state == "DONE")
    assert staying.masks == dropped.masks == stored(server, session)
    assert len(staying.masks) == 2 * FRAMES


def test_a_reader_that_lags_gets_more_in_one_message(tmp_path: Path) -> None:
    with live(tmp_path) as server:
        session = server.session()
        server.click(session, 1, 0, 40, 30)
        with server.feed(session) as feed:
            seen = Seen()
            server.ask(TRACK, s=session, d="FORWARD")
            seen.until(feed, lambda s: s.state == "DONE")
        assert seen.messages < FRAMES  # the tracker needs less than a message's gap for a frame
        assert seen.masks == stored(server, session)


def test_a_reader_that_never_reads_holds_nobody_up_and_leaves_nothing_behind(server: Live) -> None:
    session = server.session()
    server.click(session, 1, 0, 40, 30)
    server.service.sessions.put_masks(session, [noisy_mask(frame) for frame in range(FRAMES)])
    body = json.dumps({"query": FEED, "variables": {"s": session, "after": 0}}).encode()
    with socket.socket() as silent:
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        silent.connect(("127.0.0.1", int(server.url.rsplit(":", 1)[1])))
        silent.sendall(
            b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Accept: text/event-stream\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )
        wait_until(lambda: server.service.doorbell.readers() == 1)
        server.ask(TRACK, s=session, d="FORWARD")
        with server.feed(session) as feed:
            seen = Seen().until(feed, lambda s: s.state == "DONE")
        assert len(seen.masks) == FRAMES
    wait_until(lambda: server.service.doorbell.readers() == 0)


def noisy_mask(frame_idx: int) -> FrameMask:
    """A mask whose encoding takes half a megabyte: more than sockets hold for a silent reader."""
    size = 1000
    rle = Rle.from_runs(size, size, [1, 40] * (size * size // 41) + [size * size % 41])
    assert len(rle.counts) > 20_000
    return FrameMask(1, frame_idx, rle, rle.area, 5.0, 0.9, MaskOrigin.TRACK, "fake")


def test_changes_of_another_process_arrive_too(server: Live) -> None:
    """Several servers on one database: this one's bell does not ring for what another one writes."""
    session = server.session()
    database = open_database(server.service.settings.database)
    try:
        with server.feed(session, after=server.service.sessions.session(session).version) as feed:
            SqlSessionStore(database).add_object(session, lambda i: TrackedObject(i, "Ana's", "#00ff00"))
            assert next(feed)["objects"][0]["name"] == "Ana's"
    finally:
        database.close()


def test_a_reader_that_goes_leaves_nothing_behind(server: Live) -> None:
    session = server.session()
    server.click(session, 1, 0, 40, 30)
    for _ in range(3):
        with server.feed(session) as feed:
            next(feed)
    wait_until(lambda: server.service.doorbell.readers() == 0)


@pytest.mark.parametrize(
    ("session_id", "after", "code"),
    [("nobody", 0, "NOT_FOUND"), (None, -1, "INVALID_INPUT"), (None, 99, "CONFLICT")],
)
def test_what_cannot_be_followed_is_said_in_the_stream(
    server: Live, session_id: str | None, after: int, code: str
) -> None:
    body = {"query": FEED, "variables": {"s": session_id or server.session(), "after": after}}
    response = server.client.post("/graphql", json=body, headers={"accept": "text/event-stream"})
    assert response.headers["content-type"].startswith("text/event-stream")
    events = response.text.replace("\r\n", "\n").split("\n\n")
    message = json.loads(events[0].split("data: ", 1)[1])
    assert message["errors"][0]["extensions"]["code"] == code
    assert events[1].startswith("event: complete")


def test_the_end_of_the_server_ends_the_feed(server: Live) -> None:
    session = server.session()
    server.click(session, 1, 0, 40, 30)
    with server.feed(session) as feed:
        next(feed)
        server.service.doorbell.close()
        assert list(feed) == []


def test_a_change_between_reading_and_waiting_is_not_missed() -> None:
    async def scenario() -> None:
        doorbell = Doorbell()
        with doorbell.listen("s") as bell:
            bell.reset()
            doorbell.ring("s")
            doorbell.ring("another")
            await asyncio.wait_for(bell.wait(60), 5)
            bell.reset()
            await asyncio.wait_for(bell.wait(0.01), 5)  # nothing rang: only the time passes
        doorbell.ring("s")
        assert doorbell.readers() == 0

    asyncio.run(scenario())
