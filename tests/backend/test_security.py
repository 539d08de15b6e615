"""Open on loopback, closed on the network: who may ask for what, walked field by field and route by route."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from graphql import (
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    build_schema,
    is_enum_type,
    is_input_object_type,
    is_leaf_type,
)
from graphql.type import GraphQLField, GraphQLInputType, GraphQLOutputType

from backend.api.access import Ask, Policy
from backend.api.owner_key import LOOK_S, OwnerKey, owner_key
from backend.api.permissions.table import ROUTES
from backend.api.schema import print_schema
from backend.api.web.flask_app import create_flask
from tests.backend.live import FEED, Live, live

LAN = "192.0.2.7:7262"  # the name under which a neighbour's browser reaches the server
EVIL = "https://evil.example"
ME = "query { me { __typename } }"


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("open")
    with live(folder, allowed_origins=("https://team.example",), allowed_hosts=("masklet.test",)) as running:
        yield running


@pytest.fixture(scope="module")
def closed_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Bound to every address, as far as its settings go."""
    with live(tmp_path_factory.mktemp("closed"), host="0.0.0.0") as running:
        yield running


# The walk: nothing is left out, because it is generated from what is served.


def example(wanted: GraphQLInputType) -> str:
    if isinstance(wanted, GraphQLNonNull):
        return example(wanted.of_type)
    if isinstance(wanted, GraphQLList):
        return f"[{example(wanted.of_type)}]"
    if is_input_object_type(wanted):
        fields = [f"{name}: {example(f.type)}" for name, f in wanted.fields.items() if f.type != wanted]
        return "{" + ", ".join(fields) + "}"
    if wanted.name in ("Int", "Float"):
        return "1"
    if wanted.name == "Boolean":
        return "true"
    if is_enum_type(wanted):
        return next(iter(wanted.values))
    return '"clip"'


def selection(given: GraphQLOutputType) -> str:
    while isinstance(given, (GraphQLNonNull, GraphQLList)):
        given = given.of_type
    if is_leaf_type(given):
        return ""
    assert isinstance(given, GraphQLObjectType)
    return "{ __typename }"


def operation(kind: str, name: str, field: GraphQLField) -> str:
    arguments = ", ".join(f"{argument}: {example(a.type)}" for argument, a in field.args.items())
    return f"{kind} {{ {name}{f'({arguments})' if arguments else ''} {selection(field.type)} }}"


def every_operation() -> list[str]:
    schema = build_schema(print_schema())
    kinds = {
        "query": schema.query_type,
        "mutation": schema.mutation_type,
        "subscription": schema.subscription_type,
    }
    return [
        operation(kind, name, field)
        for kind, given in kinds.items()
        if given is not None
        for name, field in given.fields.items()
    ]


def every_route(server: Live) -> list[tuple[str, str, str]]:
    """(method, path, the route it is of) of Flask's routes, and of those that the event loop serves."""
    routes = [
        ("POST", "/propagate_in_video", "/propagate_in_video"),
        ("GET", "/api/sessions/clip/export/coco.json", "/api/sessions/{session_id}/export/coco.json"),
        ("GET", "/metrics", "/metrics"),
        ("GET", "/healthz", "/healthz"),
        ("GET", "/readyz", "/readyz"),
        ("POST", "/api/uploads", "/api/uploads"),
        *((m, "/api/uploads/clip", "/api/uploads/{upload_id}") for m in ("HEAD", "PATCH", "DELETE")),
    ]
    for rule in create_flask(server.service).url_map.iter_rules():
        path = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule)
        path = re.sub(r"<int:\w+>", "0", path)
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"\1", path)
        routes += [(method, path, rule.rule) for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}]
    return routes


def test_the_walk_finds_what_there_is(closed_server: Live) -> None:
    fields = " ".join(every_operation())
    for name in ("library", "setPrompt", "sessionFeed", "addPoints", "uploadVideo"):
        assert name in fields
    paths = {path for _, path, _ in every_route(closed_server)}
    assert {"/", "/healthy", "/api/videos", "/media/video_id/rendition.mp4", "/gallery/name.mp4"} <= paths


