"""What a video may be is set from outside; a file beyond it is refused with a sentence when it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.limits import Limits
from tests.backend.live import Live, live, wait_until
from tests.backend.small_video import FRAMES, HEIGHT, WIDTH, write_small_video

FITS = Limits(video_frames=FRAMES, video_pixels=WIDTH * HEIGHT)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_small_video(tmp_path_factory.mktemp("video") / "small.mp4").read_bytes()


def outcome(server: Live, video: bytes) -> tuple[str, str | None]:
    answer = server.client.post("/api/videos", params={"name": "x.mp4"}, content=video)
    query = "query($v: ID!) { video(id: $v) { state error } }"
    identity = answer.json()["videoId"]
    wait_until(lambda: server.ask(query, v=identity)["state"] != "IMPORTING")
    found = server.ask(query, v=identity)
    return found["state"], found["error"]


def test_a_video_at_the_limits_is_taken_and_counted(tmp_path: Path, video: bytes) -> None:
    with live(tmp_path, limits=FITS) as server:
        assert outcome(server, video) == ("READY", None)
        wait_until(lambda: 'import_seconds_count{outcome="ready"} 1.0' in server.client.get("/metrics").text)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(video_frames=FRAMES - 1), f"more than {FRAMES - 1} frames"),
        (Limits(video_pixels=WIDTH * HEIGHT - 1), f"{WIDTH} x {HEIGHT} pixels"),
    ],
)
def test_a_video_beyond_a_limit_is_refused(tmp_path: Path, video: bytes, limits: Limits, said: str) -> None:
    with live(tmp_path, limits=limits) as server:
        state, error = outcome(server, video)
        assert state == "FAILED" and error is not None and said in error
