"""Frame i is frame i, through the whole stack: the kinds of files of the corpus, uploaded to a real server.

For each: the still, the picture that Chromium draws after seeks and steps, what the engine sees under a
click, and what the COCO file says, against a plain decode of the same file by PyAV. The suite takes one of
each way through the stack; MASKLET_ALL_FRAMES=1 takes all of them.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from pycocotools import mask as coco_mask

from tests.backend.frame_corpus import CASES, Case
from tests.backend.numbered_clips import Clip, number_of
from tests.e2e.editor import new_context
from tests.e2e.numbered_page import NumberedPage
from tests.e2e.server import MaskletServer

USUAL = (
    "vfr-mp4 starts-late-mp4 edit-list four-at-once b-frames open-gop intra-refresh joined-late-hevc"
    " turned-90-mirrored turned-180 odd-size ten-bit wide-pixels interlaced one-frame gif"
    " longer-sound cut-mp4"
).split()
NAMES = list(CASES) if os.environ.get("MASKLET_ALL_FRAMES") else USUAL
READY_TIMEOUT_S = 120.0
SLOW = Clip(
    ".mkv", options={"preset": "ultrafast"}, num_frames=500, size=(1280, 720)
)  # some seconds to convert

VIDEO = """query ($id: ID!) { video(id: $id) {
    state error warning renditionUrl renditionProgress width height numFrames frameTimesS pixelAspect
} }"""
CREATE = "mutation ($id: ID!) { createSession(videoId: $id) { id } }"
ADD = "mutation ($session: ID!) { addObject(sessionId: $session) { objectId } }"
CLICK = """mutation ($session: ID!, $object: Int!, $frame: Int!, $x: Float!, $y: Float!) {
    setPrompt(sessionId: $session, prompt: {
        objectId: $object, frameIdx: $frame, points: [{x: $x, y: $y, include: true}]
    })
}"""


@dataclass(frozen=True)
class Uploaded:
    """A case on the server, and what a plain decode of its file gives."""

    case: Case
    path: Path
    numbers: list[int]
    video_id: str
    info: dict
    session_id: str


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One page walks through all cases."""
    context = new_context(browser)
    yield context.new_page()
    context.close()


@pytest.fixture(params=NAMES)
def uploaded(request: pytest.FixtureRequest, server: MaskletServer, tmp_path: Path) -> Uploaded:
    case = CASES[request.param]
    path = case.write(tmp_path)
    video_id = server.upload(path, path.name)
    info = prepared(server, video_id)
    numbers = case.numbers(path)
    assert info["numFrames"] == len(numbers)
    assert (info["warning"] is not None) == case.ends_early
    session_id = server.graphql(CREATE, id=video_id)["createSession"]["id"]
    return Uploaded(case, path, numbers, video_id, info, session_id)


def prepared(server: MaskletServer, video_id: str) -> dict:
    return until(lambda: state_of(server, video_id), lambda info: info["renditionUrl"] is not None)


def state_of(server: MaskletServer, video_id: str) -> dict:
    info = server.graphql(VIDEO, id=video_id)["video"]
    assert info["state"] != "FAILED", info["error"]
    return info


def until(ask: Callable[[], dict], is_so: Callable[[dict], bool]) -> dict:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while not is_so(info := ask()):
        assert time.monotonic() < deadline, info
        time.sleep(0.1)
    return info


