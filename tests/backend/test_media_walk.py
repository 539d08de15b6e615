"""Between the index and the end of the walk: the video is open, its stills are exact, nothing is lost."""

from __future__ import annotations

import io
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from backend.domain.errors import Conflict, Unavailable
from backend.domain.video import Playback, Video, VideoState
from backend.media import frames_apart
from backend.media.checks import CHECKS_NAME
from backend.media.child import Task, start_python
from backend.media.file_lock import folder_lock
from backend.media.frames import VideoFrames
from backend.media.frames_apart import FramesApart, open_frames
from backend.media.importer import import_video, index_video
from backend.media.index import RENDITION_NAME
from backend.media.library import VideoLibrary
from backend.media.limits import MediaLimits
from backend.media.walk import walk_video
from backend.store.database import open_database
from backend.store.videos import SqlVideoStore
from tests.backend.numbered_clips import Clip, number_of, numbers_in, packet_places, played

NEEDS_RENDITION = Clip(".mkv", options={"g": "12", "preset": "ultrafast"}, num_frames=100, size=(640, 480))
TIMEOUT_S = 90.0


@pytest.fixture
def videos(tmp_path: Path) -> Iterator[SqlVideoStore]:
    database = open_database(f"sqlite:///{tmp_path}/data/masklet.sqlite")
    yield SqlVideoStore(database)
    database.close()


@pytest.fixture
def library(videos: SqlVideoStore, tmp_path: Path) -> Iterator[VideoLibrary]:
    opened = VideoLibrary(videos, tmp_path / "data")
    opened.start()
    yield opened
    opened.close()


