"""Presence and leases as browsers meet them: over HTTP, several at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from graphql import GraphQLField, GraphQLInputObjectType, get_named_type

from backend.api import client_limits
from backend.api.presence.editors import HEADER, page_of
from backend.api.presence.watching import GAP_S, PresenceWatch
from backend.api.schema import build_schema
from backend.domain.leases import Page
from backend.domain.people import LOCAL, Caller, Person
from backend.domain.presence import Face, Sight
from backend.host.presence import PresenceRegistry
from backend.limits import Limits
from tests.backend.live import PATIENCE_S, Live, deltas, live

FEED = """subscription($s: ID!) { sessionFeed(sessionId: $s, withPresence: true) {
  version masks { frameIdx }
  presence { id name colour frameIdx cursor { x y } view { x y zoom } playing holds here }
} }"""
HOLD = (
    """mutation($s: ID!, $o: Int!, $t: Boolean!) { holdObject(sessionId: $s, objectId: $o, takeOver: $t) }"""
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Live]:
    with live(tmp_path, frame_delay_s=0.005) as running:
        yield running


@dataclass
class Browser(Live):
    """A client with a page of its own."""

    def here(self, session_id: str, **said: Any) -> httpx2.Response:
        return self.client.post(f"/api/sessions/{session_id}/here", json={"frame_idx": 0, **said})

    @contextmanager
    def watching(self, session_id: str) -> Iterator[Iterator[list[dict[str, Any]]]]:
        """Who is here, as it changes."""
        body = {"query": FEED, "variables": {"s": session_id}}
        headers = {"accept": "text/event-stream"}
        with self.client.stream("POST", "/graphql", json=body, headers=headers) as response:
            messages = deltas(response.iter_lines())
            yield (delta["presence"] for delta in messages if delta["presence"] is not None)


@contextmanager
def browser(server: Live, name: str, tab: str = "1") -> Iterator[Browser]:
    headers = {HEADER: f"{name:-<20}.{name + tab:-<20}"}
    with httpx2.Client(base_url=server.url, headers=headers, timeout=PATIENCE_S) as client:
        yield Browser(server.url, server.service, client)


@pytest.fixture
def ana(server: Live) -> Iterator[Browser]:
    with browser(server, "ana") as one:
        yield one


@pytest.fixture
def ben(server: Live) -> Iterator[Browser]:
    with browser(server, "ben") as one:
        yield one


def test_two_browsers_see_each_other_come_move_and_go(server: Live, ana: Browser, ben: Browser) -> None:
    session = server.session()
    begun = server.service.sessions.session(session).version
    alone = ana.here(session).json()
    assert alone["others"] == 0 and alone["every_s"] >= 1
    with ana.watching(session) as seen:
        (you,) = next(seen)
        assert you["id"] == alone["person_id"] and you["name"] == "Guest 1"
        both = ben.here(session, name="Ben", frame_idx=7, cursor=[4.5, 6], view=[48, 36, 2.5]).json()
        assert both["others"] == 1 and both["every_s"] < 0.5
        (came,) = next(seen)
        assert came == {
            "id": both["person_id"],
            "name": "Ben",
            "colour": came["colour"],
            "frameIdx": 7,
            "cursor": {"x": 4.5, "y": 6},
            "view": {"x": 48, "y": 36, "zoom": 2.5},
            "playing": False,
            "holds": [],
            "here": True,
        }
        ben.here(session, name="Ben", frame_idx=8)
        (moved,) = next(seen)
        assert moved["frameIdx"] == 8 and moved["cursor"] is None
        assert ben.here(session, gone=True).status_code == 204
        (gone,) = next(seen)
        assert not gone["here"] and gone["id"] == both["person_id"]
    assert server.service.sessions.session(session).version == begun  # nothing of it is stored


def test_an_edit_of_what_somebody_else_edits_is_refused_with_their_name(
    server: Live, ana: Browser, ben: Browser
) -> None:
    session = server.session()
    for one, name in ((ana, "Ana"), (ben, "Ben")):
        one.here(session, name=name)
    ana.click(session, 1, 4, 40, 30)
    with pytest.raises(AssertionError, match="Ana is editing Object 1: wait a moment, or take it over."):
        ben.click(session, 1, 4, 10, 10)
    ben.click(session, 2, 4, 60, 50)  # another object, at once
    ana.click(session, 1, 5, 41, 30)
    assert ben.refusal(HOLD, s=session, o=1, t=False)[0] == "HELD"
    assert ben.ask(HOLD, s=session, o=1, t=True) is True
    ben.click(session, 1, 4, 10, 10)
    with pytest.raises(AssertionError, match="Ben is editing Object 1"):
        ana.click(session, 1, 5, 40, 30)
    with ben.watching(session) as seen:
        assert {one["name"]: one["holds"] for one in next(seen)} == {"Ana": [], "Ben": [1, 2]}


CHANGES = [
    "updateObject(sessionId: $s, objectId: 1, name: \"x\") { objectId }",
    "describeObject(sessionId: $s, objectId: 1, name: \"x\") { objectId }",
    "describeObject(sessionId: $s, objectId: 1, locked: true) { objectId }",
    "deleteObject(sessionId: $s, objectId: 1)",
    "exchangeObjects(sessionId: $s, remove: [1], restore: [])",
    "setPrompt(sessionId: $s, prompt: {objectId: 1, frameIdx: 4, points: []})",
    "setAbsentRanges(sessionId: $s, objectId: 1, ranges: [{first: 10, last: 12}]) { objectId }",
    "setVerified(sessionId: $s, places: [{objectId: 1, firstFrame: 4, lastFrame: 4}])",
    "mergeObjects(sessionId: $s, objectIds: [2, 1]) { objectId }",
    "splitObject(sessionId: $s, objectId: 1, frameIdx: 5) { objectId }",
    "clearPrompts(sessionId: $s)",
    "track(sessionId: $s, objectIds: [1]) { id }",
    "sendForReview(sessionId: $s, objectIds: [1]) { objectId }",
    "withdrawFromReview(sessionId: $s, objectIds: [1]) { objectId }",
    "acceptObjects(sessionId: $s, objectIds: [1]) { objectId }",
    "rejectObjects(sessionId: $s, objectIds: [1], reason: \"x\") { objectId }",
    "removeObject(input: {sessionId: $s, objectId: 1}) { frameIndex }",
    "clearPointsInFrame(input: {sessionId: $s, objectId: 1, frameIndex: 4}) { frameIndex }",
    "addPoints(input: {sessionId: $s, objectId: 1, frameIndex: 4, points: [[1, 1]], labels: [1], "
    "clearOldPoints: true}) { frameIndex }",
]  # fmt: skip
# They leave the object as it is: its place in the list, who is to do it, who holds it, what is said of it.
NO_CHANGES = {"orderObjects", "assignObject", "holdObject", "addComment", "startExport"}


def test_every_change_of_a_held_object_is_refused_in_the_same_words(
    server: Live, ana: Browser, ben: Browser
) -> None:
    session = server.session()
    server.click(session, 2, 4, 60, 50)
    ana.here(session, name="Ana")
    ben.here(session)
    ana.click(session, 1, 4, 40, 30)
    ana.click(session, 1, 6, 40, 30)
    before = server.service.sessions.session(session).version
    for change in CHANGES:
        ana.here(session, name="Ana", holds=[1])
        kind = "String!" if "input:" in change else "ID!"
        code, sentence = ben.refusal(f"mutation($s: {kind}) {{ {change} }}", s=session)
        assert (code, sentence.partition(":")[0]) == ("HELD", "Ana is editing Object 1"), change
    assert server.service.sessions.session(session).version == before


def test_no_mutation_that_names_objects_is_forgotten_here() -> None:
    mutations = build_schema(Limits())._schema.mutation_type
    assert mutations is not None
    naming = {
        name for name, field in mutations.fields.items() if re.search("[oO]bjectIds?|remove", _named(field))
    }
    tested = {change.partition("(")[0] for change in CHANGES}
    assert naming - tested == NO_CHANGES


def _named(field: GraphQLField) -> str:
    """The names of a field's arguments, and of what is in them."""
    inner = [get_named_type(argument.type) for argument in field.args.values()]
    deeper = [name for kind in inner if isinstance(kind, GraphQLInputObjectType) for name in kind.fields]
    return " ".join([*field.args, *deeper])


