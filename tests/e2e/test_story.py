"""The main job, end to end, in a real browser against a real server: from the gallery to the COCO file.

One story on two videos: one that the project draws (with exact masks), and a real one where it is present.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from pycocotools.coco import COCO

from sam2.procedural.clips import rendered_clips
from tests.e2e.clips import StoryClip, drawn_clip, inside, real_cups
from tests.e2e.editor import Editor, Pictures, new_context
from tests.e2e.server import MaskletServer
from tests.e2e.session_view import SessionView, intersection_over_union, view, wait_for

FIRST, SECOND = 1, 2  # object ids count up from 1


@pytest.fixture(params=["drawn", "real"])
def clip(request: pytest.FixtureRequest, shared_file: Callable[[str], Path], tmp_path: Path) -> StoryClip:
    if request.param == "real":
        return real_cups(shared_file("videos/02_cups.mp4"), shared_file("truth/02_cups_cup.json"))
    boats = next(clip for clip in rendered_clips(seed=1) if clip.name == "paper-boats")
    return drawn_clip(boats, "white boat", "red boat", 80, tmp_path / "paper boats & more.mp4")


def test_the_main_job(
    browser: Browser,
    own_server: MaskletServer,
    clip: StoryClip,
    pictures: Path,
    request: pytest.FixtureRequest,
) -> None:
    pictures = Pictures(pictures / request.node.callspec.id)
    context = new_context(browser)
    page = context.new_page()
    complaints = listen(page)

    upload(page, own_server, clip, pictures)
    editor = open_clip(page, clip)
    click_an_object(editor, own_server, clip, pictures)
    add_a_second(editor, own_server, clip, pictures)
    track_and_cancel(editor, own_server, clip, pictures)
    others = new_context(browser)
    watch_live(others.new_page(), editor, own_server, clip, pictures)
    correct_and_survive_a_kill(editor, own_server, clip, pictures)
    assert not complaints, complaints
    editor = come_back_later(editor, own_server, clip, pictures)
    download(editor, own_server, clip, pictures)
    others.close()
    context.close()


def upload(page: Page, server: MaskletServer, clip: StoryClip, pictures: Pictures) -> None:
    """1. The gallery has clips to try; a video of one's own goes in with a progress bar."""
    page.goto(server.url)
    cards = page.get_by_test_id("video-card")
    expect(cards.and_(page.locator("[data-state=READY]"))).to_have_count(len(rendered_clips()))
    pictures.take(page, "gallery")

    network = page.context.new_cdp_session(page)  # a slow line, so that there is a progress to see
    network.send("Network.enable")
    throughput = clip.path.stat().st_size / 3
    network.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": throughput},
    )
    page.get_by_test_id("file-input").set_input_files(clip.path)
    bar = page.get_by_test_id("upload-card").get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", re.compile(r"^[1-9]\d$"))
    pictures.take(page, "upload")
    network.send("Network.disable")
    network.detach()
    expect(own_card(page, clip)).to_be_enabled()


def own_card(page: Page, clip: StoryClip) -> object:
    return page.get_by_role("button", name=re.compile(rf"^Open {re.escape(clip.path.stem)}"))


def open_clip(page: Page, clip: StoryClip) -> Editor:
    own_card(page, clip).click()
    page.wait_for_url("**/s/*")
    return Editor(page, clip.width, clip.height)


def click_an_object(editor: Editor, server: MaskletServer, clip: StoryClip, pictures: Pictures) -> None:
    """2. A click makes a mask on that frame; the other clicks exclude; a click on a point removes it."""
    truth = clip.truth(0)
    target = inside(truth)
    editor.click(target)
    editor.shows_masks_of(FIRST)
    editor.shows_points(1)
    seen = wait_for(server, editor.session_id, lambda seen: (FIRST, 0) in seen.rles, "the click's mask")
    assert seen.frames(FIRST) == {0}
    assert intersection_over_union(seen.mask(FIRST, 0), truth) > 0.6
    assert editor.is_painted(target)
    pictures.take(editor.page, "one-click")

    away = far_from(truth)
    assert not editor.is_painted(away)
    editor.click(away, button="right")
    editor.shows_points(2)
    second = (away[0] + 12, away[1] + 8)
    editor.click(second, modifiers=("Alt",))
    editor.shows_points(3)
    seen = wait_for(server, editor.session_id, lambda seen: len(seen.points[FIRST, 0]) == 3, "three points")
    assert [include for _, _, include in seen.points[FIRST, 0]] == [True, False, False]
    for (x, y, _), wanted in zip(seen.points[FIRST, 0], (target, away, second), strict=True):
        assert abs(x - wanted[0]) < 2 and abs(y - wanted[1]) < 2
    assert not seen.mask(FIRST, 0)[int(away[1]), int(away[0])]
    pictures.take(editor.page, "excluding-clicks")

    editor.click(second)  # on the point itself
    editor.shows_points(2)
    editor.page.keyboard.press("Control+z")
    editor.shows_points(3)
    editor.page.keyboard.press("Control+Shift+z")
    editor.shows_points(2)
    wait_for(server, editor.session_id, lambda seen: len(seen.points[FIRST, 0]) == 2, "the point to go")


