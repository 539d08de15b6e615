"""Attacks on a closed server, each with what the attacker gets. What stands behind a proxy is tried in
`test_front_door`, what every stranger meets on every field and route in tests/backend/test_security.py."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from tests.attacks.people import Closed, Somebody, closed_server
from tests.attacks.test_no_client_paths import hostile_zip
from tests.backend.live import FEED
from tests.backend.small_video import disc_x, write_small_video

EVIL = "https://evil.example"
LIBRARY = "{ library { id } }"
ME = "{ me { person { id name } } }"
SESSION = "query($s: ID!) { session(id: $s) { id } }"
NOBODYS = "0" * 32  # an id that nothing has
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Closed]:
    with closed_server(tmp_path_factory.mktemp("attacks") / "server") as running:
        yield running


@dataclass(frozen=True)
class Target:
    """Somebody's work, which is nobody else's business. All of it is there."""

    session: str
    video: str
    job: str  # an export that is done
    upload: str  # of a video, half sent
    imported: str  # a file to import


def until(somebody: Somebody, query: str, good: str, **variables: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while somebody.ask(query, **variables)["state"] != good:
        assert time.monotonic() < end, query
        time.sleep(0.1)


@pytest.fixture(scope="module")
def target(closed: Closed, tmp_path_factory: pytest.TempPathFactory) -> Target:
    clip = write_small_video(tmp_path_factory.mktemp("clip") / "clip.mp4").read_bytes()
    with closed.owner() as owner:
        video = owner.http.post("/api/videos", params={"name": "secret.mp4"}, content=clip).json()["videoId"]
        until(owner, "query($v: ID!) { video(id: $v) { state } }", "READY", v=video)
        session = owner.ask("mutation($v: ID!) { createSession(videoId: $v) { id } }", v=video)["id"]
        owner.ask("mutation($s: ID!) { addObject(sessionId: $s) { objectId } }", s=session)
        owner.ask(
            "mutation($s: ID!, $p: FramePromptInput!) { setPrompt(sessionId: $s, prompt: $p) }",
            s=session,
            p={"objectId": 1, "frameIdx": 0, "points": [{"x": disc_x(0), "y": 36}]},
        )
        job = owner.ask(
            'mutation($s: ID!) { startExport(sessionIds: [$s], format: "coco") { id } }', s=session
        )["id"]
        until(owner, "query($j: ID!) { job(id: $j) { state } }", "DONE", j=job)
        metadata = base64.b64encode(b"secret.mp4").decode()
        begun = owner.http.post(
            "/api/uploads",
            headers={
                "tus-resumable": "1.0.0",
                "upload-length": "10",
                "upload-metadata": f"filename {metadata}",
            },
        )
        zipped = owner.http.post("/api/imports", content=hostile_zip("a.json", b"{}")).json()["uploadId"]
    return Target(session, video, job, begun.headers["location"].rpartition("/")[2], zipped)


@pytest.fixture(scope="module")
def other_session(closed: Closed, target: Target) -> str:
    """Where the attacker may do all the work."""
    with closed.owner() as owner:
        clip = write_small_video(closed.server.folder / "other.mp4", frames=5).read_bytes()
        video = owner.http.post("/api/videos", params={"name": "other.mp4"}, content=clip).json()["videoId"]
        until(owner, "query($v: ID!) { video(id: $v) { state } }", "READY", v=video)
        return owner.ask("mutation($v: ID!) { createSession(videoId: $v) { id } }", v=video)["id"]


@pytest.fixture(scope="module")
def outsider(closed: Closed, other_session: str) -> Iterator[Somebody]:
    """An annotator of another session, who knows every id of the target."""
    with closed.member("ANNOTATOR", other_session) as somebody:
        yield somebody


# Forced browsing: somebody who is let in asks for what is not theirs


def test_ids_of_others_are_ids_of_nothing(outsider: Somebody, target: Target) -> None:
    """The attacker gets the very answer that they would get for an id that nothing has."""
    for path in (
        "/api/jobs/{job}/download",
        "/api/sessions/{session}/export/coco.json",
        "/api/sessions/{session}/effort.csv",
        "/media/{video}/source.mp4",
        "/media/{video}/rendition.mp4",
        "/media/{video}/poster.jpg",
        "/media/{video}/frames/0.jpg",
        "/media/{video}/thumbnails/0.jpg",
        "/media/{video}/cuts.json",
        "/media/{video}/composing.json",
        "/media/{video}/sound",
        "/uploads/{video}.mp4",
        "/posters/{video}.jpg",
    ):
        theirs = outsider.http.get(path.format(**vars(target)))
        nobodys = outsider.http.get(path.format(job=NOBODYS, session=NOBODYS, video=NOBODYS))
        assert theirs.status_code == nobodys.status_code == 404, (path, theirs.text)
        assert theirs.text == nobodys.text, path
    for query in (
        "query($s: ID!) { session(id: $s) { id } }",
        "query($s: ID!) { objects(sessionId: $s) { objectId } }",
        "query($s: ID!) { propagation(sessionId: $s) { id } }",
        "mutation($s: ID!) { addObject(sessionId: $s) { objectId } }",
        "mutation($s: ID!) { deleteSession(sessionId: $s) }",
        'mutation($s: ID!) { startExport(sessionIds: [$s], format: "coco") { id } }',
    ):
        theirs, nobodys = (outsider.answer(query, s=one) for one in (target.session, NOBODYS))
        assert theirs == nobodys and theirs["errors"][0]["extensions"]["code"] == "NOT_FOUND", query


def test_somebody_elses_feed_does_not_open(outsider: Somebody, target: Target) -> None:
    body = {"query": FEED, "variables": {"s": target.session, "after": 0}}
    response = outsider.http.post("/graphql", json=body, headers={"accept": "text/event-stream"})
    assert '"NOT_FOUND"' in response.text and "objectId" not in response.text


def test_lists_hold_nothing_of_others(outsider: Somebody, target: Target) -> None:
    shown = str(outsider.answer("{ sessions { id } library { id title } jobs { id title } projects { id } }"))
    for an_id in (target.session, target.video, target.job, "secret.mp4"):
        assert an_id not in shown


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
def test_an_upload_is_only_its_senders(outsider: Somebody, target: Target, method: str) -> None:
    """Or bytes could be put into what somebody else sends, under their name."""
    headers = {
        "tus-resumable": "1.0.0",
        "upload-offset": "0",
        "content-type": "application/offset+octet-stream",
    }
    response = outsider.http.request(
        method, f"/api/uploads/{target.upload}", headers=headers, content=b"evil"
    )
    assert response.status_code == 404, response.text


def test_a_file_that_somebody_else_sent_is_not_imported(
    outsider: Somebody, target: Target, other_session: str
) -> None:
    """Or its report would tell what is in it."""
    wanted = (
        "mutation($u: ID!, $v: ID!, $s: ID!)"
        ' { startImport(uploadId: $u, fileName: "a.zip", videoId: $v, sessionId: $s) { id } }'
    )
    video = outsider.ask("query($s: ID!) { session(id: $s) { video { id } } }", s=other_session)["video"][
        "id"
    ]
    code, _ = outsider.refusal(wanted, u=target.imported, v=video, s=other_session)
    assert code == "NOT_FOUND"


def test_a_viewer_changes_nothing_and_an_annotator_invites_nobody(
    closed: Closed, target: Target, outsider: Somebody, other_session: str
) -> None:
    with closed.member("VIEWER", target.session) as viewer:
        assert viewer.ask(SESSION, s=target.session) is not None
        code, _ = viewer.refusal(
            'mutation($s: ID!) { renameSession(sessionId: $s, title: "x") }', s=target.session
        )
        assert code == "FORBIDDEN"
    raise_oneself = "mutation($s: ID) { createLink(role: OWNER, sessionId: $s) { url } }"
    for place in (other_session, None):
        assert outsider.refusal(raise_oneself, s=place)[0] in ("FORBIDDEN", "NOT_FOUND")


# Links: replayed, guessed, worn out


def test_a_revoked_link_ends_what_it_gave(closed: Closed, target: Target) -> None:
    """Whoever came by it gets 401 or 404 from the next request on, and so does who opens it again."""
    link_id, secret = closed.link("ANNOTATOR", target.session)
    with closed.browser() as guest, closed.browser() as late, closed.owner() as owner:
        assert closed.join(guest, secret).status_code == 200
        assert guest.ask(SESSION, s=target.session) is not None
        owner.ask("mutation($l: ID!) { revokeLink(id: $l) }", l=link_id)
        assert guest.refusal(SESSION, s=target.session)[0] in ("NOT_FOUND", "UNAUTHENTICATED")
        for replaying in (guest, late):
            again = closed.join(replaying, secret)
            assert again.status_code == 404 and "revoked" in again.json()["error"]
        assert not late.http.cookies


def test_a_link_for_one_lets_one_in(closed: Closed, target: Target) -> None:
    _, secret = closed.link("VIEWER", target.session, m=1)
    with closed.browser() as first, closed.browser() as second:
        assert closed.join(first, secret).status_code == 200
        assert closed.join(second, secret).status_code == 404
        assert not second.http.cookies
        assert first.ask(SESSION, s=target.session) is not None


def test_an_expired_link_lets_nobody_in(closed: Closed, target: Target) -> None:
    link_id, secret = closed.link("VIEWER", target.session, e=3600.0)
    closed.in_database("UPDATE links SET expires_s = ? WHERE link_id = ?", time.time() - 1, link_id)
    with closed.browser() as guest:
        assert closed.join(guest, secret).status_code == 404


def test_guesses_get_no_further_than_a_limit(closed: Closed, target: Target) -> None:
    """The attacker gets one sentence for each, then a time to wait; who has a link comes in meanwhile."""
    _, secret = closed.link("VIEWER", target.session)
    with closed.browser("127.0.0.7") as attacker, closed.browser("127.0.0.8") as guest:
        answers = [
            attacker.http.post("/api/join", json={"secret": f"{number:043d}", "name": "x"})
            for number in range(60)
        ]
        assert {response.status_code for response in answers} == {404, 429}
        assert len({response.text for response in answers if response.status_code == 404}) == 1
        waits = [response.headers["retry-after"] for response in answers if response.status_code == 429]
        assert all(int(seconds) > 0 for seconds in waits)
        assert closed.join(guest, secret).status_code == 200


def test_a_secret_that_is_nearly_right_is_wrong(closed: Closed, target: Target) -> None:
    link_id, secret = closed.link("VIEWER", target.session)
    wrong = (
        "",
        " ",
        secret[:-1],
        secret + "A",
        secret.swapcase(),
        link_id,
        target.session,
        f" {secret}x",
        "*",
    )
    with closed.browser("127.0.0.11") as attacker:
        for guess in wrong:
            assert attacker.http.post("/api/join", json={"secret": guess, "name": "x"}).status_code in (
                400,
                404,
            )
        for odd in (None, 7, True, [secret], {"$ne": ""}):
            response = attacker.http.post("/api/join", json={"secret": odd, "name": "x"})
            assert response.status_code in (400, 404), odd
        assert not attacker.http.cookies


def test_a_passphrase_can_be_tried_ten_times(closed: Closed, target: Target) -> None:
    """Even the right one is refused then, for a while: whoever tries cannot tell when they had it."""
    _, secret = closed.link("VIEWER", target.session, p="correct horse battery")
    for number in range(10):
        with closed.browser(f"127.0.1.{number + 1}") as attacker:  # from wherever they come
            response = closed.join(attacker, secret, passphrase=f"wrong {number}")
            assert response.status_code == 403, response.text
    with closed.browser("127.0.1.20") as late:
        refused = closed.join(late, secret, passphrase="correct horse battery")
        assert refused.status_code in (409, 429) and not late.http.cookies


def test_many_tries_at_the_same_moment_are_ten(closed: Closed, target: Target) -> None:
    """Each from an address of its own, so that nothing but the link's own count can stop them."""
    _, secret = closed.link("VIEWER", target.session, p="correct horse battery")

    def guess(number: int) -> int:
        with closed.browser(f"127.0.2.{number + 1}") as attacker:
            return closed.join(attacker, secret, passphrase=f"wrong {number}").status_code

    with ThreadPoolExecutor(40) as pool:
        told = list(pool.map(guess, range(40)))
    assert sorted(told) == [403] * 10 + [429] * 30


