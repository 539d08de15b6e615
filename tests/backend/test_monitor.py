"""The server seen from outside: health, metrics, request ids and the lines of the log."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.api.monitor import health
from backend.api.monitor.metrics import ErrorCounter, Metrics
from backend.api.monitor.routes import OTHER, route_of
from backend.domain.observing import request_id
from backend.host.fake_host import FakeSession
from backend.serve.logs import JsonLines, PlainLines, formatter_of, without_secrets
from tests.backend.live import SET_PROMPT, TRACK, Live, Seen, live, wait_until
from tests.backend.test_security import every_route

LAN = "192.0.2.7:7262"
TOKEN = "measure-me-if-you-can-0123456789"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("monitor"), metrics_token=TOKEN) as running:
        yield running


def metrics_of(server: Live) -> dict[str, float]:
    """Each sample by its name and labels, as Prometheus would read them."""
    lines = server.client.get("/metrics").text.splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


# Health


def test_a_server_that_works_says_so(server: Live) -> None:
    assert server.client.get("/healthz").text == server.client.get("/healthy").text == "OK"
    ready = server.client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"ready": True, "database": "ok", "dataFolder": "ok", "engine": "ok"}
    assert not list(server.service.settings.data.glob(".ready*"))


def test_a_server_that_does_not_says_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "KEEP_S", 0.0)

    def fails(*_: object) -> None:
        raise OSError("/secret/path")

    with live(tmp_path) as server, monkeypatch.context() as patched:
        patched.setattr(server.service.sessions, "running_propagations", fails)
        patched.setattr(health, "_write_probe", fails)
        server.service.host.close()  # its thread ends
        answer = server.client.get("/readyz")
        assert answer.status_code == 503 and "/secret" not in answer.text
        assert answer.json() == {
            "ready": False,
            "database": "The database does not answer.",
            "dataFolder": "The data folder cannot be written: see that its disk has room.",
            "engine": "The engine has stopped: start the server again.",
        }
        assert server.client.get("/healthz").status_code == 200


def test_strangers_cost_no_disk(server: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[object] = []
    monkeypatch.setattr(health, "_write_probe", looks.append)
    monkeypatch.setattr(health, "KEEP_S", 60.0)
    for _ in range(20):
        server.client.get("/readyz")
    assert len(looks) <= 1


# Metrics


def test_what_happened_is_counted(server: Live) -> None:
    before = metrics_of(server)
    session = server.session()
    server.click(session, 1, 0, 40, 30)
    server.ask(TRACK, s=session, d="FORWARD")
    with server.feed(session) as feed:
        Seen().until(feed, lambda seen: seen.state == "DONE")
        assert metrics_of(server)["masklet_feeds_open"] == 1
    after = metrics_of(server)
    posts = 'masklet_http_seconds_count{method="POST",route="/graphql",status="2xx"}'
    assert after[posts] >= before.get(posts, 0) + 4
    assert after['masklet_errors_total{part="api"}'] == 0


def test_labels_are_never_what_a_client_wrote(server: Live) -> None:
    odd = "quite-odd-name"
    server.client.get(f"/media/{odd}/poster.jpg")
    server.client.get(f"/{odd}/x")
    server.client.request("BREW", f"/api/uploads/{odd}")
    text = server.client.get("/metrics").text
    assert odd not in text and "BREW" not in text
    assert f'method="{OTHER}"' in text and f'route="{OTHER}"' in text


def test_every_route_has_a_name(server: Live) -> None:
    assert not {path for _, path, _ in every_route(server) if route_of(path) == OTHER}


def test_an_observer_hears_of_everything() -> None:
    metrics = Metrics(lambda: 3)
    metrics.click_answered(0.2)
    metrics.frame_tracked(0.05, 2)
    metrics.queue(4, 5)
    metrics.live(6, 7_000)
    metrics.evicted()
    metrics.out_of_memory()
    metrics.imported(12.0, succeeded=False)
    metrics.uploaded(99)
    text = metrics.text().decode()
    for line in (
        "masklet_feeds_open 3.0",
        "masklet_click_seconds_count 1.0",
        "masklet_frame_seconds_count 1.0",
        "masklet_object_frames_total 2.0",
        "masklet_queue_length 4.0",
        "masklet_propagations_running 5.0",
        "masklet_live_states 6.0",
        "masklet_live_state_bytes 7000.0",
        "masklet_evictions_total 1.0",
        "masklet_out_of_memory_total 1.0",
        'masklet_import_seconds_count{outcome="failed"} 1.0',
        "masklet_upload_bytes_total 99.0",
    ):
        assert line in text.splitlines(), line


def test_errors_are_counted_by_the_part_that_logs_them() -> None:
    metrics = Metrics(lambda: 0)
    counter = ErrorCounter(metrics)
    for name, level in [
        ("backend.worker.actor", logging.ERROR),
        ("backend.media.library", logging.WARNING),
        ("uvicorn.error", logging.CRITICAL),
    ]:
        record = logging.LogRecord(name, level, "", 0, "x", None, None)
        if level >= counter.level:
            counter.handle(record)
    text = metrics.text().decode()
    assert 'masklet_errors_total{part="worker"} 1.0' in text
    assert 'masklet_errors_total{part="media"} 0.0' in text
    assert 'masklet_errors_total{part="other"} 1.0' in text


def test_the_metrics_of_a_closed_server_are_closed(tmp_path: Path) -> None:
    with live(tmp_path, host="0.0.0.0", metrics_token=TOKEN) as closed:
        ask = {"host": LAN}
        assert closed.client.get("/metrics", headers=ask).status_code == 401
        ask["authorization"] = f"Bearer {TOKEN}"
        assert closed.client.get("/metrics", headers=ask).status_code == 200
        library = {"query": "{ library { id } }"}
        assert closed.client.post("/graphql", json=library, headers=ask).status_code == 401


# Request ids


@pytest.mark.parametrize("given", ["12345678", "a-b_c.d-e-f", "f" * 64])
def test_a_well_formed_request_id_is_kept(server: Live, given: str) -> None:
    for path in ("/healthz", "/", "/nothing/here", "/graphql", "/media/x/poster.jpg"):
        assert server.client.get(path, headers={"x-request-id": given}).headers["x-request-id"] == given


@pytest.mark.parametrize(
    "given", ["", "short", "f" * 65, "a b c d e f", "../../../etc", 'a"b\\c{d}e', "é" * 9]
)
def test_any_other_is_replaced(server: Live, given: str) -> None:
    made = [
        server.client.get("/healthz", headers={"x-request-id": given.encode()}).headers["x-request-id"]
        for _ in range(2)
    ]
    assert made[0] != made[1] and given not in made and all(len(one) == 16 for one in made)


def test_an_error_is_found_under_its_request(
    server: Live, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> None:
        seen.append(request_id.get())
        raise RuntimeError("secret detail")

    seen: list[str] = []
    monkeypatch.setattr(server.service.videos, "videos", fails)
    response = server.client.post(
        "/graphql", json={"query": "{ library { id } }"}, headers={"x-request-id": "find-me-here"}
    )
    (error,) = response.json()["errors"]
    assert "find-me-here" in error["message"] and "secret" not in response.text
    assert seen == ["find-me-here"]  # in the thread that did the work
    assert any("find-me-here" in record.getMessage() for record in caplog.records)


def test_the_engines_lines_carry_the_request_of_their_command(
    server: Live, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A click is answered by the actor's thread; what it logs is found under the click's request."""

    def fails(self: object, prompt: object) -> None:
        seen.append((threading.current_thread().name, request_id.get()))
        raise RuntimeError("the engine stumbles")

    seen: list[tuple[str, str]] = []
    session = server.session()
    server.service.commands.add_object(session, object_id=1)
    monkeypatch.setattr(FakeSession, "apply", fails)
    prompt = {"objectId": 1, "frameIdx": 0, "points": [{"x": 4.0, "y": 4.0}]}
    body = {"query": SET_PROMPT, "variables": {"s": session, "p": prompt}}
    answer = server.client.post("/graphql", json=body, headers={"x-request-id": "click-0001"}).json()
    assert answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert seen and set(seen) == {("masklet-actor", "click-0001")}


