"""The official demo's frontend, as a black box: its documents, its stream byte by byte, its errors."""

from __future__ import annotations

import base64
import json
import socket
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import numpy as np
import pytest
from pycocotools import mask as coco_mask

from backend.domain.errors import Unavailable
from backend.domain.rle import Rle
from backend.domain.session import PropagationState
from backend.host.fake_host import FakeSession
from backend.media.rendition import even_size
from tests.backend import demo_client as demo
from tests.backend.demo_client import DemoClient
from tests.backend.live import CLIP, FRAMES, HEIGHT, WIDTH, Live, live, wait_until
from tests.backend.small_video import write_small_video


def blank_counts(height: int, width: int) -> str:
    return coco_mask.encode(np.zeros((height, width), np.uint8, order="F"))["counts"].decode()


BLANK = blank_counts(HEIGHT, WIDTH)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("official")
    with live(folder, frame_delay_s=0.002, api_url="http://localhost:7263") as running:
        yield running


@pytest.fixture
def client(server: Live) -> DemoClient:
    return DemoClient(server.client)


@pytest.fixture
def session(client: DemoClient) -> str:
    return client.start()


def test_the_gallery_has_the_shape_that_relay_expects(client: DemoClient) -> None:
    clip = {
        "path": "gallery/clip.mp4",
        "posterPath": "posters/clip.jpg",
        "url": "http://localhost:7263/gallery/clip.mp4",
        "posterUrl": "http://localhost:7263/posters/clip.jpg",
        "height": HEIGHT,
        "width": WIDTH,
    }
    assert client.ask(demo.DEFAULT_VIDEO) == clip
    identity = base64.b64encode(b"Video:gallery/clip.mp4").decode()
    assert client.ask(demo.GALLERY) == {"edges": [{"node": {"id": identity, **clip}}]}


