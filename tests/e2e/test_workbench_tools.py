"""The workbench's tools in Chromium: prompts, correcting and comparing, objects and classes, sessions."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from sam2.procedural.clips import rendered_clips
from tests.e2e.clips import StoryClip, drawn_clip
from tests.e2e.editor import Editor, Pictures, new_context
from tests.e2e.server import MaskletServer
from tests.e2e.session_view import SessionView, intersection_over_union, view, wait_for

FRAMES = 30


@dataclass
class Bench:
    """One open session on a drawn clip."""

    page: Page
    editor: Editor
    server: MaskletServer
    clip: StoryClip
    pictures: Pictures

    def until(self, condition: Callable[[SessionView], bool], what: str) -> SessionView:
        return wait_for(self.server, self.editor.session_id, condition, what)

    def mask(self, object_id: int, frame_idx: int) -> np.ndarray:
        seen = view(self.server, self.editor.session_id)
        if (object_id, frame_idx) not in seen.rles:
            return np.zeros((self.clip.height, self.clip.width), bool)
        return seen.mask(object_id, frame_idx)

    def until_mask(
        self, object_id: int, frame_idx: int, fits: Callable[[np.ndarray], bool], what: str
    ) -> np.ndarray:
        place = object_id, frame_idx
        seen = self.until(lambda now: place in now.rles and fits(now.mask(*place)), what)
        return seen.mask(*place)

    def tracked(self, field: str = "verified") -> dict[int, bool]:
        """Frame -> a field of object 1's mask."""
        query = """query($s: ID!, $l: Int!) { maskWindow(sessionId: $s, firstFrame: 0, lastFrame: $l) {
            masks { objectId frameIdx area verified } } }"""
        found = self.server.graphql(query, s=self.editor.session_id, l=FRAMES - 1)["maskWindow"]["masks"]
        return {mask["frameIdx"]: mask[field] for mask in found if mask["objectId"] == 1}


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> StoryClip:
    boats = next(clip for clip in rendered_clips(seed=1) if clip.name == "paper-boats")
    folder = tmp_path_factory.mktemp("workbench")
    return drawn_clip(boats, "white boat", "red boat", FRAMES, folder / "boats.mp4")


@pytest.fixture
def bench(
    browser: Browser, server: MaskletServer, clip: StoryClip, pictures: Path, request: pytest.FixtureRequest
):
    context = new_context(browser)
    page = context.new_page()
    page.goto(server.url)
    page.get_by_test_id("file-input").set_input_files(clip.path)
    card = page.get_by_role("button", name=f"Open {clip.path.name}").last
    card.click(timeout=120_000)
    page.wait_for_url("**/s/*")
    editor = Editor(page, clip.width, clip.height)
    yield Bench(page, editor, server, clip, Pictures(pictures / f"workbench-{request.node.name}"))
    context.close()


def centre(mask: np.ndarray) -> tuple[float, float]:
    ys, xs = np.nonzero(mask)
    return float(xs.mean()), float(ys.mean())


