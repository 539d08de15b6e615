"""Resumable uploads over real sockets: what was sent is never sent again, and never counted twice."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from backend.api.tus import writers
from backend.api.tus.protocol import BODY_TYPE, Refused, file_name
from backend.api.tus.shelf import Busy, Shelf
from backend.app import open_service, web_app
from backend.domain.errors import NotFound, Unavailable
from backend.domain.people import LOCAL, Caller, Person, acting
from backend.host.fake_host import FakeHost
from backend.limits import Limits
from backend.settings import Settings
from tests.backend.live import Live, live, wait_until
from tests.backend.small_video import write_small_video

LIMIT = 5_000_000
TUS = {"tus-resumable": "1.0.0"}
NOISE = os.urandom(3_000_000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("tus"), max_upload_bytes=LIMIT) as running:
        yield running


def create(server: Live, length: int, name: str = "clip.mp4") -> str:
    response = server.client.post("/api/uploads", headers=creation(length, name))
    assert response.status_code == 201 and response.headers["tus-resumable"] == "1.0.0"
    return response.headers["location"]


def creation(length: int, name: str = "clip.mp4") -> dict[str, str]:
    encoded = base64.b64encode(name.encode()).decode()
    return {**TUS, "upload-length": str(length), "upload-metadata": f"filename {encoded},filetype dmlkZW8="}


def send(server: Live, path: str, offset: int, body: bytes, **more: str) -> httpx2.Response:
    headers = {**TUS, "upload-offset": str(offset), "content-type": BODY_TYPE, **more}
    return server.client.patch(path, content=body, headers=headers)


def offset_of(server: Live, path: str) -> int:
    response = server.client.head(path, headers=TUS)
    assert response.status_code == 200 and response.headers["cache-control"] == "no-store"
    return int(response.headers["upload-offset"])


def go_on(server: Live, path: str, body: bytes) -> int:
    """Send the rest as a client does, which tries again where the server has not noticed yet that the last
    connection is gone; the offset from which it was sent."""
    tried: list[int] = []

    def sent() -> bool:
        tried.append(offset_of(server, path))
        return send(server, path, tried[-1], body[tried[-1] :]).status_code == 204

    wait_until(sent)
    return tried[-1]


def begin(server: Live, path: str, offset: int, announced: int, body: bytes) -> socket.socket:
    """A PATCH that sends less than it announces, and stays open."""
    connection = socket.create_connection(("127.0.0.1", server.service.settings.port))
    head = (
        f"PATCH {path} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n"
        f"Content-Type: {BODY_TYPE}\r\nContent-Length: {announced}\r\n\r\n"
    )
    connection.sendall(head.encode() + body)
    return connection


def part_bytes(server: Live, path: str) -> int:
    part = server.service.settings.data / "uploads" / f"{path.rsplit('/', 1)[1]}.part"
    return part.stat().st_size if part.exists() else -1


def state_of(server: Live, video_id: str) -> str:
    return server.ask("query($v: ID!) { video(id: $v) { state } }", v=video_id)["state"]


def test_a_video_in_three_pieces_is_imported(server: Live, tmp_path: Path) -> None:
    body = write_small_video(tmp_path / "small.mp4").read_bytes()
    path = create(server, len(body), "Méine Äpfel.mp4")
    third = len(body) // 3
    for start, stop in [(0, third), (third, 2 * third), (2 * third, len(body))]:
        response = send(server, path, start, body[start:stop])
        assert (response.status_code, response.headers["upload-offset"]) == (204, str(stop))
        assert response.headers["upload-expires"].endswith("GMT")
    video_id = response.headers["masklet-video-id"]
    wait_until(lambda: state_of(server, video_id) == "READY")
    video = server.ask("query($v: ID!) { video(id: $v) { title sourceSha256 } }", v=video_id)
    assert video == {"title": "Méine Äpfel.mp4", "sourceSha256": hashlib.sha256(body).hexdigest()}
    # Who missed the answer asks again and learns the same.
    told = server.client.head(path, headers=TUS)
    assert (told.headers["upload-offset"], told.headers["masklet-video-id"]) == (str(len(body)), video_id)
    again = send(server, path, len(body), b"")
    assert again.status_code == 204 and again.headers["masklet-video-id"] == video_id
    assert part_bytes(server, path) == -1
    assert f"masklet_upload_bytes_total {float(len(body))}" in server.client.get("/metrics").text


def test_what_a_cut_connection_brought_counts(server: Live) -> None:
    path = create(server, len(NOISE))
    connection = begin(server, path, 0, len(NOISE), NOISE[:2_000_000])
    connection.close()
    wait_until(lambda: offset_of(server, path) > 0)
    assert 0 < go_on(server, path, NOISE) <= 2_000_000
    video_id = server.client.head(path, headers=TUS).headers["masklet-video-id"]
    query = "query($v: ID!) { video(id: $v) { sourceSha256 } }"
    assert server.ask(query, v=video_id)["sourceSha256"] == hashlib.sha256(NOISE).hexdigest()


@pytest.mark.parametrize("offset", [1, 999, 1001, 5_000_000])
def test_a_wrong_offset_is_a_conflict(server: Live, offset: int) -> None:
    path = create(server, 4_000_000)
    send(server, path, 0, NOISE[:1000])
    response = send(server, path, offset, NOISE[:10])
    assert response.status_code == 409 and "at byte 1000" in response.json()["error"]
    assert offset_of(server, path) == 1000


def test_two_who_send_at_once_do_not_mix(server: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    path = create(server, len(NOISE))
    with begin(server, path, 0, len(NOISE), NOISE[:1_500_000]):
        wait_until(lambda: part_bytes(server, path) > 0)
        second = send(server, path, 0, NOISE[:10])
        assert second.status_code == 423 and "another tab" in second.json()["error"]
        # The first falls silent, as one whose network went away: whoever comes then takes over.
        monkeypatch.setattr(writers, "SILENT_S", 0.0)
        third = send(server, path, 0, NOISE[:10])
        assert third.status_code == 409
        assert 10 < go_on(server, path, NOISE) <= 1_500_000


def test_a_cancelled_upload_leaves_nothing(server: Live) -> None:
    path = create(server, len(NOISE))
    with begin(server, path, 0, len(NOISE), NOISE[:1_500_000]):
        wait_until(lambda: part_bytes(server, path) > 0)
        assert server.client.delete(path, headers=TUS).status_code == 204
    assert server.client.head(path, headers=TUS).status_code == 404
    assert send(server, path, 0, b"x").status_code == 404
    uploads = server.service.settings.data / "uploads"
    assert not list(uploads.glob(f"{path.rsplit('/', 1)[1]}*"))


def test_a_checksum_that_does_not_fit_undoes_the_piece(server: Live) -> None:
    path = create(server, len(NOISE))
    assert send(server, path, 0, NOISE[:1000]).status_code == 204
    piece = NOISE[1000:2_500_000]
    for algorithm in ("sha1", "sha256"):
        wrong = base64.b64encode(hashlib.new(algorithm, b"other").digest()).decode()
        response = send(server, path, 1000, piece, **{"upload-checksum": f"{algorithm} {wrong}"})
        assert response.status_code == 460 and offset_of(server, path) == 1000
    right = base64.b64encode(hashlib.sha1(piece).digest()).decode()
    response = send(server, path, 1000, piece, **{"upload-checksum": f"sha1 {right}"})
    assert response.status_code == 204 and offset_of(server, path) == 2_500_000
    assert send(server, path, 2_500_000, NOISE[2_500_000:]).headers["masklet-video-id"]


def test_options_tell_what_is_spoken(server: Live) -> None:
    headers = server.client.options("/api/uploads").headers
    assert headers["tus-version"] == "1.0.0" and headers["tus-max-size"] == str(LIMIT)
    assert set(headers["tus-extension"].split(",")) == {"creation", "expiration", "checksum", "termination"}


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"tus-resumable": "0.2.2"}, 412, "Tus-Resumable: 1.0.0"),
        ({"upload-length": "0"}, 400, "empty"),
        ({"upload-length": str(LIMIT + 1)}, 413, "larger than 4.77 MiB"),
        ({"upload-length": "-1"}, 400, "whole number"),
        ({"upload-length": "9" * 30}, 400, "whole number"),
        ({"upload-length": "٣"}, 400, "whole number"),
        ({"upload-defer-length": "1"}, 400, "Upload-Length"),
        ({"upload-metadata": "filename %%%"}, 400, "Base64"),
        ({"upload-metadata": "filename /w=="}, 400, "Base64"),
        ({"upload-metadata": "x" * 5000}, 400, "more than 4096"),
    ],
)
def test_what_cannot_begin_says_why(server: Live, changed: dict[str, str], status: int, said: str) -> None:
    headers = {name: value.encode() for name, value in (creation(1000) | changed).items()}
    response = server.client.post("/api/uploads", headers=headers)
    assert response.status_code == status and said in response.json()["error"]
    assert response.headers["tus-resumable"] == "1.0.0"


def test_pieces_that_are_not_pieces_are_refused(server: Live) -> None:
    path = create(server, 1000)
    assert send(server, path, 0, NOISE[:1001]).status_code == 413
    assert send(server, path, 0, b"x", **{"content-type": "text/plain"}).status_code == 415
    assert send(server, path, 0, b"x", **{"upload-offset": "one"}).status_code == 400
    assert send(server, path, 0, b"x", **{"upload-checksum": "md5 AAAA"}).status_code == 400
    assert server.client.put(path, headers=TUS).status_code == 405
    assert offset_of(server, path) == 0

    def unannounced() -> Iterator[bytes]:
        yield NOISE[:600]
        yield NOISE[:600]

    headers = {**TUS, "upload-offset": "0", "content-type": BODY_TYPE}
    assert server.client.patch(path, content=unannounced(), headers=headers).status_code == 413
    override = {"x-http-method-override": "DELETE", **TUS}
    assert server.client.post(path, headers=override).status_code == 204


@pytest.mark.parametrize("name", ["../../x", "..%2f..%2fmasklet.sqlite", "0" * 31, "Z" * 32, "%00"])
def test_an_id_is_never_a_path(server: Live, name: str) -> None:
    for method in ("HEAD", "PATCH", "DELETE"):
        headers = {**TUS, "upload-offset": "0", "content-type": BODY_TYPE}
        response = server.client.request(method, f"/api/uploads/{name}", headers=headers)
        assert response.status_code in (404, 405), (method, response.text)


def test_a_disk_without_room_says_so_before_a_byte_is_sent(
    server: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(server, 1000)  # promised already
    monkeypatch.setattr(Shelf, "free_bytes", lambda self: 1_001)
    response = server.client.post("/api/uploads", headers=creation(1000))
    assert response.status_code == 507 and "no room" in response.json()["error"]


def test_a_disk_that_fills_meanwhile_keeps_what_it_has(small_disk: Path) -> None:
    shelf = Shelf(small_disk / "uploads", 3600)
    upload = shelf.create("x", 50_000_000)
    part = shelf.open(upload.upload_id)
    part.write(bytes(1000))
    part.keep()
    with pytest.raises(OSError, match="No space left"):
        while True:
            part.write(bytes(1_000_000))
    part.close()
    assert shelf.find(upload.upload_id).offset >= 1000


# The shelf by itself


def test_a_crash_costs_only_what_was_not_safe_yet(tmp_path: Path) -> None:
    upload = Shelf(tmp_path, 3600).create("x", 10)
    part = Shelf(tmp_path, 3600).open(upload.upload_id)
    part.write(b"abcd")
    part.keep()
    part.write(b"EFG")  # and now the process dies
    with pytest.raises(Busy):
        Shelf(tmp_path, 3600).open(upload.upload_id)
    part.close()
    after = Shelf(tmp_path, 3600)
    with_part = after.open(upload.upload_id)
    assert with_part.offset == 4
    with_part.write(b"efghij")
    assert with_part.keep().is_whole
    assert after.part_path(upload.upload_id).read_bytes() == b"abcdefghij"
    assert after.sha256(with_part.upload) is None  # it has not seen the beginning
    with_part.close()


def test_the_digest_is_known_to_who_saw_every_byte(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 3600)
    upload = shelf.create("x", 6)
    for piece in (b"abc", b"def"):
        part = shelf.open(upload.upload_id)
        part.write(piece)
        part.keep()
        part.close()
    assert shelf.sha256(shelf.find(upload.upload_id)) == hashlib.sha256(b"abcdef").hexdigest()


def test_what_was_abandoned_is_swept_away(tmp_path: Path) -> None:
    now = time.time()
    shelf = Shelf(tmp_path, 3600, clock=lambda: now)
    old, new = shelf.create("old", 10), shelf.create("new", 10)
    shelf.record(replace(old, touched_s=now - 3601))
    (tmp_path / "draft.1234").write_text("{")
    os.utime(tmp_path / "draft.1234", (now - 7200, now - 7200))
    with pytest.raises(NotFound, match="expired"):
        shelf.find(old.upload_id)
    assert shelf.sweep() == 1
    assert [upload.upload_id for upload in shelf.all()] == [new.upload_id]
    assert {path.stem for path in tmp_path.iterdir()} == {new.upload_id}


@pytest.mark.parametrize("header", ["filename YQ==", "other Yg==,filename YQ==", " filename YQ== , z"])
def test_the_name_is_found_among_what_else_is_said(header: str) -> None:
    assert file_name({"upload-metadata": header}) == "a"


def test_a_name_is_not_needed() -> None:
    assert file_name({}) == file_name({"upload-metadata": "filetype YQ=="}) == ""
    with pytest.raises(Refused, match="UTF-8"):
        file_name({"upload-metadata": "filename _-"})


def test_what_a_crash_left_whole_becomes_a_video_at_the_next_start(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", gallery=False, frontend=tmp_path)
    shelf = Shelf(settings.data / "uploads", 3600)
    upload = shelf.create("whole.mp4", len(NOISE))
    part = shelf.open(upload.upload_id)
    part.write(NOISE)
    part.keep()
    part.close()
    service = open_service(settings, lambda store, videos: FakeHost(store, videos))
    with TestClient(web_app(service), base_url="http://localhost") as client:
        told = client.head(f"/api/uploads/{upload.upload_id}", headers=TUS)
        assert service.videos.video(told.headers["masklet-video-id"]).title == "whole.mp4"


def test_an_upload_that_the_library_cannot_take_yet_waits_for_it(
    server: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = os.urandom(1000)
    path = create(server, len(body))

    def full(*_: object) -> None:
        raise Unavailable("The disk is full: free some space.")

    with monkeypatch.context() as patched:
        patched.setattr(server.service.library, "adopt", full)
        assert send(server, path, 0, body).status_code == 503
        assert server.client.head(path, headers=TUS).status_code == 503
    assert server.client.head(path, headers=TUS).headers["masklet-video-id"]


def test_unfinished_uploads_are_counted(tmp_path: Path) -> None:
    with live(tmp_path, limits=Limits(unfinished_uploads=2)) as server:
        create(server, 10)
        path = create(server, 10)
        refused = server.client.post("/api/uploads", headers=creation(10))
        assert refused.status_code == 429 and "unfinished" in refused.json()["error"]
        server.client.delete(path, headers=TUS)
        create(server, 10)


def test_an_upload_is_there_for_who_sends_it_and_for_a_start_that_goes_on(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 3600)
    ana, ben = (Caller(Person(name, name)) for name in ("ana", "ben"))
    token = acting.set(ana)
    try:
        upload = shelf.create("film.mp4", 10)
        assert shelf.find(upload.upload_id).owner == "ana"
        for stranger in (ben, LOCAL):
            acting.set(stranger)
            with pytest.raises(NotFound, match="no such upload"):
                shelf.open(upload.upload_id)
        acting.set(None)
        assert shelf.find(upload.upload_id) == upload
    finally:
        acting.reset(token)
