"""Frame i is frame i: in every kind of file, in any order, and in the rendition that the browser plays."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from backend.domain.errors import Unavailable
from backend.media.checks import CHECKS_NAME
from backend.media.frames import VideoFrames
from backend.media.importer import ImportedVideo, import_video
from backend.media.index import INDEX_NAME, POSTER_NAME, SOURCE_NAME, FrameIndex
from backend.media.rendition import GOP, MAX_LONG_SIDE, even_size
from tests.backend.frame_corpus import CASES, Case, of_one_instant
from tests.backend.frame_table import documented_rows, row
from tests.backend.numbered_clips import Clip, number_of, numbers_in, orders, played

B_FRAMES = {"bf": "3", "g": "12"}


@dataclass(frozen=True)
class Imported:
    case: Case
    folder: Path
    numbers: list[int]  # on each frame, by a plain decode of the whole file
    video: ImportedVideo


@pytest.fixture(scope="module", params=CASES, ids=str)
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    case = CASES[request.param]
    tmp_path = tmp_path_factory.mktemp("clip")
    path = case.write(tmp_path)
    video = import_video(path, tmp_path / "video")
    numbers = case.numbers(path)
    assert (video.width, video.height, len(video.pts_s)) == (*case.clip.size, len(numbers))
    assert (video.warning is not None) == case.ends_early
    assert not case.ends_early or "ends early" in video.warning
    return Imported(case, tmp_path / "video", numbers, video)


def test_numbers_are_in_order(imported: Imported) -> None:
    """What a plain decode gives is a run of numbers; where nothing is cut off or left out, all of them."""
    first = imported.numbers[0]
    assert imported.numbers == list(range(first, first + len(imported.numbers)))
    if imported.case.change is None and imported.case.clip.stamp(0) >= 0:
        assert len(imported.numbers) == imported.case.clip.num_frames


def test_times_are_the_files_own(imported: Imported) -> None:
    clip, pts_s = imported.case.clip, np.array(imported.video.pts_s)
    assert pts_s[0] == 0
    assert np.all(np.diff(pts_s) > 0)
    if imported.case.change is not of_one_instant and clip.time_base != Fraction(1, 4000):
        tolerance = 1e-3 if clip.suffix in (".mkv", ".webm") else 2e-5  # those count in milliseconds
        expected = np.array(clip.times_s())[imported.numbers]
        np.testing.assert_allclose(pts_s, expected - expected[0], atol=tolerance)


@pytest.mark.parametrize("ring_bytes", [1, 60_000, 2**27], ids=["one", "some", "all"])
def test_any_frame_in_any_order(imported: Imported, ring_bytes: int) -> None:
    with VideoFrames(imported.folder) as reference:
        exact = [reference.read(i).copy() for i in range(reference.num_frames)]
    assert [number_of(image) for image in exact] == imported.numbers
    for order in orders(len(exact)):
        with VideoFrames(imported.folder, ring_bytes) as frames:
            for i in order:
                assert np.array_equal(frames.read(i), exact[i]), i


def test_any_frame_before_the_walk(imported: Imported, tmp_path: Path) -> None:
    """No fingerprints yet: the index alone has to find each frame, to the bit."""
    for name in (SOURCE_NAME, INDEX_NAME):
        (tmp_path / name).symlink_to(imported.folder / name)
    with VideoFrames(imported.folder) as walked, VideoFrames(tmp_path, ring_bytes=1) as frames:
        for i in orders(len(imported.numbers))[2]:
            assert np.array_equal(frames.read(i), walked.read(i)), i


def test_the_browsers_file_has_the_same_frames(imported: Imported) -> None:
    path = played(imported.folder)
    assert numbers_in(path) == imported.numbers
    if path.name == SOURCE_NAME:
        return  # which files those are, is tested in test_media_playable.py
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == even_size(*imported.case.clip.size)
        tick = float(stream.time_base)
        packets = [packet for packet in container.demux(stream) if packet.size]
    assert [p.pts for p in packets] == [p.dts for p in packets]  # no B-frames
    np.testing.assert_allclose([p.pts * tick for p in packets], imported.video.pts_s, atol=tick)
    keys = [i for i, packet in enumerate(packets) if packet.is_keyframe]
    assert keys[0] == 0
    assert max(np.diff([*keys, len(packets)])) <= GOP
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # plays before it is loaded whole


def test_the_document_says_what_came_of_it(imported: Imported) -> None:
    """`python -m tests.backend.frame_table` writes the table of docs/frames.md anew."""
    assert row(imported.case, imported.video, FrameIndex.load(imported.folder)) in documented_rows()


def test_the_document_has_every_case_once() -> None:
    assert len({case.what for case in CASES.values()}) == len(CASES)
    assert len(documented_rows()) == len(CASES) + 2  # and the heading with its line, the same in each table


def test_the_poster_is_the_first_frame(imported: Imported) -> None:
    assert numbers_in(imported.folder / POSTER_NAME) == imported.numbers[:1]


def test_colours_are_those_of_the_picture(tmp_path: Path) -> None:
    """Flat colours, untagged, small and HD: within a few levels of what went in."""
    for size in ((96, 72), (1280, 720)):
        path = tmp_path / f"{size[0]}.mp4"
        colours = np.array([[200, 30, 40], [20, 180, 60], [40, 60, 210]], np.uint8)
        standard = "ITU709" if size[1] >= 720 else "ITU601"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=25, options={"crf": "10"})
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            for i, colour in enumerate(colours):
                image = np.broadcast_to(colour, (size[1], size[0], 3))
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), "rgb24")
                frame = frame.reformat(format="yuv420p", dst_colorspace=standard)
                frame.pts = i
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        import_video(path, tmp_path / str(size[0]))
        with VideoFrames(tmp_path / str(size[0])) as frames:
            for i, colour in enumerate(colours):
                assert np.abs(frames.read(i).mean((0, 1)) - colour).max() < 5, (size, i)


def test_large_videos_get_a_smaller_rendition() -> None:
    assert even_size(3840, 2160) == (1920, 1080)
    assert even_size(2160, 3840) == (1080, 1920)
    assert even_size(101, 57) == (102, 58)
    assert even_size(8000, 10) == (1920, 2)
    assert max(even_size(4097, 2731)) <= MAX_LONG_SIDE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An imported video of 40 frames with a keyframe every 12."""
    import_video(Clip(options=B_FRAMES).write(tmp_path), tmp_path / "video")
    return tmp_path / "video"


