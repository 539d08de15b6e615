"""Two real servers on one PostgreSQL database and one data folder; one of them is killed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.backend.databases import PostgreSQLServer
from tests.chaos.clip import FRAMES, centre
from tests.chaos.followers import Follower
from tests.chaos.people import ADD, CREATE, DONE, PATIENCE_S, PROMPT, RUNNING, TRACK, Desk
from tests.chaos.run import import_clip
from tests.e2e.server import MaskletServer

pytest.importorskip("psycopg", reason="the PostgreSQL driver is not installed: `make test` installs it")


@dataclass
class Two:
    a: MaskletServer
    b: MaskletServer
    video_id: str


@pytest.fixture
def two(empty_postgresql: PostgreSQLServer, tmp_path: Path) -> Iterator[Two]:
    data, url = tmp_path / "data", empty_postgresql.url
    video = import_clip(tmp_path / "clip.mp4", data, url)
    with ExitStack() as undo:
        servers = []
        for name in "ab":
            where = {"MASKLET_DATA": str(data), "DATABASE_URL": url}
            servers.append(MaskletServer(tmp_path / name, gallery=False, **where))
            servers[-1].start()
            undo.callback(servers[-1].stop)
        yield Two(*servers, video.video_id)


def click(desk: Desk, session: str, object_id: int, frame_idx: int) -> int:
    x, y = centre(object_id, frame_idx)
    prompt = {"objectId": object_id, "frameIdx": frame_idx, "points": [{"x": float(x), "y": float(y)}]}
    return desk.ask(PROMPT, session=session, prompt=prompt)


def test_they_are_one_service_and_one_goes_on_for_the_other(two: Two) -> None:
    at_a, at_b = Desk(two.a.url), Desk(two.b.url)
    session = at_a.ask(CREATE, video=two.video_id)["id"]
    readers = [Follower(server.url, session, seed) for seed, server in enumerate((two.a, two.b))]
    for reader in readers:
        reader.start()
    for _ in range(2):
        at_b.ask(ADD, session=session)
    version = click(at_a, session, 1, 0)  # A computes this session from now on
    assert readers[1].reached(version, PATIENCE_S)
    assert (1, 0) in readers[1].told.view.rles
    version = click(at_b, session, 2, 0)  # and B asks it
    assert at_b.look(session).is_drawn((2, 0))
    assert readers[0].reached(version, PATIENCE_S)

    at_b.ask(TRACK, session=session)
    while at_b.look(session).propagation["framesDone"] < 3:
        time.sleep(0.02)
    two.a.kill()
    now = at_b.look(session).propagation
    deadline = time.monotonic() + PATIENCE_S
    while now["state"] == RUNNING and time.monotonic() < deadline:
        time.sleep(0.1)
        now = at_b.look(session).propagation
    assert now["state"] == DONE
    version = click(at_b, session, 1, 20)
    assert readers[1].reached(version, PATIENCE_S)
    told = readers[1].told
    assert told.wrong == []
    assert {place for place in told.view.rles} == {(o, frame) for o in (1, 2) for frame in range(FRAMES)}

    two.a.start()  # back again: a follower of the others
    assert readers[0].reached(version, PATIENCE_S)
    assert readers[0].told.wrong == []
    assert readers[0].told.view.rles == told.view.rles
    click(at_a, session, 2, 30)
    for reader in readers:
        reader.stop()