def test_prompts(bench: Bench, tmp_path: Path) -> None:
    page, editor = bench.page, bench.editor
    truth = bench.clip.truth(0)
    spot = centre(truth)

    # Shift shows the mask that a click would give, and gives none.
    x, y = editor._on_stage(spot)
    box = editor.stage.bounding_box()
    assert box is not None
    page.keyboard.down("Shift")
    page.mouse.move(box["x"] + x - 3, box["y"] + y)
    page.mouse.move(box["x"] + x, box["y"] + y)
    expect(editor.stage).to_have_attribute("data-ahead", "true")
    bench.pictures.take(page, "look-ahead")
    page.keyboard.up("Shift")
    page.mouse.move(box["x"] + x + 2, box["y"] + y)
    expect(editor.stage).to_have_attribute("data-ahead", "false")
    assert not view(bench.server, editor.session_id).rles

    # A point, dragged elsewhere, then clicked away.
    editor.click(spot)
    editor.shows_masks_of(1)
    clicked = bench.until_mask(1, 0, lambda mask: mask.any(), "a clicked mask")
    assert intersection_over_union(clicked, truth) > 0.5
    editor.drag(spot, (spot[0] + 12, spot[1]))
    bench.until(
        lambda now: abs(now.points.get((1, 0), [(0, 0, True)])[0][0] - spot[0] - 12.5) < 2, "a moved point"
    )
    page.keyboard.press("Control+z")
    bench.until(lambda now: abs(now.points[1, 0][0][0] - spot[0]) < 2, "the point back in its place")

    # The brush adds, the eraser takes away; each is one step of undo.
    corner = (bench.clip.width - 60.0, 40.0)
    page.keyboard.press("b")
    page.get_by_test_id("brush-size").fill("30")
    editor.drag((corner[0] - 40, corner[1]), corner)
    brushed = bench.until_mask(1, 0, lambda mask: mask[40, int(corner[0]) - 20], "a brushed mask")
    assert (brushed & clicked).sum() == clicked.sum()  # what was there is still there
    assert 30 * 40 < (brushed & ~clicked).sum() < 35 * 75
    bench.pictures.take(page, "brush")
    page.keyboard.press("e")
    expect(page.get_by_test_id("tool-eraser")).to_have_attribute("aria-pressed", "true")
    editor.drag((corner[0] - 60, corner[1]), (corner[0] + 30, corner[1]))
    bench.until_mask(1, 0, lambda mask: not mask[40, int(corner[0]) - 20], "an erased mask")
    page.keyboard.press("Control+z")
    bench.until_mask(1, 0, lambda mask: bool((mask == brushed).all()), "the brushed mask again")
    page.keyboard.press("Control+z")
    bench.until_mask(1, 0, lambda mask: not mask[40, int(corner[0]) - 20], "the clicked mask again")
    editor.shows_points(1)

    # A polygon: its last corner taken back, closed with Enter; Escape puts one away.
    page.keyboard.press("p")
    for corner_of in ((20, 20), (120, 20), (300, 200)):
        editor.click(corner_of)
    page.keyboard.press("Backspace")
    editor.click((120, 120))
    editor.click((20, 120))
    bench.pictures.take(page, "polygon")
    page.keyboard.press("Enter")
    polygon = bench.until_mask(1, 0, lambda mask: bool(mask[70, 70]), "a polygon in the mask")
    assert polygon[25:115, 25:115].all()
    assert not polygon[150:200, 150:160].any()
    editor.click((200, 20))
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("tool-point")).to_have_attribute("aria-pressed", "true")

    # A mask from a file; one of another size is refused in a sentence.
    wanted = np.zeros((bench.clip.height, bench.clip.width), np.uint8)
    wanted[100:160, 200:300] = 255
    cv2.imwrite(str(tmp_path / "mask.png"), wanted)
    cv2.imwrite(str(tmp_path / "small.png"), wanted[:50, :50])
    editor.go_to(10)
    page.get_by_test_id("mask-file").set_input_files(tmp_path / "small.png")
    expect(page.get_by_test_id("toast")).to_contain_text("the mask must be")
    page.get_by_test_id("mask-file").set_input_files(tmp_path / "mask.png")
    imported = bench.until_mask(1, 10, lambda mask: mask.any(), "an imported mask")
    assert (imported == (wanted > 0)).all()

    # The mask of the prompted frame before, and absent: by X, with the mask gone, and undone.
    editor.go_to(12)
    page.keyboard.press("a")
    copied = bench.until_mask(1, 12, lambda mask: mask.any(), "a copied mask")
    assert (copied == imported).all()
    page.keyboard.press("x")
    bench.until(lambda now: (1, 12) not in now.rles, "no mask where it is absent")
    editor.shows_masks_of()
    page.keyboard.press("Control+z")
    bench.until_mask(1, 12, lambda mask: bool((mask == imported).all()), "the copied mask again")
    page.keyboard.press("Control+y")
    bench.until(lambda now: (1, 12) not in now.rles, "absent again")


