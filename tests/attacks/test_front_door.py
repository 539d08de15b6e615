"""Masklet behind its proxy: what strangers make of names, headers and the wire. A real Caddy, real TLS."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.attacks.front_door import DOMAIN, FrontDoor, front_door
from tests.backend.live import FEED, deltas, wait_until
from tests.backend.small_video import write_small_video

PER_MINUTE = 200


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontDoor]:
    folder = tmp_path_factory.mktemp("door")
    with front_door(folder, MASKLET_MAX_REQUESTS_PER_MINUTE=str(PER_MINUTE)) as opened:
        yield opened


@pytest.fixture(scope="module")
def owner(door: FrontDoor) -> Iterator[httpx2.Client]:
    with door.client("127.0.0.9", authorization=f"Bearer {door.key}") as client:
        yield client


@contextmanager
def seen_as(door: FrontDoor, client: str) -> Iterator[str]:
    """A path to ask for. Then Masklet's log has that address for it; the line comes after the answer."""
    path = "/metrics"

    def seen() -> list[str]:
        return [line["client"] for line in door.logged() if line["route"] == path]

    before = len(seen())
    yield path
    wait_until(lambda: len(seen()) > before)
    assert seen()[before:] == [client]


# What must work through it


def test_browsers_get_http_2_and_are_told_to_stay_with_https(door: FrontDoor) -> None:
    with door.raw(protocol="h2") as opened:
        assert opened.selected_alpn_protocol() == "h2"  # so a browser is not held to six connections
        assert opened.version() in ("TLSv1.2", "TLSv1.3")
    with door.client() as client:
        told = client.get("/healthz").headers
    assert told["strict-transport-security"] == "max-age=31536000"
    assert "server" not in told


def test_a_feed_comes_through_as_it_is_written(door: FrontDoor, owner: httpx2.Client, tmp_path: Path) -> None:
    session = session_of(owner, tmp_path)
    body = {"query": FEED, "variables": {"s": session, "after": 0}}
    with owner.stream("POST", "/graphql", json=body, headers={"accept": "text/event-stream"}) as response:
        feed = deltas(response.iter_lines())
        assert [one["name"] for one in next(feed)["objects"]] == ["first"]
        ask(owner, 'mutation($s: ID!) { addObject(sessionId: $s, name: "second") { objectId } }', s=session)
        while not (objects := next(feed)["objects"]):  # while the answer is still open
            pass
        assert [one["name"] for one in objects] == ["second"]


def test_large_uploads_and_ranges_come_through(owner: httpx2.Client, tmp_path: Path) -> None:
    large = owner.post("/api/videos", params={"name": "large"}, content=iter_zeros(48), headers=sized(48))
    assert large.status_code == 201
    video = upload(owner, tmp_path)
    whole = owner.get(f"/media/{video}/source.mp4")
    if whole.status_code == 404:
        whole = owner.get(f"/media/{video}/rendition.mp4")
    part = owner.get(whole.request.url.path, headers={"range": "bytes=10-19"})
    assert part.status_code == 206 and part.content == whole.content[10:20]
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole.content)}"


def iter_zeros(mebibytes: int) -> Iterator[bytes]:
    for _ in range(mebibytes):
        yield bytes(2**20)


def sized(mebibytes: int) -> dict[str, str]:
    return {"content-length": str(mebibytes * 2**20)}


# Names: a stranger's page, or a request by hand, says Host


@pytest.mark.parametrize("host", ["evil.example", "localhost", "127.0.0.1", f"{DOMAIN}.evil.example", ""])
def test_under_another_name_nothing_is_served(door: FrontDoor, owner: httpx2.Client, host: str) -> None:
    """A rebound name gets neither the app nor, though a key goes with it, any data."""
    for path in ("/", "/graphql", "/healthz", "/metrics"):
        response = owner.get(path, headers={"host": host})
        assert response.status_code in (400, 421), (path, response.text)
        assert "masklet" not in response.text.lower()


def test_a_strangers_name_gets_no_handshake(door: FrontDoor) -> None:
    with pytest.raises(ssl.SSLError), door.raw(server_name="evil.example"):
        pass


@pytest.mark.parametrize(
    "name", ["X-Forwarded-Host", "X-Host", "X-Original-Host", "Forwarded", "X-Forwarded-Server"]
)
def test_a_name_in_another_header_counts_for_nothing(owner: httpx2.Client, name: str) -> None:
    """Were it believed, a page of that name would count as ours."""
    said = "host=evil.example" if name == "Forwarded" else "evil.example"
    response = owner.post(
        "/graphql",
        json={"query": "{ library { id } }"},
        headers={name: said, "origin": "https://evil.example"},
    )
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    "path", ["/x?to=https://evil.example", "//evil.example/", "/\\evil.example", "/@evil.example"]
)
@pytest.mark.parametrize("host", ["evil.example", DOMAIN])
def test_plain_http_leads_to_this_server_alone(door: FrontDoor, path: str, host: str) -> None:
    response = httpx2.get(f"http://127.0.0.1:{door.http_port}{path}", headers={"host": host})
    assert response.status_code == 308
    assert response.headers["location"].startswith(f"{door.origin}/")


# Addresses: who a client is, for the log and the limits


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "6.6.6.6"},
        {"x-forwarded-for": "6.6.6.6, 127.0.0.1"},
        {"X-Forwarded-For": "127.0.0.1", "Connection": "X-Forwarded-For"},  # dropped as hop by hop?
        {"X_Forwarded_For": "6.6.6.6"},
        {"X-Real-IP": "6.6.6.6", "True-Client-IP": "6.6.6.6", "CF-Connecting-IP": "6.6.6.6"},
        {"Forwarded": "for=6.6.6.6;proto=http"},
        {},
    ],
)
def test_a_client_cannot_say_where_it_comes_from(door: FrontDoor, headers: dict[str, str]) -> None:
    with door.client("127.0.0.3") as client, seen_as(door, "127.0.0.3") as path:
        assert client.get(path, headers=headers).status_code == 401