def lines_of(caplog: pytest.LogCaptureFixture, route: str) -> list[logging.LogRecord]:
    """A request's line comes after its answer, so wait for it."""

    def found() -> list[logging.LogRecord]:
        records = [one for one in caplog.records if one.name == "masklet.requests"]
        return [one for one in records if one.fields["route"] == route]

    wait_until(lambda: bool(found()))
    return found()


def test_a_request_is_a_line_without_its_path(server: Live, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "masklet.requests"):
        server.client.get("/healthz")
        server.client.get("/posters/private-name.jpg?key=hidden")
        (record,) = lines_of(caplog, "/gallery")
        assert not [one for one in caplog.records if "/health" in one.getMessage()]
    fields = record.fields
    assert (fields["method"], fields["status"]) == ("GET", 404)
    assert fields["client"] == "127.0.0.1" and fields["seconds"] >= 0
    line = JsonLines().format(record)
    assert "private-name" not in line and "hidden" not in line and "\n" not in line


def test_a_client_that_left_is_no_error_of_ours(server: Live, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "masklet.requests"):
        with socket.create_connection(("127.0.0.1", server.service.settings.port)) as half:
            half.sendall(
                b"POST /propagate_in_video HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b"Content-Length: 100\r\n\r\n{"
            )
        (record,) = lines_of(caplog, "/propagate_in_video")
    assert 400 <= record.fields["status"] < 500 and record.levelno == logging.INFO
    wait_until(lambda: server.service.traffic.unanswered == 0)


# The log


def record_of(message: str, *arguments: object, **more: object) -> logging.LogRecord:
    record = logging.LogRecord("backend.api", logging.INFO, __file__, 1, message, arguments, None)
    record.__dict__.update(more)
    return record


def test_a_line_is_one_json_object() -> None:
    token = request_id.set("request-1")
    try:
        line = JsonLines().format(record_of("two\nlines of %s", "ü", fields={"event": "x", "n": 1}))
    finally:
        request_id.reset(token)
    told = json.loads(line)
    assert "\n" not in line and told.pop("time").endswith("+00:00")
    assert told == {
        "level": "INFO",
        "logger": "backend.api",
        "message": "two\nlines of ü",
        "request_id": "request-1",
        "event": "x",
        "n": 1,
    }


def test_a_traceback_stays_in_its_line() -> None:
    try:
        raise ValueError("broken")
    except ValueError as error:
        record = record_of("failed", exc_info=(type(error), error, error.__traceback__))
    line = JsonLines().format(record)
    assert "\n" not in line and "ValueError: broken" in json.loads(line)["error"]


@pytest.mark.parametrize(
    "text",
    [
        "GET /s/x?key=SECRET HTTP/1.1",
        "http://host/?a=1&key=SECRET&b=2",
        "Authorization: Bearer SECRET",
        "cookie: masklet_login=SECRET; other=1",
        "Your link: https://host/join#SECRET",
    ],
)
def test_no_key_reaches_the_log(text: str) -> None:
    assert "SECRET" not in without_secrets(text) and "***" in without_secrets(text)
    for formatter in (JsonLines(), PlainLines()):
        assert "SECRET" not in formatter.format(record_of(text))


def test_machines_get_json_and_terminals_text(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(formatter_of("json"), JsonLines) and isinstance(formatter_of("text"), PlainLines)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert isinstance(formatter_of("auto"), PlainLines)
    monkeypatch.setattr("sys.stderr.isatty", lambda: False, raising=False)
    assert isinstance(formatter_of("auto"), JsonLines)
