"""Import of files that are not what they should be: one sentence each, and nothing left behind."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from backend.domain.errors import InvalidInput, MaskletError, Unavailable
from backend.domain.video import Playback
from backend.media import source
from backend.media.checks import CHECKS_NAME
from backend.media.child import ChildStopped, Job, MediaChild, Task
from backend.media.frames import VideoFrames
from backend.media.importer import WORK_NAME, import_video, index_video
from backend.media.index import INDEX_NAME, POSTER_NAME, RENDITION_NAME, SOURCE_NAME
from backend.media.limits import MediaLimits
from backend.media.walk import WORK_NAME as WALK_NAME
from tests.backend.numbered_clips import Clip, cut, number_of, numbers_in, played, write_sound

FASTSTART = {"movflags": "faststart"}
INDEXED = {SOURCE_NAME, POSTER_NAME, INDEX_NAME}
FINISHED = INDEXED | {RENDITION_NAME, CHECKS_NAME}
LONG = Clip(".avi", options={"preset": "ultrafast"}, num_frames=500, size=(640, 480))  # is decoded
Maker = Callable[[Path], Path]


def _file(data: bytes, name: str = "clip.mp4") -> Maker:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return make


def _sound_with_cover(folder: Path) -> Path:
    """Sound with a cover picture: containers list the picture as a video track."""
    path = write_sound(folder / "song.mp4")
    with av.open(str(path)) as sound, av.open(str(folder / "cover.mp4"), "w") as container:
        audio = container.add_stream_from_template(sound.streams.audio[0])
        picture = container.add_stream("mjpeg", rate=1)
        picture.width, picture.height, picture.pix_fmt = 96, 72, "yuvj420p"
        picture.disposition = av.stream.Disposition.attached_pic
        frame = av.VideoFrame.from_ndarray(np.zeros((72, 96, 3), np.uint8), "rgb24")
        container.mux(picture.encode(frame.reformat(format="yuvj420p")))
        container.mux(picture.encode(None))
        for packet in sound.demux(audio=0):
            if packet.size:
                packet.stream = audio
                container.mux(packet)
    return folder / "cover.mp4"


def _without_frames(folder: Path) -> Path:
    """A video track of which not one packet can be decoded."""
    path = Clip(container_options=FASTSTART).write(folder)
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    data[start:] = b"\xa5" * (len(data) - start)
    path.write_bytes(data)
    return path


def _header_only(folder: Path) -> Path:
    path = Clip(container_options=FASTSTART).write(folder)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"mdat") + 4])
    return path


def _too_wide(folder: Path) -> Path:
    return Clip(".avi", "mjpeg", size=(8208, 48), pix_fmt="yuvj420p", num_frames=1).write(folder)


def _playlist(text: str, name: str) -> Maker:
    def make(folder: Path) -> Path:
        victim = Clip(".mkv").write(folder, "victim")
        (folder / name).write_text(text.format(victim=victim))
        return folder / name

    return make


BAD_FILES: dict[str, tuple[Maker, str]] = {
    "empty": (_file(b""), "This file is empty: choose another one."),
    "text": (
        _file(b"Dear diary, " * 1000),
        "no video that Masklet can read: use MP4, MOV, WebM, MKV, AVI, MPEG-TS or GIF",
    ),
    "noise": (_file(np.random.default_rng(1).bytes(50_000)), "no video that Masklet can read"),
    "cut before its index": (lambda f: cut(Clip().write(f), 0.5), "cut off or damaged, so that it cannot"),
    "cut matroska": (lambda f: cut(Clip(".mkv").write(f), 0.05), "cut off or damaged"),
    "sound only": (lambda f: write_sound(f / "song.mp4"), "holds sound but no video: choose a video"),
    "sound with a cover": (_sound_with_cover, "holds sound but no video"),
    "no frame decodes": (_without_frames, "Not one frame of this video can be decoded"),
    "header only": (_header_only, "Not one frame of this video can be decoded"),
    "too wide": (_too_wide, "8208 x 48 pixels: scale it down to 8192 a side or less"),
    "hls": (
        _playlist("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{victim}\n#EXT-X-ENDLIST\n", "a.mp4"),
        "no video that Masklet can read",
    ),
    "concat": (_playlist("ffconcat version 1.0\nfile {victim}\n", "a.mkv"), "no video that Masklet can read"),
    "dash": (
        _playlist('<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>', "a.mp4"),
        "no video that Masklet can read",
    ),
    "picture": (_file(b"\x89PNG\r\n\x1a\n" + bytes(500), "a.png"), "no video that Masklet can read"),
}


@pytest.fixture(params=BAD_FILES, ids=lambda name: name.replace(" ", "-"))
def bad_file(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """(a file, what is to be said of it)."""
    make, sentence = BAD_FILES[request.param]
    return make(tmp_path), sentence


def test_a_bad_file_gets_one_sentence_and_leaves_nothing(bad_file: tuple[Path, str], tmp_path: Path) -> None:
    path, sentence = bad_file
    with pytest.raises(InvalidInput, match=sentence) as error:
        import_video(path, tmp_path / "video")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "video").exists()


@pytest.mark.parametrize(
    "clip",
    [
        Clip(options={"bf": "0", "g": "12"}, container_options=FASTSTART),
        Clip(".mkv", options={"bf": "0", "g": "12"}, container_options={"cluster_time_limit": "100"}),
        Clip(".avi", "mjpeg", pix_fmt="yuvj420p"),
    ],
    ids=["mp4", "mkv", "avi"],
)
def test_of_a_cut_file_what_decodes_is_kept(clip: Clip, tmp_path: Path) -> None:
    whole = clip.write(tmp_path)
    video = import_video(cut(whole, 0.75), tmp_path / "video")
    assert 15 < len(video.pts_s) < 40
    assert "ends early" in video.warning
    count = len(video.pts_s)
    numbers = numbers_in(played(tmp_path / "video"))
    assert len(numbers) == count
    assert numbers[:-1] == list(range(count - 1))  # the last one may be half a picture
    with VideoFrames(tmp_path / "video", ring_bytes=1) as frames:
        for i in (count - 2, 0, 7, 3):
            assert number_of(frames.read(i)) == i
        frames.read(count - 1)


def test_a_damaged_place_does_not_end_the_video(tmp_path: Path) -> None:
    path = Clip(options={"bf": "0", "g": "8", "crf": "5"}, container_options=FASTSTART).write(tmp_path)
    data = bytearray(path.read_bytes())
    middle = (data.index(b"mdat") + len(data)) // 2
    data[middle : middle + 60] = b"\xff" * 60
    path.write_bytes(data)
    video = import_video(path, tmp_path / "video")
    count = len(video.pts_s)
    assert 36 <= count <= 40
    with VideoFrames(tmp_path / "video", ring_bytes=1) as frames:
        again = [frames.read(i).copy() for i in range(count)]
        for i in (count - 1, 0, count // 2, 3):
            assert np.array_equal(frames.read(i), again[i])


def test_a_video_without_a_rate(tmp_path: Path) -> None:
    """All frames at one instant: 0 frames a second. They are told apart all the same."""
    path = Clip(".mkv", options={"bf": "0"}).write(tmp_path)
    data = path.read_bytes()
    still = tmp_path / "still.mkv"
    with av.open(str(path)) as whole, av.open(str(still), "w") as container:
        stream = container.add_stream_from_template(whole.streams.video[0])
        for packet in whole.demux(video=0):
            if packet.size:
                packet.pts = packet.dts = 0
                packet.duration = 0
                packet.stream = stream
                container.mux(packet)
    assert data
    video = import_video(still, tmp_path / "video")
    assert len(video.pts_s) == 40
    assert np.all(np.diff(video.pts_s) > 0)
    assert numbers_in(played(tmp_path / "video")) == list(range(40))


@pytest.mark.parametrize("gap_s", [3600, 40 * 86400])
def test_frames_far_apart(tmp_path: Path, gap_s: int) -> None:
    """An hour is fine. Of forty days a sentence says what to do."""
    clip = Clip(".mkv", options={"bf": "0"}, stamp=lambda i: i + (i > 20) * gap_s * 25)
    path = clip.write(tmp_path)
    try:
        video = import_video(path, tmp_path / "video")
    except InvalidInput as error:
        assert gap_s > 3600
        assert "longer than 24 hours" in str(error)
        assert not (tmp_path / "video").exists()
    else:
        np.testing.assert_allclose(video.pts_s, clip.times_s(), atol=1e-3)


@pytest.mark.parametrize("suffix", [".mp4", ".avi"])  # one is listed, the other one decoded
def test_too_much_of_a_video(tmp_path: Path, suffix: str) -> None:
    path = Clip(suffix).write(tmp_path)
    for limits, sentence in (
        (MediaLimits(max_frames=30), "more than 30 frames: cut it into parts"),
        (MediaLimits(max_duration_s=1.2), "longer than 1.2 seconds: cut it into parts"),
    ):
        with pytest.raises(InvalidInput, match=sentence):
            index_video(path, tmp_path / "video", limits=limits)
        assert not (tmp_path / "video").exists()


def test_a_frame_that_is_larger_than_its_header_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The decoder itself refuses: a small header must not open the door to a frame of gigabytes."""
    path = Clip(".avi", "mjpeg", size=(192, 144), pix_fmt="yuvj420p").write(tmp_path)
    data = path.read_bytes()
    for old, new in ((192, 16), (144, 16)):
        data = data.replace(old.to_bytes(4, "little"), new.to_bytes(4, "little"))
    path.write_bytes(data)
    monkeypatch.setattr(source, "MAX_SIDE", 100)
    with pytest.raises(InvalidInput):
        import_video(path, tmp_path / "video")


