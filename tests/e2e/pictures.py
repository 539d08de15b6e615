"""The pictures of docs/images, taken anew: `python -m tests.e2e.pictures`. Look at them before you commit.

The main states of the workbench on a clip that the project draws, on a desk and on a tablet held upright.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Browser, Page, expect, sync_playwright

from sam2.procedural.clips import RenderedClip, rendered_clips
from tests.e2e.annotated import Click, VideoInfo, koi_pond, new_session, open_session, track
from tests.e2e.chromium import find_chromium
from tests.e2e.clips import inside
from tests.e2e.editor import Editor, new_context
from tests.e2e.server import REPOSITORY, MaskletServer

FOLDER = REPOSITORY / "docs" / "images"
SIZES = {"": (1440, 900), "-upright": (820, 1180)}
FRAMES = 84  # all of the clip
MOST_BYTES = 140_000  # of a picture: they are part of every clone
SETTLED_MS, FILMSTRIP_MS = 800, 6000


@dataclass(frozen=True)
class Scene:
    """A session in which there is something of everything to see."""

    server: MaskletServer
    video: VideoInfo
    session_id: str


def set_scene(folder: Path) -> Scene:
    server = MaskletServer(folder, gallery=False)
    server.start()
    video = koi_pond(server, folder, FRAMES)
    masks = koi().masks(0)
    clicks = [Click(i, 0, *inside(mask)) for i, mask in enumerate(masks.values(), 1)]
    session_id = new_session(server, video, [name.capitalize() for name in masks], clicks)
    track(server, session_id)
    return Scene(server, video, session_id)


def koi() -> RenderedClip:
    return next(clip for clip in rendered_clips() if clip.name == "koi-pond")


def take_all(browser: Browser, scene: Scene) -> None:
    for suffix, (width, height) in SIZES.items():
        context = new_context(browser, viewport={"width": width, "height": height})
        page = context.new_page()
        editor = open_session(page, scene.server, scene.session_id, scene.video)
        for name, state in STATES.items():
            for _ in state(editor, page):
                page.mouse.move(width // 2, 2)
                page.wait_for_timeout(SETTLED_MS)
                write(page, FOLDER / f"{name}{suffix}.jpg")
        context.close()


def write(page: Page, path: Path) -> None:
    """As small as it must be, and as good as it may be."""
    picture = cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    for quality in range(88, 40, -4):
        _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if len(encoded) < MOST_BYTES:
            break
    path.write_bytes(encoded.tobytes())
    print(f"{path.relative_to(REPOSITORY)}: {len(encoded)} bytes")


def workbench(editor: Editor, page: Page) -> Iterator[None]:
    editor.go_to(24)
    expect(page.get_by_test_id("timeline-track")).to_have_attribute("data-cuts", "", timeout=60_000)
    page.wait_for_timeout(FILMSTRIP_MS)
    yield


def compare(editor: Editor, page: Page) -> Iterator[None]:
    """The difference that a stroke of the brush makes to a range that is tracked anew."""
    masks = koi().masks(30)
    x, y = inside(masks["orange koi"])
    page.keyboard.press(str(1 + list(masks).index("orange koi")))
    for key, frame in (("i", 20), ("o", 60)):
        editor.go_to(frame)
        page.keyboard.press(key)
    editor.go_to(30)
    page.keyboard.press("b")
    page.get_by_test_id("brush-size").fill("34")
    editor.drag((x - 50, y + 30), (x + 10, y + 30))
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.get_by_test_id("compare")).to_be_visible()
    expect(editor.progress).to_be_hidden()
    editor.go_to(33)
    page.get_by_test_id("compare-difference").click()
    yield
    page.get_by_test_id("drop-range").click()
    expect(page.get_by_test_id("compare")).to_be_hidden()
    page.keyboard.press("Shift+I")


def effects(editor: Editor, page: Page) -> Iterator[None]:
    page.get_by_test_id("effects").click()
    page.get_by_test_id("background-effect-desaturate").click()
    page.get_by_test_id("object-effect-spotlight").click()
    yield
    page.get_by_test_id("effects-on").uncheck()
    page.get_by_test_id("effects").click()


def classes(editor: Editor, page: Page) -> Iterator[None]:
    page.get_by_test_id("edit-classes").click()
    for name in ("Koi", "Plant"):
        page.get_by_test_id("add-class").click()
        page.get_by_test_id("class-name").last.fill(name)
    page.get_by_test_id("add-attribute").first.click()
    page.get_by_test_id("attribute-name").fill("age")
    page.get_by_test_id("attribute-kind").select_option("CHOICE")
    page.get_by_test_id("attribute-choices").fill("young, grown")
    yield
    page.keyboard.press("Escape")


def keys(editor: Editor, page: Page) -> Iterator[None]:
    page.keyboard.press("?")
    yield
    page.keyboard.press("Escape")


STATES: dict[str, Callable[[Editor, Page], Iterator[None]]] = {
    "workbench": workbench,
    "compare": compare,
    "effects": effects,
    "classes": classes,
    "keys": keys,
}


def main() -> None:
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        scene = set_scene(Path(folder))
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            take_all(browser, scene)
        finally:
            browser.close()
            scene.server.stop()


if __name__ == "__main__":
    main()