def test_tracking_leaves_out_what_somebody_else_is_editing(server: Live, ana: Browser, ben: Browser) -> None:
    session = server.session()
    ana.here(session)
    ben.here(session)
    ana.click(session, 1, 4, 40, 30)
    ben.click(session, 2, 4, 60, 50)
    ben.ask("mutation($s: ID!) { track(sessionId: $s) { id } }", s=session)
    propagation = server.service.sessions.propagation(session)
    assert propagation is not None
    assert {object_id for walk in propagation.passes for object_id in walk.object_ids} == {2}


def test_ones_own_other_tab_and_a_script_on_the_machine_are_in_nobodys_way(
    server: Live, ana: Browser
) -> None:
    session = server.session()
    ana.here(session)
    ana.click(session, 1, 4, 40, 30)
    with browser(server, "ana", tab="2") as other:
        other.here(session)
        other.click(session, 1, 4, 41, 30)
        ana.click(session, 1, 4, 42, 30)
    server.click(session, 1, 4, 43, 30)  # no page: whoever sits at the open server's machine


def test_a_page_that_is_not_here_holds_nothing(server: Live, ana: Browser, ben: Browser) -> None:
    session = server.session()
    ben.here(session)
    ana.click(session, 1, 4, 40, 30)
    ben.click(session, 1, 4, 41, 30)
    assert ana.refusal(HOLD, s=session, o=9, t=False)[0] == "NOT_FOUND"
    assert server.refusal(HOLD, s=session, o=1, t=False) == (
        "INVALID_INPUT",
        "Only an open page can be here: send X-Masklet-Page with a random id of its own.",
    )