@pytest.mark.parametrize("query", [query for query in every_operation() if query != ME])
def test_a_stranger_may_use_no_field_of_a_closed_server(closed_server: Live, query: str) -> None:
    for accept in ("application/json", "text/event-stream"):
        headers = {"host": LAN, "accept": accept}
        response = closed_server.client.post("/graphql", json={"query": query}, headers=headers)
        assert response.status_code == 401, response.text
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "UNAUTHENTICATED" and "open the link" in error["message"]


def test_a_stranger_is_told_that_they_are_one(closed_server: Live) -> None:
    query = "{ me { person { id } may isOpen signInUrl } }"
    answer = closed_server.client.post("/graphql", json={"query": query}, headers={"host": LAN})
    assert answer.json()["data"]["me"] == {"person": None, "may": [], "isOpen": False, "signInUrl": None}


@pytest.mark.parametrize(
    "query",
    [
        "{ me { isOpen } library { id } }",
        "{ me { isOpen } ...F } fragment F on Query { library { id } }",
        "{ ... on Query { library { id } } }",
        "query A { me { isOpen } } query B { library { id } }",
        "{ me: library { id } }",
        "{ __schema { types { name } } }",
        'mutation { renameMe(name: "x") { id } }',
        "{ me { isOpen " + "} " * 5000,
        "",
        "{",
    ],
)
def test_a_stranger_asks_for_nothing_beside_that(closed_server: Live, query: str) -> None:
    for body in ({"query": query}, [{"query": query}], {"query": query, "operationName": "B"}):
        answer = closed_server.client.post("/graphql", json=body, headers={"host": LAN})
        assert answer.status_code in (400, 401) and '"data":{' not in answer.text, answer.text


def test_a_stranger_sends_no_file(closed_server: Live) -> None:
    parts = {"operations": (None, '{"query": "{ me { isOpen } }"}'), "map": (None, "{}"), "0": b"x" * 100}
    assert closed_server.client.post("/graphql", files=parts, headers={"host": LAN}).status_code == 401
    for path in ("/api/videos?name=x", "/api/imports"):
        answer = closed_server.client.post(path, content=b"x" * 100, headers={"host": LAN})
        assert answer.status_code == 401


def test_a_stranger_may_use_no_route_of_a_closed_server(closed_server: Live) -> None:
    for method, path, route in every_route(closed_server):
        response = closed_server.client.request(method, path, headers={"host": LAN})
        options = httpx2.options(
            f"{closed_server.url}{path}", headers={"host": LAN, "origin": f"http://{LAN}"}
        )
        if ROUTES[route].strangers:  # the app is not built here: 503
            assert {response.status_code, options.status_code} <= {200, 404, 405, 503}, (method, path)
        else:
            assert response.status_code == 401, (method, path)
            assert options.status_code == 401 or not options.content, (method, path)


def test_every_field_is_there_for_the_owner(closed_server: Live) -> None:
    """The walk above asks for things that exist: with the key each is answered or refused with a reason."""
    headers = {"host": LAN, "authorization": f"Bearer {owner_key(closed_server.service.settings.data)}"}
    for query in every_operation():
        if query.startswith("subscription") or "uploadVideo" in query:
            continue
        response = closed_server.client.post("/graphql", json={"query": query}, headers=headers)
        assert response.status_code == 200
        codes = {error["extensions"]["code"] for error in response.json().get("errors", [])}
        assert codes <= {"NOT_FOUND", "INVALID_INPUT", "CONFLICT", "UNAVAILABLE", "ERROR"}, (
            query,
            response.text,
        )


# The key