class TestReading:
    def test_frames_outside(self, folder: Path) -> None:
        with VideoFrames(folder) as frames:
            for outside in (-1, 40):
                with pytest.raises(IndexError, match=f"frame_idx {outside} is outside 0..39"):
                    frames.read(outside)

    def test_closed(self, folder: Path) -> None:
        frames = VideoFrames(folder)
        frames.read(0)
        frames.close()
        frames.close()
        with pytest.raises(ValueError, match="closed"):
            frames.read(0)

    def test_several_threads(self, folder: Path) -> None:
        wrong: list[int] = []
        with VideoFrames(folder, ring_bytes=60_000) as frames:

            def read(seed: int) -> None:
                for i in np.random.default_rng(seed).permutation(40).tolist():
                    if number_of(frames.read(i)) != i:
                        wrong.append(i)

            threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert wrong == []

    def test_backward_decodes_each_group_once(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        decoded = self._count_decoded(monkeypatch)
        with VideoFrames(folder) as frames:
            for i in range(39, -1, -1):
                frames.read(i)
        assert 40 <= len(decoded) <= 60  # each frame once, and the frames that the seeks begin with

    def test_forward_decodes_each_frame_once(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        decoded = self._count_decoded(monkeypatch)
        with VideoFrames(folder, ring_bytes=1) as frames:
            for i in range(40):
                frames.read(i)
        assert len(decoded) == 40

    def test_other_bits_from_another_decoder_do_not_stop_it(self, tmp_path: Path) -> None:
        """The fingerprints are of another FFmpeg: then frames are told apart by their order alone."""
        import_video(Clip(options=B_FRAMES).write(tmp_path), tmp_path / "video")
        with np.load(tmp_path / "video" / CHECKS_NAME) as index:
            arrays = dict(index)
        arrays["fingerprints"] = arrays["fingerprints"] ^ 1
        np.savez(tmp_path / "video" / CHECKS_NAME, **arrays)
        with VideoFrames(tmp_path / "video", ring_bytes=60_000) as frames:
            assert [number_of(frames.read(i)) for i in (20, 3, 39, 38)] == [20, 3, 39, 38]

    def test_a_source_that_was_changed(self, tmp_path: Path) -> None:
        import_video(Clip().write(tmp_path), tmp_path / "video")
        with (tmp_path / "video" / SOURCE_NAME).open("ab") as file:
            file.write(b"more")
        with pytest.raises(Unavailable, match="was changed after its import"):
            VideoFrames(tmp_path / "video")
        (tmp_path / "video" / SOURCE_NAME).unlink()
        with pytest.raises(Unavailable, match="source file is missing"):
            VideoFrames(tmp_path / "video")

    def test_an_index_that_is_cut(self, tmp_path: Path) -> None:
        import_video(Clip().write(tmp_path), tmp_path / "video")
        index = tmp_path / "video" / INDEX_NAME
        index.write_bytes(index.read_bytes()[:700])
        with pytest.raises(Unavailable, match="frame index is missing or damaged"):
            VideoFrames(tmp_path / "video")

    @staticmethod
    def _count_decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
        from backend.media import frames as module

        decoded: list[int] = []

        def counted(frame: av.VideoFrame) -> int:
            decoded.append(1)
            return original(frame)

        original = module.fingerprint
        monkeypatch.setattr(module, "fingerprint", counted)
        return decoded


LUMA_601, LUMA_709 = (0.299, 0.587, 0.114), (0.2126, 0.7152, 0.0722)


@pytest.mark.parametrize(
    ("name", "luma"),
    [("02_cups.mp4", LUMA_709), ("05_default_juggle.mp4", LUMA_709), ("bedroom.mp4", LUMA_601)],
)
def test_real_videos(
    name: str, luma: tuple[float, ...], shared_file: Callable[[str], Path], tmp_path: Path
) -> None:
    """Some frames, out of order, are the ones that plain decoding gives."""
    path = shared_file(f"videos/{name}")
    video = import_video(path, tmp_path / "video")
    wanted = [0, len(video.pts_s) - 1, 57, 56, 120, 11]
    exact: dict[int, np.ndarray] = {}
    with av.open(str(path)) as container:
        for i, frame in enumerate(container.decode(video=0)):
            if i in wanted:
                exact[i] = frame.to_ndarray(format="gray").astype(float)
            last_s = float(frame.pts * frame.time_base)
    assert i + 1 == len(video.pts_s)
    assert video.pts_s[-1] == pytest.approx(last_s)
    with VideoFrames(tmp_path / "video") as frames:
        for i in wanted:
            assert np.abs(frames.read(i) @ luma - exact[i]).mean() < 3, i


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="scheduling policies are Linux's")
def test_writing_av1_leaves_the_process_its_priority(tmp_path: Path) -> None:
    before = os.sched_getscheduler(0)
    CASES["av1"].write(tmp_path)
    assert os.sched_getscheduler(0) == before