def add_a_second(editor: Editor, server: MaskletServer, clip: StoryClip, pictures: Pictures) -> None:
    """2. More objects, each with its own colour and an editable name."""
    editor.page.keyboard.press("n")
    expect(editor.rows).to_have_count(2)
    editor.click(clip.other)
    editor.shows_masks_of(FIRST, SECOND)
    editor.rename(FIRST, "A <b>bold</b> name & more")
    editor.rename(FIRST, clip.names[0])
    editor.rename(SECOND, clip.names[1])
    names = {FIRST: clip.names[0], SECOND: clip.names[1]}
    seen = wait_for(server, editor.session_id, lambda seen: seen.names == names, "both names")
    assert seen.colours[FIRST] != seen.colours[SECOND]
    pictures.take(editor.page, "two-objects")


def track_and_cancel(editor: Editor, server: MaskletServer, clip: StoryClip, pictures: Pictures) -> None:
    """3. The masklet streams in while one scrubs; Cancel keeps what is done. (`watch_live` plays, too.)"""
    editor.page.get_by_test_id("track").click()
    expect(editor.progress).to_be_visible()
    streaming = wait_for(server, editor.session_id, lambda seen: len(seen.frames(FIRST)) >= 6, "masks")
    frame_idx = max(streaming.frames(FIRST)) - 1
    editor.go_to(frame_idx)  # scrubbing while it tracks
    editor.shows_masks_of(FIRST, SECOND)
    pictures.take(editor.page, "tracking")
    editor.page.get_by_test_id("cancel").click()
    expect(editor.progress).to_be_hidden()
    stopped = view(server, editor.session_id)
    assert stopped.propagation["state"] == "CANCELLED"
    done = stopped.propagation["framesDone"]
    assert done < stopped.propagation["framesTotal"], "the test must cancel before the end"
    assert stopped.frames(FIRST) == stopped.frames(SECOND) == set(range(done))
    editor.has_mask_frames(FIRST, done)
    editor.page.keyboard.press("Home")
    pictures.take(editor.page, "cancelled")


def watch_live(
    page: Page, editor: Editor, server: MaskletServer, clip: StoryClip, pictures: Pictures
) -> None:
    """6. A second browser shows the same masks, live, as they are tracked."""
    page.goto(editor.page.url)
    watcher = Editor(page, clip.width, clip.height)
    before = view(server, editor.session_id)
    watcher.has_mask_frames(FIRST, len(before.frames(FIRST)))
    watcher.record_growth(FIRST)

    editor.page.keyboard.press("t")
    expect(watcher.progress).to_be_visible()
    editor.plays_on_from(0)  # while it tracks
    watcher.has_mask_frames(FIRST, clip.num_frames)
    watcher.has_mask_frames(SECOND, clip.num_frames)
    editor.has_mask_frames(SECOND, clip.num_frames)
    growth = watcher.growth()
    assert growth == sorted(growth) and len(growth) >= 4, "it must come bit by bit"

    expect(watcher.progress).to_be_hidden()
    middle = clip.num_frames // 2
    for one in (editor, watcher):
        one.go_to(middle)
        one.shows_masks_of(FIRST, SECOND)
    seen = view(server, editor.session_id)
    assert seen.propagation["state"] == "DONE"
    assert len(seen.rles) == 2 * clip.num_frames
    point = inside(seen.mask(FIRST, middle))
    assert editor.is_painted(point) and watcher.is_painted(point)
    pictures.take(page, "second-browser")
    pictures.take(editor.page, "tracked")
    page.close()


