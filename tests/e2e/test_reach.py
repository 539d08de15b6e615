"""Masklet without a mouse: by keyboard alone from the gallery to a corrected mask, by fingers, and by pen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from sam2.procedural.clips import rendered_clips
from tests.e2e import session_view
from tests.e2e.annotated import VideoInfo, koi_pond, new_session, open_session
from tests.e2e.clips import inside
from tests.e2e.editor import Editor, Pictures, new_context
from tests.e2e.server import MaskletServer

FRAMES = 8
STEP = 0.4  # of the object's place: far enough to miss, near enough to come back
MAX_TABS = 80


@pytest.fixture(scope="module")
def video(server: MaskletServer, tmp_path_factory: pytest.TempPathFactory) -> VideoInfo:
    return koi_pond(server, tmp_path_factory.mktemp("clip"), FRAMES)


def fish() -> tuple[float, float]:
    masks = next(clip for clip in rendered_clips() if clip.name == "koi-pond").masks(0)
    return inside(masks["orange koi"])


def tab_to(page: Page, wanted: Locator) -> None:
    """By the Tab key alone; fails where the focus never gets there."""
    expect(wanted).to_be_visible()
    for _ in range(MAX_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate(
            "node => node === document.activeElement || node.contains(document.activeElement)"
        ):
            return
    pytest.fail("the Tab key does not reach it")


def cross_at(editor: Editor) -> tuple[float, float]:
    text = editor.stage.get_attribute("data-cross") or ""
    x, y = text.split()
    return float(x), float(y)


def move_cross(editor: Editor, to: tuple[float, float]) -> None:
    """Arrows with long strides, then with Shift by single pixels."""
    keys = (("ArrowLeft", "ArrowRight"), ("ArrowUp", "ArrowDown"))
    for fine in ("", "Shift+"):
        for axis in (0, 1):
            here = cross_at(editor)[axis]
            editor.page.keyboard.press(fine + keys[axis][to[axis] > here])
            stride = abs(cross_at(editor)[axis] - here)
            for _ in range(int(abs(to[axis] - cross_at(editor)[axis]) / max(1.0, stride))):
                editor.page.keyboard.press(fine + keys[axis][to[axis] > cross_at(editor)[axis]])
    assert max(abs(a - b) for a, b in zip(cross_at(editor), to, strict=True)) <= 3


def test_by_keyboard_alone(browser: Browser, server: MaskletServer, video: VideoInfo, pictures: Path) -> None:
    shots = Pictures(pictures / "reach")
    context = new_context(browser)
    page = context.new_page()
    page.goto(server.url)
    tab_to(page, page.get_by_test_id("video-card").filter(has_text="koi pond"))
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("session")).to_be_visible()
    editor = Editor(page, video.width, video.height)

    tab_to(page, page.get_by_test_id("cross"))
    shots.take(page, "the button that only the keyboard meets")
    page.keyboard.press("Enter")
    move_cross(editor, fish())
    page.keyboard.press("Enter")
    editor.shows_masks_of(1)
    shots.take(page, "a mask from the cross")
    view = session_view.view(server, editor.session_id)
    ((x, y, include),) = view.points[1, 0]
    assert include and abs(x - fish()[0]) <= 3 and abs(y - fish()[1]) <= 3

    for _ in range(4):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Alt+Enter")
    expect(editor.stage).to_have_attribute("data-points", "2")
    page.keyboard.press("Control+z")
    expect(editor.stage).to_have_attribute("data-points", "1")

    page.keyboard.press("Escape")
    expect(editor.stage).to_have_attribute("data-cross", "")
    page.keyboard.press("ArrowRight")
    expect(editor.stage).to_have_attribute("data-frame", "1")  # arrows step frames again
    page.keyboard.press("t")
    expect(editor.row(1)).to_have_attribute("data-mask-frames", str(FRAMES))
    page.keyboard.press("?")
    expect(page.get_by_test_id("cheat-sheet")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.press("q")
    page.keyboard.press("b")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
    page.keyboard.press("b")
    editor.shows_masks_of(1, 2)
    context.close()


def test_by_fingers(browser: Browser, server: MaskletServer, video: VideoInfo, pictures: Path) -> None:
    context = new_context(browser, viewport={"width": 820, "height": 1180}, has_touch=True)
    page = context.new_page()
    editor = open_session(page, server, new_session(server, video, [], []), video)
    x, y = on_screen(editor, fish())
    page.touchscreen.tap(x, y)
    editor.shows_masks_of(1)
    expect(editor.stage).to_have_attribute("data-points", "1")
    page.get_by_test_id("click-exclude").tap()
    page.touchscreen.tap(x + 90, y + 90)
    expect(editor.stage).to_have_attribute("data-points", "2")

    before = scale_of(editor)
    devtools = context.new_cdp_session(page)
    for kind, apart in (("touchStart", 40), ("touchMove", 70), ("touchMove", 120), ("touchEnd", 0)):
        fingers = [{"x": x - apart, "y": y, "id": 1}, {"x": x + apart, "y": y, "id": 2}] if apart else []
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
    expect(editor.stage).not_to_have_attribute("data-view", re.compile(f"^{before} "))
    assert scale_of(editor) > 2 * before
    expect(editor.stage).to_have_attribute("data-points", "2")  # two fingers are no click
    Pictures(pictures / "reach").take(page, "pinched")
    context.close()


def test_by_pen(browser: Browser, server: MaskletServer, video: VideoInfo) -> None:
    """A pen paints a mask with the brush, stroke by stroke."""
    context = new_context(browser)
    page = context.new_page()
    session_id = new_session(server, video, ["Koi"], [])
    editor = open_session(page, server, session_id, video)
    page.keyboard.press("1")
    page.keyboard.press("b")
    x, y = on_screen(editor, fish())
    devtools = context.new_cdp_session(page)
    for kind, shift, buttons in (("mousePressed", 0, 1), ("mouseMoved", 40, 1), ("mouseReleased", 40, 0)):
        devtools.send(
            "Input.dispatchMouseEvent",
            {
                "type": kind,
                "x": x + shift,
                "y": y,
                "button": "left",
                "buttons": buttons,
                "clickCount": 1,
                "pointerType": "pen",
            },
        )
    editor.shows_masks_of(1)
    mask = session_view.view(server, session_id).mask(1, 0)
    assert mask[round(fish()[1]), round(fish()[0])]
    context.close()


def on_screen(editor: Editor, point: tuple[float, float]) -> tuple[float, float]:
    box = editor.stage.bounding_box()
    assert box is not None
    scale, left, top = (float(part) for part in (editor.stage.get_attribute("data-view") or "").split())
    return box["x"] + left + scale * point[0], box["y"] + top + scale * point[1]


def scale_of(editor: Editor) -> float:
    return float((editor.stage.get_attribute("data-view") or "").split()[0])