# Logins: stolen, planted, worn out


def test_a_login_says_to_the_browser_what_may_use_it(closed: Closed, target: Target) -> None:
    """A script cannot read it, no other site can send it, and over HTTPS it never goes out in the clear."""
    _, secret = closed.link("VIEWER", target.session)
    for proto, secure in (("http", False), ("https", True)):
        with closed.browser(x_forwarded_proto=proto) as guest:  # 127.0.0.1 is trusted, as a proxy is
            told = closed.join(guest, secret)
            (cookie,) = told.headers.get_list("set-cookie")
            flags = {flag.strip().lower() for flag in cookie.split(";")[1:]}
            assert {"httponly", "samesite=strict", "path=/"} <= flags
            assert ("secure" in flags) == secure
            assert not any(flag.startswith("domain") for flag in flags)  # for this host alone
            value = cookie.partition("=")[2].partition(";")[0]
            assert secret not in cookie and value not in told.text
            closed.secrets.add(value)


def test_a_planted_login_is_never_taken_on(closed: Closed, target: Target) -> None:
    """Session fixation: the attacker gets nothing, for who joins is given a login of their own."""
    _, secret = closed.link("ANNOTATOR", target.session)
    planted = "A" * 43
    with closed.browser() as victim, closed.browser() as attacker:
        with closed.member("VIEWER", target.session) as somebody:
            name = next(iter(somebody.http.cookies.keys()))
        for browser in (victim, attacker):
            browser.http.cookies.set(name, planted)
        response = victim.http.post("/api/join", json={"secret": secret, "name": "Victim"})
        assert response.status_code == 200
        given = response.cookies[name]
        closed.secrets.add(given)
        assert given != planted
        assert attacker.http.post("/graphql", json={"query": LIBRARY}).status_code == 401


def test_a_stolen_login_ends_with_a_sign_out(closed: Closed, target: Target) -> None:
    """Until then it is its owner's to the server; after, the copy opens nothing."""
    with closed.member("ANNOTATOR", target.session) as victim, closed.browser() as thief:
        thief.http.cookies.update(victim.http.cookies)
        assert thief.ask(SESSION, s=target.session) is not None
        assert victim.http.post("/api/sign-out").status_code < 300
        assert thief.http.post("/graphql", json={"query": LIBRARY}).status_code == 401
        assert thief.http.get(f"/media/{target.video}/poster.jpg").status_code == 401


def test_a_login_that_is_worn_out_opens_nothing(closed: Closed, target: Target) -> None:
    with closed.member("ANNOTATOR", target.session) as guest:
        assert guest.ask(SESSION, s=target.session) is not None
        closed.in_database("UPDATE logins SET expires_s = ?", time.time() - 1)
        answer = refused_soon(guest)
        assert answer.status_code == 401 and "closed" in answer.json()["errors"][0]["message"]


def refused_soon(somebody: Somebody) -> httpx2.Response:
    """The answer once it is no more what was remembered a moment ago, or the last one."""
    end = time.monotonic() + PATIENCE_S
    while True:
        answer = somebody.http.post("/graphql", json={"query": LIBRARY})
        if answer.status_code != 200 or "errors" in answer.json() or time.monotonic() > end:
            return answer
        time.sleep(0.1)


