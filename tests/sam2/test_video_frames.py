"""Frames are exact, read on demand and never all kept."""

from __future__ import annotations

import io
import threading
from fractions import Fraction

import av
import numpy as np
import pytest
import torch
from PIL import Image

from sam2.tracking.frames import InMemoryFrames, JpegFolder, open_frames
from sam2.tracking.prefetch import FrameReader
from sam2.tracking.video_file import VideoFile
from sam2.utils.misc import (
    AsyncVideoFrameLoader,
    concat_points,
    fill_holes_in_mask_scores,
    get_connected_components,
    load_video_frames,
    mask_to_box,
)
from tests.sam2.cheap_predictor import SIDE, CheapPredictor
from tests.sam2.moving_shapes import moving_discs

NUM_FRAMES, WIDTH, HEIGHT = 50, 96, 64


def numbered_frame(number: int) -> np.ndarray:
    """A frame that tells its number in grey bars of 6 bits, through any codec."""
    frame = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    for bit in range(6):
        frame[:, bit * 16 : bit * 16 + 16] = 230 if number >> bit & 1 else 20
    return frame


def number_of(frame: np.ndarray) -> int:
    return sum((frame[:, bit * 16 + 4 : bit * 16 + 12].mean() > 125) << bit for bit in range(6))


def encoded(file_format: str, codec: str, gop: int, options: dict[str, str], times=None) -> bytes:
    """A video of numbered frames; `times` are their presentation times in 1/90000 s."""
    file = io.BytesIO()
    with av.open(file, "w", format=file_format) as container:
        stream = container.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = WIDTH, HEIGHT, "yuv420p", gop
        if times is not None:
            stream.codec_context.time_base = stream.time_base = Fraction(1, 90000)
        for number in range(NUM_FRAMES):
            picture = av.VideoFrame.from_ndarray(numbered_frame(number), format="rgb24")
            if times is not None:
                picture.pts, picture.time_base = times[number], stream.time_base
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return file.getvalue()


VIDEOS = {
    "mp4 with B-frames, several key frames": ("mp4", "libx264", 12, {"bf": "3"}),
    "mp4, one key frame": ("mp4", "libx264", 1000, {"bf": "2"}),
    "open groups of pictures": ("mp4", "libx264", 10, {"bf": "3", "x264-params": "open-gop=1"}),
    "webm": ("webm", "libvpx-vp9", 15, {"cpu-used": "8", "deadline": "realtime"}),
    "avi without presentation times": ("avi", "mpeg4", 10, {"bf": "2"}),
    "mkv": ("matroska", "libx264", 9, {}),
}


@pytest.mark.parametrize("name", VIDEOS)
def test_any_order_of_reading_gives_the_same_frames(name):
    source = VideoFile(encoded(*VIDEOS[name]), ring_bytes=4 * WIDTH * HEIGHT * 3)
    assert (source.num_frames, source.height, source.width) == (NUM_FRAMES, HEIGHT, WIDTH)
    order = [*range(NUM_FRAMES), *range(NUM_FRAMES - 1, -1, -1), 0, 49, 25, 24, 26, 3, 3, 47, 12]
    assert [number_of(source.read(t)) for t in order] == order
    source.close()


def test_frames_of_variable_rate_are_counted_in_presentation_order():
    times = np.cumsum(np.random.default_rng(0).integers(900, 9000, NUM_FRAMES)).tolist()
    source = VideoFile(encoded("matroska", "libx264", 12, {"bf": "3"}, times))
    assert [number_of(source.read(t)) for t in range(NUM_FRAMES)] == list(range(NUM_FRAMES))
    source.close()


def test_only_a_few_decoded_frames_are_kept():
    source = VideoFile(encoded("mp4", "libx264", 12, {}), ring_bytes=5 * WIDTH * HEIGHT * 3)
    for t in range(NUM_FRAMES):
        source.read(t)
    assert len(source._ring) <= 5
    source.close()


