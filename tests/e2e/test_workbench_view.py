"""Timeline, view, effects, keys and languages, as a person meets them; and axe over each main state."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from sam2.procedural.clips import rendered_clips
from tests.e2e.annotated import Click, VideoInfo, koi_pond, new_session, open_session, track
from tests.e2e.axe import Axe
from tests.e2e.clips import inside
from tests.e2e.editor import Editor, Pictures, new_context
from tests.e2e.server import MaskletServer

FRAMES = 24
SIZES = {"wide": (1440, 900), "tall": (820, 1180)}


@pytest.fixture(scope="module")
def video(server: MaskletServer, tmp_path_factory: pytest.TempPathFactory) -> VideoInfo:
    return koi_pond(server, tmp_path_factory.mktemp("clip"), FRAMES)


@pytest.fixture(scope="module")
def session_id(server: MaskletServer, video: VideoInfo) -> str:
    """Two objects, tracked; on frame 12 the second has a prompt too."""
    masks = next(clip for clip in rendered_clips() if clip.name == "koi-pond").masks(0)
    orange, young = (inside(masks[name]) for name in ("orange koi", "young koi"))
    names = ["Orange koi", "Young koi"]
    made = new_session(server, video, names, [Click(1, 0, *orange), Click(2, 0, *young)])
    track(server, made)
    return made


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = new_context(browser, bypass_csp=True, viewport={"width": 1440, "height": 900})
    context.add_init_script("sessionStorage.clear()")  # each test finds the session as a new tab does
    yield context.new_page()
    context.close()


@pytest.fixture
def editor(page: Page, server: MaskletServer, session_id: str, video: VideoInfo) -> Editor:
    opened = open_session(page, server, session_id, video)
    opened.shows_masks_of(1, 2)
    return opened


def test_the_timeline_zooms_to_frames_and_marks_a_range(editor: Editor, page: Page) -> None:
    bar = page.get_by_test_id("timeline-track")
    expect(bar).to_have_attribute("aria-valuemax", str(FRAMES - 1))
    page.get_by_test_id("timeline-zoom-in").click()
    expect(bar).to_have_attribute("data-window", re.compile(r"^\S+ 12$"))
    page.get_by_test_id("timeline-all").click()
    expect(bar).to_have_attribute("data-window", f"0 {FRAMES}")
    expect(bar).to_have_attribute("data-cuts", "", timeout=60_000)  # looked for, and there is none
    editor.go_to(5)
    page.keyboard.press("i")
    editor.go_to(9)
    page.keyboard.press("o")
    expect(page.get_by_test_id("range")).to_have_text("5–9")
    page.get_by_test_id("loop").click()
    page.keyboard.press("Space")
    frames = {int(editor.stage.get_attribute("data-frame") or 0) for _ in range(60)}
    page.keyboard.press("Space")
    assert frames <= set(range(5, 11))  # the browser may present one more before it turns
    page.get_by_test_id("range").click()
    expect(page.get_by_test_id("range")).to_have_count(0)


def test_the_filmstrip_shows_the_frames(editor: Editor, page: Page) -> None:
    strip = page.get_by_test_id("filmstrip")
    script = """canvas => {
        const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        let seen = 0;
        for (let i = 3; i < pixels.length; i += 4) if (pixels[i] > 0) seen += 1;
        return seen / (pixels.length / 4);
    }"""
    for _ in range(200):
        if strip.evaluate(script) > 0.9:
            return
        page.wait_for_timeout(100)
    raise AssertionError(strip.evaluate(script))


def test_playing_at_other_paces_and_shuttling(editor: Editor, page: Page) -> None:
    editor.go_to(12)
    page.keyboard.down("k")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("l")
    page.keyboard.up("k")
    expect(editor.stage).to_have_attribute("data-frame", "11")
    page.keyboard.press("j")
    expect(editor.stage).to_have_attribute("data-frame", "0")
    expect(page.get_by_test_id("play")).to_have_attribute("data-playing", "false")
    page.keyboard.press("k")
    page.get_by_test_id("rate").click()
    page.get_by_test_id("rate-0.1").click()
    expect(page.get_by_test_id("rate")).to_have_text("0.1×")


def test_zoom_pan_grid_and_the_source_beside(editor: Editor, page: Page) -> None:
    box = editor.stage.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for _ in range(30):
        page.mouse.wheel(0, -400)
    expect(editor.stage).to_have_attribute("data-view", re.compile("^32 "))
    before = editor.stage.get_attribute("data-view") or ""
    page.keyboard.down("Space")
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 60, box["y"] + box["height"] / 2)
    page.mouse.up()
    page.keyboard.up("Space")
    expect(editor.stage).not_to_have_attribute("data-view", before)
    expect(page.get_by_test_id("play")).to_have_attribute("data-playing", "false")
    editor.shows_points(1)  # the drag was no click
    page.keyboard.press("0")
    page.get_by_test_id("view-menu").click()
    page.get_by_test_id("side-by-side").check()
    left = editor.stage.evaluate("stage => Number(stage.dataset.view.split(' ')[1])")
    assert left >= box["width"] / 2
    page.get_by_test_id("side-by-side").uncheck()
    page.get_by_test_id("opacity").fill("0")
    page.get_by_test_id("outline").fill("0")
    page.keyboard.press("Escape")
    page.mouse.move(2, 2)
    assert not painted(editor)
    page.get_by_test_id("view-menu").click()
    page.get_by_test_id("opacity").fill("0.4")
    page.get_by_test_id("outline").fill("1.5")
    page.keyboard.press("Escape")
    assert painted(editor)


def test_hide_and_show_alone(editor: Editor, page: Page) -> None:
    page.keyboard.press("2")
    page.keyboard.press("h")
    editor.shows_masks_of(1)
    page.keyboard.press("h")
    page.keyboard.press("s")
    editor.shows_masks_of(2)
    page.keyboard.press("s")
    editor.shows_masks_of(1, 2)


def test_every_effect_draws_something_of_its_own(editor: Editor, page: Page, pictures: Path) -> None:
    page.get_by_test_id("effects").click()
    page.get_by_test_id("effects-on").check()
    expect(editor.stage).to_have_attribute("data-effects", "on")
    for kind in ("background", "object"):
        buttons = page.locator(f'button[data-testid^="{kind}-effect-"]')
        looks: dict[str, np.ndarray] = {}
        for button in buttons.all():
            button.click()
            variant = page.get_by_test_id(f"{kind}-effect-variant").inner_text()
            name = f"{button.get_attribute('data-testid')} {variant}"
            page.wait_for_timeout(120)
            looks[name] = picture_of(editor)
        assert len(looks) == 8
        names = list(looks)
        for i, name in enumerate(names):
            for other in names[:i]:
                assert np.abs(looks[name] - looks[other]).mean() > 0.1, (name, other)
    page.get_by_test_id("surprise").click()
    expect(editor.stage).to_have_attribute("data-effects", "on")
    expect(page.get_by_test_id("object-effect-variant")).to_contain_text("have their own")
    page.get_by_test_id("background-effect-desaturate").click()
    page.get_by_test_id("object-effect-spotlight").click()
    expect(page.get_by_test_id("object-effect-variant")).to_have_text("Disc in its colour")
    Pictures(pictures / "view").take(page, "effects")
    page.get_by_test_id("effects-on").uncheck()
    expect(editor.stage).to_have_attribute("data-effects", "off")


def test_keys_are_shown_changed_and_restored(editor: Editor, page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_test_id("cheat-sheet")).to_contain_text("Next doubtful frame")
    page.get_by_test_id("edit-keys").click()
    page.get_by_test_id("key-of-nextFrame").click()
    page.keyboard.press("g")
    expect(page.get_by_test_id("key-conflict")).to_contain_text("Next doubtful frame")
    page.get_by_test_id("key-conflict-take").click()
    expect(page.get_by_test_id("key-of-nextDoubt")).to_have_text("–")
    page.keyboard.press("Escape")
    page.keyboard.press("Home")
    page.keyboard.press("g")
    expect(editor.stage).to_have_attribute("data-frame", "1")
    page.keyboard.press("?")
    page.get_by_test_id("edit-keys").click()
    page.get_by_test_id("preset-cvat").click()
    expect(page.get_by_test_id("key-of-absent")).to_contain_text("O")
    page.get_by_test_id("restore-keys").click()
    expect(page.get_by_test_id("key-of-nextDoubt")).to_have_text("G")
    page.keyboard.press("Escape")


def test_keys_do_nothing_while_one_types(editor: Editor, page: Page) -> None:
    editor.row(1).get_by_test_id("object-name").dblclick()
    page.get_by_test_id("object-name-field").fill("dfg")
    page.keyboard.type("dfg ")
    expect(editor.stage).to_have_attribute("data-frame", "0")
    page.keyboard.press("Escape")


def test_the_browsers_language_is_spoken_and_another_can_be_chosen(
    browser: Browser, server: MaskletServer, session_id: str, video: VideoInfo
) -> None:
    context = new_context(browser, locale="zh-CN")
    page = context.new_page()
    editor = open_session(page, server, session_id, video)
    expect(page.get_by_test_id("effects")).to_have_text("特效")
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    page.get_by_test_id("view-menu").click()
    page.get_by_test_id("language").select_option("en")
    expect(page.get_by_test_id("effects")).to_have_text("Effects")
    page.reload()
    expect(page.get_by_test_id("effects")).to_have_text("Effects")
    assert editor.page is page
    page.goto(server.url)
    page.get_by_test_id("language-menu").click()
    page.get_by_test_id("language-menu-zh").click()
    expect(page.get_by_test_id("projects")).to_have_text("项目")
    context.close()


def test_the_tour_has_four_steps_and_comes_once(
    browser: Browser, server: MaskletServer, session_id: str
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(f"{server.url}/s/{session_id}")
    for step in range(1, 5):
        expect(page.get_by_test_id("tour")).to_contain_text(f"{step} / 4")
        page.get_by_test_id("tour-next").click()
    expect(page.get_by_test_id("tour")).to_have_count(0)
    page.reload()
    expect(page.get_by_test_id("session")).to_be_visible()
    expect(page.get_by_test_id("tour")).to_have_count(0)
    context.close()


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_serious(
    editor: Editor, page: Page, size: str, server: MaskletServer, repository: Path, pictures: Path
) -> None:
    axe = Axe(repository)
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    shots = Pictures(pictures / "view" / size)

    def judge(state: str) -> None:
        shots.take(page, state)
        axe.judge(page, state)

    judge("session")
    page.get_by_test_id("effects").click()
    expect(page.get_by_test_id("effects-panel")).to_be_visible()
    judge("effects")
    page.get_by_test_id("effects").click()
    page.get_by_test_id("view-menu").click()
    judge("view")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    judge("keys")
    page.get_by_test_id("edit-keys").click()
    expect(page.get_by_test_id("key-editor")).to_be_visible()
    judge("key editor")
    page.goto(server.url)
    expect(page.get_by_test_id("video-card").first).to_be_visible()
    judge("gallery")
    page.set_viewport_size({"width": 1440, "height": 900})


def painted(editor: Editor) -> bool:
    """Is there anything on the canvas of the masks?"""
    return editor.stage.evaluate(
        """stage => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(() => {
            const canvas = stage.querySelectorAll('canvas')[1];
            const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            resolve(data.some((value, i) => i % 4 === 3 && value > 0));
        })))"""
    )


def picture_of(editor: Editor) -> np.ndarray:
    """The canvas of the picture, shrunk: float64 [60, 80, 3]."""
    flat = editor.stage.evaluate(
        """stage => {
            const small = document.createElement('canvas');
            [small.width, small.height] = [80, 60];
            const context = small.getContext('2d');
            context.drawImage(stage.querySelectorAll('canvas')[0], 0, 0, 80, 60);
            return [...context.getImageData(0, 0, 80, 60).data];
        }"""
    )
    return np.array(flat, float).reshape(60, 80, 4)[..., :3]