SPOILT_CLIPS = [
    Clip(options={"bf": "2", "g": "12"}),
    Clip(".mkv", options={"bf": "2", "g": "12"}),
    Clip(".webm", "libvpx-vp9", {"g": "12"}),
    Clip(".avi", "mpeg4", {"bf": "2"}),
    Clip(".mov", "libx265", {"x265-params": "log-level=error:keyint=10"}),
]


@pytest.mark.parametrize("clip", SPOILT_CLIPS, ids=lambda clip: clip.suffix[1:])
def test_spoilt_files_are_read_or_refused(clip: Clip, tmp_path: Path) -> None:
    """Bytes changed, cut out or cut off, at random: never anything but frames or a sentence."""
    whole = clip.write(tmp_path).read_bytes()
    spoilt = tmp_path / f"spoilt{clip.suffix}"
    for seed in range(12):
        random, folder = np.random.default_rng(seed), tmp_path / f"video-{seed}"
        data = bytearray(whole)
        first, last = sorted(random.integers(0, len(data), 2).tolist())
        match seed % 3:
            case 0:
                for place in random.integers(0, len(data), 10):
                    data[place] = random.integers(256)
            case 1:
                del data[first:last]
            case 2:
                data[first : first + 100] = random.bytes(100)
        spoilt.write_bytes(data)
        try:
            video = import_video(spoilt, folder)
        except MaskletError:
            assert not (folder).exists()
            continue
        with VideoFrames(folder, ring_bytes=60_000) as frames:
            for i in random.permutation(len(video.pts_s)).tolist():
                assert frames.read(i).shape == (video.height, video.width, 3)
    assert list(tmp_path.glob("video-*")), "not one of them could be read"


