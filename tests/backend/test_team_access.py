"""Links that carry a role, logins and API tokens: what lets somebody in, and that it ends when it ends."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from backend.api import gate
from backend.api.owner_key import owner_key
from backend.api.team.routes import WRONG_PER_MINUTE
from backend.client import Client
from backend.client.errors import Refused
from backend.domain.people import Role, Scope
from backend.domain.people_commands import LOGIN_S, WRONG_AT_MOST
from tests.backend.live import FEED, TRACK
from tests.backend.team import Member, Place, Team, team

NEW_LINK = """mutation($role: Role!, $p: ID, $s: ID, $for: Float, $uses: Int, $words: String) {
  createLink(role: $role, projectId: $p, sessionId: $s, label: "For Ada", expiresInS: $for, maxUses: $uses,
    passphrase: $words) { url link { id role uses usesLeft hasPassphrase } } }"""
REVOKE = "mutation($id: ID!) { revokeLink(id: $id) }"
LOOK = "query($s: ID!) { session(id: $s) { id may } }"
ADD = "mutation($s: ID!) { addObject(sessionId: $s) { objectId } }"
ENDS_S = 20.0  # generous: two looks a second apart, on a busy machine


@pytest.fixture(scope="module")
def crew(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    with team(tmp_path_factory.mktemp("team")) as made:
        yield made


@pytest.fixture
def place(crew: Team) -> Place:
    return crew.place()


@pytest.fixture
def owner(crew: Team) -> Member:
    return crew.owner()


def link_to(owner: Member, place: Place, role: str = "ANNOTATOR", **more: Any) -> tuple[str, str]:
    """(its secret, its id)"""
    made = owner.ask(NEW_LINK, **{"role": role, "s": place.session_id, **more})
    return made["url"].partition("/join#")[2], made["link"]["id"]


def test_a_link_gives_its_role_in_its_place_and_nothing_else(crew: Team, owner: Member, place: Place) -> None:
    secret, _ = link_to(owner, place)
    other = crew.place()
    ada = crew.stranger()
    assert ada.code(LOOK, s=place.session_id) == "UNAUTHENTICATED"
    joined = ada.join(secret)
    assert joined.json() == {"to": f"/s/{place.session_id}"}
    assert secret not in joined.headers["set-cookie"] and place.session_id not in secret
    assert ada.ask(LOOK, s=place.session_id)["may"] == ["LOOK", "COMMENT", "EDIT"]
    assert ada.code(ADD, s=place.session_id) is None
    assert ada.code(LOOK, s=other.session_id) == "NOT_FOUND"
    assert [one["id"] for one in ada.ask("{ sessions { id } }")] == [place.session_id]
    assert ada.ask("{ projects { id } }") == []
    # In the project, where copies and deletions count, the link gave nothing.
    assert ada.code("mutation($s: ID!) { deleteSession(sessionId: $s) }", s=place.session_id) == "FORBIDDEN"
    assert ada.ask("{ me { person { name } may isOpen } }") == {
        "person": {"name": "Ada"},
        "may": [],
        "isOpen": False,
    }


def test_nothing_that_lets_in_is_in_the_database(crew: Team, owner: Member, place: Place) -> None:
    secret, _ = link_to(owner, place, words="correct horse")
    ada = crew.stranger()
    assert ada.join(secret, passphrase="correct horse").status_code == 200
    token = ada.ask(
        'mutation($s: ID) { createApiToken(name: "x", role: VIEWER, sessionId: $s) { secret } }',
        s=place.session_id,
    )["secret"]
    files = list(crew.server.service.settings.data.glob("masklet.sqlite*"))
    kept = b"".join(path.read_bytes() for path in files)
    cookie = ada.client.cookies["masklet_login"]
    for told in (secret, "correct horse", cookie, token):
        assert told.encode() not in kept


def test_a_link_ends_with_its_uses_its_time_or_its_revocation(
    crew: Team, owner: Member, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    once, _ = link_to(owner, place, uses=1)
    first = crew.stranger()
    assert first.join(once).status_code == 200
    assert first.join(once).status_code == 200, "who came by it may come again"
    assert crew.stranger().join(once).json()["code"] == "LINK_USED_UP"

    short, _ = link_to(owner, place, **{"for": 60.0})
    guest = crew.stranger()
    assert guest.join(short).status_code == 200
    people = crew.server.service.people
    clock = people._clock
    monkeypatch.setattr(people, "_clock", lambda: clock() + 61)
    crew.server.service.people._changed()
    assert crew.stranger().join(short).json()["code"] == "LINK_EXPIRED"
    assert guest.code(LOOK, s=place.session_id) == "NOT_FOUND", "what it gave ends with it"
    monkeypatch.undo()

    bad, link_id = link_to(owner, place)
    eve = crew.stranger()
    assert eve.join(bad).status_code == 200
    assert owner.ask(REVOKE, id=link_id) is True
    assert eve.code(LOOK, s=place.session_id) == "NOT_FOUND"
    assert crew.stranger().join(bad).json()["code"] == "LINK_REVOKED"
    assert owner.code(REVOKE, id=link_id) == "NOT_FOUND"


def test_many_at_once_use_a_link_no_oftener_than_it_may_be(crew: Team, owner: Member, place: Place) -> None:
    secret, _ = link_to(owner, place, uses=3)
    codes: list[int] = []

    def come() -> None:
        codes.append(crew.stranger().join(secret).status_code)

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200] * 3 + [404] * 5


def test_a_passphrase_is_asked_for_and_not_guessed(tmp_path: Path) -> None:
    with team(tmp_path) as crew:
        owner, place = crew.owner(), crew.place()
        secret, _ = link_to(owner, place, words="correct horse")
        ada = crew.stranger()
        assert ada.join(secret).json()["code"] == "PASSPHRASE_NEEDED"
        for _ in range(WRONG_AT_MOST):
            assert ada.join(secret, passphrase="wrong").json()["code"] == "PASSPHRASE_WRONG"
        late = ada.join(secret, passphrase="correct horse")
        assert (late.status_code, late.json()["code"]) == (429, "TOO_MANY_TRIES")


def test_links_are_not_found_by_trying(tmp_path: Path) -> None:
    with team(tmp_path) as crew:
        secret, _ = link_to(crew.owner(), crew.place())
        codes: list[int] = []
        began_s = time.monotonic()
        while 429 not in codes and len(codes) < 60:
            codes.append(crew.stranger().join(f"guess-{len(codes)}").status_code)
        minutes = (time.monotonic() - began_s) / 60
        assert len(codes) <= WRONG_PER_MINUTE * (1 + minutes) + 5  # what is allowed grows while they try
        assert codes[:15] == [404] * 15 and codes[-1] == 429
        assert crew.stranger().join(secret).status_code == 429, "whoever tries from there waits"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"secret": 1}', b'{"secret": "x", "name": []}', b"1" * 9000]
)
def test_a_join_that_cannot_be_meant(crew: Team, body: bytes) -> None:
    assert crew.stranger().client.post("/api/join", content=body).status_code == 400


@pytest.mark.parametrize("lasts_s", [0.0, -1.0, 1e12])
def test_what_ends_does_so_while_somebody_remembers(owner: Member, place: Place, lasts_s: float) -> None:
    at = {"role": "VIEWER", "s": place.session_id}
    assert owner.code(NEW_LINK, **at, **{"for": lasts_s}) == "INVALID_INPUT"


def test_a_name_is_one_line_and_is_there(crew: Team, owner: Member, place: Place) -> None:
    secret, _ = link_to(owner, place)
    assert crew.stranger().join(secret, name=" \t").json()["code"] == "INVALID_INPUT"
    ada = crew.stranger()
    assert ada.join(secret, name="Ada\n\u202e<b>").status_code == 200
    assert ada.ask("{ me { person { name } } }")["person"]["name"] == "Ada <b>"
    assert ada.ask('mutation { renameMe(name: "Ada L.") { name } }') == {"name": "Ada L."}


# What ends


def test_what_is_refused_slowly_is_no_end_of_the_access(
    crew: Team, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine it is judged again before the first refusal has come."""
    ada = crew.member("Ada of nowhere")
    assert ada.code(LOOK, s=place.session_id) == "NOT_FOUND"
    scopes = crew.server.service.scopes
    look = scopes.of_sessions

    asked: list[Any] = []

    def slowly(session_ids: Any) -> Any:
        asked.append(session_ids)
        if len(asked) == 1:
            time.sleep(1.0)
        return look(session_ids)

    monkeypatch.setattr(gate, "RECHECK_S", 0.05)
    monkeypatch.setattr(scopes, "of_sessions", slowly)
    assert ada.code(LOOK, s=place.session_id) == "NOT_FOUND"


