"""Uploads and the gallery: safe once acknowledged, the same file once, and no way out of the folder."""

from __future__ import annotations

import io
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from backend.domain.errors import Conflict, InvalidInput, NotFound, Unavailable
from backend.domain.video import FrameTimes, Video, VideoState
from backend.media import gallery
from backend.media import imports as imports_module
from backend.media.child import Task
from backend.media.gallery import ensure_gallery, gallery_id
from backend.media.index import INDEX_NAME, NO_STAMP, RENDITION_NAME, SOURCE_NAME, FrameIndex
from backend.media.library import VideoLibrary, clean_title
from backend.media.pixels import Orientation
from backend.store.database import open_database
from backend.store.videos import SqlVideoStore
from sam2.procedural.clips import rendered_clips
from tests.backend.numbered_clips import Clip, number_of, numbered, numbers_in

LONG = Clip(".avi", options={"preset": "ultrafast"}, num_frames=500, size=(640, 480))  # takes some seconds


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


@pytest.fixture
def clip(tmp_path: Path) -> bytes:
    return Clip().write(tmp_path).read_bytes()


def _wait(videos: SqlVideoStore, video_id: str, until: Callable[[Video], bool]) -> Video:
    deadline = time.monotonic() + 60
    while not until(video := videos.video(video_id)):
        assert time.monotonic() < deadline, f"still {video.state} at {video.progress}: {video.error}"
        time.sleep(0.02)
    return video


def _imported(videos: SqlVideoStore, video_id: str) -> Video:
    return _wait(videos, video_id, lambda video: video.state is not VideoState.IMPORTING)


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