def test_the_owners_link_lets_a_browser_in_and_keeps_the_key_out_of_it(closed_server: Live) -> None:
    key = owner_key(closed_server.service.settings.data)
    library = {"query": "{ library { id } }"}
    with httpx2.Client(base_url=closed_server.url, headers={"host": LAN}) as browser:
        joined = browser.post("/api/join", json={"secret": key, "name": "Ada"})
        assert (joined.status_code, joined.json()) == (200, {"to": "/"})
        cookie = joined.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=strict" in cookie and key not in cookie
        assert browser.post("/graphql", json=library).status_code == 200
        assert browser.post("/graphql", json=library, headers={"origin": f"http://{LAN}"}).status_code == 200
        assert browser.post("/graphql", json=library, headers={"origin": EVIL}).status_code == 403


@pytest.mark.parametrize("cookie", ["x", "0" * 64, "é", 'a"b;c'])
def test_a_wrong_key_opens_nothing(closed_server: Live, cookie: str) -> None:
    library = {"query": "{ library { id } }"}
    for header in (f"masklet_login={cookie}", f"masklet_key={cookie}"):
        headers = {"host": LAN.encode(), "cookie": header.encode()}
        assert httpx2.post(f"{closed_server.url}/graphql", json=library, headers=headers).status_code == 401
    for mark in ("", "masklet_"):
        bearer = {"host": LAN.encode(), "authorization": f"Bearer {mark}{cookie}".encode()}
        assert httpx2.post(f"{closed_server.url}/graphql", json=library, headers=bearer).status_code == 401
    joined = httpx2.post(f"{closed_server.url}/api/join", json={"secret": cookie, "name": "Eve"})
    assert (joined.status_code, joined.json()["code"]) == (404, "NOT_FOUND")


def test_the_key_as_an_address_opens_nothing(closed_server: Live) -> None:
    """It would be in logs, in the history, and travel on as a referrer."""
    key = owner_key(closed_server.service.settings.data)
    answer = httpx2.get(f"{closed_server.url}/?key={key}", headers={"host": LAN})
    assert "set-cookie" not in answer.headers


def test_the_owner_key_is_made_once_and_is_for_its_owner_only(tmp_path: Path) -> None:
    key = owner_key(tmp_path)
    assert owner_key(tmp_path) == key and len(key) >= 43
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("short")
    with pytest.raises(ValueError, match="delete it"):
        owner_key(tmp_path)


def test_a_key_that_is_replaced_or_deleted_opens_nothing_soon(tmp_path: Path) -> None:
    now_s = [0.0]
    key = OwnerKey(tmp_path, lambda: now_s[0])
    first, first_id = owner_key(tmp_path), key.key_id
    assert key.matches(first) and first not in first_id
    (tmp_path / "owner.key").unlink()
    now_s[0] += LOOK_S
    assert not key.matches(first) and not key.matches("") and key.key_id != first_id
    second = owner_key(tmp_path)
    now_s[0] += LOOK_S
    assert key.matches(second) and not key.matches(first) and key.key_id != first_id


# An open server, and the web pages that would like to drive it


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:7262", "127.0.0.1:7262", "[::1]:7262", "masklet.test"]
)
def test_this_machine_is_let_in(open_server: Live, host: str) -> None:
    assert open_server.client.get("/healthy", headers={"host": host}).text == "OK"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:7262", "localhost.evil.example", LAN, "", "[", "a b"]
)
def test_a_rebound_name_is_refused(open_server: Live, host: str) -> None:
    for path in ("/", "/healthy", "/graphql", "/media/clip/poster.jpg"):
        response = open_server.client.get(path, headers={"host": host})
        assert response.status_code in (400, 403), (path, response.text)


STATE_CHANGING = ["/graphql", "/propagate_in_video", "/api/videos?name=x", "/api/uploads", "/api/uploads/x"]


@pytest.mark.parametrize("origin", [EVIL, "null", "http://localhost.evil.example", "http://", "file://"])
@pytest.mark.parametrize("path", STATE_CHANGING)
def test_another_page_may_not_drive_it(open_server: Live, path: str, origin: str) -> None:
    for content_type in ("application/json", "text/plain", "multipart/form-data; boundary=x"):
        response = open_server.client.post(
            path,
            content=b'{"query":"{ library { id } }"}',
            headers={"origin": origin, "content-type": content_type},
        )
        assert response.status_code == 403, response.text
        assert "access-control-allow-origin" not in response.headers
    preflight = open_server.client.options(
        path, headers={"origin": origin, "access-control-request-method": "POST"}
    )
    assert preflight.status_code == 403


