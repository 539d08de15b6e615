"""Videos come in whole or not at all, and go out with ranges, fixed types and lasting names."""

from __future__ import annotations

import errno
import hashlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from backend.api.export import download_name
from backend.domain.errors import Unavailable
from tests.backend.live import TRACK, Live, Seen, live, wait_until
from tests.backend.small_video import FRAMES, HEIGHT, WIDTH, write_small_video

LIMIT = 2_000_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("upload"), max_upload_bytes=LIMIT) as running:
        yield running


@pytest.fixture(scope="module")
def small_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_video(tmp_path_factory.mktemp("video") / "small.mp4")


@pytest.fixture(scope="module")
def video_id(server: Live, small_video: Path) -> str:
    """Uploaded, imported, ready."""
    response = upload(server, small_video.read_bytes(), "My clip (1).mp4")
    assert response.status_code == 201
    identity = response.json()["videoId"]
    query = "query($v: ID!) { video(id: $v) { state error } }"
    wait_until(lambda: server.ask(query, v=identity)["state"] != "IMPORTING")
    assert server.ask(query, v=identity) == {"state": "READY", "error": None}
    return identity


def upload(server: Live, body: bytes, name: str) -> httpx2.Response:
    return server.client.post("/api/videos", params={"name": name}, content=body)


def left_over(server: Live) -> list[Path]:
    return list((server.service.settings.data / "tmp").iterdir())


def test_an_upload_becomes_a_video_of_the_library(server: Live, video_id: str, small_video: Path) -> None:
    fields = "title width height numFrames fps frameTimesS sourceSha256 inGallery warning"
    video = server.ask(f"query($v: ID!) {{ video(id: $v) {{ {fields} }} }}", v=video_id)
    assert video == {
        "title": "My clip (1).mp4",
        "width": WIDTH,
        "height": HEIGHT,
        "numFrames": FRAMES,
        "fps": pytest.approx(25),
        "frameTimesS": pytest.approx([i / 25 for i in range(FRAMES)]),
        "sourceSha256": hashlib.sha256(small_video.read_bytes()).hexdigest(),
        "inGallery": False,
        "warning": None,
    }
    assert left_over(server) == []


def test_what_is_no_video_says_so_and_is_not_kept(server: Live) -> None:
    identity = upload(server, b"This is a letter, not a film.", "letter.mp4").json()["videoId"]
    query = "query($v: ID!) { video(id: $v) { state error } }"
    wait_until(lambda: server.ask(query, v=identity)["state"] == "FAILED")
    assert "no video that Masklet can read" in server.ask(query, v=identity)["error"]
    code, sentence = server.refusal("mutation($v: ID!) { createSession(videoId: $v) { id } }", v=identity)
    assert code == "CONFLICT" and "no video that Masklet can read" in sentence


def test_an_empty_file_is_refused(server: Live) -> None:
    response = upload(server, b"", "empty.mp4")
    assert (response.status_code, response.json()["error"]) == (
        400,
        "This file is empty: choose another one.",
    )
    assert left_over(server) == []


def test_a_file_over_the_limit_is_refused_before_it_is_read(server: Live) -> None:
    response = upload(server, bytes(LIMIT + 1), "large.mp4")
    assert response.status_code == 413 and "larger than 1.91 MiB" in response.json()["error"]
    assert left_over(server) == []


def test_an_upload_says_its_length(server: Live) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"abc"

    response = server.client.post("/api/videos", params={"name": "x"}, content=pieces())
    assert response.status_code == 411 and "Content-Length" in response.json()["error"]


def test_a_client_that_goes_away_leaves_nothing(server: Live) -> None:
    before = len(server.ask("{ library { id } }"))
    with socket.create_connection(("127.0.0.1", server.service.settings.port)) as half:
        half.sendall(
            b"POST /api/videos?name=half.mp4 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
            + bytes(300_000)
        )
        wait_until(lambda: len(left_over(server)) == 1)
    wait_until(lambda: left_over(server) == [])
    assert len(server.ask("{ library { id } }")) == before


