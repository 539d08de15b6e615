"""What a video may be is set from outside; a file beyond it is refused with a sentence when it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.limits import Limits, limit_settings
from backend.media.child import TOO_MUCH
from tests.backend.live import Live, live, wait_until
from tests.backend.numbered_clips import Clip
from tests.backend.small_video import FRAMES, HEIGHT, RATE, WIDTH, write_small_video

SECONDS = 2
FITS = Limits(video_frames=FRAMES, video_pixels=WIDTH * HEIGHT, video_s=1)
LEAST_MEMORY = next(one.low for one in limit_settings() if one.field == "decoder_bytes")


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_small_video(tmp_path_factory.mktemp("video") / "small.mp4").read_bytes()


@pytest.fixture(scope="module")
def long_video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Its last frame begins at two seconds."""
    path = tmp_path_factory.mktemp("video") / "long.mp4"
    return write_small_video(path, frames=SECONDS * RATE + 1).read_bytes()


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


def test_a_video_that_lasts_too_long_is_refused(tmp_path: Path, long_video: bytes) -> None:
    with live(tmp_path, limits=Limits(video_s=SECONDS - 1)) as server:
        said = "This video is longer than 1 second: cut it into parts."
        assert outcome(server, long_video) == ("FAILED", said)
    with live(tmp_path / "more", limits=Limits(video_s=SECONDS)) as server:
        assert outcome(server, long_video) == ("READY", None)


def test_a_decoder_keeps_to_its_memory(tmp_path: Path, video: bytes) -> None:
    """With the least that can be set usual videos come in; one of 32 megapixels a frame does not."""
    huge = Clip(".avi", "mjpeg", size=(8192, 4096), pix_fmt="yuvj420p", num_frames=1).write(tmp_path)
    with live(tmp_path / "little", limits=Limits(decoder_bytes=LEAST_MEMORY)) as server:
        assert outcome(server, video) == ("READY", None)
        assert outcome(server, huge.read_bytes()) == ("FAILED", TOO_MUCH)
        assert outcome(server, video) == ("READY", None), "the next one is read as before"
    with live(tmp_path / "usual") as server:
        assert outcome(server, huge.read_bytes()) == ("READY", None)
