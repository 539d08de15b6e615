"""Comments, states, queue, log and effort over GraphQL: what travels, who may, and what is refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

import pytest

from backend.domain.comments import MAX_TEXT, CommentCommands, KnownPeople
from backend.domain.discussion import Comment, Pin, Spot
from backend.domain.errors import Forbidden, InvalidInput, NotFound
from backend.domain.people import LOCAL, Grant, Person, Role, Scope
from backend.store.comments import SqlCommentStore
from backend.store.database import Database
from backend.store.ledger_reading import SqlLedger
from backend.store.sessions import SqlSessionStore
from backend.store.videos import SqlVideoStore
from tests.backend.annotating import SESSION, describe, mask, session_store
from tests.backend.live import Live, deltas, live
from tests.backend.reviewing import ANA, OTTO, REX, Clock, as_person, somebody

COMMENT = "id threadId frameIdx objectId x y text author { name } mentions { id } removed resolvedS version"
ADD = f"""mutation($s: ID!, $t: String!, $o: Int, $x: Float, $y: Float, $m: [ID!]) {{
    addComment(sessionId: $s, frameIdx: 3, text: $t, objectId: $o, x: $x, y: $y, mentions: $m) {{
        {COMMENT} }} }}"""
REPLY = f"""mutation($s: ID!, $c: ID!, $t: String!) {{
    replyToComment(sessionId: $s, threadId: $c, text: $t) {{ {COMMENT} }} }}"""
FEED = f"""subscription($s: ID!, $a: Int!) {{ sessionFeed(sessionId: $s, after: $a) {{
    version comments {{ {COMMENT} }} objects {{ objectId review {{ state reason by {{ name }} }} }} }} }}"""
SEND = "mutation($s: ID!, $o: [Int!]!) { sendForReview(sessionId: $s, objectIds: $o) { review { state } } }"


class Team:
    """The roster of a server that knows these three."""

    def people_in(self, places: object) -> list[Person]:
        return [ANA.person, REX.person, OTTO.person]


@pytest.fixture
def store(database: Database) -> SqlSessionStore:
    store = session_store(database)
    store.add_object(SESSION, describe)
    store.put_masks(SESSION, [mask(1, 2)])
    return store


@pytest.fixture
def comments(store: SqlSessionStore, database: Database) -> CommentCommands:
    people = KnownPeople(Team(), SqlLedger(database))
    return CommentCommands(store, SqlCommentStore(store), SqlVideoStore(database), people, Clock())


def heard(store: SqlSessionStore, after: int = 0) -> list[tuple[Comment, ...]]:
    """What a reader gets, message by message."""
    messages = []
    while after < store.session(SESSION).version:
        delta = store.delta(SESSION, after, limit=1)
        after = delta.version
        messages.append(delta.comments)
    return messages


class TestThreads:
    def test_a_reader_who_comes_back_hears_each_change_once(self, store, comments) -> None:
        with as_person(REX):
            first = comments.add(SESSION, "Look here", Pin(3, 1, Spot(1.5, 2)))
        before = store.session(SESSION).version
        assert [c for message in heard(store) for c in message] == [first]
        with as_person(ANA):
            answer = comments.reply(SESSION, first.comment_id, "Done, @Rex", ["rex"])
        with as_person(REX):
            closed = comments.resolve(SESSION, answer.comment_id, True)
        assert [c for message in heard(store, before) for c in message] == [answer, closed]
        assert (answer.thread_id, answer.frame_idx, answer.mentions) == (first.comment_id, 3, (REX.person,))
        assert closed.comment_id == first.comment_id and closed.resolved_by == replace(
            REX.person, colour=Person("", "").colour
        )

    def test_only_its_author_changes_a_comment_and_an_owner_deletes_it(self, store, comments) -> None:
        with as_person(ANA):
            mine = comments.add(SESSION, "A\r\nb\x00\x07", Pin(0))
            assert mine.text == "A\nb"
            assert comments.edit(SESSION, mine.comment_id, "B").edited_s is not None
        with as_person(REX):
            for act in (
                lambda: comments.edit(SESSION, mine.comment_id, "C"),
                lambda: comments.delete(SESSION, mine.comment_id),
            ):
                with pytest.raises(Forbidden):
                    act()
        with as_person(OTTO):
            gone = comments.delete(SESSION, mine.comment_id)
        assert (gone.removed, gone.text) == (True, "")
        with as_person(ANA), pytest.raises(InvalidInput, match="was deleted"):
            comments.edit(SESSION, mine.comment_id, "D")
        with as_person(None), pytest.raises(Forbidden):
            comments.add(SESSION, "Nobody", Pin(0))

    @pytest.mark.parametrize(
        ("text", "pin", "mentions", "error"),
        [
            (" \n", Pin(0), [], InvalidInput),
            ("x" * (MAX_TEXT + 1), Pin(0), [], InvalidInput),
            ("x", Pin(20), [], InvalidInput),
            ("x", Pin(0, 9), [], NotFound),
            ("x", Pin(0, 1, Spot(8.5, 1)), [], InvalidInput),
            ("x", Pin(0, 1, Spot(float("nan"), 1)), [], InvalidInput),
            ("x", Pin(0), ["stranger"], InvalidInput),
        ],
    )
    def test_what_is_refused_leaves_nothing(self, store, comments, text, pin, mentions, error) -> None:
        with as_person(ANA), pytest.raises(error):
            comments.add(SESSION, text, pin, mentions)
        assert comments.all(SESSION) == []

    def test_who_can_be_named(self, store, comments) -> None:
        eve = somebody("Eve", Role.OWNER)
        for caller in (LOCAL, eve):
            with as_person(caller, "describeObject"):
                store.update_object(SESSION, 1, name=caller.person.name)
        with as_person(ANA):
            assert [person.name for person in comments.people(SESSION)] == ["Ana", "Eve", "Otto", "Rex"]
        with as_person(LOCAL):  # whoever has no name is called so by nobody else
            assert "You" in [person.name for person in comments.people(SESSION)]

    def test_open_threads_that_name_me_where_i_may_look(self, store, comments) -> None:
        with as_person(ANA):
            named = comments.add(SESSION, "@Rex please", Pin(1), ["rex"])
            comments.add(SESSION, "nobody", Pin(1))
        with as_person(REX):
            assert [comment for _, comment in comments.mentions_of_me(9)] == [named]
        with as_person(replace(REX, grants=(Grant(Scope.session("other"), Role.OWNER),))):
            assert comments.mentions_of_me(9) == []
        with as_person(REX):
            comments.resolve(SESSION, named.comment_id, True)
            assert comments.mentions_of_me(9) == []


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("review")) as running:
        yield running


@pytest.fixture
def session(server: Live) -> str:
    """With one object that was clicked on frame 0."""
    session_id = server.session()
    server.click(session_id, 1, 0, 30, 30)
    return session_id


def test_comments_and_states_travel_in_the_feed(server: Live, session: str) -> None:
    version = server.service.sessions.session(session).version
    said = server.ask(ADD, s=session, t="<b>Too wide</b>", o=1, x=30.5, y=20.0, m=["local"])
    assert (said["text"], said["x"], said["mentions"]) == ("<b>Too wide</b>", 30.5, [{"id": "local"}])
    server.ask(REPLY, s=session, c=said["id"], t="Mended")
    assert server.ask(SEND, s=session, o=[1]) == [{"review": {"state": "FOR_REVIEW"}}]
    body = {"query": FEED, "variables": {"s": session, "a": version}}
    with server.client.stream(
        "POST", "/graphql", json=body, headers={"accept": "text/event-stream"}
    ) as answer:
        delta = next(deltas(answer.iter_lines()))
        assert [c["text"] for c in delta["comments"]] == ["<b>Too wide</b>", "Mended"]
        assert delta["objects"][-1]["review"] == {"state": "FOR_REVIEW", "reason": "", "by": {"name": "You"}}
    (mention, *_) = server.ask("{ mentionsOfMe { sessionTitle comment { text } } }")
    assert mention == {"sessionTitle": "Clip.mp4", "comment": {"text": "<b>Too wide</b>"}}
    assert server.refusal(ADD, s=session, t="half a point", x=3.0)[0] == "INVALID_INPUT"


def test_a_comment_that_is_sent_again_is_written_once(server: Live, session: str) -> None:
    body = {"query": ADD, "variables": {"s": session, "t": "Once"}}
    answers = [
        server.client.post("/graphql", json=body, headers={"Idempotency-Key": "comment-key-1"}).json()
        for _ in range(2)
    ]
    assert answers[0] == answers[1] and "errors" not in answers[0]
    assert len(server.ask("query($s: ID!) { comments(sessionId: $s) { id } }", s=session)) == 1


def test_the_queue_the_log_and_the_effort(server: Live, session: str) -> None:
    server.ask(SEND, s=session, o=[1])
    queue = server.ask("""{ reviewQueue(first: 100) { total objects {
        sessionId object { objectId } thumbnailUrl mask { height } numMasks openComments mayReview } } }""")
    (mine,) = [one for one in queue["objects"] if one["sessionId"] == session]
    assert (mine["object"], mine["numMasks"], mine["mayReview"]) == ({"objectId": 1}, 1, True)
    assert mine["thumbnailUrl"] == "/media/clip/thumbnails/0.jpg" and mine["mask"] == {"height": 72}
    reject = """mutation($s: ID!, $v: Int) {
        rejectObjects(sessionId: $s, objectIds: [1], reason: "Cut off", seen: $v) { review { reason } } }"""
    assert server.refusal(reject, s=session, v=1)[0] == "CONFLICT"
    assert server.ask(reject, s=session) == [{"review": {"reason": "Cut off"}}]
    log = """query($s: ID!, $b: ID, $o: Int) { ledger(sessionId: $s, first: 2, before: $b, objectId: $o) {
        entries { what value person { name } objects { objectId clicks } } next people { name } } }"""
    page = server.ask(log, s=session)
    assert [entry["what"] for entry in page["entries"]] == ["rejectObjects", "sendForReview"]
    assert page["entries"][0]["value"] == "rejected" and page["people"] == [{"name": "You"}]
    rest = server.ask(log, s=session, b=page["next"], o=1)
    whats = [entry["what"] for entry in rest["entries"]]
    assert whats == ["setPrompt", "change"]  # the object was added past GraphQL
    assert rest["entries"][0]["objects"] == [{"objectId": 1, "clicks": 1}] and rest["next"] is None
    assert server.refusal(log, s=session, b="x")[0] == "INVALID_INPUT"
    rename = 'mutation($s: ID!) { updateObject(sessionId: $s, objectId: 1, name: "=1+1") { version } }'
    server.ask(rename, s=session)
    table = server.client.get(f"/api/sessions/{session}/effort.csv")
    assert table.headers["content-type"].startswith("text/csv")
    first, *_ = csv.DictReader(io.StringIO(table.text))
    assert (first["object_id"], first["name"], first["clicks"], first["state"]) == (
        "1",
        "'=1+1",
        "1",
        "rejected",
    )
    assert server.client.get("/api/sessions/none/effort.csv").status_code == 404


def test_tracking_leaves_accepted_objects_alone_unless_they_are_named(server: Live, session: str) -> None:
    server.ask(SEND, s=session, o=[1])
    server.ask("mutation($s: ID!) { acceptObjects(sessionId: $s, objectIds: [1]) { version } }", s=session)
    track = "mutation($s: ID!, $o: [Int!]) { track(sessionId: $s, objectIds: $o) { framesTotal } }"
    code, _ = server.refusal(track, s=session)
    assert code == "INVALID_INPUT"
    assert server.service.sessions.objects(session)[0].review.state == "accepted"
    assert server.ask(track, s=session, o=[1])["framesTotal"] > 0
