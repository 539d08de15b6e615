"""A real server on SAM 2, over HTTP: upload, a checkpoint of one's own, click, track, kill -9, correct.

The masks are the library's own for the frames of the file.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from backend.domain.rle import Rle
from backend.media.frames import VideoFrames
from backend.worker.masks import decode_mask
from tests.backend.small_video import HEIGHT, disc_x, write_small_video
from tests.backend.tiny_checkpoint import NAME
from tests.e2e.server import MaskletServer
from tests.e2e.session_view import SessionView, view, wait_for

pytest.importorskip("torch", reason="PyTorch is not installed: `make test` installs it")

START, CORRECTED, LAST = 3, 8, 11
Click = tuple[float, float, bool]

ENGINES = "{ engines { id available note } }"
VIDEO = "query($v: ID!) { video(id: $v) { state error } }"
CREATE = "mutation($v: ID!, $e: ID) { createSession(videoId: $v, engineId: $e) { id engine { id } } }"
ADD = "mutation($s: ID!) { addObject(sessionId: $s) { objectId } }"
PROMPT = "mutation($s: ID!, $p: FramePromptInput!) { setPrompt(sessionId: $s, prompt: $p) }"
TRACK = "mutation($s: ID!) { track(sessionId: $s) { id } }"


@pytest.fixture
def masklet(tmp_path: Path, tiny_checkpoints: Path) -> Iterator[MaskletServer]:
    folder = tmp_path / "masklet"
    folder.mkdir()
    (folder / "checkpoints").symlink_to(tiny_checkpoints, target_is_directory=True)
    running = MaskletServer(folder)
    running.start()
    yield running
    assert running.stop() == 0, running.log.read_text()[-4000:]


def upload(server: MaskletServer, path: Path) -> str:
    request = urllib.request.Request(f"{server.url}/api/videos?name={path.name}", path.read_bytes())
    with urllib.request.urlopen(request, timeout=60) as answer:
        video_id = json.load(answer)["videoId"]
    for _ in range(600):
        video = server.graphql(VIDEO, v=video_id)["video"]
        if video["state"] == "READY":
            return video_id
        assert video["state"] == "IMPORTING", video
        time.sleep(0.1)
    raise AssertionError("the video was not imported")


def click(server: MaskletServer, session_id: str, frame_idx: int, *clicks: Click) -> None:
    points = [{"x": x, "y": y, "include": include} for x, y, include in clicks]
    server.graphql(PROMPT, s=session_id, p={"objectId": 1, "frameIdx": frame_idx, "points": points})


def track(server: MaskletServer, session_id: str) -> str:
    return server.graphql(TRACK, s=session_id)["track"]["id"]


def ended(propagation_id: str):
    def is_done(seen: SessionView) -> bool:
        assert seen.propagation is None or seen.propagation["state"] in ("RUNNING", "DONE"), seen.propagation
        latest = seen.propagation or {}
        return latest.get("id") == propagation_id and latest["state"] == "DONE"

    return is_done


def masks_of(seen: SessionView) -> dict[int, np.ndarray]:
    """Of the one object, by frame."""
    return {frame_idx: decode_mask(Rle(**rle)) for (_, frame_idx), rle in seen.rles.items()}


class Library:
    """The library's own predictor, on the frames of the uploaded file."""

    def __init__(self, checkpoints: Path, frames: VideoFrames) -> None:
        from sam2.build_sam import build_sam2_video_predictor

        self.predictor = build_sam2_video_predictor(
            checkpoints / f"{NAME}.yaml",
            checkpoints / f"{NAME}.pt",
            device="cpu",
            hydra_overrides_extra=["++model.add_all_frames_to_correct_as_cond=true"],
        )
        self.state = self.predictor.init_state(frames)
        self.masks: dict[int, np.ndarray] = {}

    def click(self, frame_idx: int, *clicks: Click) -> None:
        points, labels = [click[:2] for click in clicks], [int(click[2]) for click in clicks]
        _, _, logits = self.predictor.add_new_points_or_box(self.state, frame_idx, 1, points, labels)
        self.masks[frame_idx] = (logits[0, 0] > 0).numpy()

    def propagate(self, start: int, last: int) -> None:
        for frame_idx, _, logits in self.predictor.propagate_in_video(
            self.state, start, abs(last - start), reverse=last < start
        ):
            self.masks[frame_idx] = (logits[0, 0] > 0).numpy()


def assert_equal(masks: dict[int, np.ndarray], expected: dict[int, np.ndarray]) -> None:
    assert set(masks) == set(expected) == set(range(LAST + 1))
    assert [frame for frame in sorted(masks) if not np.array_equal(masks[frame], expected[frame])] == []
    assert sum(mask.any() for mask in masks.values()) > len(masks) / 2


def test_over_http_the_masks_are_the_librarys(
    masklet: MaskletServer, tiny_checkpoints: Path, tmp_path: Path
) -> None:
    start: Click = (disc_x(START), HEIGHT // 2, True)
    correction: tuple[Click, ...] = ((disc_x(CORRECTED), HEIGHT // 2, True), (10, 10, False))
    menu = {engine["id"]: engine for engine in masklet.graphql(ENGINES)["engines"]}
    assert menu[NAME]["available"], menu[NAME]["note"]
    video_id = upload(masklet, write_small_video(tmp_path / "disc.mp4"))
    session = masklet.graphql(CREATE, v=video_id, e=NAME)["createSession"]
    assert session["engine"]["id"] == NAME
    session_id = session["id"]
    masklet.graphql(ADD, s=session_id)

    click(masklet, session_id, START, start)
    tracking = track(masklet, session_id)
    wait_for(masklet, session_id, lambda seen: len(seen.rles) > 3, "a few masks")
    masklet.kill()
    masklet.start()
    tracked = wait_for(masklet, session_id, ended(tracking), "tracking to go on after a kill")
    click(masklet, session_id, CORRECTED, *correction)
    wait_for(masklet, session_id, ended(track(masklet, session_id)), "the correction to be tracked")

    frames = VideoFrames(masklet.folder / "data" / "videos" / video_id)
    library = Library(tiny_checkpoints, frames)
    library.click(START, start)
    library.propagate(START, LAST)
    library.propagate(START, 0)
    assert_equal(masks_of(tracked), library.masks)
    library.click(CORRECTED, *correction)
    library.propagate(CORRECTED, LAST)
    library.propagate(CORRECTED, START + 1)
    assert_equal(masks_of(view(masklet, session_id)), library.masks)
    library.state.close()
    frames.close()