def test_a_video_that_is_cut_off_gives_what_is_there(tmp_path):
    whole = encoded("matroska", "libx264", 5, {})
    source = VideoFile(whole[: len(whole) // 2])
    assert 0 < source.num_frames < NUM_FRAMES
    assert number_of(source.read(source.num_frames - 3)) == source.num_frames - 3
    source.close()


@pytest.mark.parametrize(
    ("name", "contents", "error", "words"),
    [
        ("empty.mp4", b"", ValueError, "cannot be opened as a video"),
        ("text.mp4", b"no video at all", ValueError, "cannot be opened as a video"),
    ],
)
def test_no_video(tmp_path, name, contents, error, words):
    path = tmp_path / name
    path.write_bytes(contents)
    for given in (str(path), path, contents):
        with pytest.raises(error, match=words):
            open_frames(given)


def test_audio_only(tmp_path):
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
    with pytest.raises(ValueError, match="has no video stream"):
        open_frames(path)


def test_missing_path():
    with pytest.raises(FileNotFoundError, match="does not exist"):
        open_frames("/nowhere/video.mp4")


def test_a_thing_that_is_no_video():
    with pytest.raises(NotImplementedError, match="of type int"):
        open_frames(3)


def write_jpegs(folder, count=5, size=(WIDTH, HEIGHT), name="{}.jpg"):
    folder.mkdir(exist_ok=True)
    for number in range(count):
        Image.fromarray(numbered_frame(number)).resize(size).save(folder / name.format(number), quality=95)
    return folder


def test_jpegs_are_ordered_by_number_and_other_files_ignored(tmp_path):
    folder = write_jpegs(tmp_path / "frames", 12)
    (folder / "notes.txt").write_text("hello")
    (folder / "11.jpg").rename(folder / "00011.JPEG")
    source = JpegFolder(folder)
    assert [number_of(source.read(t)) for t in range(12)] == list(range(12))
    with pytest.raises(IndexError, match=r"frame_idx 12 is outside 0\.\.11"):
        source.read(12)


def test_a_folder_that_is_no_video(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(FileNotFoundError, match="no images found in") as caught:
        open_frames(empty)
    assert isinstance(caught.value, RuntimeError), "as officially"
    with pytest.raises(ValueError, match="frame0.jpg in .* is not named by a frame number"):
        open_frames(write_jpegs(tmp_path / "named", name="frame{}.jpg"))
    mixed = write_jpegs(tmp_path / "mixed")
    Image.new("RGB", (10, 10)).save(mixed / "4.jpg")
    with pytest.raises(ValueError, match="4.jpg is 10x10 but the video is 96x64"):
        open_frames(mixed)
    broken = write_jpegs(tmp_path / "broken")
    (broken / "0.jpg").write_bytes(b"no image")
    with pytest.raises(ValueError, match="is not a whole JPEG image"):
        open_frames(broken)


def test_a_damaged_frame_leaves_the_state_as_it_was(tmp_path):
    folder = write_jpegs(tmp_path / "frames", size=(SIDE, SIDE))
    predictor = CheapPredictor()
    state = predictor.init_state(str(folder))
    predictor.add_new_points_or_box(state, 0, 1, points=[[9, 12]], labels=[1])
    whole = (folder / "2.jpg").read_bytes()
    (folder / "2.jpg").write_bytes(whole[: len(whole) // 2])
    walk = predictor.propagate_in_video(state)
    assert [next(walk)[0], next(walk)[0]] == [0, 1]
    with pytest.raises(ValueError, match="cannot be decoded|not a whole JPEG"):
        next(walk)
    assert list(state.objects[1].visited) == [0, 1]
    (folder / "2.jpg").write_bytes(whole)
    assert [t for t, _, _ in predictor.propagate_in_video(state)] == [0, 1, 2, 3, 4]
    state.close()


def test_jpeg_frames_are_resized_as_officially(tmp_path):
    folder = write_jpegs(tmp_path / "frames")
    reader = FrameReader(JpegFolder(folder), 40)
    expected = np.array(Image.open(folder / "3.jpg").convert("RGB").resize((40, 40)))
    assert np.array_equal(reader.read(3), expected)
    reader.close()


def test_in_memory_frames_must_be_alike():
    with pytest.raises(ValueError, match="there are no frames"):
        InMemoryFrames([])
    frame = np.zeros((4, 4, 3), np.uint8)
    for other in (np.zeros((4, 5, 3), np.uint8), np.zeros((4, 4, 3), np.float32)):
        with pytest.raises(ValueError, match="frame 1 is"):
            InMemoryFrames([frame, other])


class CountingFrames(InMemoryFrames):
    """Notes who reads what."""

    def __init__(self, frames):
        super().__init__(frames)
        self.reads: list[tuple[int, bool]] = []

    def read(self, frame_idx):
        self.reads.append((frame_idx, threading.current_thread() is threading.main_thread()))
        return super().read(frame_idx)


def test_opening_reads_no_frame_and_walking_reads_ahead():
    frames, before = CountingFrames(moving_discs(6, SIDE)._frames), set(threading.enumerate())
    predictor = CheapPredictor()
    state = predictor.init_state(frames, offload_video_to_cpu=True, async_loading_frames=True)
    assert frames.reads == []
    predictor.add_new_points_or_box(state, 0, 1, points=[[9, 12]], labels=[1])
    for _ in predictor.propagate_in_video(state):
        pass
    assert set(threading.enumerate()) > before
    assert [t for t, _ in frames.reads] == [0, 1, 2, 3, 4, 5], "each once"
    assert [t for t, in_main in frames.reads if in_main] == [0, 1]
    state.close()
    assert set(threading.enumerate()) <= before


def test_offload_state_keeps_memories_on_the_cpu():
    state = CheapPredictor().init_state(moving_discs(3, SIDE), offload_state_to_cpu=True)
    assert state["storage_device"] == torch.device("cpu")
    state.close()


def test_official_loaders(tmp_path):
    folder = write_jpegs(tmp_path / "frames")
    images, height, width = load_video_frames(str(folder), 40, True, compute_device="cpu")
    assert images.shape == (5, 3, 40, 40) and (height, width) == (HEIGHT, WIDTH)
    lazily, height, width = load_video_frames(
        str(folder), 40, False, async_loading_frames=True, compute_device="cpu"
    )
    assert isinstance(lazily, AsyncVideoFrameLoader) and (height, width) == (HEIGHT, WIDTH)
    assert all(torch.equal(lazily[t], images[t]) for t in range(5)) and len(lazily) == 5
    lazily.thread.join()
    video = encoded("mp4", "libx264", 12, {})
    images, _, _ = load_video_frames(video, 40, True, compute_device="cpu")
    assert images.shape == (NUM_FRAMES, 3, 40, 40)


def test_small_helpers():
    mask = torch.zeros(2, 1, 8, 8, dtype=torch.bool)
    mask[0, 0, 2:5, 3:7] = True
    assert mask_to_box(mask).tolist() == [[[3, 2, 6, 4]], [[8, 8, -1, -1]]]
    first = concat_points(None, torch.ones(1, 1, 2), torch.ones(1, 1))
    assert concat_points(first, torch.zeros(1, 2, 2), torch.zeros(1, 2))["point_labels"].tolist() == [
        [1, 0, 0]
    ]
    with pytest.raises(ValueError, match="must be positive"):
        fill_holes_in_mask_scores(torch.zeros(1, 1, 2, 2), 0)
    labels, areas = get_connected_components(torch.eye(4, dtype=torch.bool)[None, None])
    assert labels.max() == 1 and areas.max() == 4, "8-connected"
