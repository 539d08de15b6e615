"""An upload that is paused, whose server is killed, whose tab is closed goes on where it was, and opens."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.e2e.editor import Editor, new_context
from tests.e2e.server import MaskletServer

WIDTH, HEIGHT, FRAMES = 320, 240, 90
BYTES_PER_S = 350_000  # slow enough to be met in the middle, on a busy machine too


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MaskletServer]:
    running = MaskletServer(tmp_path / "masklet", gallery=False)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video that is large for what it shows: no encoder makes noise small."""
    path = tmp_path_factory.mktemp("noise") / "Noise.mp4"
    random = np.random.default_rng(4)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "4", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for _ in range(FRAMES):
            image = random.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode(None))
    assert path.stat().st_size > 4_000_000
    return path


class Line:
    """A slow network, and the offsets at which the browser began to send."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.offsets: list[int] = []
        page.on("request", self._note)
        self._network = page.context.new_cdp_session(page)
        self._network.send("Network.enable")
        self._go_at(BYTES_PER_S)

    def speed_up(self) -> None:
        self._go_at(-1)

    def _go_at(self, bytes_per_s: int) -> None:
        conditions = {"offline": False, "latency": 0, "downloadThroughput": -1}
        self._network.send(
            "Network.emulateNetworkConditions", {**conditions, "uploadThroughput": bytes_per_s}
        )

    def _note(self, request: Request) -> None:
        if request.method == "PATCH":
            self.offsets.append(int(request.headers["upload-offset"]))


def choose(page: Page, video: Path) -> None:
    page.get_by_test_id("file-input").set_input_files(video)


def is_at(page: Page, percent: str) -> None:
    """Waits until the upload has come as far as the pattern says."""
    bar = page.get_by_test_id("upload-card").get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", re.compile(percent))


def state_is(page: Page, state: str) -> None:
    expect(page.get_by_test_id("upload-card")).to_have_attribute("data-state", state)


def kept_by(server: MaskletServer) -> list[str]:
    return [path.suffix for path in (server.folder / "data" / "uploads").iterdir()]


def new_page(context: BrowserContext, server: MaskletServer) -> tuple[Page, Line]:
    page = context.new_page()
    line = Line(page)
    page.goto(server.url)
    return page, line


def test_an_upload_survives_what_happens_to_it(browser: Browser, server: MaskletServer, noise: Path) -> None:
    context = new_context(browser)
    page, line = new_page(context, server)

    choose(page, noise)
    is_at(page, r"^[1-9]\d$")
    page.get_by_test_id("upload-pause").click()
    state_is(page, "PAUSED")
    page.get_by_test_id("upload-resume").click()
    is_at(page, r"^[2-9]\d$")

    server.kill()
    state_is(page, "LOST")
    expect(page.get_by_test_id("upload-card")).to_contain_text("does not answer")
    server.start()
    state_is(page, "SENDING")
    is_at(page, r"^[3-9]\d$")
    page.get_by_test_id("upload-pause").click()
    state_is(page, "PAUSED")
    page.close()

    page, second_line = new_page(context, server)
    left = page.get_by_test_id("unfinished-upload")
    expect(left).to_contain_text("Noise.mp4")
    second_line.speed_up()
    choose(page, noise)
    expect(left).to_be_hidden()
    page.get_by_role("button", name="Open Noise.mp4").click()
    Editor(page, WIDTH, HEIGHT)
    (video,) = server.graphql("{ library { sourceSha256 } }")["library"]
    assert video["sourceSha256"] == hashlib.sha256(noise.read_bytes()).hexdigest()

    began, *went_on = line.offsets + second_line.offsets
    assert began == 0 and len(went_on) >= 3
    assert all(offset > 0 for offset in went_on) and went_on == sorted(went_on)
    assert kept_by(server) == [".json"]  # what it became, for who missed the answer
    context.close()


def test_a_cancelled_upload_is_forgotten_by_both(
    browser: Browser, server: MaskletServer, noise: Path
) -> None:
    context = new_context(browser)
    page, line = new_page(context, server)
    choose(page, noise)
    is_at(page, r"^[1-9]\d$")
    page.get_by_test_id("upload-cancel").click()
    expect(page.get_by_test_id("upload-card")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    assert kept_by(server) == []
    page.reload()
    expect(page.get_by_test_id("choose-video")).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_test_id("unfinished-upload")).to_have_count(0)
    context.close()