def test_the_gallery_can_be_paged(client: DemoClient) -> None:
    query = """query { videos(first: 0) { edges { cursor }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
    page = client.ask(query)
    assert page == {
        "edges": [],
        "pageInfo": {"hasNextPage": True, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    }
    first = client.ask("query { videos(first: 1) { edges { cursor } } }")["edges"][0]["cursor"]
    assert base64.b64decode(first) == b"arrayconnection:0"
    assert client.ask(f'query {{ videos(after: "{first}") {{ edges {{ cursor }} }} }}') == {"edges": []}


def test_a_session_has_a_uuid(session: str) -> None:
    assert uuid.UUID(session).version == 4


def test_a_click_gives_the_masks_of_every_object_in_order_of_first_prompt(
    client: DemoClient, session: str, server: Live
) -> None:
    first = client.click(session, 3, 5, (0.5, 0.5, 1))
    assert first["frameIndex"] == 5
    (mask,) = first["rleMaskList"]
    assert mask["objectId"] == 3 and mask["rleMask"]["size"] == [HEIGHT, WIDTH]
    drawn = coco_mask.decode({"size": [HEIGHT, WIDTH], "counts": mask["rleMask"]["counts"]})
    assert drawn[HEIGHT // 2, WIDTH // 2] == 1
    second = client.click(session, 0, 7, (0.2, 0.2, 1), (0.25, 0.2, 0))
    assert [(m["objectId"], m["rleMask"]["counts"] == BLANK) for m in second["rleMaskList"]] == [
        (3, True),
        (0, False),
    ]
    prompts = {p.object_id: p for p in server.service.sessions.prompts(session)}
    assert [(p.x, p.y, p.include) for p in prompts[0].points] == [
        (0.2 * WIDTH, 0.2 * HEIGHT, True),
        (0.25 * WIDTH, 0.2 * HEIGHT, False),
    ]


def test_blank_masks_are_one_run() -> None:
    assert Rle.empty(HEIGHT, WIDTH).counts == BLANK
    assert Rle.empty(720, 1280).counts == "PPTl0"


def test_labels_2_and_3_are_a_box(client: DemoClient, session: str, server: Live) -> None:
    client.click(session, 0, 0, (0.25, 0.25, 2), (0.75, 0.75, 3), (0.5, 0.5, 1))
    (prompt,) = server.service.sessions.prompts(session)
    assert prompt.box and (prompt.box.x0, prompt.box.y1) == (WIDTH / 4, HEIGHT * 3 / 4)
    assert len(prompt.points) == 1


def test_points_can_be_added_to_old_ones(client: DemoClient, session: str, server: Live) -> None:
    client.click(session, 0, 0, (0.5, 0.5, 1))
    given = {"sessionId": session, "frameIndex": 0, "objectId": 0, "clearOldPoints": False}
    client.ask(demo.ADD_POINTS, **given, labels=[0], points=[[0.6, 0.5]])
    (prompt,) = server.service.sessions.prompts(session)
    assert [point.include for point in prompt.points] == [True, False]
    box = {"labels": [2, 3], "points": [[0.1, 0.1], [0.5, 0.5]]}
    assert "clearOldPoints true" in client.error(demo.ADD_POINTS, **given, **box)


def test_frame_minus_one_is_the_last(client: DemoClient, session: str, server: Live) -> None:
    assert client.click(session, 0, -1, (0.5, 0.5, 1))["frameIndex"] == -1
    (prompt,) = server.service.sessions.prompts(session)
    assert prompt.frame_idx == FRAMES - 1


def test_points_beyond_the_edge_are_moved_onto_it(client: DemoClient, session: str, server: Live) -> None:
    client.click(session, 0, 0, (1.01, -0.01, 1))
    (prompt,) = server.service.sessions.prompts(session)
    assert (prompt.points[0].x, prompt.points[0].y) == (WIDTH, 0)


def test_clearing_a_frame_keeps_the_object(client: DemoClient, session: str) -> None:
    client.click(session, 0, 2, (0.5, 0.5, 1))
    cleared = client.ask(demo.CLEAR_FRAME, sessionId=session, frameIndex=2, objectId=0)
    assert cleared == {
        "frameIndex": 2,
        "rleMaskList": [{"objectId": 0, "rleMask": {"counts": BLANK, "size": [HEIGHT, WIDTH]}}],
    }


def test_start_over_forgets_the_objects(client: DemoClient, session: str) -> None:
    client.click(session, 1, 0, (0.5, 0.5, 1))
    client.click(session, 0, 0, (0.2, 0.5, 1))
    assert client.ask(demo.CLEAR_VIDEO, sessionId=session) == {"success": True}
    again = client.click(session, 0, 0, (0.5, 0.5, 1))
    assert [mask["objectId"] for mask in again["rleMaskList"]] == [0]


def test_removing_an_object_answers_for_its_frames(client: DemoClient, session: str) -> None:
    client.click(session, 0, 1, (0.5, 0.5, 1))
    client.click(session, 1, 4, (0.2, 0.2, 1))
    client.click(session, 1, 2, (0.2, 0.2, 1))
    assert client.ask(demo.REMOVE, sessionId=session, objectId=9) == []
    frames = client.ask(demo.REMOVE, sessionId=session, objectId=1)
    assert [(f["frameIndex"], [m["objectId"] for m in f["rleMaskList"]]) for f in frames] == [
        (2, [0]),
        (4, [0]),
    ]
    assert client.ask(demo.REMOVE, sessionId=session, objectId=0) == []


def test_a_closed_session_is_gone_for_the_demo_and_kept_for_masklet(
    client: DemoClient, session: str, server: Live
) -> None:
    client.click(session, 0, 0, (0.5, 0.5, 1))
    assert client.ask(demo.CLOSE, sessionId=session) == {"success": True}
    assert client.ask(demo.CLOSE, sessionId=session) == {"success": False}
    assert client.ask(demo.CLOSE, sessionId="nobody") == {"success": False}
    for query in (demo.CLEAR_VIDEO, demo.CANCEL):
        assert (
            client.error(query, sessionId=session) == f"Cannot find session {session}; it might have expired"
        )
    assert server.service.sessions.prompts(session)


def test_what_is_unknown_is_an_error(client: DemoClient, session: str) -> None:
    assert client.error(demo.CANCEL, sessionId="x") == "Cannot find session x; it might have expired"
    assert "no video" in client.error(demo.START, path="gallery/../clip.mp4")
    assert "no video" in client.error(demo.START, path="uploads/clip.mp4")
    points = {"sessionId": session, "frameIndex": 0, "objectId": 0, "clearOldPoints": True}
    assert "as many labels" in client.error(demo.ADD_POINTS, **points, labels=[1], points=[])
    assert "label" in client.error(demo.ADD_POINTS, **points, labels=[9], points=[[0.5, 0.5]])
    assert "outside" in client.error(
        demo.ADD_POINTS, **{**points, "frameIndex": FRAMES}, labels=[1], points=[[0.5, 0.5]]
    )


def test_masks_have_the_size_of_the_file_that_is_played(server: Live) -> None:
    """An odd size is played as an even one, and masks come at that size; so does the blank one."""
    server.service.videos.put_video(replace(CLIP, video_id="odd", width=97, height=73))
    client = DemoClient(server.client)
    clips = {edge["node"]["path"]: edge["node"] for edge in client.ask(demo.GALLERY)["edges"]}
    height, width = clips["gallery/odd.mp4"]["height"], clips["gallery/odd.mp4"]["width"]
    assert (width, height) == even_size(97, 73)
    session = client.start("gallery/odd.mp4")
    client.click(session, 0, 0, (0.5, 0.5, 1))
    parts = list(client.propagate(session))
    clicked = client.click(session, 1, 3, (0.5, 0.5, 1))["rleMaskList"]
    blank = client.ask(demo.CLEAR_FRAME, sessionId=session, frameIndex=3, objectId=1)["rleMaskList"][1]
    assert blank["rleMask"] == {"counts": blank_counts(height, width), "size": [height, width]}
    assert {tuple(mask["rleMask"]["size"]) for mask in clicked} == {(height, width)}
    for part in parts:
        drawn = coco_mask.decode({"size": [height, width], "counts": part.masks[0]})
        (mask,) = server.service.sessions.masks(session, part.frame_index, part.frame_index)
        assert mask.rle and int(drawn.sum()) == pytest.approx(mask.area, rel=0.15)
    server.service.videos.put_video(replace(CLIP, video_id="odd", in_gallery=False))


# The stream


def test_the_stream_goes_forward_then_backward_byte_for_byte(
    client: DemoClient, session: str, server: Live
) -> None:
    client.click(session, 0, 4, (0.5, 0.5, 1))
    client.click(session, 1, 4, (0.3, 0.3, 1))
    parts = list(client.propagate(session, 4))
    assert [part.frame_index for part in parts] == [*range(4, FRAMES), *range(4, -1, -1)]
    for part in parts:
        assert part.head == (
            b"Content-Type: application/json; charset=utf-8\r\nFrame-Current: -1\r\nFrame-Total: -1\r\n"
            b"Mask-Type: RLE[]\r\nContent-Length: %d" % len(part.body)
        )
        said = json.loads(part.body)
        assert part.body == json.dumps(said).encode()
        assert list(said) == ["frame_index", "results"]
        assert [list(result) for result in said["results"]] == [["object_id", "mask"]] * 2
        assert [list(result["mask"].items())[0] for result in said["results"]] == [
            ("size", [HEIGHT, WIDTH])
        ] * 2
        assert list(part.masks) == [0, 1]
    stored = {
        (m.object_id, m.frame_idx): m.rle.counts for m in server.service.sessions.masks(session) if m.rle
    }
    streamed = {(i, part.frame_index): counts for part in parts for i, counts in part.masks.items()}
    assert streamed == stored and len(stored) == 2 * FRAMES


def test_from_the_first_frame_there_is_no_way_back(client: DemoClient, session: str) -> None:
    client.click(session, 0, 0, (0.5, 0.5, 1))
    assert [part.frame_index for part in client.propagate(session)] == list(range(FRAMES))


def test_each_part_is_one_http_chunk(client: DemoClient, session: str, server: Live) -> None:
    client.click(session, 0, 0, (0.5, 0.5, 1))
    body = json.dumps({"session_id": session, "start_frame_index": 0}).encode()
    with socket.create_connection(("127.0.0.1", server.service.settings.port)) as raw:
        raw.sendall(
            b"POST /propagate_in_video HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    rest = answer.split(b"\r\n\r\n", 1)[1]
    chunks = []
    while rest:
        size, rest = rest.split(b"\r\n", 1)
        length = int(size, 16)
        chunks.append(rest[:length])
        rest = rest[length + 2 :]
    assert chunks[-1] == b"" and len(chunks) == FRAMES + 1
    for chunk in chunks[:-1]:
        assert chunk.startswith(b"--frame\r\n") and chunk.endswith(b"]}")


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Live]:
    with live(tmp_path, frame_delay_s=0.1) as running:
        yield running


def test_cancel_ends_the_stream(slow: Live) -> None:
    client = DemoClient(slow.client)
    session = client.start()
    client.click(session, 0, 0, (0.5, 0.5, 1))
    stream = client.propagate(session)
    seen = [next(stream).frame_index, next(stream).frame_index]
    assert client.ask(demo.CANCEL, sessionId=session) == {"success": True}
    seen += [part.frame_index for part in stream]
    assert seen == list(range(len(seen))) and 2 <= len(seen) < FRAMES


def test_a_client_that_goes_away_stops_the_tracking(slow: Live) -> None:
    client = DemoClient(slow.client)
    session = client.start()
    client.click(session, 0, 0, (0.5, 0.5, 1))
    stream = client.propagate(session)
    next(stream)
    stream.close()

    def cancelled() -> bool:
        propagation = slow.service.sessions.propagation(session)
        return propagation is not None and propagation.state is PropagationState.CANCELLED

    wait_until(cancelled)
    wait_until(lambda: slow.service.doorbell.readers() == 0)
    assert len(list(slow.service.sessions.masks(session))) < FRAMES


def test_a_tracking_that_fails_breaks_the_stream_off(
    server: Live, client: DemoClient, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo knows no other way to say it: a stream that ends in good order would mean that all is done."""
    client.click(session, 0, 0, (0.5, 0.5, 1))
    works = FakeSession.step

    def fails_on_frame_6(self: FakeSession, object_ids: list[int], frame_idx: int, reverse: bool) -> object:
        if frame_idx == 6:
            raise Unavailable("The graphics card is gone.")
        return works(self, object_ids, frame_idx, reverse)

    monkeypatch.setattr(FakeSession, "step", fails_on_frame_6)
    seen = []
    with pytest.raises(httpx2.RemoteProtocolError):
        for part in client.propagate(session):
            seen.append(part.frame_index)
    assert seen == list(range(6))
    with server.feed(session) as feed:
        assert next(feed)["propagation"]["error"] == "The graphics card is gone."


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"start_frame_index": 0}, 500),
        ({"session_id": "nobody"}, 500),
        ({"session_id": "<b>"}, 500),
        ([], 500),
        ({"session_id": None, "start_frame_index": FRAMES}, 500),
        ({"session_id": None, "start_frame_index": "0"}, 500),
        ({"session_id": None}, 500),
    ],
)
def test_a_stream_that_cannot_begin_is_a_page(server: Live, session: str, body: object, status: int) -> None:
    if isinstance(body, dict) and "session_id" in body:
        body["session_id"] = body["session_id"] or session  # one without points
    response = server.client.post("/propagate_in_video", json=body)
    assert response.status_code == status and response.headers["content-type"].startswith("text/html")
    assert response.text.startswith("<p>") and "Traceback" not in response.text and "<b>" not in response.text


