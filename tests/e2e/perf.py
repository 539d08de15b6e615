"""Many objects on many frames, in a browser: `python -m tests.e2e.perf [--objects 50] [--frames 2000]`.

Prints how long it takes from a seek to the right masks drawn, how many frames are left out while playing, and
how much the page's heap grows while it plays and seeks. The masks are discs, written straight into the store.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from backend.domain.rle import Rle
from backend.domain.session import FrameMask, MaskOrigin
from backend.store.database import open_database
from backend.store.sessions import SqlSessionStore
from tests.e2e.annotated import VideoInfo, new_session, open_session, video_named
from tests.e2e.chromium import find_chromium
from tests.e2e.editor import Editor, new_context
from tests.e2e.server import MaskletServer

WIDTH, HEIGHT, FPS, RADIUS = 480, 270, 30, 16
FRAMES_A_WRITE = 20
SEEKS, PLAY_S = 25, 10.0


@dataclass(frozen=True)
class Measured:
    """Seconds, shares and bytes of one run."""

    open_s: float  # from the address to the first frame with all its masks
    seek_median_s: float
    seek_worst_s: float
    frames_played: int
    frames_due: int
    heap_before: int
    heap_after: int
    heap_s: float  # between the two

    def lines(self) -> Iterator[str]:
        dropped = max(0, self.frames_due - self.frames_played)
        yield f"opening, to the first frame with its masks: {self.open_s:.2f} s"
        yield f"a seek, to its masks: median {self.seek_median_s:.3f} s, worst {self.seek_worst_s:.3f} s"
        yield f"frames left out while playing: {dropped} of {self.frames_due}"
        grown = (self.heap_after - self.heap_before) / 2**20
        yield f"heap: {self.heap_before / 2**20:.0f} MiB, {grown:+.1f} MiB after {self.heap_s:.0f} s"


def measure(browser: Browser, folder: Path, objects: int, frames: int, heap_s: float) -> Measured:
    server = MaskletServer(folder, gallery=False)
    server.start()
    try:
        clip = folder / "long.mp4"
        write_clip(clip, frames)
        server.upload(clip, clip.name)
        video = video_named(server, clip.stem)
        session_id = new_session(server, video, [f"Disc {i}" for i in range(1, objects + 1)], [])
        server.stop()
        write_masks(folder / "data", session_id, objects, frames)
        server.start()
        context = new_context(browser, viewport={"width": 1440, "height": 900})
        measured = _in_page(context.new_page(), server, session_id, video, objects, heap_s)
        context.close()
        return measured
    finally:
        server.stop()


def _in_page(
    page: Page, server: MaskletServer, session_id: str, video: VideoInfo, objects: int, heap_s: float
) -> Measured:
    everyone = tuple(range(1, objects + 1))
    started_s = time.perf_counter()
    editor = open_session(page, server, session_id, video)
    editor.shows_masks_of(*everyone)
    open_s = time.perf_counter() - started_s
    rng = random.Random(0)
    seeks = [_seek(editor, rng.randrange(video.num_frames), video, objects) for _ in range(SEEKS)]
    played, due = _play(editor)
    before, begun_s = _heap(page), time.perf_counter()
    while time.perf_counter() - begun_s < heap_s:
        _seek(editor, rng.randrange(video.num_frames), video, objects)
        _play(editor, 2.0)
    after = _heap(page)
    spent_s = time.perf_counter() - begun_s
    return Measured(open_s, statistics.median(seeks), max(seeks), played, due, before, after, spent_s)


def _seek(editor: Editor, frame_idx: int, video: VideoInfo, objects: int) -> float:
    """Press on the timeline; seconds until that frame and all its masks are drawn."""
    return editor.stage.evaluate(
        """(stage, [share, frame, objects]) => new Promise(resolve => {
            const track = document.querySelector('[data-testid=timeline-track]');
            const box = track.getBoundingClientRect();
            const at = {clientX: box.left + share * box.width, clientY: box.top + 8, button: 0, pointerId: 1};
            track.setPointerCapture = () => {};
            const started = performance.now();
            track.dispatchEvent(new PointerEvent('pointerdown', at));
            track.dispatchEvent(new PointerEvent('pointerup', at));
            const look = () => {
                const isThere = Number(stage.dataset.frame) === frame;
                if (isThere && stage.dataset.masks.split(' ').length === objects)
                    resolve((performance.now() - started) / 1000);
                else requestAnimationFrame(look);
            };
            look();
        })""",
        [(frame_idx + 0.5) / video.num_frames, frame_idx, objects],
    )


def _play(editor: Editor, seconds: float = PLAY_S) -> tuple[int, int]:
    """Frames drawn, and frames that went by."""
    return tuple(
        editor.stage.evaluate(
            """(stage, seconds) => new Promise(resolve => {
                const drawn = new Set();
                const observer = new MutationObserver(() => drawn.add(Number(stage.dataset.frame)));
                observer.observe(stage, {attributes: true, attributeFilter: ['data-frame']});
                const button = document.querySelector('[data-testid=play]');
                button.click();
                setTimeout(() => {
                    button.click();
                    observer.disconnect();
                    const frames = [...drawn];
                    resolve([frames.length, frames.length && Math.max(...frames) - Math.min(...frames) + 1]);
                }, 1000 * seconds);
            })""",
            seconds,
        )
    )


def _heap(page: Page) -> int:
    """Bytes of JavaScript objects that are in use, after a collection."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("HeapProfiler.collectGarbage")
    used = devtools.send("Runtime.getHeapUsage")["usedSize"]
    devtools.detach()
    return int(used)


