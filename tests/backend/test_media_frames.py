"""Frame i is frame i: in every kind of file, in any order, and in the rendition that the browser plays."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from backend.domain.errors import Unavailable
from backend.media.checks import CHECKS_NAME
from backend.media.frames import VideoFrames
from backend.media.importer import import_video
from backend.media.index import INDEX_NAME, POSTER_NAME, RENDITION_NAME, SOURCE_NAME
from backend.media.rendition import GOP, MAX_LONG_SIDE, even_size
from tests.backend.numbered_clips import Clip, number_of, numbered, numbers_in, orders, played

QUIET_X265 = "log-level=error:keyint=10:min-keyint=10:scenecut=0"
B_FRAMES = {"bf": "3", "g": "12"}
VFR = (0, 1, 2, 5, 6, 9, 14, 15, 16, 40)


def _uneven(i: int) -> int:
    return 45 * (i // len(VFR)) + VFR[i % len(VFR)]


CLIPS = {
    "h264-b-frames": Clip(options=B_FRAMES),
    "h264-one-key": Clip(options={"g": "1000"}),
    "h264-open-gop": Clip(options={"x264-params": "open-gop=1:keyint=10:min-keyint=10:bframes=3:scenecut=0"}),
    "h264-intra-refresh": Clip(options={"x264-params": "intra-refresh=1:keyint=10:bframes=0"}),
    "h264-fragmented": Clip(
        options=B_FRAMES, container_options={"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    ),
    "h264-mov": Clip(".mov", options=B_FRAMES),
    "h264-mkv": Clip(".mkv", options=B_FRAMES),
    "h264-avi-no-times": Clip(".avi", options=B_FRAMES),
    "h264-10-bit": Clip(".mkv", options=B_FRAMES, pix_fmt="yuv420p10le"),
    "h264-odd-size": Clip(options=B_FRAMES, size=(101, 75), pix_fmt="yuv444p"),
    "hevc-open-gop": Clip(".mkv", "libx265", {"x265-params": QUIET_X265 + ":open-gop=1:bframes=3"}),
    "hevc-mp4": Clip(".mp4", "libx265", {"x265-params": QUIET_X265 + ":open-gop=1:bframes=3"}),
    "vp9-hidden-frames": Clip(".webm", "libvpx-vp9", {"g": "12", "auto-alt-ref": "1", "lag-in-frames": "16"}),
    "vp8": Clip(".webm", "libvpx", {"g": "12"}),
    "av1": Clip(".mp4", "libsvtav1", {"g": "12", "preset": "10", "crf": "20", "svtav1-params": "lp=1"}),
    "mpeg4-avi": Clip(".avi", "mpeg4", {"bf": "2", "g": "10"}),
    "mpeg4-mp4": Clip(".mp4", "mpeg4", {"g": "10"}),
    "mjpeg-avi": Clip(".avi", "mjpeg", pix_fmt="yuvj420p"),
    "vfr-mp4": Clip(options=B_FRAMES, stamp=_uneven, time_base=Fraction(1, 90)),
    "vfr-mkv": Clip(".mkv", options=B_FRAMES, stamp=_uneven, time_base=Fraction(1, 50)),
    "ntsc": Clip(options=B_FRAMES, stamp=lambda i: 1001 * i, time_base=Fraction(1, 30000)),
    "starts-late-mp4": Clip(options=B_FRAMES, stamp=lambda i: i + 250),
    "starts-late-mkv": Clip(".mkv", options=B_FRAMES, stamp=lambda i: i + 250),
    "rotated-90": Clip(".mov", options=B_FRAMES, rotation=90),
    "rotated-180": Clip(".mp4", options=B_FRAMES, rotation=180),
    "rotated-270": Clip(".mp4", options=B_FRAMES, rotation=270),
    "one-frame": Clip(num_frames=1),
    "very-slow": Clip(stamp=lambda i: 3000 * i, num_frames=5),
}


@pytest.fixture(scope="module", params=CLIPS, ids=str)
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Clip, Path]:
    """(how it was written, the folder that it was imported into)."""
    clip = CLIPS[request.param]
    tmp_path = tmp_path_factory.mktemp("clip")
    video = import_video(clip.write(tmp_path), tmp_path / "video")
    assert (video.width, video.height, len(video.pts_s)) == (*clip.size, clip.num_frames)
    assert video.warning is None
    return clip, tmp_path / "video"


def test_times_are_the_files_own(imported: tuple[Clip, Path]) -> None:
    clip, folder = imported
    with np.load(folder / INDEX_NAME) as index:
        pts_s = index["pts_s"]
    assert pts_s[0] == 0
    assert np.all(np.diff(pts_s) > 0)
    tolerance = 1e-3 if clip.suffix in (".mkv", ".webm") else 1e-6  # those count in milliseconds
    np.testing.assert_allclose(pts_s, clip.times_s(), atol=tolerance)


@pytest.mark.parametrize("ring_bytes", [1, 60_000, 2**27], ids=["one", "some", "all"])
def test_any_frame_in_any_order(imported: tuple[Clip, Path], ring_bytes: int) -> None:
    clip, folder = imported
    with VideoFrames(folder) as reference:
        exact = [reference.read(i).copy() for i in range(clip.num_frames)]
    assert [number_of(image) for image in exact] == list(range(clip.num_frames))
    for order in orders(clip.num_frames):
        with VideoFrames(folder, ring_bytes) as frames:
            for i in order:
                assert np.array_equal(frames.read(i), exact[i]), i


def test_the_rendition_has_the_same_frames(imported: tuple[Clip, Path]) -> None:
    clip, folder = imported
    assert numbers_in(played(folder)) == list(range(clip.num_frames))
    if played(folder).name == SOURCE_NAME:
        return  # what may be played as it is, is tested in test_media_playable.py
    with np.load(folder / INDEX_NAME) as index:
        pts_s = index["pts_s"]
    with av.open(str(folder / RENDITION_NAME)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == tuple(side + side % 2 for side in clip.size)
        tick = float(stream.time_base)
        packets = [packet for packet in container.demux(stream) if packet.size]
    assert [p.pts for p in packets] == [p.dts for p in packets]  # no B-frames
    np.testing.assert_allclose([p.pts * tick for p in packets], pts_s, atol=tick)
    keys = [i for i, packet in enumerate(packets) if packet.is_keyframe]
    assert keys[0] == 0
    assert max(np.diff([*keys, len(packets)])) <= GOP
    data = (folder / RENDITION_NAME).read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # plays before it is loaded whole


def test_the_poster_is_the_first_frame(imported: tuple[Clip, Path]) -> None:
    _, folder = imported
    assert numbers_in(folder / POSTER_NAME) == [0]


def test_frames_of_one_instant_stay_apart(tmp_path: Path) -> None:
    """4000 frames a second in a file that counts milliseconds: four frames share each stamp."""
    clip = Clip(".mkv", options=B_FRAMES, time_base=Fraction(1, 4000))
    video = import_video(clip.write(tmp_path), tmp_path / "video")
    assert np.all(np.diff(video.pts_s) > 0)
    assert numbers_in(played(tmp_path / "video")) == list(range(clip.num_frames))
    for order in orders(clip.num_frames):
        with VideoFrames(tmp_path / "video", ring_bytes=60_000) as frames:
            assert [number_of(frames.read(i)) for i in order] == list(order)


def test_an_edit_list_is_kept_to(tmp_path: Path) -> None:
    """The file holds 40 frames and says that the video begins with the seventh."""
    path = Clip(options={"g": "12", "bf": "0"}).write(tmp_path)
    data = bytearray(path.read_bytes())
    media_time = data.index(b"elst") + 16
    assert data[media_time : media_time + 4] == bytes(4)
    data[media_time : media_time + 4] = (6 * 512).to_bytes(4, "big")  # 512 ticks a frame
    path.write_bytes(data)
    video = import_video(path, tmp_path / "video")
    assert (len(video.pts_s), video.warning) == (34, None)
    assert numbers_in(played(tmp_path / "video")) == list(range(6, 40))
    for order in orders(34):
        with VideoFrames(tmp_path / "video", ring_bytes=1) as frames:
            assert [number_of(frames.read(i)) - 6 for i in order] == list(order)


def test_what_lies_before_time_zero_is_not_in_the_video(tmp_path: Path) -> None:
    path = Clip(options={"g": "12"}, stamp=lambda i: i - 7).write(tmp_path)
    video = import_video(path, tmp_path / "video")
    assert numbers_in(path) == list(range(7, 40))  # so other players see it too
    assert (len(video.pts_s), video.warning) == (33, None)
    with VideoFrames(tmp_path / "video", ring_bytes=1) as frames:
        assert [number_of(frames.read(i)) for i in (30, 0, 32, 5)] == [37, 7, 39, 12]


def test_a_mirrored_video_is_shown_as_the_file_asks(tmp_path: Path) -> None:
    """Front cameras write a mirroring matrix; then up stays up and left becomes right."""
    clip = Clip(options=B_FRAMES, rotation=180)
    path = clip.write(tmp_path)
    data = bytearray(path.read_bytes())
    minus_one, one = (value.to_bytes(4, "big", signed=True) for value in (-65536, 65536))
    matrix = data.index(minus_one)  # the matrix is a b u, c d v, x y w; d is its fifth number
    assert data[matrix + 16 : matrix + 20] == minus_one
    data[matrix + 16 : matrix + 20] = one
    path.write_bytes(data)
    import_video(path, tmp_path / "video")
    with VideoFrames(tmp_path / "video") as frames:
        # The stored picture is turned by 180 degrees; mirrored sideways only, it still stands on its head.
        assert [number_of(frames.read(i)[::-1]) for i in range(40)] == list(range(40))


def test_a_video_that_changes_its_size_keeps_the_first(tmp_path: Path) -> None:
    """Two streams of different size in one file, as some recorders write them."""
    path = tmp_path / "both.avi"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 72, "yuvj420p"
        for i in range(20):
            encoder = av.CodecContext.create("mjpeg", "w")
            encoder.width, encoder.height = (96, 72) if i < 10 else (192, 144)
            encoder.pix_fmt, encoder.time_base = "yuvj420p", Fraction(1, 25)
            picture = numbered(i, encoder.width, encoder.height)
            frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(format="yuvj420p")
            frame.pts, frame.time_base = i, Fraction(1, 25)
            for packet in [*encoder.encode(frame), *encoder.encode(None)]:
                packet.stream = stream
                container.mux(packet)
    video = import_video(path, tmp_path / "video")
    assert (video.width, video.height, len(video.pts_s)) == (96, 72, 20)
    assert numbers_in(played(tmp_path / "video")) == list(range(20))
    with VideoFrames(tmp_path / "video", ring_bytes=1) as frames:
        for i in (*range(20), 13, 4, 19):
            image = frames.read(i)
            assert (image.shape, number_of(image)) == ((72, 96, 3), i)


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
    CLIPS["av1"].write(tmp_path)
    assert os.sched_getscheduler(0) == before
