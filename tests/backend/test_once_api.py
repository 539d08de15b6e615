"""Keys and versions over HTTP: what a client sends with a change, and what it is told."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.backend.live import SET_PROMPT, TRACK, Live, live, wait_until

ADD = "mutation($s: ID!) { addObject(sessionId: $s) { objectId version } }"
CREATE = "mutation($v: ID!) { createSession(videoId: $v) { id } }"
SEEN_PROMPT = (
    "mutation($s: ID!, $p: FramePromptInput!, $v: Int) { setPrompt(sessionId: $s, prompt: $p, seen: $v) }"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("once")) as running:
        yield running


@pytest.fixture
def session(server: Live) -> str:
    """With one object that was clicked on frame 0."""
    session_id = server.session()
    server.click(session_id, 1, 0, 30, 30)
    return session_id


def send(server: Live, query: str, key: str = "", client: str = "", **variables: Any) -> dict[str, Any]:
    headers = {"Idempotency-Key": key, "Masklet-Client": client}
    answer = server.client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
    return answer.json()


def prompt(x: float, object_id: int = 1) -> dict[str, Any]:
    return {"objectId": object_id, "frameIdx": 0, "points": [{"x": x, "y": 20}]}


def test_the_same_key_makes_one_object(server: Live, session: str) -> None:
    first = send(server, ADD, "the-key-of-an-object", s=session)
    assert first == send(server, ADD, "the-key-of-an-object", s=session)
    other = send(server, CREATE, "the-key-of-an-object", v="clip")
    assert other["errors"][0]["extensions"]["code"] == "INVALID_INPUT"
    assert "key of its own" in other["errors"][0]["message"]
    assert len(server.service.sessions.objects(session)) == 2


def test_many_at_once_make_one(server: Live, session: str) -> None:
    def ask(what: tuple[str, str]) -> Any:
        query, key = what
        answer = send(server, query, key, s=session, p=prompt(40), d="BOTH", v="clip")
        assert "errors" not in answer, answer
        return answer["data"]

    before = len(server.service.sessions.sessions())
    for query, key in ((SET_PROMPT, "key-prompt"), (TRACK, "key-of-a-track"), (CREATE, "key-of-a-session")):
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(ask, [(query, key)] * 6))
        if query != SET_PROMPT:  # each waits for the mask, and says how far the session is by then
            assert answers.count(answers[0]) == 6
    assert len(server.service.sessions.sessions()) == before + 1
    wait_until(lambda: server.service.sessions.propagation(session).state == "done")
    made = [one for one in server.service.sessions.prompts(session) if one.points[0].x == 40]
    assert len(made) == 1


def test_a_repeat_of_what_cannot_be_done_any_more(server: Live, session: str) -> None:
    """The removed object is not there, the range is not running: the answer is that of the first time."""
    remove = "mutation($s: ID!) { deleteObject(sessionId: $s, objectId: 1) }"
    first = send(server, remove, "key-of-a-removal", s=session)
    assert "data" in first and first == send(server, remove, "key-of-a-removal", s=session)
    assert send(server, remove, "another-key", s=session)["errors"][0]["extensions"]["code"] == "NOT_FOUND"


def test_a_stale_change_is_told_what_is_now(server: Live, session: str) -> None:
    seen = server.service.sessions.session(session).version
    theirs = send(server, SEEN_PROMPT, "key-of-theirs", "ben", s=session, p=prompt(50), v=seen)["data"]
    (error,) = send(server, SEEN_PROMPT, "key-of-mine", "ana", s=session, p=prompt(60), v=seen)["errors"]
    now = error["extensions"]["present"]
    assert (error["extensions"]["code"], now["kind"], now["objectId"], now["frameIdx"]) == (
        "CONFLICT",
        "PROMPTS",
        1,
        0,
    )
    assert now["prompts"] == {
        "points": [{"x": 50.0, "y": 20.0, "include": True}],
        "box": None,
        "hasMask": False,
    }
    assert seen < now["version"] <= theirs["setPrompt"] and now["by"] is None  # on an open server all are one
    again = send(server, SEEN_PROMPT, "key-of-mine", "ana", s=session, p=prompt(60), v=now["version"])
    assert "data" in again  # what was refused has kept no key
    same = send(server, SEEN_PROMPT, "key-of-next", "ana", s=session, p=prompt(61), v=seen)
    assert "data" in same, "her own change is not new to her"


CHANGES_OF_AN_OBJECT = {
    "setPrompt": "setPrompt(sessionId: $s, prompt: {objectId: 1, frameIdx: 0}, seen: $v)",
    "describeObject": 'describeObject(sessionId: $s, objectId: 1, name: "Mug", seen: $v) { version }',
    "updateObject": 'updateObject(sessionId: $s, objectId: 1, name: "Mug", seen: $v) { version }',
    "deleteObject": "deleteObject(sessionId: $s, objectId: 1, seen: $v)",
    "exchangeObjects": "exchangeObjects(sessionId: $s, remove: [1], restore: [], seen: $v)",
    "mergeObjects": "mergeObjects(sessionId: $s, objectIds: [2, 1], seen: $v) { version }",
    "splitObject": "splitObject(sessionId: $s, objectId: 1, frameIdx: 3, seen: $v) { version }",
    "setAbsentRanges": "setAbsentRanges(sessionId: $s, objectId: 1, ranges: [], seen: $v) { version }",
    "setVerified": (
        "setVerified(sessionId: $s, places: [{objectId: 1, firstFrame: 0, lastFrame: 0}], seen: $v)"
    ),
    "acceptObjects": "acceptObjects(sessionId: $s, objectIds: [1], seen: $v) { version }",
}


def test_a_change_of_what_somebody_else_removed_is_told_so(server: Live, session: str) -> None:
    """And once it is brought back, the change is made."""
    send(server, ADD, s=session)
    seen = server.service.sessions.session(session).version
    remove = "mutation($s: ID!) { deleteObject(sessionId: $s, objectId: 1) }"
    send(server, remove, client="ben", s=session)
    presents = []
    for name, field in CHANGES_OF_AN_OBJECT.items():
        query = f"mutation($s: ID!, $v: Int) {{ {field} }}"
        (error,) = send(server, query, client="ana", s=session, v=seen)["errors"]
        assert error["extensions"]["code"] == "CONFLICT", (name, error)
        assert "Somebody else has removed Object 1 since" in error["message"], name
        presents.append(error["extensions"]["present"])
        # Who removed it, or has seen that it is gone, is told what everybody is.
        (own,) = send(server, query, client="ben", s=session, v=seen)["errors"]
        assert own["extensions"]["code"] == "NOT_FOUND", name
    now = presents[0]
    assert presents == [now] * len(presents)
    assert (now["kind"], now["objectId"], now["object"]["removed"]) == ("OBJECT", 1, True)
    back = "mutation($s: ID!, $v: Int) { exchangeObjects(sessionId: $s, remove: [], restore: [1], seen: $v) }"
    assert "data" in send(server, back, client="ana", s=session, v=now["version"])
    paint = f"mutation($s: ID!, $v: Int) {{ {CHANGES_OF_AN_OBJECT['describeObject']} }}"
    assert "data" in send(server, paint, client="ana", s=session, v=now["version"])


def test_whoever_says_nothing_is_not_held_up(server: Live, session: str) -> None:
    for x in (40, 50, 60):
        assert server.ask(SET_PROMPT, s=session, p=prompt(x)) > 0
    assert [one.points[0].x for one in server.service.sessions.prompts(session)] == [60]


def test_every_change_of_a_session_can_say_what_it_was_made_on(server: Live) -> None:
    """`track`, which takes everything as it is, `addObject` and what is about whole sessions need not."""
    fields = server.ask("{ __schema { mutationType { fields { name args { name } } } } }")
    takes = {
        field["name"]: {argument["name"] for argument in field["args"]}
        for field in fields["mutationType"]["fields"]
    }
    of_things = """setPrompt clearPrompts updateObject describeObject deleteObject exchangeObjects
        mergeObjects splitObject orderObjects setAbsentRanges setVerified setVerdict setOntology
        renameSession"""
    assert all({"sessionId", "seen"} <= takes[name] for name in of_things.split())