@pytest.mark.parametrize("value", ["", "0" * 43, "null", "é", 'x"; masklet_login="y', "../../owner.key"])
def test_an_invented_login_opens_nothing(closed: Closed, target: Target, value: str) -> None:
    with closed.member("VIEWER", target.session) as guest:
        name = next(iter(guest.http.cookies.keys()))
    with closed.browser() as attacker:
        sent = {"cookie": f"{name}={value}".encode()}
        assert attacker.http.post("/graphql", json={"query": LIBRARY}, headers=sent).status_code == 401


def test_an_api_token_goes_no_further_than_its_grant(
    closed: Closed, target: Target, other_session: str
) -> None:
    with closed.owner() as owner:
        made = owner.ask(
            'mutation($s: ID) { createApiToken(name: "ci", role: VIEWER, sessionId: $s)'
            " { apiToken { id } secret } }",
            s=target.session,
        )
        closed.secrets.add(made["secret"])
        with closed.browser(authorization=f"Bearer {made['secret']}") as program:
            assert program.ask(SESSION, s=target.session) is not None
            assert program.refusal(SESSION, s=other_session)[0] == "NOT_FOUND"
            assert program.http.get("/metrics").status_code in (401, 403)
            assert program.refusal("mutation { createLink(role: OWNER) { url } }")[0] == "FORBIDDEN"
            owner.ask("mutation($t: ID!) { revokeApiToken(id: $t) }", t=made["apiToken"]["id"])
            assert program.http.post("/graphql", json={"query": LIBRARY}).status_code == 401


# Other pages, in the browser of somebody who is let in


@pytest.mark.parametrize("origin", [EVIL, "null", "http://masklet.example:80", "http://masklet.example.evil"])
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
def test_another_page_does_not_act_for_its_visitor(
    closed: Closed, target: Target, outsider: Somebody, origin: str, kind: str
) -> None:
    """Should a browser send the login with it, against SameSite: 403, and nothing is changed."""
    attempts = {
        "/graphql": f'{{"query":"mutation {{ deleteSession(sessionId: \\"{target.session}\\") }}"}}',
        "/api/join": '{"secret": "x", "name": "x"}',  # else a visitor could be let into an attacker's place
        "/api/sign-out": "{}",
        "/api/videos?name=x": "x",
        "/api/imports": "x",
        f"/api/sessions/{target.session}/here": "{}",
        f"/api/uploads/{target.upload}": "x",
    }
    for path, body in attempts.items():
        headers = {"origin": origin, "content-type": kind}
        response = outsider.http.post(path, content=body.encode(), headers=headers)
        assert response.status_code == 403, (path, response.text)
        assert "access-control-allow-origin" not in response.headers