def test_who_goes_round_the_proxy_is_not_believed_either(door: FrontDoor) -> None:
    """In the containers nobody can; here somebody at an address that is not the proxy's."""
    lies = {"x-forwarded-for": "6.6.6.6", "x-forwarded-proto": "https", "host": door.host}
    near = httpx2.HTTPTransport(local_address="127.0.0.4")
    with httpx2.Client(transport=near) as client, seen_as(door, "127.0.0.4") as path:
        assert client.get(f"{door.masklet.url}{path}", headers=lies).status_code == 401


def test_one_clients_flood_is_nobody_elses(door: FrontDoor) -> None:
    bearer = f"Bearer {door.key}"
    asked = {"json": {"query": "{ engines { id } }"}}
    with door.client("127.0.0.5", authorization=bearer) as flood:
        statuses, began_s = [], time.monotonic()
        while 429 not in statuses and len(statuses) < 5 * PER_MINUTE:
            headers = {"x-forwarded-for": f"6.6.6.{len(statuses) % 250}"}
            statuses.append(flood.post("/graphql", headers=headers, **asked).status_code)
    minutes = (time.monotonic() - began_s) / 60
    assert statuses[0] == 200 and statuses[-1] == 429
    assert len(statuses) <= PER_MINUTE * (1 + minutes) + 20  # what is allowed grows while they are sent
    with door.client("127.0.0.6", authorization=bearer) as other:
        assert other.post("/graphql", **asked).status_code == 200


# The wire: requests that two servers could read in two ways

SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: {host}\r\nX: "


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Content-Length: 4\r\nContent-Length: 90\r\n",
        "Content-Length: +4\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding:\x0bchunked\r\nContent-Length: 4\r\n",
        "X: y\rTransfer-Encoding: chunked\r\n",
    ],
)
def test_a_request_in_a_request_reaches_nobody_elses_connection(
    door: FrontDoor, owner: httpx2.Client, head: str
) -> None:
    """What another client is answered afterwards is its own."""
    smuggled = SMUGGLED.format(host=door.host)
    with door.raw() as opened:
        sent = f"POST /graphql HTTP/1.1\r\nHost: {door.host}\r\n{head}\r\n0\r\n\r\n{smuggled}"
        opened.sendall(sent.encode())
        answer = opened.recv(65536).decode()
    status = int(re.match(r"HTTP/1\.1 (\d+)", answer)[1])
    assert status in (400, 401, 411, 501), answer
    for _ in range(3):
        assert owner.get("/healthz").text == "OK"
        assert owner.get("/nothing-here").status_code == 404


# Coming in


def test_a_login_is_for_https_alone_and_ends_with_its_link(
    door: FrontDoor, owner: httpx2.Client, tmp_path: Path
) -> None:
    """Also for a feed that is open: the proxy passes its end on, within seconds."""
    session = session_of(owner, tmp_path)
    made = ask(
        owner,
        "mutation($s: ID) { createLink(role: VIEWER, sessionId: $s) { link { id } url } }",
        s=session,
    )["createLink"]
    place, _, secret = made["url"].partition("#")
    assert place == f"{door.origin}/join"
    with door.client("127.0.0.10") as guest:
        joined = guest.post("/api/join", json={"secret": secret, "name": "Ana"})
        assert joined.status_code == 200 and joined.json()["to"] == f"/s/{session}"
        (cookie,) = joined.headers.get_list("set-cookie")
        assert "Secure" in cookie and "HttpOnly" in cookie and "SameSite=strict" in cookie
        # The cookie is set for the name in the certificate; this client speaks to an address.
        login = {"cookie": cookie.partition(";")[0]}
        body = {"query": FEED, "variables": {"s": session, "after": 0}}
        headers = {"accept": "text/event-stream", **login}
        with guest.stream("POST", "/graphql", json=body, headers=headers) as response:
            feed = deltas(response.iter_lines())
            next(feed)
            ask(owner, "mutation($l: ID!) { revokeLink(id: $l) }", l=made["link"]["id"])
            assert list(feed) == []
        asked = {"query": "query($s: ID!) { session(id: $s) { id } }", "variables": {"s": session}}
        assert guest.post("/graphql", json=asked, headers=login).json()["errors"]
        logs = door.logs()
        told = [one for one in (secret, door.key, login["cookie"].partition("=")[2]) if one in logs]
        assert not told and '"/api/people"' in logs


# Helpers of the above


def ask(client: httpx2.Client, query: str, **variables: str) -> dict[str, dict[str, str]]:
    answer = client.post("/graphql", json={"query": query, "variables": variables}).json()
    assert "errors" not in answer, answer
    return answer["data"]


def upload(client: httpx2.Client, folder: Path) -> str:
    """A video that can be played."""
    clip = write_small_video(folder / "clip.mp4").read_bytes()
    video = client.post("/api/videos", params={"name": "clip.mp4"}, content=clip).json()["videoId"]
    for _ in range(600):
        if ask(client, "query($v: ID!) { video(id: $v) { state } }", v=video)["video"]["state"] == "READY":
            return video
    raise AssertionError("the video was not imported in time")


def session_of(client: httpx2.Client, folder: Path) -> str:
    """A session with one object."""
    made = ask(client, "mutation($v: ID!) { createSession(videoId: $v) { id } }", v=upload(client, folder))
    session = made["createSession"]["id"]
    ask(client, 'mutation($s: ID!) { addObject(sessionId: $s, name: "first") { objectId } }', s=session)
    return session
