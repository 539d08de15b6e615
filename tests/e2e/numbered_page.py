"""Reading the number that a frame of the corpus carries from the pixels that the app has drawn."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.backend.numbered_clips import COLUMNS, MARK, ROWS

READ_CELLS = """(stage, [columns, rows, width, height]) => {
    const canvas = stage.querySelector('canvas');
    const ratio = canvas.width / stage.getBoundingClientRect().width;
    const [scale, left, top] = stage.dataset.view.split(' ').map(Number);
    const context = canvas.getContext('2d');
    const levels = [];
    for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
            const x = (left + scale * width * (column + 0.5) / columns) * ratio;
            const y = (top + scale * height * (row + 0.5) / rows) * ratio;
            const { data } = context.getImageData(Math.round(x) - 1, Math.round(y) - 1, 3, 3);
            let sum = 0;
            for (let i = 0; i < data.length; i++) if (i % 4 < 3) sum += data[i];
            levels.push(sum / 27);
        }
    }
    return { frame: Number(stage.dataset.frame), levels };
}"""


class NumberedPage:
    """An open session on a video of the corpus."""

    def __init__(self, page: Page, width: int, height: int) -> None:
        self.page = page
        self.stage = page.get_by_test_id("stage")
        self._size = (width, height)

    def open(self, url: str, session_id: str) -> None:
        self.page.goto(f"{url}/s/{session_id}")
        expect(self.stage).to_have_attribute("data-frame", "0")

    def drawn(self) -> int:
        """The number on the picture that is on the screen; -1 where it is turned or spoilt."""
        read = self.stage.evaluate(READ_CELLS, [COLUMNS, ROWS, *self._size])
        if any(90 < level < 160 for level in read["levels"]):
            return -1
        bits = [int(level > 125) for level in read["levels"]]
        return sum(bit << place for place, bit in enumerate(bits[:9])) if tuple(bits[9:]) == MARK else -1

    def seek(self, frame_idx: int, num_frames: int) -> None:
        """By keys, from the nearer end, as fast as they go; waits until that frame is there."""
        from_end = num_frames - 1 - frame_idx < frame_idx
        distance = num_frames - 1 - frame_idx if from_end else frame_idx
        key = "ArrowLeft" if from_end else "ArrowRight"
        self.page.keyboard.press("End" if from_end else "Home")
        for _ in range(distance // 10):
            self.page.keyboard.press(f"Shift+{key}")
        for _ in range(distance % 10):
            self.page.keyboard.press(key)
        self.waits_for(frame_idx)

    def step(self, frames: int, to: int) -> None:
        for _ in range(abs(frames)):
            self.page.keyboard.press("ArrowRight" if frames > 0 else "ArrowLeft")
        self.waits_for(to)

    def waits_for(self, frame_idx: int) -> None:
        expect(self.stage).to_have_attribute("data-frame", str(frame_idx))