class TestReceive:
    def test_an_upload_becomes_a_video(
        self, library: VideoLibrary, videos: SqlVideoStore, clip: bytes
    ) -> None:
        received = library.receive(io.BytesIO(clip), "holiday.mp4", len(clip))
        assert (received.state, received.title) == (VideoState.IMPORTING, "holiday.mp4")
        assert (library.folder(received.video_id) / SOURCE_NAME).read_bytes() == clip
        video = _imported(videos, received.video_id)
        assert (video.state, video.error, video.progress) == (VideoState.READY, None, 1.0)
        assert (video.width, video.height, video.num_frames, video.fps) == (96, 72, 40, pytest.approx(25))
        assert numbers_in(library.rendition_path(video.video_id)) == list(range(40))
        assert library.poster_path(video.video_id).read_bytes()[:2] == b"\xff\xd8"
        with library.frames(video.video_id) as frames:
            assert number_of(frames.read(31)) == 31

    def test_the_same_bytes_are_one_video(
        self, library: VideoLibrary, videos: SqlVideoStore, clip: bytes
    ) -> None:
        first = library.receive(io.BytesIO(clip), "a.mp4")
        assert library.receive(io.BytesIO(clip), "b.mp4").video_id == first.video_id
        _imported(videos, first.video_id)
        assert library.receive(io.BytesIO(clip), "c.mp4") == videos.video(first.video_id)
        assert [video.title for video in videos.videos()] == ["a.mp4"]

    def test_two_people_send_the_same_file_at_once(
        self, library: VideoLibrary, videos: SqlVideoStore, clip: bytes
    ) -> None:
        ids: list[str] = []
        threads = [
            threading.Thread(target=lambda: ids.append(library.receive(io.BytesIO(clip), "a.mp4").video_id))
            for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(ids) == 6
        assert len(set(ids)) == 1
        assert _imported(videos, ids[0]).state is VideoState.READY

    def test_bad_files_fail_with_a_sentence_and_free_their_space(
        self, library: VideoLibrary, videos: SqlVideoStore, tmp_path: Path
    ) -> None:
        text = b"Dear diary, " * 100
        received = library.receive(io.BytesIO(text), "diary.mp4")
        video = _imported(videos, received.video_id)
        assert video.state is VideoState.FAILED
        assert "no video that Masklet can read" in video.error
        assert _files(tmp_path / "data" / "videos") == set()
        for ask in (library.rendition_path, library.frames, lambda v: library.still_jpeg(v, 0)):
            with pytest.raises(Conflict, match="no video that Masklet can read"):
                ask(video.video_id)
        again = library.receive(io.BytesIO(text), "diary.mp4")  # tried anew, not answered from memory
        assert (again.video_id, again.state) == (video.video_id, VideoState.IMPORTING)
        assert _imported(videos, video.video_id).state is VideoState.FAILED

    def test_a_bad_file_that_comes_again_while_it_is_thrown_away_is_tried_anew(
        self, library: VideoLibrary, videos: SqlVideoStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = b"Dear diary, " * 100
        throws_away, remove = threading.Event(), shutil.rmtree

        def slow_remove(folder: Path, **options: bool) -> None:
            remove(folder, **options)
            throws_away.set()
            time.sleep(0.3)  # in which the second one comes
            remove(folder, **options)

        monkeypatch.setattr(imports_module.shutil, "rmtree", slow_remove)
        library.receive(io.BytesIO(text), "diary.mp4")
        assert throws_away.wait(60)
        again = library.receive(io.BytesIO(text), "diary.mp4")
        assert again.state is VideoState.IMPORTING
        assert "no video that Masklet can read" in _imported(videos, again.video_id).error

    def test_a_warning_reaches_the_store(
        self, library: VideoLibrary, videos: SqlVideoStore, tmp_path: Path
    ) -> None:
        whole = Clip(".mkv", container_options={"cluster_time_limit": "100"}).write(tmp_path).read_bytes()
        received = library.receive(io.BytesIO(whole[: len(whole) * 3 // 4]), "cut.mkv")
        video = _imported(videos, received.video_id)
        assert video.state is VideoState.READY
        assert "ends early" in video.warning

    @pytest.mark.parametrize(
        ("data", "expected_bytes", "error", "sentence"),
        [
            (b"", None, InvalidInput, "This file is empty"),
            (b"x" * 500, 900, InvalidInput, "broke off before the file's end: upload it again"),
            (b"x" * 2000, None, InvalidInput, "larger than 1000 bytes: cut the video into parts"),
            (b"", 2000, InvalidInput, "larger than 1000 bytes"),
        ],
        ids=["empty", "broken-off", "too-large", "too-large-announced"],
    )
    def test_uploads_that_are_refused(
        self,
        videos: SqlVideoStore,
        tmp_path: Path,
        data: bytes,
        expected_bytes: int | None,
        error: type[Exception],
        sentence: str,
    ) -> None:
        library = VideoLibrary(videos, tmp_path / "data", max_upload_bytes=1000)
        library.start()
        with pytest.raises(error, match=sentence):
            library.receive(io.BytesIO(data), "a.mp4", expected_bytes)
        library.close()
        assert videos.videos() == []
        assert _files(tmp_path / "data" / "tmp") == set()

    def test_a_disk_without_room(
        self, library: VideoLibrary, videos: SqlVideoStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(library, "_max_upload_bytes", 2**60)
        with pytest.raises(Unavailable, match="no room for this file: free some space"):
            library.receive(io.BytesIO(b"x"), "a.mp4", 2**59)
        assert videos.videos() == []

    def test_a_disk_that_runs_full_on_the_way(self, videos: SqlVideoStore, small_disk: Path) -> None:
        library = VideoLibrary(videos, small_disk)
        library.start()
        with pytest.raises(Unavailable, match="disk is full: free some space"):
            library.receive(io.BytesIO(bytes(2_000_000)), "a.mp4")
        library.close()
        assert (videos.videos(), _files(small_disk)) == ([], set())

    def test_a_client_that_hangs_up(
        self, library: VideoLibrary, videos: SqlVideoStore, tmp_path: Path
    ) -> None:
        class HangsUp:
            chunks = [b"x" * 1000]

            def read(self, size: int, /) -> bytes:
                if not self.chunks:
                    raise ConnectionResetError("gone")
                return self.chunks.pop()

        with pytest.raises(ConnectionResetError):
            library.receive(HangsUp(), "a.mp4")
        assert videos.videos() == []
        assert _files(tmp_path / "data" / "tmp") == set()


class TestRestart:
    def test_an_interrupted_import_is_done_again(self, videos: SqlVideoStore, tmp_path: Path) -> None:
        """Closed in the middle of one import, with another one waiting."""
        first = VideoLibrary(videos, tmp_path / "data")
        first.start()
        files = [replace(LONG, num_frames=n).write(tmp_path).read_bytes() for n in (500, 40)]
        ids = [first.receive(io.BytesIO(data), "a.avi").video_id for data in files]
        self._crash(first, signal.SIGSTOP)
        first.close()
        first.close()
        assert {videos.video(i).state for i in ids} == {VideoState.IMPORTING}
        assert not (first.folder(ids[0]) / INDEX_NAME).exists()
        second = VideoLibrary(videos, tmp_path / "data")
        second.start()
        assert [_imported(videos, i).num_frames for i in ids] == [500, 40]
        second.close()

    def test_unfinished_uploads_are_thrown_away(self, videos: SqlVideoStore, tmp_path: Path) -> None:
        (tmp_path / "data" / "tmp").mkdir()
        (tmp_path / "data" / "tmp" / "half").write_bytes(b"x")
        library = VideoLibrary(videos, tmp_path / "data")
        library.start()
        assert _files(tmp_path / "data" / "tmp") == set()
        library.close()

    def test_an_import_whose_file_is_gone(self, videos: SqlVideoStore, tmp_path: Path) -> None:
        videos.put_video(Video("0" * 32, "a.mp4", "ab" * 32, VideoState.IMPORTING))
        library = VideoLibrary(videos, tmp_path / "data")
        library.start()
        assert "did not finish: upload it again" in _imported(videos, "0" * 32).error
        library.close()

    def _crash(self, library: VideoLibrary, signal_number: int, not_pid: int = 0) -> int:
        """End the child that imports, once it is another than `not_pid`; its process id."""
        deadline = time.monotonic() + 60
        while (running := library._imports.running(Task.INDEX)) is None or running.pid == not_pid:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.kill(running.pid, signal_number)
        return running.pid

    def test_a_crashing_decoder_fails_one_video_only(
        self,
        library: VideoLibrary,
        videos: SqlVideoStore,
        tmp_path: Path,
        clip: bytes,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(imports_module, "RETRY_AFTER_S", 0.01)
        crashing = library.receive(io.BytesIO(LONG.write(tmp_path).read_bytes()), "odd.mp4")
        pid = self._crash(library, signal.SIGSEGV)
        assert videos.video(crashing.video_id).state is VideoState.IMPORTING
        self._crash(library, signal.SIGSEGV, not_pid=pid)
        after = library.receive(io.BytesIO(clip), "good.mp4")
        assert "cannot be read: convert it" in _imported(videos, crashing.video_id).error
        assert _imported(videos, after.video_id).state is VideoState.READY

    def test_one_crash_is_forgiven(self, library: VideoLibrary, videos: SqlVideoStore, clip: bytes) -> None:
        received = library.receive(io.BytesIO(clip), "a.mp4")
        self._crash(library, signal.SIGKILL)
        assert _imported(videos, received.video_id).state is VideoState.READY

    def test_a_shutdown_of_all_processes_loses_nothing(
        self, library: VideoLibrary, videos: SqlVideoStore, clip: bytes
    ) -> None:
        received = library.receive(io.BytesIO(clip), "a.mp4")
        self._crash(library, signal.SIGTERM)
        library.close()
        assert videos.video(received.video_id).state is VideoState.IMPORTING
        assert (library.folder(received.video_id) / SOURCE_NAME).read_bytes() == clip

    def test_a_store_that_fails_for_a_while(
        self, library: VideoLibrary, videos: SqlVideoStore, clip: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The import cannot be recorded now: it is redone at the next start, and the next video goes on."""
        original, refusals = videos.put_video, ["a"]

        def put_video(video: Video) -> None:
            if video.state is not VideoState.IMPORTING and refusals:
                refusals.pop()
                raise Unavailable("The disk is full.")
            original(video)

        monkeypatch.setattr(videos, "put_video", put_video)
        first = library.receive(io.BytesIO(clip), "a.mp4")
        second = library.receive(io.BytesIO(clip + bytes(8)), "b.mp4")
        assert _imported(videos, second.video_id).state is VideoState.READY
        assert videos.video(first.video_id).state is VideoState.IMPORTING


class TestFrameTimes:
    def test_stamps_are_the_files_own(
        self, library: VideoLibrary, videos: SqlVideoStore, tmp_path: Path
    ) -> None:
        """As plain decoding gives them: they start late, and B-frames are in their places."""
        path = Clip(".mkv", options={"bf": "3"}, stamp=lambda i: 2 * i + 250).write(tmp_path)
        received = library.receive(io.BytesIO(path.read_bytes()), "a.mkv")
        _imported(videos, received.video_id)
        with av.open(str(path)) as container:
            expected = tuple(frame.pts for frame in container.decode(video=0))
        assert len(expected) == 40
        times = library.frame_times(received.video_id)
        assert times == FrameTimes(expected, Fraction(1, 1000))
        index = library.folder(received.video_id) / INDEX_NAME
        with np.load(index) as saved:
            arrays = {name: saved[name] for name in saved if name != "time_base"}
        np.savez(index, **arrays)  # as it was written before the unit was kept
        assert library.frame_times(received.video_id) == times

    def test_frames_without_a_stamp_get_their_place_in_time(self) -> None:
        index = FrameIndex(
            4,
            4,
            Orientation(),
            1.0,
            np.array([0.0, 0.04, 0.08]),
            np.array([100, NO_STAMP, 180]),
            Fraction(1, 1000),
            False,
            np.array([0]),
            False,
            False,
            1,
            "ab",
        )
        assert index.times().pts == (100, 140, 180)


class TestIds:
    @pytest.mark.parametrize(
        "video_id", ["", "..", "../../etc", "a" * 31, "A" * 32, "0" * 32 + "\n", "/" + "0" * 31, "%2e%2e"]
    )
    def test_only_ids_of_our_own_lead_to_files(self, library: VideoLibrary, video_id: str) -> None:
        for ask in (
            library.folder,
            library.frames,
            library.frame_times,
            library.rendition_path,
            library.poster_path,
            lambda v: library.still_jpeg(v, 0),
        ):
            with pytest.raises(NotFound, match="no such video"):
                ask(video_id)

    def test_an_unknown_id(self, library: VideoLibrary) -> None:
        with pytest.raises(NotFound, match="no such video"):
            library.frames("0" * 32)

    @pytest.mark.parametrize(
        ("name", "title"),
        [
            ("My  cups.mp4", "My cups.mp4"),
            ("../../etc/passwd", "passwd"),
            ("C:\\videos\\cup.mov", "cup.mov"),
            ("tasse\u0301 \u202egpj.mp4\x00\n", "tasse\u0301 gpj.mp4"),
            ("视频.mp4", "视频.mp4"),
            ("", "Untitled video"),
            ("///", "Untitled video"),
            ("x" * 500, "x" * 120),
        ],
    )
    def test_titles_are_for_eyes_only(self, name: str, title: str) -> None:
        assert clean_title(name) == title


class TestStills:
    def test_a_still_is_the_sources_frame(
        self, library: VideoLibrary, videos: SqlVideoStore, clip: bytes
    ) -> None:
        video_id = library.receive(io.BytesIO(clip), "a.mp4").video_id
        _imported(videos, video_id)
        for i in (39, 0, 22):
            image = cv2.imdecode(np.frombuffer(library.still_jpeg(video_id, i), np.uint8), cv2.IMREAD_COLOR)
            assert image.shape == (72, 96, 3)
            assert number_of(image) == i
            assert np.abs(image[..., ::-1].astype(int) - numbered(i)).mean() < 6  # red is red
        for outside in (-1, 40):
            with pytest.raises(InvalidInput, match=f"Frame {outside} is outside this video's frames 0..39"):
                library.still_jpeg(video_id, outside)

    def test_more_videos_than_are_kept_open(
        self, library: VideoLibrary, videos: SqlVideoStore, tmp_path: Path
    ) -> None:
        ids = []
        for count in range(2, 8):
            data = Clip(num_frames=count).write(tmp_path).read_bytes()
            ids.append(library.receive(io.BytesIO(data), f"{count}.mp4").video_id)
        for video_id in ids:
            _imported(videos, video_id)
        wrong: list[str] = []

        def ask(seed: int) -> None:
            for video_id in np.random.default_rng(seed).permutation(ids * 3).tolist():
                data = np.frombuffer(library.still_jpeg(video_id, 1), np.uint8)
                if number_of(cv2.imdecode(data, cv2.IMREAD_COLOR)) != 1:
                    wrong.append(video_id)

        threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert len(library._stills._open) == 4


class TestGallery:
    @pytest.fixture(autouse=True)
    def two_short_clips(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two of the clips, five frames each: all of them take some seconds."""
        clips = tuple(replace(clip, num_frames=5) for clip in rendered_clips()[:2])
        monkeypatch.setattr(gallery, "rendered_clips", lambda: clips)

    def test_clips_are_drawn_once(self, videos: SqlVideoStore, tmp_path: Path) -> None:
        seen: list[float] = []
        ensure_gallery(videos, tmp_path / "videos", seen.append)
        first, second = rendered_clips()[:2]
        assert [video.title for video in videos.videos()] == [first.title, second.title]
        assert all(
            v.in_gallery and v.state is VideoState.READY and v.num_frames == 5 for v in videos.videos()
        )
        assert seen == [0.0, 0.5, 1.0]
        written = {path: path.stat().st_mtime_ns for path in (tmp_path / "videos").rglob("*")}
        ensure_gallery(videos, tmp_path / "videos")
        assert {path: path.stat().st_mtime_ns for path in (tmp_path / "videos").rglob("*")} == written

    def test_the_video_shows_the_drawing(self, videos: SqlVideoStore, tmp_path: Path) -> None:
        ensure_gallery(videos, tmp_path / "data" / "videos")
        library = VideoLibrary(videos, tmp_path / "data")
        clip = rendered_clips()[0]
        with library.frames(gallery_id(clip)) as frames:
            assert (frames.width, frames.height) == clip.size
            for i in range(5):
                assert np.abs(frames.read(i).astype(int) - clip.frame(i)).mean() < 4
        library.close()

    def test_a_run_that_was_killed_is_picked_up(
        self, videos: SqlVideoStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        original = gallery.import_video

        def die(source: Path, folder: Path) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(gallery, "import_video", die)
        with pytest.raises(KeyboardInterrupt):
            ensure_gallery(videos, tmp_path / "videos")
        monkeypatch.setattr(gallery, "import_video", original)
        first, second = rendered_clips()[:2]
        half = tmp_path / "videos" / gallery_id(second)
        half.mkdir()
        (half / RENDITION_NAME).write_bytes(b"half of one")
        ensure_gallery(videos, tmp_path / "videos")
        assert [video.title for video in videos.videos()] == [first.title, second.title]
        with VideoLibrary(videos, tmp_path).frames(gallery_id(second)) as frames:
            assert frames.num_frames == 5


def test_nothing_happens_before_start(videos: SqlVideoStore, tmp_path: Path) -> None:
    before = _files(tmp_path)
    VideoLibrary(videos, tmp_path / "elsewhere").close()
    assert _files(tmp_path) == before
    assert not (tmp_path / "elsewhere").exists()