def watch(member: Member, session_id: str) -> threading.Event:
    """Read a feed until it ends; the event says that it did. The test's end may tear it."""
    began, ended = threading.Event(), threading.Event()

    def read() -> None:
        body = {"query": FEED, "variables": {"s": session_id, "after": 0}}
        headers = {"accept": "text/event-stream"}
        with (
            suppress(httpx2.ReadError),
            member.client.stream("POST", "/graphql", json=body, headers=headers, timeout=None) as answer,
        ):
            assert answer.status_code == 200
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    began.set()
            ended.set()

    threading.Thread(target=read, daemon=True).start()
    assert began.wait(ENDS_S)
    return ended


@pytest.mark.parametrize("how", ["link", "removed", "role", "sign-out", "login", "key"])
def test_an_open_feed_ends_with_the_access(tmp_path: Path, how: str) -> None:
    with team(tmp_path) as crew:
        owner, place = crew.owner(), crew.place()
        service = crew.server.service
        service.commands.add_object(place.session_id)
        if how == "key":
            ada = crew.stranger()
            assert ada.join(owner_key(service.settings.data)).status_code == 200
        elif how == "link":
            secret, link_id = link_to(owner, place)
            ada = crew.stranger()
            ada.join(secret)
        else:
            ada = crew.member("Ada", Role.ANNOTATOR, place.scope)
        other = crew.member("Ben", Role.VIEWER, place.scope)
        ended, others = watch(ada, place.session_id), watch(other, place.session_id)
        match how:
            case "link":
                assert owner.ask(REVOKE, id=link_id)
            case "removed":
                remove = 'mutation($p: ID!) { removeMember(personId: "ada", projectId: $p) }'
                assert owner.ask(remove, p=place.project_id)
            case "role":
                change = 'mutation($p: ID!) { setMemberRole(personId: "ada", role: VIEWER, projectId: $p) }'
                assert owner.ask(change, p=place.project_id)
            case "sign-out":
                browser = crew.browser()
                browser.cookies.update(ada.client.cookies)
                assert browser.post("/api/sign-out").status_code == 200
            case "login":
                people = service.people
                clock = people._clock
                people._clock = lambda: clock() + LOGIN_S + 1
                people._store.add_login("0" * 64, "ben", 0.0, 1.0)
            case "key":
                (service.settings.data / "owner.key").unlink()
        assert ended.wait(ENDS_S)
        if how != "login":  # then everybody's is over
            assert not others.is_set()
        expected = {"role": None, "link": "NOT_FOUND", "removed": "NOT_FOUND", "key": "NOT_FOUND"}
        assert ada.code(LOOK, s=place.session_id) == expected.get(how, "UNAUTHENTICATED")


