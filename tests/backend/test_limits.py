"""Every limit is refused with one sentence, and nobody who works by hand meets one."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import DocumentNode, get_introspection_query, parse

from backend.api import client_limits
from backend.api.client_limits import Buckets, client_of
from backend.api.query_limits import measure
from backend.api.schema import build_schema
from backend.limits import Limits, limit_settings
from backend.settings import SettingsError, from_environment
from tests.backend.live import FEED, Live, live, wait_until

SMALL = Limits(
    query_depth=4,
    query_aliases=2,
    query_tokens=200,
    query_cost=150,
    request_bytes=20_000,
    requests_per_minute=600,
    feeds=2,
)
OPERATIONS = Path(__file__).resolve().parents[2] / "frontend" / "src" / "api" / "operations.graphql"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("limits"), limits=SMALL) as running:
        yield running


def refusal(server: Live, query: str) -> str:
    response = server.client.post("/graphql", json={"query": query})
    assert response.status_code == 200
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "BAD_QUERY"
    return error["message"]


# GraphQL documents


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("{ sessions { video { id } engine { id } } a: library { b: id c: title } }", "3 aliases, and 2"),
        ("{ " + "library { id } " * 60 + "}", "more than 200 tokens"),
        ("{ " + "library { id title } " * 8 + "}", "costs 168 of at most 150"),
        ("mutation { " + 'cancelTracking(sessionId: "x") ' * 3 + "}", "costs 153 of at most 150"),
    ],
)
def test_a_document_that_asks_for_too_much_says_so(server: Live, query: str, said: str) -> None:
    assert said in refusal(server, query)


def test_a_deep_document_says_so(server: Live) -> None:
    query = "{ videos { edges { node { ... on DemoVideo { ...V } } } } } fragment V on DemoVideo { id }"
    assert measured(query).depth == 3
    tail = "fragment A on Video { unknown { b { c { d } } } }"
    deep = '{ __typename a: session(id: "x") { video { ... { ...A } } } } ' + tail
    assert "levels deep, and 4 are the limit" in refusal(server, deep)


def measured(query: str):
    return measure(parse(query), build_schema(Limits())._schema)


@pytest.mark.parametrize("fragments", [30, 150])
def test_fragments_that_spread_each_other_twice_take_no_time(server: Live, fragments: int) -> None:
    """750 characters would keep a limiter that walks each spread busy for hours."""
    chain = " ".join(f"fragment F{i} on Video {{ ...F{i + 1} ...F{i + 1} }}" for i in range(fragments))
    query = f"{{ library {{ ...F0 }} }} {chain} fragment F{fragments} on Video {{ id }}"
    assert measured(query).cost > 2**fragments
    began_s = time.process_time()
    refusal(server, query)
    assert time.process_time() - began_s < 10


def test_fragments_in_a_circle_are_refused_by_validation(server: Live) -> None:
    said = refusal(server, "{ library { ...A } } fragment A on Video { ...B } fragment B on Video { ...A }")
    assert "itself" in said


def test_what_the_app_and_tools_ask_for_is_far_below_the_limits() -> None:
    schema, limits = build_schema(Limits())._schema, Limits()
    document = parse(OPERATIONS.read_text())
    fragments = [node for node in document.definitions if node.kind == "fragment_definition"]
    for node in document.definitions:
        if node.kind != "operation_definition":
            continue
        found = measure(DocumentNode(definitions=(node, *fragments)), schema)
        assert found.cost < limits.query_cost / 2 and found.depth <= limits.query_depth / 2, node.name.value
    assert measure(parse(get_introspection_query()), schema).cost < limits.query_cost


def test_introspection_is_no_way_around_the_cost() -> None:
    fields = "{ types " + "{ fields { type " * 6 + "{ name }" + " } }" * 6 + " }"
    assert measured("{ __schema " + fields + " }").cost > Limits().query_cost


def test_batches_are_refused(server: Live) -> None:
    response = server.client.post("/graphql", json=[{"query": "{ __typename }"}] * 2)
    assert response.status_code == 400 and "atch" in response.text


def test_a_body_that_is_too_long_is_refused(server: Live) -> None:
    body = json.dumps({"query": "{ __typename }", "variables": {"x": "y" * 20_000}})
    response = server.client.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 413 and "larger than 20000 bytes" in response.json()["error"]


def test_a_head_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with live(tmp_path, limits=Limits(header_bytes=4096)) as server:
        refused = server.client.get("/healthz", headers={"x": "y" * 4096})
        assert refused.status_code == 431 and "larger than 4096 bytes" in refused.json()["error"]
        assert server.client.get("/healthz?" + "z" * 4096).status_code == 431
        assert server.client.get("/healthz", headers={"x": "y" * 3000}).status_code == 200


# Clients


def test_someone_who_clicks_five_times_a_second_all_day_meets_no_limit() -> None:
    now = [0.0]
    buckets = Buckets(Limits().requests_per_minute, clock=lambda: now[0])
    for _ in range(8 * 3600 * 5):
        now[0] += 0.2
        assert buckets.wait_s("a") == 0


def test_a_minutes_requests_may_come_at_once_and_then_steadily() -> None:
    now = [0.0]
    buckets = Buckets(60, clock=lambda: now[0])
    assert [buckets.wait_s("a") for _ in range(60)] == [0.0] * 60
    assert buckets.wait_s("a") == pytest.approx(1.0) and buckets.wait_s("b") == 0
    now[0] += 1.0
    assert buckets.wait_s("a") == 0 and buckets.wait_s("a") > 0
    assert Buckets(0).wait_s("a") == 0


def test_clients_beyond_memory_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_limits, "CLIENTS", 3)
    buckets = Buckets(1)
    for client in "abcd":
        buckets.wait_s(client)
    assert len(buckets._buckets) == 3 and "a" not in buckets._buckets


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_a_client_is_its_address(host: str, client: str) -> None:
    assert client_of({"client": (host, 1)}) == client
    assert client_of({"client": None}) == ""


def test_too_many_requests_are_refused_and_video_is_not_counted(tmp_path: Path) -> None:
    with live(tmp_path, limits=Limits(requests_per_minute=30)) as server:
        body = {"query": "{ __typename }"}
        answers = [server.client.post("/graphql", json=body) for _ in range(40)]
        statuses = [answer.status_code for answer in answers]
        assert statuses[:30] == [200] * 30 and 429 in statuses[30:]
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert int(refused.headers["retry-after"]) >= 1
        assert refused.json()["errors"][0]["extensions"]["code"] == "TOO_MANY_REQUESTS"
        assert "More than 30 requests a minute" in refused.json()["error"]
        for path in ("/media/clip/poster.jpg", "/healthz", "/", "/api/uploads/x"):
            assert all(server.client.head(path).status_code != 429 for _ in range(5))


def test_a_client_holds_so_many_feeds(tmp_path: Path) -> None:
    with live(tmp_path, limits=Limits(feeds=2)) as server:
        session = server.session()
        accept = {"accept": "text/event-stream"}
        with server.feed(session), server.feed(session):
            third = server.client.post("/graphql", json={"query": FEED}, headers=accept)
            assert third.status_code == 429 and "2 feeds open" in third.json()["error"]


def test_a_feed_that_ended_makes_room(tmp_path: Path) -> None:
    with live(tmp_path, limits=Limits(feeds=1)) as server:
        body = {"query": FEED, "variables": {"s": server.session(), "after": 0}}

        def opens() -> bool:
            ask = server.client.stream("POST", "/graphql", json=body, headers={"accept": "text/event-stream"})
            with ask as response:
                return response.status_code == 200

        for _ in range(3):
            wait_until(opens)  # the server learns in a moment that the one before has gone


# Settings


def test_every_limit_can_be_set() -> None:
    environment = {one.name: str(one.high) for one in limit_settings()}
    limits = from_environment(environment).limits
    assert all(getattr(limits, one.field) == one.high for one in limit_settings())
    assert len({one.name for one in limit_settings()}) == len(limit_settings())


@pytest.mark.parametrize("one", limit_settings(), ids=lambda one: one.name)
def test_a_limit_that_makes_no_sense_is_refused(one) -> None:
    for text in (str(one.high + 1), "-1", "many"):
        with pytest.raises(SettingsError, match=one.name):
            from_environment({one.name: text})