def test_correct_and_compare(bench: Bench) -> None:
    page, editor = bench.page, bench.editor
    editor.click(centre(bench.clip.truth(0)))
    editor.shows_masks_of(1)
    page.get_by_label("Choose the direction").click()
    page.get_by_test_id("track-menu-forward").click()
    editor.has_mask_frames(1, FRAMES)
    expect(editor.progress).to_be_hidden()
    before = bench.tracked("area")

    # Enter verifies and goes on.
    editor.go_to(20)
    page.keyboard.press("Enter")
    bench.until(lambda _: bench.tracked()[20], "a verified frame")
    expect(editor.stage).not_to_have_attribute("data-frame", "20")
    bench.pictures.take(page, "verified")

    # Absent from 8 to 25 but for the verified frame is refused; on 10 to 14 it holds, and tracking obeys.
    choose_range(page, editor, 8, 25)
    page.keyboard.press("x")
    expect(page.get_by_test_id("toast").last).to_contain_text("is verified")
    choose_range(page, editor, 10, 14)
    page.keyboard.press("x")
    bench.until(lambda _: [bench.tracked("area")[f] for f in (9, 10, 14, 15)][1:3] == [0, 0], "absence")

    # A range is tracked anew, up to the verified frame, and waits beside the kept masks.
    choose_range(page, editor, 6, 28)
    editor.go_to(6)
    page.keyboard.press("r")
    compare = page.get_by_test_id("compare")
    expect(compare).to_be_visible()
    absent = bench.tracked("area")
    assert absent == {**before, **dict.fromkeys(range(10, 15), 0)}  # nothing is overwritten yet
    editor.go_to(17)
    for mode in ("before", "after", "difference"):
        page.get_by_test_id(f"compare-{mode}").click()
        bench.pictures.take(page, f"compare-{mode}")
    page.get_by_test_id("keep-range").click()
    expect(compare).to_be_hidden()
    kept = bench.tracked("area")
    assert {f: kept[f] for f in range(20, FRAMES)} == {f: before[f] for f in range(20, FRAMES)}
    assert [kept[f] for f in range(10, 15)] == [0] * 5
    assert bench.tracked()[20]

    # The verdict is undone and done again; dropping leaves what was.
    page.keyboard.press("Control+z")
    expect(compare).to_be_visible()
    assert bench.tracked("area") == absent
    page.get_by_test_id("drop-range").click()
    expect(compare).to_be_hidden()
    assert bench.tracked("area") == absent
    page.keyboard.press("Control+z")
    expect(compare).to_be_visible()
    page.reload()  # it waits, also for who comes back
    expect(page.get_by_test_id("compare")).to_be_visible()
    page.get_by_test_id("keep-range").click()
    expect(page.get_by_test_id("compare")).to_be_hidden()
    assert bench.tracked("area") == kept


def choose_range(page: Page, editor: Editor, first: int, last: int) -> None:
    editor.go_to(first)
    page.keyboard.press("i")
    editor.go_to(last)
    page.keyboard.press("o")