BAD: list[tuple[dict[str, Any], str]] = [
    ({"frame_idx": "5"}, "frame_idx is to be a JSON whole number."),
    ({"frame_idx": True}, "frame_idx is to be a JSON whole number."),
    ({"frame_idx": -2}, "frameIdx -2 is no frame of a video."),
    ({"cursor": [1]}, "cursor is to be 2 numbers."),
    ({"cursor": [1, "x"]}, "cursor is to be 2 numbers."),
    ({"cursor": [10**400, 0]}, "cursor is to be 2 numbers of a sensible size."),
    ({"view": [1, 2, 0]}, "The view's zoom is 1 where the whole video shows, and never 0."),
    ({"holds": list(range(9))}, "A page holds at most 8 objects at once."),
    ({"holds": ["1"]}, "holds is to be a list of object ids."),
    ({"name": "x" * 41}, "A name has at most 40 characters."),
    ({"name": "x" * 5000}, "A page says where it is in at most 4096 bytes."),
    ({"playing": 1}, "playing is to be a JSON true or false."),
]


def test_bad_input_is_one_sentence(server: Live, ana: Browser) -> None:
    session = server.session()
    for said, sentence in BAD:
        answer = ana.here(session, **said)
        assert answer.status_code == 400 and answer.json()["error"] == sentence


def test_what_is_no_object_and_no_session_is_one_sentence(server: Live, ana: Browser) -> None:
    session = server.session()
    for body in (b"", b"[1]", b"{", b"[" * 3000, b"\xff"):
        answer = ana.client.post(f"/api/sessions/{session}/here", content=body)
        assert answer.status_code == 400 and "JSON object" in answer.json()["error"]
    assert ana.here("nowhere").status_code == 404
    assert not server.service.presence._places
    assert server.client.post(f"/api/sessions/{session}/here", json={"frame_idx": 0}).status_code == 400


def test_a_page_that_moves_uses_up_nothing_of_what_work_needs(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(client_limits, "BEATS_PER_MINUTE", 30)
    with live(tmp_path, limits=Limits(requests_per_minute=8)) as server, browser(server, "ana") as ana:
        session = server.session()
        codes = [ana.here(session, frame_idx=i).status_code for i in range(40)]
        assert codes[:30] == [200] * 30 and 429 in codes[30:]
        assert ana.click(session, 1, 4, 40, 30)


def test_masks_come_as_quickly_however_often_somebody_moves(server: Live, ana: Browser) -> None:
    session = server.session()
    reads = []
    delta = server.service.sessions.delta
    server.service.sessions.delta = lambda *a: reads.append(a) or delta(*a)  # type: ignore[method-assign] - counted
    with ana.watching(session) as seen:
        ana.here(session)
        next(seen)
        before = len(reads)
        for frame_idx in range(1, 30):
            ana.here(session, frame_idx=frame_idx)
        while next(seen)[0]["frameIdx"] != 29:
            pass
        assert len(reads) - before < 5  # the store is not asked because somebody moved


def test_readers_are_told_less_often_the_more_they_are() -> None:
    registry = PresenceRegistry(lambda session_id: None)
    page = Page("ana", "1")
    readers = 1
    watch = PresenceWatch(registry, "s", lambda: readers)
    registry.beat("s", page, Face("", ""), Sight(0))
    assert len(watch.news(10.0)) == 1 and watch.wait_s(10.0) == pytest.approx(GAP_S)
    registry.beat("s", page, Face("", ""), Sight(1))
    assert watch.news(10.05) == ()
    readers = 200
    assert [one.sight.frame_idx for one in watch.news(10.2)] == [1]
    assert 0.5 < watch.wait_s(10.2) < 3
    registry.leave("s", page)
    assert watch.news(10.3) == ()
    assert [one.here for one in watch.news(14.0)] == [False]
    assert watch.news(20.0) == ()


def test_who_a_page_belongs_to_is_not_for_it_to_say() -> None:
    header = "b" * 16 + "." + "t" * 16
    ana = Caller(Person("ana", "Ana"))
    assert page_of(ana, header) == Page("ana", header)
    assert page_of(ana, "nonsense") == Page("ana", "")
    assert page_of(LOCAL, header) == Page("browser " + "b" * 16, "t" * 16)
    assert page_of(LOCAL, "") is None and page_of(None, header) is None
    for bad in ("a.b", "b" * 16, "b" * 65 + "." + "t" * 16, "b" * 15 + "\n." + "t" * 16):
        assert page_of(LOCAL, bad) is None


def test_the_answer_says_nothing_of_who_else_is_here(server: Live, ana: Browser, ben: Browser) -> None:
    session = server.session()
    ben.here(session, name="Ben")
    answer = ana.here(session)
    assert answer.headers["cache-control"] == "no-store"
    assert set(json.loads(answer.text)) == {"person_id", "others", "every_s", "names_itself"}
