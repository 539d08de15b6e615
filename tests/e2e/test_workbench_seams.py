"""Where parts of the workbench meet: small screens, menus, colours, two fingers, keys that are held down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route, expect

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


def test_one_goes_to_a_frame_by_its_number_or_its_time(editor: Editor, page: Page) -> None:
    page.get_by_test_id("go-to-frame").click()
    field = page.get_by_test_id("frame-field")
    field.fill("7")
    field.press("Enter")
    expect(editor.stage).to_have_attribute("data-frame", "7")
    page.keyboard.press("`")
    field.fill("0:00.13")
    field.press("g")  # no shortcut while one types
    field.press("Backspace")
    field.press("Enter")
    expect(editor.stage).to_have_attribute("data-frame", "3")
    page.keyboard.press("`")
    field.fill("nowhere")
    field.press("Enter")
    expect(field).to_be_focused()  # and asks again
    field.press("Escape")
    expect(page.get_by_test_id("frame-number")).to_have_text("3")


def test_a_reload_goes_on_where_one_was(
    page: Page, server: MaskletServer, session_id: str, video: VideoInfo
) -> None:
    server.graphql(
        'mutation ($s: ID!) { addObject(sessionId: $s, name: "Reeds") { objectId } }', s=session_id
    )
    editor = open_session(page, server, session_id, video)
    editor.shows_masks_of(1)
    page.keyboard.press("2")
    editor.go_to(4)
    page.keyboard.press("i")
    editor.go_to(9)
    page.keyboard.press("o")
    page.get_by_test_id("effects").click()
    page.get_by_test_id("background-effect-blur").click()
    page.reload()
    expect(editor.stage).to_have_attribute("data-frame", "9")
    expect(editor.row(2)).to_have_attribute("data-selected", "true")
    expect(page.get_by_test_id("range")).to_have_text("4–9")
    expect(editor.stage).to_have_attribute("data-effects", "on")
    page.goto(f"{server.url}/s/{session_id}?object=1")  # an address says more than a memory
    expect(editor.row(1)).to_have_attribute("data-selected", "true")
    expect(editor.stage).to_have_attribute("data-frame", "0")


def test_near_the_masks_keep_to_the_pixels(
    editor: Editor, page: Page, server: MaskletServer, session_id: str
) -> None:
    """At 32 pixels of the screen for one of the video, each of these is all in the mask or all out of it."""
    mask = view(server, session_id).mask(1, 0)
    top = int(np.flatnonzero(mask[:, int(fish()[0])])[0])  # the edge above the click
    box = editor.stage.bounding_box()
    assert box is not None
    scale, left, up = view_of(editor)
    page.mouse.move(box["x"] + left + scale * fish()[0], box["y"] + up + scale * top)
    for _ in range(30):
        page.mouse.wheel(0, -400)
    page.get_by_test_id("view-menu").click()
    page.get_by_test_id("outline").fill("0")
    page.keyboard.press("Escape")
    page.mouse.move(2, 2)
    scale, left, up = view_of(editor)
    assert scale == 32
    rows = range(top - 4, top + 5)
    columns = range(int(fish()[0]) - 6, int(fish()[0]) + 9)
    spots = [(x + dx, y + dy) for y in rows for x in columns for dx in (0.15, 0.85) for dy in (0.15, 0.85)]
    expected = [bool(mask[int(y), int(x)]) for x, y in spots]
    assert 0 < sum(expected) < len(expected)
    for _ in range(50):
        painted = painted_at(editor, [(left + scale * x, up + scale * y) for x, y in spots])
        if painted == expected:
            return
        page.wait_for_timeout(100)
    assert painted == expected


def test_what_the_mouse_has_set_does_not_take_the_next_keys(editor: Editor, page: Page) -> None:
    page.get_by_test_id("tool-brush").click()
    slider = page.get_by_test_id("brush-size")
    box = slider.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    size = int(slider.input_value())
    page.keyboard.press("]")
    expect(slider).not_to_have_value(str(size))
    page.keyboard.press("ArrowRight")
    expect(editor.stage).to_have_attribute("data-frame", "1")
    slider.focus()  # who came by keys keeps them
    larger = int(slider.input_value())
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_value(str(larger + 1))
    expect(editor.stage).to_have_attribute("data-frame", "1")


def test_a_drag_that_a_key_takes_to_another_frame_changes_nothing(editor: Editor, page: Page) -> None:
    box = editor.stage.bounding_box()
    assert box is not None
    scale, left, top = view_of(editor)
    x, y = box["x"] + left + scale * (fish()[0] + 0.5), box["y"] + top + scale * (fish()[1] + 0.5)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y, steps=4)
    page.keyboard.press("ArrowRight")
    expect(editor.stage).to_have_attribute("data-frame", "1")
    page.mouse.up()
    expect(page.get_by_test_id("undo")).to_be_disabled()
    editor.go_to(0)
    editor.shows_points(1)


def test_a_digit_is_not_taken_from_the_objects_unasked(editor: Editor, page: Page) -> None:
    page.keyboard.press("?")
    page.get_by_test_id("edit-keys").click()
    page.get_by_test_id("key-of-track").click()
    page.keyboard.press("2")
    expect(page.get_by_test_id("key-conflict")).to_contain_text("Select an object")
    expect(page.get_by_test_id("key-of-track")).to_have_text("T")


def test_a_click_on_the_source_beside_the_masks_means_the_same_place(
    page: Page, server: MaskletServer, video: VideoInfo
) -> None:
    """Also when zoomed in, where both halves are full of video."""
    session_id = new_session(server, video, [], [])
    editor = open_session(page, server, session_id, video)
    page.get_by_test_id("view-menu").click()
    page.get_by_test_id("side-by-side").check()
    page.keyboard.press("Escape")
    box = editor.stage.bounding_box()
    assert box is not None
    scale, left, top = view_of(editor)
    page.mouse.move(box["x"] + left + scale * fish()[0], box["y"] + top + scale * fish()[1])
    for _ in range(5):
        page.mouse.wheel(0, -200)
    scale, left, top = view_of(editor)
    x, y = left + scale * (fish()[0] + 0.5), top + scale * (fish()[1] + 0.5)
    assert x - box["width"] / 2 > 0  # it is in sight on the left, too
    page.mouse.click(box["x"] + x - box["width"] / 2, box["y"] + y)
    editor.shows_masks_of(1)
    ((clicked_x, clicked_y, include),) = view(server, session_id).points[1, 0]
    assert include and abs(clicked_x - fish()[0]) < 2 and abs(clicked_y - fish()[1]) < 2


def view_of(editor: Editor) -> tuple[float, float, float]:
    scale, left, top = (float(part) for part in (editor.stage.get_attribute("data-view") or "").split())
    return scale, left, top


def painted_at(editor: Editor, spots: list[tuple[float, float]]) -> list[bool]:
    """Is something of a mask drawn there? In CSS pixels of the stage."""
    return editor.stage.evaluate(
        """(stage, spots) => {
            const canvas = stage.querySelectorAll('canvas')[1];
            const ratio = canvas.width / stage.getBoundingClientRect().width;
            const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            const at = ([x, y]) => Math.floor(y * ratio) * canvas.width + Math.floor(x * ratio);
            return spots.map(spot => data[4 * at(spot) + 3] > 0);
        }""",
        [list(spot) for spot in spots],
    )


def test_a_session_may_be_left_while_its_filmstrip_loads(
    page: Page, server: MaskletServer, session_id: str, video: VideoInfo
) -> None:
    """The timeline that is no longer there was once drawn for ever, when a picture of it came."""
    held: list[Route] = []
    page.route("**/thumbnails/*.jpg", lambda route: held.append(route))
    open_session(page, server, session_id, video).shows_masks_of(1)
    while not held:
        page.wait_for_timeout(20)
    page.get_by_test_id("home").click()
    page.wait_for_url(f"{server.url}/")
    for route in held:
        route.continue_()
    expect(page.get_by_test_id("gallery")).to_be_visible()
    page.get_by_test_id("projects").click()
    expect(page.get_by_test_id("new-project")).to_be_visible()