def write_clip(path: Path, frames: int) -> None:
    x = np.arange(WIDTH)
    with av.open(str(path), "w") as container:
        options = {"preset": "ultrafast", "g": "15", "bf": "0"}
        stream = container.add_stream("libx264", rate=Fraction(FPS), options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for i in range(frames):
            row = ((x + 3 * i) % 256).astype(np.uint8)
            image = np.broadcast_to(row[None, :, None], (HEIGHT, WIDTH, 3))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(image), "rgb24")))
        container.mux(stream.encode(None))


def write_masks(data: Path, session_id: str, objects: int, frames: int) -> None:
    database = open_database(f"sqlite:///{(data / 'masklet.sqlite').absolute()}")
    store = SqlSessionStore(database)
    for first in range(0, frames, FRAMES_A_WRITE):
        rows = [
            disc(object_id, frame_idx)
            for frame_idx in range(first, min(frames, first + FRAMES_A_WRITE))
            for object_id in range(1, objects + 1)
        ]
        store.put_masks(session_id, rows)
    database.close()


def disc(object_id: int, frame_idx: int) -> FrameMask:
    """Discs on a grid, each swaying by itself."""
    x = 30 + 42 * ((object_id - 1) % 10) + round(8 * np.sin(frame_idx / 17 + object_id))
    y = 30 + 48 * ((object_id - 1) // 10 % 5) + round(8 * np.cos(frame_idx / 23 + object_id))
    runs, at = [], 0
    for column in range(x - RADIUS, x + RADIUS + 1):
        half = int((RADIUS**2 - (column - x) ** 2) ** 0.5)
        start = column * HEIGHT + y - half
        runs += [start - at, 2 * half + 1]
        at = start + 2 * half + 1
    rle = Rle.from_runs(HEIGHT, WIDTH, [*runs, HEIGHT * WIDTH - at])
    return FrameMask(object_id, frame_idx, rle, rle.area, 9.0, 0.95, MaskOrigin.TRACK, "colorflow")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--objects", type=int, default=50)
    parser.add_argument("--frames", type=int, default=2000)
    parser.add_argument("--heap-seconds", type=float, default=300.0)
    options = parser.parse_args()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        measured = measure(browser, Path(folder), options.objects, options.frames, options.heap_seconds)
        browser.close()
    print("\n".join(measured.lines()))


if __name__ == "__main__":
    main()