def test_frame_i_is_frame_i(uploaded: Uploaded, server: MaskletServer, page: Page) -> None:
    count = len(uploaded.numbers)
    random = np.random.default_rng(count)
    stills_are_right(uploaded, server, {0, count - 1, *random.integers(0, count, 3).tolist()})
    drawn_frames_are_right(uploaded, server, page, random.permutation(count)[:4].tolist())
    clicked = next(i for i in (count // 2, count // 2 - 1, 0) if uploaded.numbers[i] & 1 or i == 0)
    exported_mask_is_right(uploaded, server, clicked)


def test_a_session_opens_before_its_rendition_is_made(
    server: MaskletServer, page: Page, tmp_path: Path
) -> None:
    """Exact stills first, with a word on how far it is; then the video takes over at the same place."""
    path = SLOW.write(tmp_path)
    video_id = server.upload(path, path.name)
    info = until(lambda: state_of(server, video_id), lambda info: info["state"] == "READY")
    assert info["renditionUrl"] is None, "the rendition was made before the session could be opened"
    editor = NumberedPage(page, info["width"], info["height"])
    editor.open(server.url, server.graphql(CREATE, id=video_id)["createSession"]["id"])
    preparing = page.get_by_test_id("preparing")
    expect(preparing).to_be_visible()
    editor.seek(SLOW.num_frames - 7, SLOW.num_frames)
    assert editor.drawn() == SLOW.num_frames - 7
    expect(preparing).to_be_hidden()
    assert state_of(server, video_id)["renditionUrl"] == f"/media/{video_id}/rendition.mp4"
    assert editor.drawn() == SLOW.num_frames - 7
    editor.step(-2, SLOW.num_frames - 9)
    assert editor.drawn() == SLOW.num_frames - 9


def stills_are_right(uploaded: Uploaded, server: MaskletServer, frames: set[int]) -> None:
    for i in frames:
        data = server.get(f"/media/{uploaded.video_id}/frames/{i}.jpg")
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert picture.shape[:2] == (uploaded.info["height"], uploaded.info["width"])
        assert number_of(picture) == uploaded.numbers[i], i


def drawn_frames_are_right(uploaded: Uploaded, server: MaskletServer, page: Page, frames: list[int]) -> None:
    """After seeks to and fro, after steps, and where playing stops."""
    numbers, last = uploaded.numbers, len(uploaded.numbers) - 1
    editor = NumberedPage(page, uploaded.info["width"], uploaded.info["height"])
    editor.open(server.url, uploaded.session_id)
    assert editor.drawn() == numbers[0]
    if uploaded.case.ends_early:
        expect(page.get_by_test_id("toast")).to_contain_text("ends early")
    for i in (*frames, last):
        editor.seek(i, len(numbers))
        assert editor.drawn() == numbers[i], f"after a seek to {i}"
    for step in (-1, -2, 1, 1):
        at = max(0, min(last, int(editor.stage.get_attribute("data-frame") or 0) + step))
        editor.step(step, at)
        assert editor.drawn() == numbers[at], f"after a step to {at}"


def exported_mask_is_right(uploaded: Uploaded, server: MaskletServer, frame_idx: int) -> None:
    """A click on a cell that is bright on this frame, and dark on its neighbours: the mask that comes back
    from the engine, under this frame in the COCO file, is what is bright there in the source's own frame."""
    session_id, picture = uploaded.session_id, source_frame(uploaded, frame_idx)
    height, width = picture.shape[:2]
    bit = 0 if uploaded.numbers[frame_idx] & 1 else 9  # the mark is bright on every frame
    x, y = width * (bit % 4 + 0.5) / 4, height * (bit // 4 + 0.5) / 3
    object_id = server.graphql(ADD, session=session_id)["addObject"]["objectId"]
    server.graphql(CLICK, session=session_id, object=object_id, frame=frame_idx, x=x, y=y)
    coco = json.loads(server.get(f"/api/sessions/{session_id}/export/coco.json"))
    (annotation,) = coco["annotations"]
    image = next(image for image in coco["images"] if image["id"] == annotation["image_id"])
    assert image["frame_index"] == frame_idx
    assert image["pts_s"] == uploaded.info["frameTimesS"][frame_idx]
    mask = coco_mask.decode(annotation["segmentation"]).astype(bool)
    bright = bright_around(picture, round(x), round(y))
    assert mask.shape == bright.shape
    assert (mask & bright).sum() / (mask | bright).sum() > 0.7


def source_frame(uploaded: Uploaded, frame_idx: int) -> np.ndarray:
    """RGB, shown upright, by PyAV alone: the i-th frame that decoding from the start gives."""
    with av.open(str(uploaded.path)) as container:
        for i, frame in enumerate(container.decode(video=0)):
            if i == frame_idx:
                return uploaded.case.clip.shown(frame.to_ndarray(format="rgb24"))
    raise AssertionError(f"the file has no frame {frame_idx}")


def bright_around(picture: np.ndarray, x: int, y: int) -> np.ndarray:
    """bool [height, width]: the connected bright region at a pixel."""
    _, labels = cv2.connectedComponents((picture.mean(2) > 125).astype(np.uint8), connectivity=4)
    return labels == labels[y, x]