@pytest.mark.parametrize(
    ("error", "status"),
    [(OSError(errno.ENOSPC, "No space left on device"), 507), (RuntimeError("secret"), 500)],
)
def test_a_full_disk_is_said_plainly(
    server: Live, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(server.service.library, "_save", fails)
    response = upload(server, b"abc", "x.mp4")
    assert response.status_code == status
    assert ("disk is full" in response.json()["error"]) == (status == 507)
    assert "secret" not in response.text


def test_no_room_for_the_whole_file_is_said_at_once(server: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(expected: int) -> None:
        raise Unavailable("The disk has no room for this file: free some space, then upload it again.")

    monkeypatch.setattr(server.service.library, "_check_room", no_room)
    response = upload(server, b"abc", "x.mp4")
    assert response.status_code == 507 and "no room" in response.json()["error"]


# Out again


def test_a_player_gets_the_rendition_in_ranges(server: Live, video_id: str) -> None:
    url = server.ask("query($v: ID!) { video(id: $v) { renditionUrl } }", v=video_id)["renditionUrl"]
    whole = server.client.get(url)
    assert whole.status_code == 200 and whole.headers["content-type"] == "video/mp4"
    assert whole.headers["accept-ranges"] == "bytes"
    assert "immutable" in whole.headers["cache-control"]
    size = len(whole.content)
    assert size == int(whole.headers["content-length"])
    for asked, expected in [
        ("bytes=0-99", whole.content[:100]),
        ("bytes=100-", whole.content[100:]),
        ("bytes=-50", whole.content[-50:]),
    ]:
        part = server.client.get(url, headers={"range": asked})
        assert part.status_code == 206 and part.content == expected
        assert part.headers["content-range"].endswith(f"/{size}")
    assert server.client.get(url, headers={"range": f"bytes={size}-"}).status_code == 416
    head = server.client.head(url)
    assert head.status_code == 200 and head.content == b"" and int(head.headers["content-length"]) == size
    again = server.client.get(url, headers={"if-none-match": whole.headers["etag"]})
    assert again.status_code == 304 and again.content == b""


def test_many_players_that_pause_hold_nobody_up(
    server: Live, video_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser stops reading when it has enough; more of them than Flask has threads."""
    long_film = tmp_path / "rendition.mp4"
    long_film.write_bytes(bytes(30_000_000))  # more than the sockets between the two take
    monkeypatch.setattr(server.service.library, "rendition_path", lambda video_id: long_film)
    request = f"GET /media/{video_id}/rendition.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    paused = [socket.create_connection(("127.0.0.1", server.service.settings.port)) for _ in range(40)]
    try:
        for player in paused:
            player.sendall(request)
            assert player.recv(15) == b"HTTP/1.1 200 OK"
        assert server.client.get("/healthy", timeout=10).text == "OK"
    finally:
        for player in paused:
            player.close()


def test_posters_and_stills_are_jpegs(server: Live, video_id: str) -> None:
    for path in ("poster.jpg", "frames/0.jpg", f"frames/{FRAMES - 1}.jpg"):
        image = server.client.get(f"/media/{video_id}/{path}")
        assert image.status_code == 200 and image.headers["content-type"] == "image/jpeg"
        assert image.content[:2] == b"\xff\xd8"
    beyond = server.client.get(f"/media/{video_id}/frames/{FRAMES}.jpg")
    assert (
        beyond.status_code == 400 and f"outside this video's frames 0..{FRAMES - 1}" in beyond.json()["error"]
    )


def test_masks_leave_as_coco_json(server: Live, video_id: str, tmp_path: Path) -> None:
    session = server.session(video_id)
    server.click(session, 1, 0, 40, 30)
    server.ask(TRACK, s=session, d="FORWARD")
    with server.feed(session) as feed:
        Seen().until(feed, lambda s: s.state == "DONE")
    export = server.client.get(f"/api/sessions/{session}/export/coco.json")
    assert export.status_code == 200 and export.headers["content-type"] == "application/json"
    assert export.headers["content-disposition"] == 'attachment; filename="My-clip-1.coco.json"'
    file = tmp_path / "masks.json"
    file.write_bytes(export.content)
    coco = COCO(str(file))
    assert len(coco.getAnnIds()) == FRAMES and len(coco.getImgIds()) == FRAMES
    stored = {mask.frame_idx: mask.area for mask in server.service.sessions.masks(session)}
    exported = {
        coco.imgs[annotation["image_id"]]["frame_index"]: coco_mask.area(annotation["segmentation"])
        for annotation in coco.loadAnns(coco.getAnnIds())
    }
    assert exported == stored
    missing = server.client.get("/api/sessions/none/export/coco.json")
    assert missing.status_code == 404 and "no such session" in json.loads(missing.content)["error"]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Cups.mp4", "Cups.coco.json"),
        ('a"; filename="evil.exe\r\nX: y.mp4', "a-filename-evil-exe-X-y.coco.json"),
        ("../../etc/passwd.mp4", "etc-passwd.coco.json"),
        ("视频.mov", "masklet.coco.json"),
        ("", "masklet.coco.json"),
    ],
)
def test_a_download_has_a_harmless_name(title: str, name: str) -> None:
    assert download_name(title) == name


# The app's own files


def test_the_app_is_one_page_whose_files_are_kept_for_good(server: Live) -> None:
    not_built = server.client.get("/")
    assert not_built.status_code == 503 and "make run" in not_built.text
    dist = server.service.settings.frontend
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<title>Masklet</title>")
    (dist / "assets" / "app-1a2b.js").write_text("export {}")
    (dist / ".masklet-built").write_text("")
    for path in ("/", "/s/any-session"):
        page = server.client.get(path)
        assert page.text == "<title>Masklet</title>" and page.headers["cache-control"] == "no-cache"
    script = server.client.get("/assets/app-1a2b.js")
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in script.headers["cache-control"]
    for path in ("/.masklet-built", "/assets/none.js", "/etc/passwd", "/s/a/b"):
        assert server.client.get(path).status_code == 404