def test_the_stream_takes_json_by_post_only(server: Live) -> None:
    wrong_type = server.client.post(
        "/propagate_in_video", content=b"{}", headers={"content-type": "text/plain"}
    )
    assert wrong_type.status_code == 415
    assert server.client.get("/propagate_in_video").status_code == 405


# Uploads and files


def test_an_upload_as_the_demo_sends_it(server: Live, tmp_path: Path) -> None:
    video = write_small_video(tmp_path / "up.mp4")
    fields = {
        "operations": (None, json.dumps({"query": demo.UPLOAD, "variables": {"file": {}}})),
        "map": (None, json.dumps({"file": ["variables.file"]})),
        "file": ("up.mp4", video.read_bytes(), "video/mp4"),
    }
    answer = server.client.post("/graphql", files=fields, headers={"origin": "http://localhost:7262"}).json()
    uploaded = answer["data"]["uploadVideo"]
    path = uploaded["path"]
    assert path.startswith("uploads/") and path.endswith(".mp4")
    assert uploaded == {
        "id": base64.b64encode(f"Video:{path}".encode()).decode(),
        "path": path,
        "url": f"http://localhost:7263/{path}",
        "posterPath": None,
        "posterUrl": "http://localhost:7263/None",
        "height": HEIGHT,
        "width": WIDTH,
    }
    served = server.client.get(f"/{path}", headers={"range": "bytes=0-9"})
    assert served.status_code == 206 and served.headers["content-type"] == "video/mp4"
    assert served.headers["content-disposition"] == f"inline; filename={path.split('/')[1]}"
    assert served.headers["cache-control"] == "no-cache" and "last-modified" in served.headers
    client = DemoClient(server.client)
    assert client.click(client.start(path), 0, 0, (0.3, 0.5, 1))["rleMaskList"][0]["objectId"] == 0


def test_a_bad_upload_is_an_error_of_graphql(server: Live) -> None:
    fields = {
        "operations": (None, json.dumps({"query": demo.UPLOAD, "variables": {"file": None}})),
        "map": (None, json.dumps({"file": ["variables.file"]})),
        "file": ("letter.mp4", b"Dear demo, this is no film.", "video/mp4"),
    }
    answer = server.client.post("/graphql", files=fields).json()
    assert "no video that Masklet can read" in answer["errors"][0]["message"]
    missing = server.client.post("/graphql", files={k: v for k, v in fields.items() if k != "file"})
    assert missing.status_code == 400


def test_files_that_are_not_there_are_not_found(server: Live) -> None:
    for path in ("/gallery/none.mp4", "/uploads/clip.mp4", "/posters/none.jpg", "/gallery/clip.avi"):
        assert server.client.get(path).status_code == 404