def test_a_request_that_hides_its_origin_is_told_by_its_site(open_server: Live) -> None:
    headers = {"sec-fetch-site": "cross-site", "content-type": "application/json"}
    response = open_server.client.post("/graphql", content=b"{}", headers=headers)
    assert response.status_code == 403


def test_another_page_may_not_read_the_feed(open_server: Live) -> None:
    body = {"query": FEED, "variables": {"s": open_server.session(), "after": 0}}
    headers = {"origin": EVIL, "accept": "text/event-stream"}
    assert open_server.client.post("/graphql", json=body, headers=headers).status_code == 403


@pytest.mark.parametrize("origin", ["http://localhost:5173", "http://127.0.0.1:80", "https://team.example"])
def test_pages_that_are_allowed_share_it(open_server: Live, origin: str) -> None:
    asked = {"origin": origin, "access-control-request-method": "POST"}
    asked["access-control-request-headers"] = "content-type"
    preflight = open_server.client.options("/graphql", headers=asked)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-headers"] == "content-type"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    answer = open_server.client.post(
        "/graphql", json={"query": "{ library { id } }"}, headers={"origin": origin}
    )
    for response in (preflight, answer):
        assert response.headers["access-control-allow-origin"] == origin
        assert response.headers["access-control-allow-credentials"] == "true"
        assert "Origin" in response.headers["vary"]


def test_websockets_are_not_spoken(open_server: Live) -> None:
    response = open_server.client.get(
        "/graphql",
        headers={"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-key": "x", "origin": EVIL},
    )
    assert response.status_code in (400, 403, 404)


def test_every_answer_carries_its_headers(open_server: Live) -> None:
    for path in ("/", "/healthy", "/nothing", "/graphql", "/media/x/poster.jpg"):
        headers = open_server.client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        policy = headers["content-security-policy"]
        assert (
            "script-src 'self';" in policy
            and "frame-ancestors 'none'" in policy
            and "unsafe-eval" not in policy
        )


# The rules by themselves


def test_the_rules_of_a_closed_server() -> None:
    policy = Policy(is_open=False)
    assert policy.refusal(Ask("POST", "/graphql", LAN)) is None  # who asks is found out after this
    assert policy.refusal(Ask("POST", "/graphql", LAN, origin=EVIL)) is not None
    assert policy.refusal(Ask("POST", "/graphql", LAN, fetch_site="cross-site")) is not None
    # A page of the visitor's own machine is a stranger here.
    assert not policy.origin_allowed("http://localhost:5173", LAN)
    assert policy.origin_allowed(f"https://{LAN}", LAN)


def test_a_token_opens_the_metrics_and_nothing_else() -> None:
    policy = Policy(is_open=False, metrics_token="t" * 32)
    assert policy.may_measure(Ask("GET", "/metrics", LAN, bearer="t" * 32))
    assert not policy.may_measure(Ask("GET", "/metrics", LAN, bearer="x" * 32))
    assert not policy.may_measure(Ask("GET", "/metrics", LAN))
    assert not policy.may_measure(Ask("GET", "/", LAN, bearer="t" * 32))
    assert not policy.may_measure(Ask("POST", "/metrics", LAN, bearer="t" * 32))
    assert not Policy(is_open=False).may_measure(Ask("GET", "/metrics", LAN, bearer=""))


def test_traversal_finds_nothing(open_server: Live, tmp_path: Path) -> None:
    for path in (
        "/..%2f..%2fmasklet.sqlite",
        "/assets/..%2f..%2fdata%2fmasklet.sqlite",
        "/media/..%2f..%2fowner.key/poster.jpg",
        "/media/%2e%2e/rendition.mp4",
        "/gallery/..%2f..%2fmasklet.mp4",
        "/uploads/%00.mp4",
        "/posters/..%5c..%5cx.jpg",
    ):
        assert open_server.client.get(path).status_code == 404, path
