"""Where parts of the workbench meet: small screens, menus, colours, two fingers, keys that are held down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from sam2.procedural.clips import rendered_clips
from tests.e2e.annotated import Click, VideoInfo, koi_pond, new_session, open_session
from tests.e2e.clips import inside
from tests.e2e.editor import Editor, Pictures, new_context
from tests.e2e.server import MaskletServer
from tests.e2e.session_view import view

FRAMES = 12
SMALL = {"tall": (820, 1180), "phone": (390, 844), "on its side": (844, 390)}
ALWAYS_THERE = ("undo", "effects", "view-menu", "export", "help", "play", "tool-brush", "mask-menu", "track")


@pytest.fixture(scope="module")
def video(server: MaskletServer, tmp_path_factory: pytest.TempPathFactory) -> VideoInfo:
    return koi_pond(server, tmp_path_factory.mktemp("clip"), FRAMES)


@pytest.fixture
def session_id(server: MaskletServer, video: VideoInfo) -> str:
    return new_session(server, video, ["Orange koi"], [Click(1, 0, *fish())])


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = new_context(browser, has_touch=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def editor(page: Page, server: MaskletServer, session_id: str, video: VideoInfo) -> Editor:
    opened = open_session(page, server, session_id, video)
    opened.shows_masks_of(1)
    return opened


def fish() -> tuple[float, float]:
    masks = next(clip for clip in rendered_clips() if clip.name == "koi-pond").masks(0)
    return inside(masks["orange koi"])


@pytest.mark.parametrize("screen", SMALL)
def test_nothing_is_cut_off_on_a_small_screen(
    editor: Editor, page: Page, screen: str, server: MaskletServer, session_id: str, pictures: Path
) -> None:
    server.graphql(
        "mutation ($s: ID!, $t: String!) { renameSession(sessionId: $s, title: $t) }",
        s=session_id,
        t="Koi of the pond behind the house, counted every morning",
    )
    width, height = SMALL[screen]
    page.set_viewport_size({"width": width, "height": height})
    page.reload()
    editor.shows_masks_of(1)
    page.get_by_test_id("tool-brush").click()
    page.keyboard.press("i")
    expect(page.get_by_test_id("brush-size")).to_be_visible()
    Pictures(pictures / "seams").take(page, screen)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for name in ALWAYS_THERE:
        box = page.get_by_test_id(name).bounding_box()
        assert box is not None, name
        assert box["x"] >= 0 and box["x"] + box["width"] <= width, (name, box)
        assert box["y"] >= 0 and box["y"] + box["height"] <= height, (name, box)
    stage = editor.stage.bounding_box()
    assert stage is not None and stage["width"] * stage["height"] > 0.2 * width * height, stage


def test_a_tools_settings_move_no_tool(editor: Editor, page: Page) -> None:
    before = page.get_by_test_id("tool-eraser").bounding_box()
    page.get_by_test_id("tool-brush").click()
    expect(page.get_by_test_id("brush-size")).to_be_visible()
    assert page.get_by_test_id("tool-eraser").bounding_box() == before


def test_the_menu_of_the_mask_is_about_the_object_that_is_chosen_now(
    page: Page, server: MaskletServer, video: VideoInfo
) -> None:
    """Begun without an object, when there is nothing that the menu could do."""
    session_id = new_session(server, video, [], [])
    editor = open_session(page, server, session_id, video)
    editor.click(fish())
    editor.shows_masks_of(1)
    page.get_by_test_id("mask-menu").click()
    page.get_by_test_id("mask-menu-absent").click()
    editor.shows_masks_of()
    page.get_by_test_id("mask-menu").click()
    expect(page.get_by_test_id("mask-menu-absent")).to_contain_text("Not absent")
    page.get_by_test_id("mask-menu-absent").click()
    editor.shows_masks_of(1)


def test_a_colour_is_one_change_however_many_shades_were_tried(
    editor: Editor, page: Page, server: MaskletServer, session_id: str
) -> None:
    was = view(server, session_id).colours[1]
    field = page.get_by_test_id("object-colour")
    field.evaluate(
        """(field, shades) => {
            for (const shade of shades) {
                field.value = shade;
                field.dispatchEvent(new Event('input', {bubbles: true}));
            }
            field.dispatchEvent(new Event('change', {bubbles: true}));
        }""",
        ["#102030", "#203040", "#304050"],
    )
    expect(editor.row(1)).to_have_attribute("style", "--colour: #304050;")
    page.keyboard.press("Control+z")
    expect(editor.row(1)).to_have_attribute("style", f"--colour: {was};")
    expect(field).to_have_value(was)
    expect(page.get_by_test_id("undo")).to_be_disabled()


@pytest.mark.parametrize("tool", ["brush", "polygon"])
def test_two_fingers_draw_nothing(
    editor: Editor, page: Page, tool: str, server: MaskletServer, session_id: str
) -> None:
    before = view(server, session_id).rles[1, 0]
    page.get_by_test_id(f"tool-{tool}").tap()
    box = editor.stage.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    devtools = page.context.new_cdp_session(page)
    for kind, fingers in (
        ("touchStart", [(x - 60, y)]),
        ("touchStart", [(x - 60, y), (x + 60, y)]),
        ("touchMove", [(x - 120, y), (x + 120, y)]),
        ("touchEnd", []),
    ):
        points = [{"x": at[0], "y": at[1], "id": i} for i, at in enumerate(fingers)]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(editor.stage).not_to_have_attribute("data-view", "")
    page.keyboard.press("Enter")  # would close a polygon of three corners; verifies where none is begun
    expect(editor.stage).to_have_attribute("data-frame", "1")
    expect(page.get_by_test_id("undo")).to_be_enabled()  # the verifying
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("undo")).to_be_disabled()  # and nothing before it
    assert view(server, session_id).rles[1, 0] == before


def test_a_held_l_plays_at_its_own_pace_and_with_k_goes_on_stepping(editor: Editor, page: Page) -> None:
    for _ in range(6):
        page.keyboard.down("l")  # from the second on, the keyboard's repeat
    page.keyboard.up("l")
    expect(page.get_by_test_id("rate")).to_have_text("1×")
    page.keyboard.press("k")
    page.keyboard.press("Home")
    page.keyboard.down("k")
    for _ in range(4):
        page.keyboard.down("l")
    page.keyboard.up("l")
    page.keyboard.up("k")
    expect(editor.stage).to_have_attribute("data-frame", "4")
