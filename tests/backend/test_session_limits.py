"""How many objects and points a session holds: on every way in, refused with the same sentence."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backend.domain.errors import InvalidInput
from backend.domain.rle import Rle
from backend.domain.session import FramePrompt, PointPrompt
from backend.limits import Limits
from tests.backend.demo_client import ADD_POINTS, DemoClient
from tests.backend.live import FRAMES, HEIGHT, SET_PROMPT, WIDTH, Live, live
from tests.exchange.working import bring_in, export, tracked_session, upload_video

OBJECTS, POINTS = 2, 3
FULL = f"A session holds at most {OBJECTS} objects, and this would make {OBJECTS + 1}: remove some first."
TOO_MANY_POINTS = f"A frame takes at most {POINTS} points for one object."
ADD = "mutation($s: ID!) { addObject(sessionId: $s) { objectId } }"
EXCHANGE = """mutation($s: ID!, $remove: [Int!]!, $restore: [Int!]!) {
    exchangeObjects(sessionId: $s, remove: $remove, restore: $restore) }"""
SPLIT = "mutation($s: ID!, $i: Int!) { splitObject(sessionId: $s, objectId: $i, frameIdx: 5) { objectId } }"
MERGE = "mutation($s: ID!) { mergeObjects(sessionId: $s, objectIds: [1, 2]) { objectId } }"
DUPLICATE = "mutation($s: ID!) { duplicateSession(sessionId: $s) { id } }"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("limits"), limits=Limits(objects=OBJECTS, points=POINTS)) as running:
        yield running


@pytest.fixture
def full(server: Live) -> str:
    """A session with as many objects as it may have, each with a mask on frame 0."""
    session_id = server.session()
    for object_id in range(1, OBJECTS + 1):
        server.click(session_id, object_id, 0, 20 * object_id, 30)
    return session_id


def objects_of(server: Live, session_id: str) -> list[int]:
    return [tracked.object_id for tracked in server.service.sessions.objects(session_id)]


def test_a_full_session_takes_no_further_object(server: Live, full: str) -> None:
    assert server.refusal(ADD, s=full) == ("INVALID_INPUT", FULL)
    server.service.commands.remove_object(full, 1)
    server.ask(ADD, s=full)
    assert objects_of(server, full) == [2, 3]


def test_a_removed_object_comes_back_only_where_there_is_room(server: Live, full: str) -> None:
    server.service.commands.remove_object(full, 1)
    server.ask(ADD, s=full)
    assert server.refusal(EXCHANGE, s=full, remove=[], restore=[1]) == ("INVALID_INPUT", FULL)
    server.ask(EXCHANGE, s=full, remove=[3], restore=[1])  # one for one
    assert objects_of(server, full) == [1, 2]


def test_splitting_makes_one_more_and_merging_one_less(server: Live, full: str) -> None:
    whole = Rle.from_runs(HEIGHT, WIDTH, (0, HEIGHT * WIDTH))
    for frame_idx in (0, FRAMES - 1):
        server.service.commands.set_prompt(full, FramePrompt(1, frame_idx, mask=whole))
    assert server.refusal(SPLIT, s=full, i=1) == ("INVALID_INPUT", FULL)
    assert objects_of(server, full) == [1, 2]
    merged = server.ask(MERGE, s=full)["objectId"]
    assert len(server.ask(SPLIT, s=full, i=merged)) == 2


def test_a_copy_of_a_full_session_is_full(server: Live, full: str) -> None:
    copy = server.ask(DUPLICATE, s=full)["id"]
    assert objects_of(server, copy) == [1, 2]
    assert server.refusal(ADD, s=copy) == ("INVALID_INPUT", FULL)


def test_an_import_comes_in_whole_or_not_at_all(server: Live, tmp_path: Path) -> None:
    video_id = upload_video(server, tmp_path)
    data = export(server, tracked_session(server, video_id, objects=2))
    session_id = tracked_session(server, video_id)
    version = server.service.sessions.session(session_id).version
    refused = bring_in(server, data, video_id, s=session_id)
    assert (refused["state"], refused["error"]) == ("FAILED", FULL)
    assert server.service.sessions.session(session_id).version == version
    assert bring_in(server, data, video_id)["state"] == "DONE", "a session of its own has room"


def test_two_people_cannot_both_have_the_last_place(server: Live) -> None:
    for _ in range(5):
        session_id = server.session()
        server.ask(ADD, s=session_id)
        with ThreadPoolExecutor(6) as people:
            tries = [people.submit(server.service.commands.add_object, session_id) for _ in range(6)]
        errors = [error for one in tries if (error := one.exception()) is not None]
        assert [str(error) for error in errors] == [FULL] * 5
        assert len(objects_of(server, session_id)) == OBJECTS


def test_the_official_demo_meets_the_same_limits(server: Live) -> None:
    client = DemoClient(server.client)
    session_id = client.start()
    point = (0.4, 0.4, 1)

    def refused(object_id: int, count: int) -> str:
        return client.error(
            ADD_POINTS,
            sessionId=session_id,
            frameIndex=0,
            objectId=object_id,
            labels=[1] * count,
            points=[[0.4, 0.4]] * count,
            clearOldPoints=False,
        )

    assert refused(1, POINTS + 1) == TOO_MANY_POINTS
    assert objects_of(server, session_id) == [], "a refused click leaves no empty object behind"
    client.click(session_id, 1, 0, *[point] * POINTS)
    assert refused(1, 1) == TOO_MANY_POINTS, "those that are there count"
    client.click(session_id, 2, 0, point)
    assert refused(3, 1) == FULL


def test_a_look_ahead_takes_as_many_points_as_a_click(server: Live, full: str) -> None:
    query = "query($s: ID!, $p: FramePromptInput!) { previewPrompt(sessionId: $s, prompt: $p) { counts } }"
    points = [{"x": 10.0 + i, "y": 10.0} for i in range(POINTS + 1)]
    for asked in (query, SET_PROMPT):
        prompt = {"objectId": 1, "frameIdx": 0, "points": points}
        assert server.refusal(asked, s=full, p=prompt) == ("INVALID_INPUT", TOO_MANY_POINTS)
        assert server.graphql(asked, s=full, p=prompt | {"points": points[:POINTS]})["data"] is not None


def test_no_points_are_stored_of_a_prompt_that_is_refused(server: Live, full: str) -> None:
    points = tuple(PointPrompt(10.0 + i, 10.0) for i in range(POINTS + 1))
    with pytest.raises(InvalidInput, match="at most 3 points"):
        server.service.commands.set_prompt(full, FramePrompt(1, 4, points))
    assert {prompt.frame_idx for prompt in server.service.sessions.prompts(full)} == {0}