def test_another_page_gets_no_feed_and_no_media(closed: Closed, target: Target) -> None:
    """It has no login to send: `SameSite=Strict` keeps it at home. So it is a stranger."""
    with closed.browser(origin=EVIL, sec_fetch_site="cross-site") as page:
        body = {"query": FEED, "variables": {"s": target.session, "after": 0}}
        feed = page.http.post("/graphql", json=body, headers={"accept": "text/event-stream"})
        assert feed.status_code == 403
        for path in (f"/media/{target.video}/poster.jpg", f"/api/jobs/{target.job}/download"):
            response = page.http.get(path)
            assert response.status_code == 401
            assert "access-control-allow-origin" not in response.headers


def test_a_rebound_name_is_a_stranger(closed: Closed, target: Target) -> None:
    """A page of evil.example whose name leads to this server: its browser has no login for that name."""
    with closed.browser(host="evil.example", origin="http://evil.example") as page:
        assert page.http.post("/graphql", json={"query": LIBRARY}).status_code == 401
        assert page.http.get(f"/media/{target.video}/poster.jpg").status_code == 401


def test_coming_in_leads_nowhere_else(closed: Closed, target: Target) -> None:
    """An open redirect would lend this server's name to a page that asks for secrets."""
    _, secret = closed.link("VIEWER", target.session)
    with closed.browser() as guest:
        joined = closed.join(guest, secret, to="https://evil.example", next="//evil.example")
        assert re.fullmatch(r"/[^/\\].*|/", joined.json()["to"])
        for path in ("/api/sign-in", "/api/sign-in/back", "/join", "/"):
            for name in ("to", "next", "redirect_uri", "return", "url"):
                for elsewhere in (EVIL, "//evil.example", "/\\evil.example", "javascript:alert(1)"):
                    told = guest.http.get(path, params={name: elsewhere}).headers.get("location", "/")
                    assert "evil.example" not in told and not told.startswith("javascript"), (path, name)


# What a reader of the log gets. Last: everything above has been logged.


def test_no_secret_is_in_the_log_or_in_an_error(closed: Closed, target: Target) -> None:
    """Nor where somebody puts one where it does not belong, or something breaks over it."""
    key = closed.owner_key
    with ExitStack() as opened, closed.owner() as owner:
        _, link = closed.link("VIEWER", target.session)
        token = owner.ask('mutation { createApiToken(name: "t", role: VIEWER) { secret } }')["secret"]
        closed.secrets |= {link, token}
        browser = opened.enter_context(closed.browser("127.0.0.12"))
        answers: list[httpx2.Response] = []
        for secret in (key, link, token):
            answers += [
                browser.http.get("/", params={"key": secret, "token": secret}),
                browser.http.get(f"/join/{secret}"),
                browser.http.get(f"/s/{secret}"),
                browser.http.get(f"/media/{secret}/poster.jpg"),
                browser.http.get("/metrics", headers={"authorization": f"Bearer {secret}"}),
                browser.http.get("/metrics", headers={"authorization": f"Basic {secret}"}),
                browser.http.get("/metrics", headers={"cookie": f"masklet_login={secret}"}),
                browser.http.get("/graphql", params={"query": f'{{ session(id: "{secret}") {{ id }} }}'}),
                browser.http.post("/api/join", content=f'{{"secret": "{secret}"'.encode()),
                browser.http.post("/api/join", json={"secret": secret, "name": ["x"]}),
                browser.http.post("/api/join", json=[secret]),
                browser.http.request("BREW", "/api/join", content=secret.encode()),
            ]
        for answer in answers:
            assert not [one for one in closed.secrets if one in answer.text], answer.request.url
    time.sleep(0.5)
    log = closed.log()
    assert log.count('"event": "request"') > 100
    assert not [one for one in closed.secrets if one in log]
    assert "Traceback" not in log


def test_the_database_holds_no_secret_that_opens_anything(closed: Closed, target: Target) -> None:
    """Who steals a backup gets digests; the owner's key lies beside it, as a backup's page says."""
    folder: Path = closed.server.folder / "data"
    for name in ("masklet.sqlite", "masklet.sqlite-wal"):
        content = (folder / name).read_bytes() if (folder / name).exists() else b""
        found = [one for one in closed.secrets if one.encode() in content]
        assert not found, name