def test_the_official_stream_ends_with_the_access_and_tracking_with_it(tmp_path: Path) -> None:
    with team(tmp_path, frame_delay_s=0.5) as crew:
        place = crew.place()
        ada = crew.member("Ada", Role.ANNOTATOR, place.scope)
        points = {"sessionId": place.session_id, "frameIndex": 0, "objectId": 1, "labels": [1]}
        points |= {"points": [[0.5, 0.5]], "clearOldPoints": True}
        ada.ask("mutation($i: AddPointsInput!) { addPoints(input: $i) { frameIndex } }", i=points)
        body = {"session_id": place.session_id, "start_frame_index": 0}
        with ada.client.stream("POST", "/propagate_in_video", json=body, timeout=None) as answer:
            assert answer.status_code == 200
            parts = answer.iter_raw()
            next(parts)
            crew.server.service.people.remove_member("ada", place.scope)
            rest = b"".join(parts)
        assert rest.count(b"--frame") < 19
        latest = crew.server.service.sessions.propagation(place.session_id)
        assert latest is not None and latest.state.value == "cancelled"


def test_an_upload_ends_with_the_access(tmp_path: Path) -> None:
    with team(tmp_path) as crew:
        place = crew.place()
        ada = crew.member("Ada", Role.ANNOTATOR, place.scope)
        before = len(crew.server.service.videos.videos())
        done = threading.Event()

        def slowly() -> Iterator[bytes]:
            for sent in range(200):
                if sent == 3:
                    crew.server.service.people.remove_member("ada", place.scope)
                yield b"x"
                done.wait(0.1)

        try:
            answer = ada.client.post(
                f"/api/videos?project={place.project_id}&name=x.mp4",
                content=slowly(),
                headers={"content-length": "200"},
            )
            assert answer.status_code == 401
        except httpx2.TransportError:
            pass  # the server has hung up
        assert len(crew.server.service.videos.videos()) == before