def test_objects_and_classes(bench: Bench, tmp_path: Path) -> None:
    page, editor = bench.page, bench.editor
    editor.click(centre(bench.clip.truth(0)))
    editor.shows_masks_of(1)
    page.keyboard.press("n")
    expect(editor.rows).to_have_count(2)
    editor.click(bench.clip.other)
    editor.shows_masks_of(1, 2)

    # Classes: written by hand and out of a CVAT file.
    page.get_by_test_id("edit-classes").click()
    page.get_by_test_id("add-class").click()
    page.get_by_test_id("class-name").fill("boat")
    page.get_by_test_id("add-attribute").click()
    page.get_by_test_id("attribute-name").fill("size")
    page.get_by_test_id("attribute-kind").select_option("CHOICE")
    page.get_by_test_id("attribute-choices").fill("small, large")
    labels = [{"name": "buoy", "color": "#ff8800", "attributes": [{"name": "lit", "input_type": "checkbox"}]}]
    (tmp_path / "labels.json").write_text(json.dumps(labels))
    page.get_by_test_id("class-file").set_input_files(tmp_path / "labels.json")
    expect(page.get_by_test_id("class-row")).to_have_count(2)
    bench.pictures.take(page, "classes")
    page.get_by_test_id("save-classes").click()
    expect(page.get_by_test_id("class-dialog")).to_be_hidden()
    page.get_by_test_id("object-class").select_option("boat")
    page.get_by_test_id("attribute-size").get_by_role("combobox").select_option("large")
    expect(editor.row(2)).to_contain_text("boat")
    bench.pictures.take(page, "attributes")
    asked = "query($s: ID!) { session(id: $s) { ontology { name attributes { name kind choices } } } }"
    ontology = bench.server.graphql(asked, s=editor.session_id)["session"]["ontology"]
    assert [one["name"] for one in ontology] == ["boat", "buoy"]
    assert ontology[0]["attributes"] == [{"name": "size", "kind": "CHOICE", "choices": ["small", "large"]}]
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("attribute-size").get_by_role("combobox")).to_have_value("")
    page.keyboard.press("Control+y")
    expect(page.get_by_test_id("attribute-size").get_by_role("combobox")).to_have_value("large")

    # Order, by a button; lock, which refuses a click in a sentence.
    page.get_by_test_id("move-up").click()
    expect(editor.rows.first).to_have_attribute("data-object", "2")
    page.get_by_test_id("lock-object").click()
    expect(page.get_by_test_id("lock-object")).to_have_attribute("aria-pressed", "true")
    editor.click((5, 5))
    expect(page.get_by_test_id("toast").last).to_contain_text("locked")
    page.get_by_test_id("lock-object").click()
    expect(page.get_by_test_id("lock-object")).to_have_attribute("aria-pressed", "false")

    # Removed, and back with everything.
    was = bench.mask(2, 0)
    page.keyboard.press("Delete")
    expect(editor.rows).to_have_count(1)
    bench.until(lambda now: 2 not in now.names, "a removed object")
    page.keyboard.press("Control+z")
    expect(editor.rows).to_have_count(2)
    bench.until_mask(2, 0, lambda mask: bool((mask == was).all()), "the removed object's mask")

    # Merged: one object with the masks of both; undone: two again.
    one, two = bench.mask(1, 0), bench.mask(2, 0)
    page.get_by_test_id("merge-menu").click()
    page.get_by_test_id("merge-menu-1").click()
    expect(editor.rows).to_have_count(1)
    merged = bench.until_mask(3, 0, lambda mask: mask.any(), "a merged mask")
    assert (merged == (one | two)).all()
    bench.pictures.take(page, "merged")
    page.keyboard.press("Control+z")
    expect(editor.rows).to_have_count(2)

    # Split where it is tracked on both sides.
    page.get_by_label("Choose the direction").click()
    page.get_by_test_id("track-menu-forward").click()
    editor.has_mask_frames(1, FRAMES)
    expect(editor.progress).to_be_hidden()
    editor.row(1).get_by_test_id("object-name").click()
    editor.go_to(15)
    page.get_by_test_id("split-object").click()
    expect(editor.rows).to_have_count(3)
    seen = view(bench.server, editor.session_id)
    parts = {frozenset(seen.frames(object_id)) for object_id in seen.names if object_id > 3}
    assert parts == {frozenset(range(15)), frozenset(range(15, FRAMES))}
    bench.pictures.take(page, "split")
    page.keyboard.press("Control+z")
    expect(editor.rows).to_have_count(2)
    assert view(bench.server, editor.session_id).frames(1) == set(range(FRAMES))


def test_the_sessions_page(bench: Bench) -> None:
    page, server = bench.page, bench.server
    session_id = bench.editor.session_id
    bench.editor.click(centre(bench.clip.truth(0)))
    bench.editor.shows_masks_of(1)
    page.goto(f"{server.url}/sessions")
    card = page.locator(f'[data-testid="session-card"][data-session="{session_id}"]')
    card.get_by_test_id("session-menu").click()
    page.get_by_test_id("session-menu-rename").click()
    page.get_by_test_id("session-name-field").fill("Regatta, second day")
    page.keyboard.press("Enter")
    expect(card).to_contain_text("Regatta, second day")
    page.get_by_test_id("find-session").fill("second regatta")
    expect(page.get_by_test_id("session-card")).to_have_count(1)

    card.get_by_test_id("session-menu").click()
    page.get_by_test_id("session-menu-duplicate").click()
    cards = page.get_by_test_id("session-card")
    expect(cards).to_have_count(2)
    copy_id = next(
        c for c in cards.evaluate_all("all => all.map((c) => c.dataset.session)") if c != session_id
    )
    assert view(server, copy_id).rles == view(server, session_id).rles
    bench.pictures.take(page, "sessions")

    card.get_by_test_id("session-menu").click()
    page.get_by_test_id("session-menu-delete").click()
    expect(cards).to_have_count(1)
    page.get_by_test_id("toast-action").click()
    expect(cards).to_have_count(2)
    card.get_by_test_id("session-menu").click()
    page.get_by_test_id("session-menu-delete").click()
    expect(cards).to_have_count(1)
    gone = page.get_by_test_id("deleted-session").filter(has_text="Regatta, second day")
    expect(gone).to_have_count(1)
    gone.get_by_test_id("restore-session").click()
    expect(cards).to_have_count(2)
    assert (1, 0) in view(server, session_id).rles