def test_progress_rises_to_one(tmp_path: Path) -> None:
    seen: list[float] = []
    import_video(Clip().write(tmp_path), tmp_path / "video", seen.append)
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)
    assert len(set(seen)) > 30


def test_the_source_goes_along_and_stays_itself(tmp_path: Path) -> None:
    path = Clip(".mkv").write(tmp_path)
    data = path.read_bytes()
    import_video(path, tmp_path / "video")
    import_video(path, tmp_path / "video")  # once more does no harm
    assert {entry.name for entry in (tmp_path / "video").iterdir()} == FINISHED
    assert (tmp_path / "video" / SOURCE_NAME).read_bytes() == data == path.read_bytes()


def test_an_import_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(done: float) -> None:
        if done > 0.5:
            raise Stop

    with pytest.raises(Stop):
        import_video(Clip().write(tmp_path), tmp_path / "video", stop)
    assert not (tmp_path / "video").exists()


KILLED = """
import os, signal, sys
from pathlib import Path
from backend.media.importer import import_video
def kill(done):
    if done >= float(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
import_video(Path(sys.argv[1]), Path(sys.argv[2]), kill)
"""


@pytest.mark.parametrize(
    ("when", "left"),
    [
        ("0", {WORK_NAME}),
        ("0.1", {WORK_NAME}),
        ("0.3", INDEXED | {WALK_NAME}),
        ("0.98", INDEXED | {WALK_NAME}),
    ],
)
def test_a_killed_import_leaves_nothing_that_looks_finished(
    tmp_path: Path, repository: Path, when: str, left: set[str]
) -> None:
    path, folder = Clip(".avi").write(tmp_path), tmp_path / "video"
    killed = subprocess.run([sys.executable, "-c", KILLED, path, folder, when], cwd=repository)
    assert killed.returncode == -signal.SIGKILL
    assert {entry.name for entry in folder.iterdir()} == left
    if INDEX_NAME not in left:
        with pytest.raises(Unavailable, match="frame index is missing"):
            VideoFrames(folder)
    import_video(path, folder)
    assert {entry.name for entry in folder.iterdir()} == FINISHED


def test_a_full_disk(small_disk: Path, tmp_path: Path) -> None:
    path = Clip(options={"crf": "0"}, num_frames=100, size=(640, 480)).write(tmp_path)
    (small_disk / "ballast").write_bytes(bytes(800_000))
    with pytest.raises(Unavailable, match="disk is full: free some space"):
        import_video(path, small_disk / "video")
    assert [entry.name for entry in small_disk.iterdir()] == ["ballast"]


