"""The composed video that a browser writes: the source's frames, each at its own time, with its sound."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from backend.domain.rle import Rle
from tests.backend.numbered_clips import number_of, numbered
from tests.e2e.annotated import VideoInfo, new_session, open_session, video_named
from tests.e2e.editor import Editor, new_context
from tests.e2e.server import MaskletServer

WIDTH, HEIGHT, FRAMES = 320, 240, 60
RATE = 48_000
MASKED = (7, 30)  # the only frames with a mask
CELL = (slice(10, 60), slice(10, 70))  # of rows and columns: in the cell of the lowest bit


@pytest.fixture(scope="module")
def clip(server: MaskletServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "numbered.mkv"
    write_clip(path)
    server.upload(path, path.name)
    return path


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = new_context(browser)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def editor(page: Page, server: MaskletServer, clip: Path) -> Editor:
    video = video_named(server, clip.stem)
    session_id = new_session(server, video, ["Cell"], [])
    for frame_idx in MASKED:
        set_mask(server, session_id, frame_idx, cell_mask(video))
    editor = open_session(page, server, session_id, video)
    page.get_by_test_id("effects").click()
    page.get_by_test_id("effects-on").check()
    for _ in range(3):  # erase: white, black, green
        page.get_by_test_id("object-effect-erase").click()
    expect(page.get_by_test_id("object-effect-variant")).to_have_text("Green")
    return editor


def test_every_frame_is_there_at_its_own_time_with_its_masks(
    editor: Editor, page: Page, clip: Path, tmp_path: Path
) -> None:
    with page.expect_download() as download:
        page.get_by_test_id("download-video").click()
    composed = tmp_path / "composed.mp4"
    download.value.save_as(composed)
    assert download.value.suggested_filename == "numbered-masklet.mp4"

    frames, times = decoded(composed)
    assert [image.shape for image in frames] == [(HEIGHT, WIDTH, 3)] * FRAMES
    _, source_times = decoded(clip)
    assert times == [time - source_times[0] for time in source_times]
    for frame_idx, image in enumerate(frames):
        red, green, blue = image[CELL].mean(axis=(0, 1))
        is_erased = green > 1.5 * red and green > 1.5 * blue
        assert is_erased == (frame_idx in MASKED), frame_idx
        if not is_erased:
            assert number_of(image) == frame_idx


def test_the_sound_is_the_sources(editor: Editor, page: Page, tmp_path: Path) -> None:
    with page.expect_download() as download:
        page.get_by_test_id("download-video").click()
    composed = tmp_path / "composed.mp4"
    download.value.save_as(composed)
    samples = heard(composed)
    assert abs(len(samples) / RATE - 2.6) < 0.15
    half = samples[RATE // 2 : RATE // 2 + RATE]
    assert abs(int(np.abs(np.fft.rfft(half)).argmax()) - 440) <= 1


def test_it_can_be_cancelled(editor: Editor, page: Page) -> None:
    page.route("**/frames/*.jpg", lambda route: None if "/40.jpg" in route.request.url else route.continue_())
    page.get_by_test_id("download-video").click()
    bar = page.get_by_test_id("effects-panel").get_by_role("progressbar")
    expect(bar).to_be_visible()
    page.get_by_test_id("cancel-download").click()
    expect(page.get_by_test_id("toast")).to_contain_text("cancelled")
    expect(page.get_by_test_id("download-video")).to_be_enabled()
    page.unroute("**/frames/*.jpg")


def test_over_plain_http_it_says_what_it_needs(
    browser: Browser, editor: Editor, server: MaskletServer
) -> None:
    context = new_context(browser)
    page = context.new_page()
    page.add_init_script(
        "delete window.VideoEncoder; Object.defineProperty(window, 'isSecureContext', {value: false})"
    )
    page.goto(editor.page.url)
    page.get_by_test_id("effects").click()
    expect(page.get_by_test_id("needs-https")).to_contain_text("HTTPS")
    expect(page.get_by_test_id("download-video")).to_have_count(0)
    context.close()


def write_clip(path: Path) -> None:
    """Numbered frames of uneven durations that start at 1.5 s by the file's clock, with a tone."""
    with av.open(str(path), "w", format="matroska") as container:
        video = container.add_stream("libx264", rate=25, options={"crf": "10"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.codec_context.time_base = Fraction(1, 1000)
        sound = container.add_stream("aac", rate=RATE, layout="stereo")
        for number in range(FRAMES):
            picture = av.VideoFrame.from_ndarray(numbered(number, WIDTH, HEIGHT), "rgb24")
            picture.pts, picture.time_base = 1500 + 40 * number + 17 * (number % 3), Fraction(1, 1000)
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
        wave = 0.4 * np.sin(2 * np.pi * 440 * np.arange(int(4.1 * RATE)) / RATE)
        frame = av.AudioFrame.from_ndarray(np.stack([wave, wave]).astype(np.float32), "fltp", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
        resampler = av.AudioResampler("fltp", "stereo", RATE, frame_size=1024)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(sound.encode(piece))
        container.mux(sound.encode(None))


def cell_mask(video: VideoInfo) -> Rle:
    mask = np.zeros((video.height, video.width), bool)
    mask[CELL] = True
    flat = mask.T.ravel()
    edges = np.flatnonzero(np.diff(flat)) + 1
    return Rle.from_runs(video.height, video.width, np.diff([0, *edges, flat.size]).tolist())


def set_mask(server: MaskletServer, session_id: str, frame_idx: int, rle: Rle) -> None:
    mask = {"height": rle.height, "width": rle.width, "counts": rle.counts}
    server.graphql(
        "mutation ($s: ID!, $p: FramePromptInput!) { setPrompt(sessionId: $s, prompt: $p) }",
        s=session_id,
        p={"objectId": 1, "frameIdx": frame_idx, "mask": mask},
    )


def decoded(path: Path) -> tuple[list[np.ndarray], list[Fraction]]:
    """Each frame as RGB, and when it is shown, in seconds."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
        return [f.to_ndarray(format="rgb24") for f in frames], [f.pts * f.time_base for f in frames]


def heard(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)])