def test_a_signed_out_cookie_is_of_no_use_to_who_copied_it(crew: Team, place: Place) -> None:
    ada = crew.member("Ada", Role.VIEWER, place.scope)
    copied = crew.browser()
    copied.cookies.update(ada.client.cookies)
    assert ada.client.post("/api/sign-out").status_code == 200
    again = Member(None, copied)
    assert again.code(LOOK, s=place.session_id) == "UNAUTHENTICATED"


# API tokens


NEW_TOKEN = (
    'mutation($role: Role!, $p: ID) { createApiToken(name: "x", role: $role, projectId: $p) { secret } }'
)


def token_of(member: Member, role: str, **place: str) -> str:
    made = 'mutation($r: Role!, $p: ID, $s: ID) { createApiToken(name: "x", role: $r, projectId: $p, '
    return member.ask(made + "sessionId: $s) { secret apiToken { id } } }", r=role, **place)["secret"]


def test_a_token_does_what_its_person_may_and_no_more(crew: Team, place: Place) -> None:
    other = crew.place()
    ada = crew.member("Ada", Role.ANNOTATOR, place.scope)
    crew.give(ada.person, Role.OWNER, other.scope)
    program = Member(
        ada.person, crew.browser(authorization=f"Bearer {token_of(ada, 'VIEWER', s=place.session_id)}")
    )
    assert program.ask(LOOK, s=place.session_id)["may"] == ["LOOK"]
    assert program.code(ADD, s=place.session_id) == "FORBIDDEN"
    assert program.code(LOOK, s=other.session_id) == "NOT_FOUND", "Ada may, the token may not"
    assert program.ask("{ projects { id } }") == []
    assert ada.code(NEW_TOKEN, role="OWNER", p=place.project_id) == "FORBIDDEN", "more than she may"
    # Where Ada may do less, so may her token.
    own = Member(
        ada.person, crew.browser(authorization=f"Bearer {token_of(ada, 'ANNOTATOR', p=place.project_id)}")
    )
    assert own.code(ADD, s=place.session_id) is None
    crew.give(ada.person, Role.VIEWER, place.scope)
    assert own.code(ADD, s=place.session_id) == "FORBIDDEN"


def test_a_token_gives_nobody_a_way_in(crew: Team, place: Place) -> None:
    """Whoever found one would keep what it made after it ended: also where its person owns the place."""
    ada = crew.member("Ada", Role.OWNER, place.scope)
    ben = crew.member("Ben", Role.VIEWER, place.scope)
    secret = token_of(ada, "OWNER", p=place.project_id)
    program = Member(ada.person, crew.browser(authorization=f"Bearer {secret}"))
    token = ada.ask("{ apiTokens { id } }")[0]  # the newest
    role = "mutation($p: ID, $b: ID!) { setMemberRole(personId: $b, role: OWNER, projectId: $p) }"
    at = {"p": place.project_id}
    for query, given in (
        (NEW_TOKEN, {"role": "VIEWER", **at}),
        (NEW_LINK, {"role": "VIEWER", **at}),
        (role, {"b": ben.person.person_id, **at}),
        ('mutation { renameMe(name: "Eve") { name } }', {}),
        ("mutation($id: ID!) { revokeApiToken(id: $id) }", token),
    ):
        assert program.code(query, **given) == "FORBIDDEN", query
        assert ada.code(query, **given) is None, query


