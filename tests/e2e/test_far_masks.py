"""Masks of a long session in a browser: the feed sums them up, the page fetches those near its playhead.

The clip has 20,000 frames, each with a mask in the store. A person sees the timeline at once, and on whatever
frame they look the mask of that very frame: at the far end, while scrubbing there, and while it plays.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from backend.domain.session import FrameMask, MaskOrigin
from backend.store.database import open_database
from backend.store.sessions import SqlSessionStore
from backend.worker.masks import encode_mask
from tests.e2e.annotated import VideoInfo, new_session, open_session, video_named
from tests.e2e.editor import Editor, new_context
from tests.e2e.server import MaskletServer
from tests.load.long_clip import FPS, LongClip

FRAMES = 20_000
MASKS_A_WRITE = 500
NEARBY = 300  # frames: what a page may have fetched around its playhead
PLAYED_S = 5.0


@dataclass
class Fetched:
    """The ranges of frames that a page asked masks of."""

    ranges: list[tuple[int, int]] = field(default_factory=list)

    def note(self, request: Request) -> None:
        if request.method != "POST" or not request.url.endswith("/graphql"):
            return
        asked = json.loads(request.post_data or "{}")
        if "maskWindow" in asked.get("query", ""):
            variables = asked["variables"]
            self.ranges.append((variables["firstFrame"], variables["lastFrame"]))

    def all_within(self, first: int, last: int) -> bool:
        return all(first <= start and stop <= last for start, stop in self.ranges)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> LongClip:
    return LongClip.write(tmp_path_factory.mktemp("clip"), -(-FRAMES // FPS))


@pytest.fixture(scope="module")
def video(server: MaskletServer, clip: LongClip) -> VideoInfo:
    server.upload(clip.path, clip.path.name)
    return video_named(server, clip.path.stem)


@pytest.fixture(scope="module")
def session_id(server: MaskletServer, video: VideoInfo, clip: LongClip) -> str:
    """Its object has the drawn disc for a mask on every frame, put straight into the store."""
    made = new_session(server, video, ["Disc"], [])
    server.stop()
    database = open_database(f"sqlite:///{(server.folder / 'data' / 'masklet.sqlite').absolute()}")
    store = SqlSessionStore(database)
    for first in range(0, clip.num_frames, MASKS_A_WRITE):
        frames = range(first, min(clip.num_frames, first + MASKS_A_WRITE))
        store.put_masks(made, [disc(clip.mask(frame_idx), frame_idx) for frame_idx in frames])
    database.close()
    server.start()
    return made


def disc(mask: np.ndarray, frame_idx: int) -> FrameMask:
    rle = encode_mask(mask)
    return FrameMask(1, frame_idx, rle, rle.area, 9.0, 0.95, MaskOrigin.TRACK, "colorflow")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = new_context(browser)
    yield context.new_page()
    context.close()


@pytest.fixture
def fetched(page: Page) -> Fetched:
    found = Fetched()
    page.on("request", found.note)
    return found


@pytest.fixture
def editor(page: Page, fetched: Fetched, server: MaskletServer, session_id: str, video: VideoInfo) -> Editor:
    return open_session(page, server, session_id, video)


def shows_its_mask(editor: Editor, clip: LongClip, frame_idx: int) -> None:
    """This frame is on the screen with its own mask: the disc is painted, and where it is later is not."""
    expect(editor.stage).to_have_attribute("data-frame", str(frame_idx))
    editor.shows_masks_of(1)
    assert editor.is_painted(clip.centre(frame_idx)), frame_idx
    assert not editor.is_painted((4, 4))
    away = clip.centre(frame_idx + 60)
    assert clip.mask(frame_idx)[away[1], away[0]] or not editor.is_painted(away), frame_idx


def becomes_painted(editor: Editor, point: tuple[int, int]) -> None:
    for _ in range(300):
        if editor.is_painted(point):
            return
        editor.page.wait_for_timeout(100)
    raise AssertionError(f"nothing is drawn at {point}")


def test_a_long_session_opens_with_a_summary_and_the_masks_around_the_playhead(
    editor: Editor, fetched: Fetched, clip: LongClip
) -> None:
    editor.has_mask_frames(1, clip.num_frames)  # the timeline knows of all
    shows_its_mask(editor, clip, 0)
    assert fetched.ranges and fetched.all_within(0, NEARBY)


def test_the_far_end_shows_its_mask_and_what_lies_between_is_not_fetched(
    editor: Editor, fetched: Fetched, clip: LongClip, page: Page
) -> None:
    shows_its_mask(editor, clip, 0)
    fetched.ranges.clear()
    last = clip.num_frames - 1
    page.keyboard.press("End")
    shows_its_mask(editor, clip, last)
    assert fetched.ranges and fetched.all_within(last - NEARBY, last)
    page.keyboard.press("Home")
    shows_its_mask(editor, clip, 0)


def test_scrubbing_through_shows_the_mask_of_every_frame_it_stops_on(
    editor: Editor, clip: LongClip, page: Page
) -> None:
    track = page.get_by_test_id("timeline-track")
    box = track.bounding_box()
    assert box is not None
    for share in (0.93, 0.31, 0.62, 0.05, 0.77):
        page.mouse.click(box["x"] + share * box["width"], box["y"] + 8)
        at = round(share * clip.num_frames)
        expect(editor.stage).not_to_have_attribute("data-frame", "0")
        page.wait_for_function(
            "at => Math.abs(document.querySelector('[data-testid=stage]').dataset.frame - at) < 200", arg=at
        )
        frame_idx = int(editor.stage.get_attribute("data-frame") or 0)
        for step in range(3):
            shows_its_mask(editor, clip, frame_idx + 10 * step)
            page.keyboard.press("Shift+ArrowRight")


def test_playing_far_inside_leaves_no_frame_without_its_mask(
    editor: Editor, fetched: Fetched, clip: LongClip, page: Page
) -> None:
    page.keyboard.press("End")
    for _ in range(40):
        page.keyboard.press("Shift+ArrowLeft")
    start = clip.num_frames - 1 - 400
    shows_its_mask(editor, clip, start)
    played = editor.stage.evaluate(
        """(stage, seconds) => new Promise(resolve => {
            const played = [];
            const note = () => {
                const frame = Number(stage.dataset.frame);
                if (frame !== played.at(-1)?.[0]) played.push([frame, stage.dataset.masks]);
            };
            let goesOn = true;
            const look = () => { note(); if (goesOn) requestAnimationFrame(look); };
            const play = document.querySelector('[data-testid=play]');
            play.click();
            look();
            setTimeout(() => { goesOn = false; play.click(); resolve(played); }, 1000 * seconds);
        })""",
        PLAYED_S,
    )
    frames = [frame for frame, _ in played]
    assert frames == sorted(frames) and frames[-1] > start + FPS, played
    assert [frame for frame, masks in played if masks != "1"] == []
    assert max(stop for _, stop in fetched.ranges) >= frames[-1]


def test_a_mask_is_copied_from_a_frame_that_this_page_has_never_seen(
    editor: Editor, clip: LongClip, page: Page
) -> None:
    shows_its_mask(editor, clip, 0)
    far = clip.num_frames - 1
    page.get_by_test_id("mask-menu").click()
    page.get_by_test_id("mask-menu-copy-from").click()
    expect(page.get_by_test_id("copy-from-frame")).to_be_focused()
    page.keyboard.type(str(far))
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("undo")).to_be_enabled()
    becomes_painted(editor, clip.centre(far))
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("undo")).to_be_disabled()


def test_nobody_paints_over_a_mask_that_is_still_on_its_way(
    editor: Editor, clip: LongClip, page: Page
) -> None:
    shows_its_mask(editor, clip, 0)

    def hold(route: Route) -> None:
        if "maskWindow" not in (route.request.post_data or ""):
            route.continue_()

    page.route("**/graphql", hold)
    half = clip.num_frames // 2
    page.keyboard.press("`")
    page.get_by_test_id("frame-field").fill(str(half))
    page.keyboard.press("Enter")
    expect(editor.stage).to_have_attribute("data-frame", str(half))
    page.keyboard.press("b")
    editor.drag((20, 20), (60, 20))
    expect(page.get_by_test_id("toast").last).to_contain_text("still on its way")
    expect(page.get_by_test_id("undo")).to_be_disabled()
    page.unroute("**/graphql")  # what was held goes on
    shows_its_mask(editor, clip, half)
    editor.drag((20, 20), (60, 20))
    expect(page.get_by_test_id("undo")).to_be_enabled()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("undo")).to_be_disabled()
