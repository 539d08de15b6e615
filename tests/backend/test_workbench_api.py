"""The workbench over GraphQL: what it does, what it refuses, and how it says so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.backend.live import FRAMES, HEIGHT, WIDTH, Live, live

FEED_FIELDS = "objectId name label attributes { name value } rank locked absent { first last }"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("workbench")) as running:
        yield running


@pytest.fixture
def session(server: Live) -> str:
    """With one object that was clicked on frame 0."""
    session_id = server.session()
    server.click(session_id, 1, 0, 30, 30)
    return session_id


def test_an_object_is_described(server: Live, session: str) -> None:
    attributes = [
        {"name": "fill", "kind": "CHOICE", "choices": ["full", "empty"]},
        {"name": "n", "kind": "NUMBER"},
    ]
    set_classes = """mutation($s: ID!, $c: [ObjectClassInput!]!) {
        setOntology(sessionId: $s, classes: $c) { name colour } }"""
    classes = [{"name": " cup ", "colour": "#AABBCC", "attributes": attributes}]
    kept = server.ask(set_classes, s=session, c=classes)
    assert kept == [{"name": "cup", "colour": "#aabbcc"}]
    describe = f"""mutation($s: ID!, $a: [AttributeInput!], $l: String) {{
        describeObject(sessionId: $s, objectId: 1, label: $l, attributes: $a) {{ {FEED_FIELDS} }} }}"""
    said = server.ask(describe, s=session, l="cup", a=[{"name": "fill", "value": "full"}])
    assert (said["label"], said["attributes"]) == ("cup", [{"name": "fill", "value": "full"}])
    for name, value, sentence in (
        ("fill", "half", "takes one of: full, empty"),
        ("n", "many", "takes a number"),
    ):
        code, text = server.refusal(describe, s=session, a=[{"name": name, "value": value}])
        assert (code, sentence in text) == ("INVALID_INPUT", True), text


def test_a_change_that_somebody_else_overtook_is_refused(server: Live, session: str) -> None:
    query = """mutation($s: ID!, $n: String, $v: Int) {
        describeObject(sessionId: $s, objectId: 1, name: $n, seen: $v) { version } }"""
    version = server.ask(query, s=session, n="Theirs")["version"]
    code, text = server.refusal(query, s=session, n="Mine", v=version - 1)
    assert (code, text.startswith("Somebody else has changed this")) == ("CONFLICT", True)
    assert server.ask(query, s=session, n="Mine", v=version)["version"] > version


def test_absence_verifying_and_order(server: Live, session: str) -> None:
    absent = """mutation($s: ID!, $r: [FrameRangeInput!]!) {
        setAbsentRanges(sessionId: $s, objectId: 1, ranges: $r) { absent { first last } } }"""
    ranges = [{"first": 4, "last": 6}, {"first": 7, "last": 8}]
    assert server.ask(absent, s=session, r=ranges) == {"absent": [{"first": 4, "last": 8}]}
    for bad in ({"first": 6, "last": 4}, {"first": 0, "last": FRAMES}):
        assert server.refusal(absent, s=session, r=[bad])[0] == "INVALID_INPUT"
    verify = """mutation($s: ID!, $l: Int!) { setVerified(sessionId: $s, verified: true,
        places: [{objectId: 1, firstFrame: 0, lastFrame: $l}]) }"""
    server.ask(verify, s=session, l=FRAMES - 1)
    assert server.service.sessions.verified(session) == {1: frozenset({0})}
    assert server.refusal(verify, s=session, l=0)[0] == "CONFLICT"
    server.click(session, 2, 0, 60, 30)
    order = "mutation($s: ID!, $o: [Int!]!) { orderObjects(sessionId: $s, objectIds: $o) }"
    server.ask(order, s=session, o=[2, 1])
    assert [tracked.object_id for tracked in server.service.sessions.objects(session)] == [2, 1]
    assert server.refusal(order, s=session, o=[2])[0] == "CONFLICT"


def test_a_look_ahead(server: Live, session: str) -> None:
    query = """query($s: ID!, $p: FramePromptInput!) {
        previewPrompt(sessionId: $s, prompt: $p) { height width counts } }"""
    before = server.service.sessions.session(session).version
    found = server.ask(query, s=session, p={"objectId": 9, "frameIdx": 3, "points": [{"x": 20, "y": 20}]})
    assert (found["height"], found["width"]) == (HEIGHT, WIDTH)
    assert server.service.sessions.session(session).version == before
    assert server.refusal(query, s=session, p={"objectId": 9, "frameIdx": 3})[0] == "INVALID_INPUT"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("cup\n\n table ", ["cup", "table"]),
        ('[{"name": "cup", "color": "#ff0000", "attributes": []}]', ["cup"]),
        ('{"categories": [{"id": 1, "name": "cup"}, {"id": 2, "name": "table"}]}', ["cup", "table"]),
        ('<View><Labels name="l"><Label value="cup" background="#00ff00"/></Labels></View>', ["cup"]),
        ('{"classes": ["cup", "table"]}', ["cup", "table"]),
    ],
)
def test_classes_are_read_from_the_lists_that_people_have(server: Live, text: str, names: list[str]) -> None:
    found = server.ask("query($t: String!) { readClasses(text: $t) { name colour } }", t=text)
    assert [one["name"] for one in found] == names
    assert all(one["colour"].startswith("#") for one in found)


@pytest.mark.parametrize("text", ["", "{", '{"images": []}', "<nothing/>", "cup\ncup", '[{"name": ""}]'])
def test_what_is_no_list_of_classes_is_refused(server: Live, text: str) -> None:
    code, sentence = server.refusal("query($t: String!) { readClasses(text: $t) { name } }", t=text)
    assert code == "INVALID_INPUT"
    assert sentence


def test_sessions_are_renamed_duplicated_deleted_and_restored(server: Live, session: str) -> None:
    one = {"s": session}
    server.ask('mutation($s: ID!) { renameSession(sessionId: $s, title: " Take  2 ") }', **one)
    assert server.ask("query($s: ID!) { session(id: $s) { title } }", **one) == {"title": "Take 2"}
    copy = server.ask("mutation($s: ID!) { duplicateSession(sessionId: $s) { id title } }", **one)
    assert copy["title"] == "Take 2 (copy)"
    assert len(list(server.service.sessions.masks(copy["id"]))) == 1
    server.ask("mutation($s: ID!) { deleteSession(sessionId: $s) }", **one)
    assert server.refusal("query($s: ID!) { session(id: $s) { title } }", **one)[0] == "NOT_FOUND"
    assert session in [s["id"] for s in server.ask("{ deletedSessions { id } }")]
    assert session not in [s["id"] for s in server.ask("{ sessions { id } }")]
    server.ask("mutation($s: ID!) { restoreSession(sessionId: $s) { id } }", **one)
    assert len(list(server.service.sessions.masks(session))) == 1
    code, sentence = server.refusal('mutation { deleteVideo(videoId: "clip") }')
    assert (code, "comes with Masklet" in sentence) == ("CONFLICT", True)