def wait(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def held_in_its_walk(library: VideoLibrary, videos: SqlVideoStore, data: bytes) -> Video:
    """The video as it is when its index is there and the walk's process stands still."""
    video_id = library.receive(io.BytesIO(data), "a.mkv").video_id
    wait(lambda: library._imports.running(Task.WALK))
    os.kill(library._imports.running(Task.WALK).pid, signal.SIGSTOP)
    return videos.video(video_id)


class TestBeforeTheWalkIsThrough:
    def test_a_video_is_open_and_its_stills_are_exact(
        self, library: VideoLibrary, videos: SqlVideoStore, tmp_path: Path
    ) -> None:
        video = held_in_its_walk(library, videos, NEEDS_RENDITION.write(tmp_path).read_bytes())
        assert (video.state, video.playback) == (VideoState.READY, Playback.PENDING)
        assert (video.num_frames, video.progress) == (100, 1.0)
        assert library.poster_path(video.video_id).exists()
        with pytest.raises(Conflict, match="still being prepared for playing"):
            library.rendition_path(video.video_id)
        for i in (99, 0, 57):
            data = np.frombuffer(library.still_jpeg(video.video_id, i), np.uint8)
            assert number_of(cv2.imdecode(data, cv2.IMREAD_COLOR)) == i
        with library.frames(video.video_id) as frames:
            assert isinstance(frames, FramesApart)
            assert [number_of(frames.read(i)) for i in (3, 98, 40)] == [3, 98, 40]

    def test_the_next_upload_does_not_wait_for_it(
        self, library: VideoLibrary, videos: SqlVideoStore, tmp_path: Path
    ) -> None:
        held_in_its_walk(library, videos, NEEDS_RENDITION.write(tmp_path).read_bytes())
        second = library.receive(io.BytesIO(Clip().write(tmp_path).read_bytes()), "b.mp4").video_id
        wait(lambda: videos.video(second).state is VideoState.READY)

    def test_a_rendition_does_not_wait_for_a_walk_that_nobody_waits_for(
        self, library: VideoLibrary, videos: SqlVideoStore, tmp_path: Path
    ) -> None:
        long = Clip(options={"g": "12", "preset": "ultrafast"}, num_frames=200, size=(640, 480))
        first = held_in_its_walk(library, videos, long.write(tmp_path).read_bytes())
        assert first.playback is Playback.SOURCE
        second = library.receive(io.BytesIO(Clip(".mkv").write(tmp_path).read_bytes()), "b.mkv").video_id
        wait(lambda: videos.video(second).playback is Playback.RENDITION)
        assert not (library.folder(first.video_id) / CHECKS_NAME).exists()

    def test_it_is_done_again_after_a_stop(self, videos: SqlVideoStore, tmp_path: Path) -> None:
        first = VideoLibrary(videos, tmp_path / "data")
        first.start()
        video = held_in_its_walk(first, videos, NEEDS_RENDITION.write(tmp_path).read_bytes())
        first.close()
        assert videos.video(video.video_id).playback is Playback.PENDING
        assert not (first.folder(video.video_id) / RENDITION_NAME).exists()
        second = VideoLibrary(videos, tmp_path / "data")
        second.start()
        wait(lambda: videos.video(video.video_id).playback is Playback.RENDITION)
        second.close()
        assert numbers_in(second.rendition_path(video.video_id)) == list(range(100))

    def test_a_walk_that_crashes_leaves_the_stills(
        self, library: VideoLibrary, videos: SqlVideoStore, tmp_path: Path
    ) -> None:
        """Twice, as one crash is forgiven. The session goes on, and nobody tries again at each start."""
        video = held_in_its_walk(library, videos, NEEDS_RENDITION.write(tmp_path).read_bytes())
        for _ in range(2):
            wait(lambda: library._imports.running(Task.WALK))
            os.kill(library._imports.running(Task.WALK).pid, signal.SIGKILL)
            wait(lambda: library._imports.running(Task.WALK) is None)
        wait(lambda: videos.video(video.video_id).playback is Playback.STILLS)
        found = videos.video(video.video_id)
        assert (found.state, "cannot be read" in found.warning) == (VideoState.READY, True)
        with pytest.raises(Conflict, match="take its frames as stills"):
            library.rendition_path(video.video_id)
        data = np.frombuffer(library.still_jpeg(video.video_id, 31), np.uint8)
        assert number_of(cv2.imdecode(data, cv2.IMREAD_COLOR)) == 31

    def test_the_rendition_is_made_once_for_the_same_bytes(
        self, library: VideoLibrary, videos: SqlVideoStore, tmp_path: Path
    ) -> None:
        data = NEEDS_RENDITION.write(tmp_path).read_bytes()
        video_id = library.receive(io.BytesIO(data), "a.mkv").video_id
        assert videos.video(video_id).playback is Playback.PENDING
        wait(lambda: videos.video(video_id).playback is Playback.RENDITION)
        made = library.rendition_path(video_id).stat().st_mtime_ns
        assert library.receive(io.BytesIO(data), "again.mkv").video_id == video_id
        assert videos.video(video_id).playback is Playback.RENDITION
        assert library.rendition_path(video_id).stat().st_mtime_ns == made
        assert videos.video(video_id).playback_progress == 1.0


class TestFramesApart:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        index_video(Clip(options={"g": "12"}).write(tmp_path), tmp_path / "video")
        return tmp_path / "video"

    def test_it_gives_what_the_server_would_decode(self, folder: Path) -> None:
        with open_frames(folder) as apart:
            assert isinstance(apart, FramesApart)
            before = [apart.read(i) for i in range(40)]
        walk_video(folder)
        with open_frames(folder) as here:
            assert isinstance(here, VideoFrames)
            for i in range(40):
                assert np.array_equal(here.read(i), before[i])
            assert (apart.num_frames, apart.width, apart.height) == (40, here.width, here.height)

    def test_outside_and_closed(self, folder: Path) -> None:
        frames = open_frames(folder)
        with pytest.raises(IndexError, match="frame_idx 40 is outside 0..39"):
            frames.read(40)
        frames.close()
        frames.close()
        with pytest.raises(ValueError, match="closed"):
            frames.read(0)

    def test_a_decoder_that_crashes_is_started_again(self, folder: Path) -> None:
        with open_frames(folder) as frames:
            assert number_of(frames.read(5)) == 5
            os.kill(frames._process.pid, signal.SIGSEGV)
            assert number_of(frames.read(6)) == 6

    def test_a_decoder_that_hangs_is_ended(self, folder: Path) -> None:
        with open_frames(folder, limits=MediaLimits(stall_s=5.0)) as frames:
            assert number_of(frames.read(5)) == 5
            os.kill(frames._process.pid, signal.SIGSTOP)
            assert number_of(frames.read(6)) == 6

    def test_a_frame_that_crashes_it_each_time_gets_a_sentence(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Here the process ends as soon as it begins."""
        monkeypatch.setattr(frames_apart, "start_python", lambda _, given: start_python("keyword", given))
        with open_frames(folder) as frames:
            for _ in range(2):
                with pytest.raises(Unavailable, match="cannot be decoded: convert the video"):
                    frames.read(5)

    def test_sentences_come_through(self, folder: Path) -> None:
        with open_frames(folder) as frames:
            (folder / "source").write_bytes(b"x" * (folder / "source").stat().st_size)
            with pytest.raises(Unavailable, match="no video that Masklet can read"):
                frames.read(3)


def test_a_picture_that_is_lost_holds_the_one_before(tmp_path: Path) -> None:
    """As in a player; every other frame keeps its number, however it is reached."""
    path = Clip(".mov", "prores_ks", pix_fmt="yuv422p10le").write(tmp_path)
    data = bytearray(path.read_bytes())
    for lost in (20, 21):
        place, size = packet_places(path)[lost]
        data[place : place + size] = bytes(size)
    path.write_bytes(data)
    video = import_video(path, tmp_path / "video")
    expected = [19 if i in (20, 21) else i for i in range(40)]
    assert len(video.pts_s) == 40
    assert "where a picture is lost, the one before it stays" in video.warning
    assert numbers_in(played(tmp_path / "video")) == expected
    for walked in (True, False):
        if not walked:
            (tmp_path / "video" / CHECKS_NAME).unlink()
        for order in (range(40), range(39, -1, -1), (21, 5, 20, 39)):
            with VideoFrames(tmp_path / "video", ring_bytes=1) as frames:
                assert [number_of(frames.read(i)) for i in order] == [expected[i] for i in order]


def test_one_process_at_a_time_holds_a_folder(tmp_path: Path) -> None:
    closing, entered = threading.Event(), threading.Event()

    def enter() -> None:
        with folder_lock(tmp_path, closing):
            entered.set()

    with folder_lock(tmp_path, closing):
        second = threading.Thread(target=enter)
        second.start()
        assert not entered.wait(0.2)
    second.join(TIMEOUT_S)
    assert entered.is_set()