def correct_and_survive_a_kill(
    editor: Editor, server: MaskletServer, clip: StoryClip, pictures: Pictures
) -> None:
    """4. A correction stays and changes later frames. 5. `kill -9` in the middle; the page goes on."""
    frame_idx = clip.frame_to_correct
    before = view(server, editor.session_id)
    editor.row(FIRST).click()
    editor.go_to(frame_idx)
    mask = before.mask(FIRST, frame_idx)
    correction = next((x, y) for x, y in clip.candidates if not mask[int(y), int(x)])
    editor.click(correction)
    place = (FIRST, frame_idx)
    corrected = wait_for(
        server, editor.session_id, lambda seen: seen.origins[place] == "PROMPT", "the correction's mask"
    )
    assert corrected.points[place] and before.origins[place] == "TRACK"
    drawn = corrected.mask(FIRST, frame_idx)
    assert drawn[int(correction[1]), int(correction[0])]
    pictures.take(editor.page, "corrected")

    editor.page.get_by_test_id("track").click()
    wait_for(server, editor.session_id, is_under_way, "the correction's track to begin")
    server.kill()
    expect(editor.lost).to_be_visible()
    pictures.take(editor.page, "server-killed")
    server.start()
    expect(editor.lost).to_be_hidden()
    after = wait_for(server, editor.session_id, is_done, "the interrupted track to end", timeout_s=900)

    assert after.points.keys() == corrected.points.keys()
    assert np.array_equal(after.mask(FIRST, frame_idx), drawn), "the correction must stay"
    assert after.origins[FIRST, frame_idx] == "PROMPT"
    later = range(frame_idx + 1, clip.num_frames)
    changed = [i for i in later if after.rles[FIRST, i] != before.rles[FIRST, i]]
    assert len(changed) > len(later) // 2, "the correction must change the frames after it"
    same = [i for i in range(clip.num_frames) if after.rles[SECOND, i] == before.rles[SECOND, i]]
    assert len(same) == clip.num_frames, "the other object must be left alone"
    expect(editor.progress).to_be_hidden()
    editor.go_to(frame_idx + 2)
    editor.shows_masks_of(FIRST, SECOND)
    pictures.take(editor.page, "tracked-again")


def come_back_later(editor: Editor, server: MaskletServer, clip: StoryClip, pictures: Pictures) -> Editor:
    """5. Close the browser, stop the server with Ctrl-C, start both again: all is there, work goes on."""
    link, before = editor.page.url, view(server, editor.session_id)
    context = editor.page.context
    editor.page.close()
    assert server.stop() == 0
    server.start()

    page = context.new_page()
    page.goto(server.url)
    page.get_by_test_id("session-link").first.click()
    page.wait_for_url("**/s/*")
    assert page.url == link
    editor = Editor(page, clip.width, clip.height)
    editor.has_mask_frames(FIRST, clip.num_frames)
    assert view(server, editor.session_id) == before
    editor.shows_masks_of(FIRST, SECOND)
    expect(editor.row(FIRST).get_by_test_id("object-name")).to_have_text(clip.names[0])
    pictures.take(page, "after-restart")

    editor.row(SECOND).click()  # and work goes on, on the state that was rebuilt
    frame_idx = max(i for i in range(clip.num_frames) if before.mask(SECOND, i).any())
    editor.go_to(frame_idx)
    editor.click(inside(before.mask(SECOND, frame_idx)))
    place = (SECOND, frame_idx)
    wait_for(server, editor.session_id, lambda seen: seen.origins[place] == "PROMPT", "one more click")
    return editor


def download(editor: Editor, server: MaskletServer, clip: StoryClip, pictures: Pictures) -> None:
    """7. COCO JSON that pycocotools reads: RLE, one category per name, a track_id and a frame for each."""
    editor.page.get_by_test_id("export").click()
    with editor.page.expect_download() as coming:
        editor.page.get_by_test_id("download").click()
    editor.page.keyboard.press("Escape")
    path = Path(coming.value.path())
    coco = COCO(str(path))
    seen = view(server, editor.session_id)
    assert {category["name"] for category in coco.cats.values()} == set(clip.names)
    frames = {image["id"]: image["frame_index"] for image in coco.imgs.values()}
    found = {(ann["track_id"], frames[ann["image_id"]]): ann for ann in coco.anns.values()}
    assert found.keys() == {place for place in seen.rles if seen.mask(*place).any()}
    for place, annotation in list(found.items())[:: max(1, clip.num_frames // 10)]:
        assert coco.cats[annotation["category_id"]]["name"] == seen.names[place[0]]
        assert np.array_equal(coco.annToMask(annotation).astype(bool), seen.mask(*place))
    pictures.take(editor.page, "downloaded")


def far_from(mask: np.ndarray) -> tuple[float, float]:
    """A point of the background, well inside the frame."""
    background = ~mask
    border = max(mask.shape) // 12
    background[:border] = background[-border:] = False
    background[:, :border] = background[:, -border:] = False
    return inside(background)


def is_under_way(seen: SessionView) -> bool:
    return seen.propagation["state"] == "RUNNING" and seen.propagation["framesDone"] > 0


def is_done(seen: SessionView) -> bool:
    return seen.propagation["state"] == "DONE"


def listen(page: Page) -> list[str]:
    """Errors that the page's own code throws."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints
