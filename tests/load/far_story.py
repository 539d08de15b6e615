"""Work at the far end of a long video: open it, click there, track some frames through a crash, read them by
range, export."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from backend.domain.rle import Rle
from backend.worker.masks import decode_mask
from tests.e2e.server import MaskletServer
from tests.load.long_clip import LongClip
from tests.load.measure import MemoryCurve, memory_of

PATIENCE_S = 900.0
T = TypeVar("T")

TRACK = """
mutation ($session: ID!, $first: Int!, $last: Int!) {
  track(sessionId: $session, direction: FORWARD, firstFrame: $first, lastFrame: $last) { id framesTotal }
}
"""
SET_PROMPT = """
mutation ($session: ID!, $prompt: FramePromptInput!) { setPrompt(sessionId: $session, prompt: $prompt) }
"""
WINDOW = """
query ($session: ID!, $first: Int!, $last: Int!) {
  maskWindow(sessionId: $session, firstFrame: $first, lastFrame: $last) {
    lastFrame masks { frameIdx rle { height width counts } }
  }
}
"""


@dataclass
class FarFigures:
    """`seconds` by step, in order; `ious` of the tracked masks with the disc that was drawn."""

    seconds: dict[str, float] = field(default_factory=dict)
    ious: list[float] = field(default_factory=list)
    frames_before_crash: int = 0
    peak_bytes: int = 0
    idle_bytes: int = 0  # before the video was opened

    def timed(self, step: str, work: Callable[[], T]) -> T:
        began_s = time.monotonic()
        result = work()
        self.seconds[step] = time.monotonic() - began_s
        return result


def work_at_the_end(server: MaskletServer, clip: LongClip, clicked: int, tracked: int) -> FarFigures:
    """`server` runs. The frames `clicked` to `clicked + tracked - 1` are tracked."""
    figures = FarFigures(idle_bytes=memory_of(server.processes()))
    last = clicked + tracked - 1
    with _watched(server, figures):
        figures.timed("upload", lambda: server.upload(clip.path, clip.path.name))
        video = figures.timed("until it can be opened", lambda: _ready(server))
        assert video["numFrames"] == clip.num_frames, video
        session_id = _session(server, video["id"])
        figures.timed("first click", lambda: _click(server, session_id, clip, clicked))
        server.graphql(TRACK, session=session_id, first=clicked, last=last)
        figures.frames_before_crash = _wait(server, session_id, lambda p: p["framesDone"] >= tracked // 3)
        server.kill()
    figures.timed("start after kill -9", server.start)
    with _watched(server, figures):
        figures.timed(
            "tracking, the rest", lambda: _wait(server, session_id, lambda p: p["state"] != "RUNNING")
        )
        masks = figures.timed("masks by range", lambda: _masks(server, session_id, clicked, last))
        coco = figures.timed("export", lambda: _export(server, session_id))
    assert set(masks) == set(range(clicked, last + 1))
    frame_of = {image["id"]: image["frame_index"] for image in coco["images"]}
    assert {frame_of[one["image_id"]] for one in coco["annotations"]} == set(masks)
    figures.ious = [_iou(masks[frame], clip.mask(frame)) for frame in sorted(masks)]
    return figures


@contextmanager
def _watched(server: MaskletServer, figures: FarFigures) -> Iterator[None]:
    """Notes the most memory that all of the server's processes hold together."""
    curve, over = MemoryCurve(), threading.Event()

    def watch() -> None:
        while not over.wait(0.25):
            curve.note(memory_of(server.processes()))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()
        figures.peak_bytes = max([figures.peak_bytes, *(point.nbytes for point in curve.points)])


def _ready(server: MaskletServer) -> dict[str, Any]:
    end_s = time.monotonic() + PATIENCE_S
    while True:
        (video,) = server.graphql("{ library { id state error numFrames } }")["library"]
        if video["state"] == "READY":
            return video
        assert video["state"] != "FAILED" and time.monotonic() < end_s, video
        time.sleep(0.1)


def _session(server: MaskletServer, video_id: str) -> str:
    create = "mutation ($video: ID!) { createSession(videoId: $video) { id } }"
    session_id = server.graphql(create, video=video_id)["createSession"]["id"]
    server.graphql("mutation ($s: ID!) { addObject(sessionId: $s) { objectId } }", s=session_id)
    return session_id


def _click(server: MaskletServer, session_id: str, clip: LongClip, frame_idx: int) -> None:
    x, y = clip.centre(frame_idx)
    prompt = {"objectId": 1, "frameIdx": frame_idx, "points": [{"x": x, "y": y, "include": True}]}
    server.graphql(SET_PROMPT, session=session_id, prompt=prompt)


def _wait(server: MaskletServer, session_id: str, until: Callable[[dict[str, Any]], bool]) -> int:
    """Frames that the Track has done when the condition holds."""
    query = "query ($s: ID!) { propagation(sessionId: $s) { state framesDone error } }"
    end_s = time.monotonic() + PATIENCE_S
    while True:
        propagation = server.graphql(query, s=session_id)["propagation"]
        assert propagation["error"] is None and time.monotonic() < end_s, propagation
        if until(propagation):
            return propagation["framesDone"]
        time.sleep(0.05)


def _masks(server: MaskletServer, session_id: str, first: int, last: int) -> dict[int, np.ndarray]:
    masks: dict[int, np.ndarray] = {}
    while first <= last:
        window = server.graphql(WINDOW, session=session_id, first=first, last=last)["maskWindow"]
        masks |= {one["frameIdx"]: decode_mask(Rle(**one["rle"])) for one in window["masks"]}
        first = window["lastFrame"] + 1
    return masks


def _export(server: MaskletServer, session_id: str) -> dict[str, Any]:
    return json.loads(server.get(f"/api/sessions/{session_id}/export/coco.json"))


def _iou(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())
