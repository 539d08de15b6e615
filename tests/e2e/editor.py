"""The app in a browser, as a person uses it. Video pixels in, clicks on the screen out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

TIMEOUT_MS = 90_000  # generous: a busy machine is no failure
TRACK_TIMEOUT_MS = 900_000  # for some hundred frames
STAGE_MARGIN_PX = 14  # the room that the stage leaves around the video


@dataclass
class Pictures:
    """Numbered screenshots of one story."""

    folder: Path
    taken: int = field(default=0)

    def take(self, page: Page, name: str) -> Path:
        self.taken += 1
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{self.taken:02d}-{name}.png"
        page.screenshot(path=path)
        return path


TOUR_SEEN = "localStorage.setItem('masklet.tour', 'seen')"


def new_context(browser: Browser, **options: Any) -> BrowserContext:
    """The browser of another person, who knows the tour."""
    defaults = {"viewport": {"width": 1440, "height": 860}, "accept_downloads": True}
    context = browser.new_context(**{**defaults, **options})
    context.add_init_script(TOUR_SEEN)
    context.set_default_timeout(TIMEOUT_MS)
    expect.set_options(timeout=TIMEOUT_MS)
    return context


class Editor:
    """An open session."""

    def __init__(self, page: Page, width: int, height: int) -> None:
        self.page = page
        self._width, self._height = width, height
        self.stage = page.get_by_test_id("stage")
        self.rows = page.get_by_test_id("object-row")
        self.progress = page.get_by_test_id("tracking-progress")
        self.lost = page.get_by_test_id("connection-lost")
        expect(self.stage).to_have_attribute("data-frame", re.compile(r"^\d+$"))

    @property
    def session_id(self) -> str:
        return self.page.url.rsplit("/s/", 1)[1]

    def row(self, object_id: int) -> Locator:
        return self.page.locator(f'[data-testid="object-row"][data-object="{object_id}"]')

    def click(
        self, point: tuple[float, float], button: str = "left", modifiers: tuple[str, ...] = ()
    ) -> None:
        """A click on a pixel of the video."""
        x, y = self._on_stage(point)
        self.stage.click(position={"x": x, "y": y}, button=button, modifiers=list(modifiers))

    def hover(self, point: tuple[float, float]) -> None:
        """The pointer on a pixel of the video."""
        x, y = self._on_stage(point)
        self.stage.hover(position={"x": x, "y": y})

    def drag(self, start: tuple[float, float], stop: tuple[float, float]) -> None:
        """A box from one pixel of the video to another."""
        box = self.stage.bounding_box()
        assert box is not None
        (x0, y0), (x1, y1) = self._on_stage(start), self._on_stage(stop)
        self.page.mouse.move(box["x"] + x0, box["y"] + y0)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + (x0 + x1) / 2, box["y"] + (y0 + y1) / 2)
        self.page.mouse.move(box["x"] + x1, box["y"] + y1)
        self.page.mouse.up()

    def is_painted(self, point: tuple[float, float]) -> bool:
        """Is there something of a mask on the screen at this pixel of the video?"""
        x, y = self._on_stage(point)
        return self.stage.evaluate(
            """(stage, [x, y]) => {
                const canvas = stage.querySelectorAll('canvas')[1];
                const ratio = canvas.width / stage.getBoundingClientRect().width;
                const pixel = canvas.getContext('2d').getImageData(x * ratio, y * ratio, 1, 1);
                return pixel.data[3] > 0;
            }""",
            [x, y],
        )

    def go_to(self, frame_idx: int) -> None:
        """By keys, as one scrubs; waits until that frame is on the screen."""
        self.page.keyboard.press("Home")
        for _ in range(frame_idx // 10):
            self.page.keyboard.press("Shift+ArrowRight")
        for _ in range(frame_idx % 10):
            self.page.keyboard.press("ArrowRight")
        expect(self.stage).to_have_attribute("data-frame", str(frame_idx))

    def plays_on_from(self, frame_idx: int) -> None:
        """Space plays the video, Space pauses it."""
        play = self.page.get_by_test_id("play")
        self.page.keyboard.press(" ")
        expect(play).to_have_attribute("data-playing", "true")
        expect(self.stage).not_to_have_attribute("data-frame", str(frame_idx))
        self.page.keyboard.press(" ")
        expect(play).to_have_attribute("data-playing", "false")

    def shows_masks_of(self, *object_ids: int) -> None:
        """Waits until exactly these objects are drawn on the frame that is shown."""
        expect(self.stage).to_have_attribute("data-masks", " ".join(map(str, object_ids)))

    def shows_points(self, count: int) -> None:
        """Of the selected object on the frame that is shown."""
        expect(self.stage).to_have_attribute("data-points", str(count))

    def rename(self, object_id: int, name: str) -> None:
        self.row(object_id).get_by_test_id("object-name").dblclick()
        box = self.page.get_by_test_id("object-name-field")
        box.fill(name)
        box.press("Enter")
        expect(self.row(object_id).get_by_test_id("object-name")).to_have_text(name)

    def record_growth(self, object_id: int) -> None:
        """From now on, keep every number of mask frames that this object's row shows."""
        self.row(object_id).evaluate(
            """row => {
                window.growth = [Number(row.dataset.maskFrames)];
                new MutationObserver(() => window.growth.push(Number(row.dataset.maskFrames)))
                    .observe(row, {attributes: true, attributeFilter: ['data-mask-frames']});
            }"""
        )

    def growth(self) -> list[int]:
        return self.page.evaluate("window.growth")

    def has_mask_frames(self, object_id: int, count: int) -> None:
        """Waits until the row says that the object has a mask on so many frames."""
        expect(self.row(object_id)).to_have_attribute(
            "data-mask-frames", str(count), timeout=TRACK_TIMEOUT_MS
        )

    def _on_stage(self, point: tuple[float, float]) -> tuple[float, float]:
        box = self.stage.bounding_box()
        assert box is not None
        room = (box["width"] - 2 * STAGE_MARGIN_PX, box["height"] - 2 * STAGE_MARGIN_PX)
        scale = min(room[0] / self._width, room[1] / self._height)
        left, top = (box["width"] - self._width * scale) / 2, (box["height"] - self._height * scale) / 2
        return left + (point[0] + 0.5) * scale, top + (point[1] + 0.5) * scale