def test_a_file_size_limit_counts_as_a_full_disk(tmp_path: Path) -> None:
    """Runs everywhere: the process may write only so much into one file."""
    path = Clip(options={"crf": "0"}, num_frames=60, size=(640, 480)).write(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, hard))
    try:
        with pytest.raises(Unavailable, match="disk is full: free some space"):
            import_video(path, tmp_path / "video")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert not (tmp_path / "video").exists()


class TestProcessApart:
    def test_it_imports_as_the_function_does(self, tmp_path: Path) -> None:
        path, seen = Clip(".mkv").write(tmp_path), []
        expected = import_video(path, tmp_path / "here")
        report = _child(Task.INDEX, path, tmp_path / "apart").run(seen.append)
        assert (report.playback, report.warning, seen[-1]) == (Playback.PENDING, None, 1.0)
        report = _child(Task.WALK, path, tmp_path / "apart").run(seen.append)
        assert (report.playback, report.warning, seen[-1]) == (expected.playback, None, 1.0)
        for name in FINISHED - {INDEX_NAME}:
            assert (tmp_path / "apart" / name).read_bytes() == (tmp_path / "here" / name).read_bytes(), name
        with VideoFrames(tmp_path / "apart") as frames:
            assert number_of(frames.read(17)) == 17

    @pytest.mark.parametrize("name", ["text", "too wide"])
    def test_sentences_come_through(self, name: str, tmp_path: Path) -> None:
        make, sentence = BAD_FILES[name]
        with pytest.raises(InvalidInput, match=sentence):
            _child(Task.INDEX, make(tmp_path), tmp_path / "video").run()

    def test_a_decoder_that_crashes_ends_its_process_only(self, tmp_path: Path) -> None:
        child = _child(Task.INDEX, LONG.write(tmp_path), tmp_path / "video")

        def crash(done: float) -> None:
            os.kill(child.pid, signal.SIGSEGV)

        with pytest.raises(InvalidInput, match="cannot be read: convert it to H.264 in MP4"):
            child.run(crash)

    def test_a_decoder_that_hangs_is_ended(self, tmp_path: Path) -> None:
        limits = MediaLimits(stall_s=3.0)
        child = _child(Task.INDEX, LONG.write(tmp_path), tmp_path / "video", limits)
        with pytest.raises(MaskletError, match="got stuck: convert it"):
            child.run(lambda done: os.kill(child.pid, signal.SIGSTOP))

    def test_a_file_that_takes_too_long_is_ended(self, tmp_path: Path) -> None:
        """One second of work for a file that takes some."""
        path = Clip(".avi", options={"preset": "ultrafast"}, num_frames=400, size=(1280, 720)).write(tmp_path)
        index_video(path, tmp_path / "video")
        with pytest.raises(MaskletError, match="got stuck: convert it"):
            _child(Task.WALK, path, tmp_path / "video", MediaLimits(cpu_s=1)).run()

    def test_a_file_that_wants_too_much_memory_is_refused(self, tmp_path: Path) -> None:
        path = Clip(".avi", "mjpeg", size=(8192, 4096), pix_fmt="yuvj420p", num_frames=1).write(tmp_path)
        with pytest.raises(InvalidInput) as error:
            _child(Task.INDEX, path, tmp_path / "video", MediaLimits(memory_bytes=400 * 2**20)).run()
        assert "\n" not in str(error.value)
        _child(Task.INDEX, path, tmp_path / "video").run()

    def test_it_can_be_stopped(self, tmp_path: Path) -> None:
        child = _child(Task.INDEX, LONG.write(tmp_path), tmp_path / "video")
        with pytest.raises(ChildStopped):
            child.run(lambda done: child.stop())

    def test_it_ends_with_its_parent(self, tmp_path: Path, repository: Path) -> None:
        """The parent is killed when the child begins an import of some seconds."""
        path = LONG.write(tmp_path)
        parent = (
            "import sys; from pathlib import Path; from backend.media.child import Job, MediaChild, Task\n"
            "p = MediaChild(Job(Task.INDEX, Path(sys.argv[2]), Path(sys.argv[1]), '0' * 64))\n"
            "print(p.pid, flush=True); p.run(lambda done: print('begun', flush=True))"
        )
        with subprocess.Popen(
            [sys.executable, "-c", parent, path, tmp_path / "video"],
            stdout=subprocess.PIPE,
            text=True,
            cwd=repository,
        ) as process:
            child = int(process.stdout.readline())
            assert process.stdout.readline() == "begun\n"
            os.kill(process.pid, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while _is_running(child):
            assert time.monotonic() < deadline, "the child outlived its parent"
            time.sleep(0.02)
        assert not (tmp_path / "video" / INDEX_NAME).exists()


def _child(task: Task, source: Path, folder: Path, limits: MediaLimits | None = None) -> MediaChild:
    return MediaChild(Job(task, folder, source, "0" * 64), limits)


def _is_running(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"