def test_the_python_client_takes_a_token(crew: Team, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = crew.member("Ada", Role.VIEWER, place.scope)
    token = token_of(ada, "VIEWER", p=place.project_id)
    with Client(crew.server.url, token) as client:
        assert [one.id for one in client.sessions()] == [place.session_id]
    monkeypatch.setenv("MASKLET_TOKEN", token)
    with Client(crew.server.url) as client:
        assert client.session(place.session_id).id == place.session_id
    monkeypatch.setenv("MASKLET_TOKEN", f"{token}x")
    with Client(crew.server.url) as client, pytest.raises(Refused, match="closed"):
        client.sessions()


def test_a_token_is_listed_without_its_secret_and_can_be_revoked(crew: Team, place: Place) -> None:
    ada = crew.member("Ada", Role.VIEWER, place.scope)
    ben = crew.member("Ben", Role.OWNER, place.scope)
    secret = token_of(ada, "VIEWER", p=place.project_id)
    program = Member(ada.person, crew.browser(authorization=f"Bearer {secret}"))
    assert program.ask(LOOK, s=place.session_id)
    (known,) = [
        one
        for one in ada.ask("{ apiTokens { id name projectId role } }")
        if one["projectId"] == place.project_id
    ]
    assert secret not in json.dumps(known) and known["role"] == "VIEWER"
    revoke = "mutation($id: ID!) { revokeApiToken(id: $id) }"
    assert ben.code(revoke, id=known["id"]) == "NOT_FOUND", "it is Ada's"
    assert ada.ask(revoke, id=known["id"]) is True
    assert program.code(LOOK, s=place.session_id) == "UNAUTHENTICATED"


def test_an_owner_of_one_place_gives_nothing_in_another(crew: Team, place: Place) -> None:
    other = crew.place()
    ada = crew.member("Ada", Role.OWNER, place.scope)
    for more in ({"p": other.project_id}, {"s": other.session_id}):
        assert ada.code(NEW_LINK, role="VIEWER", **more) == "NOT_FOUND"
    assert ada.code(NEW_LINK, role="VIEWER") == "FORBIDDEN"
    role = 'mutation($p: ID) { setMemberRole(personId: "ada", role: OWNER, projectId: $p) }'
    assert ada.code(role, p=other.project_id) == "NOT_FOUND" and ada.code(role) == "FORBIDDEN"


def test_members_are_those_who_have_a_role_here(crew: Team, place: Place) -> None:
    ada = crew.member("Ada", Role.OWNER, place.scope)
    crew.member("Ben", Role.VIEWER, Scope.session(place.session_id))
    crew.member("Zoe", Role.OWNER, crew.place().scope)
    asked = "query($s: ID) { members(sessionId: $s) { person { id } role projectId sessionId } }"
    found = {(one["person"]["id"], one["role"]) for one in ada.ask(asked, s=place.session_id)}
    assert {("ada", "OWNER"), ("ben", "VIEWER")} <= found
    assert "zoe" not in {person_id for person_id, _ in found}


def test_an_open_server_is_as_it_was(tmp_path: Path) -> None:
    with team(tmp_path, host="127.0.0.1") as crew:
        browser = Member(None, crew.browser(host="localhost"))
        assert browser.ask("{ me { person { id name } may isOpen signInUrl } }") == {
            "person": {"id": "local", "name": "You"},
            "may": ["LOOK", "COMMENT", "EDIT", "REVIEW", "MANAGE"],
            "isOpen": True,
            "signInUrl": None,
        }
        place = crew.place()
        assert browser.code(ADD, s=place.session_id) is None
        made = browser.ask(NEW_LINK, role="VIEWER", s=place.session_id)
        answer = browser.join(made["url"].partition("#")[2])
        assert answer.json() == {"to": f"/s/{place.session_id}"} and "set-cookie" not in answer.headers
        assert browser.code(TRACK, s=place.session_id, d="FORWARD") == "INVALID_INPUT"
