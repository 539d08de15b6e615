"""Imports in the background: first the index, after which a video is READY; then the walk, which is long.

Each has a thread of its own, so that a walk of hours holds up no upload. All work in child processes.
"""

from __future__ import annotations

import logging
import queue
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from backend.domain.errors import InvalidInput, MaskletError, NotFound, Unavailable
from backend.domain.observing import Observer, Unobserved
from backend.domain.ports import VideoStore
from backend.domain.video import Playback, Video, VideoState
from backend.media.checks import CHECKS_NAME
from backend.media.child import FAULT, ChildCrashed, ChildStopped, Job, MediaChild, Report, Task
from backend.media.file_lock import LockInterrupted, folder_lock
from backend.media.importer import imported_of
from backend.media.index import SOURCE_NAME, FrameIndex
from backend.media.limits import MediaLimits
from backend.media.walk import Walked

RETRY_AFTER_S = 1.0
PROGRESS_EVERY_S = 0.3  # each report is a durable write
NOT_THERE = "The upload of this video did not finish: upload it again."

log = logging.getLogger(__name__)


class VideoImports:
    """Safe to use from several threads at once. Call `start` once, and `close` at the end."""

    def __init__(
        self,
        videos: VideoStore,
        folder_of: Callable[[str], Path],
        registering: threading.Lock,
        limits: MediaLimits,
        observer: Observer = Unobserved(),  # noqa: B008 - it has no state
    ) -> None:
        """`registering`: held while a video's folder gets its source, or loses it."""
        self._videos = videos
        self._registering = registering
        self._observer = observer
        self._folder_of = folder_of
        self._limits = limits
        self._closing = threading.Event()
        self._indexing = _Lane("video-index", self._index)
        self._walking = _Lane("video-walk", self._walk)
        self._checking = _Lane("video-check", self._walk)
        self._running: dict[tuple[Task, str], MediaChild] = {}

    def start(self) -> None:
        """Go on with what a stop or crash interrupted."""
        for video in reversed(self._videos.videos()):
            if video.in_gallery:
                continue
            if video.state is VideoState.IMPORTING:
                self.add(video.video_id)
            elif video.state is VideoState.READY and not self._is_walked(video):
                self._add_walk(video)
        for lane in self._lanes:
            lane.start()

    def add(self, video_id: str) -> None:
        """Import the video whose source is in its folder."""
        self._indexing.put(video_id)

    def running(self, task: Task) -> MediaChild | None:
        """A process that does it at this moment."""
        return next((child for (doing, _), child in list(self._running.items()) if doing is task), None)

    def close(self) -> None:
        """Stop what is under way; the next start does it again. Idempotent."""
        self._closing.set()
        for lane in self._lanes:
            lane.put(None)
        for child in list(self._running.values()):
            child.stop()
        for lane in self._lanes:
            lane.join()

    @property
    def _lanes(self) -> tuple[_Lane, ...]:
        return self._indexing, self._walking, self._checking

    def _add_walk(self, video: Video) -> None:
        """Nobody waits for the walk of a source that plays as it is, so it must not hold up a rendition."""
        lane = self._walking if video.playback is Playback.PENDING else self._checking
        lane.put(video.video_id)

    def _is_walked(self, video: Video) -> bool:
        if video.playback is Playback.SOURCE:
            return (self._folder_of(video.video_id) / CHECKS_NAME).exists()
        return video.playback is not Playback.PENDING

    def _index(self, video_id: str) -> None:
        with folder_lock(self._folder_of(video_id), self._closing):
            video = self._videos.video(video_id)
            if video.state is not VideoState.IMPORTING:
                return  # another process has done it
            began_s = time.monotonic()
            indexed = self._indexed(video)
            if indexed.state is VideoState.FAILED:
                self._give_up(indexed)
            else:
                self._videos.put_video(indexed)
                self._add_walk(indexed)
            self._observer.imported(time.monotonic() - began_s, indexed.state is VideoState.READY)

    def _give_up(self, failed: Video) -> None:
        """Its file is of no use: the space is freed, the sentence stays.

        If the same file comes again just now, it is tried anew, afterwards.
        """
        with self._registering:
            shutil.rmtree(self._folder_of(failed.video_id), ignore_errors=True)
            self._videos.put_video(failed)

    def _indexed(self, video: Video) -> Video:
        """The video as READY, or as FAILED with a sentence."""
        try:
            report = self._apart(Task.INDEX, video, _Progress(lambda done: self._report(video, done)))
            imported = imported_of(FrameIndex.load(self._folder_of(video.video_id)))
        except (ChildStopped, LockInterrupted):
            raise
        except Exception as error:
            if not isinstance(error, MaskletError):
                log.exception("The import of video %s failed.", video.video_id)
            sentence = str(error) if isinstance(error, MaskletError) else FAULT
            return replace(video, state=VideoState.FAILED, progress=0.0, error=sentence)
        return replace(
            video,
            state=VideoState.READY,
            width=imported.width,
            height=imported.height,
            pts_s=imported.pts_s,
            progress=1.0,
            warning=report.warning,
            pixel_aspect=imported.pixel_aspect,
            playback=imported.playback,
            playback_progress=1.0 if imported.playback is Playback.SOURCE else 0.0,
        )

    def _report(self, video: Video, done: float) -> None:
        self._videos.put_video(replace(video, progress=done))

    def _walk(self, video_id: str) -> None:
        with folder_lock(self._folder_of(video_id), self._closing):
            video = self._videos.video(video_id)
            if self._is_walked(video):
                return
            found = self._walked(video)
            self._videos.set_playback(video_id, found.playback, warning=video.warning or found.warning)

    def _walked(self, video: Video) -> Walked:
        def report(done: float) -> None:
            if video.playback is Playback.PENDING:
                self._videos.set_playback(video.video_id, Playback.PENDING, done)

        try:
            found = self._apart(Task.WALK, video, _Progress(report))
        except InvalidInput as error:
            return Walked(Playback.STILLS, str(error))
        return Walked(Playback(found.playback), found.warning)

    def _apart(self, task: Task, video: Video, progress: Callable[[float], None]) -> Report:
        """In a process of its own. One crash is forgiven: it may have been a shutdown that ends all processes
        at once, or a moment without memory."""
        try:
            return self._once(task, video, progress)
        except ChildCrashed:
            if self._closing.wait(RETRY_AFTER_S):
                raise ChildStopped from None
            return self._once(task, video, progress)

    def _once(self, task: Task, video: Video, progress: Callable[[float], None]) -> Report:
        folder = self._folder_of(video.video_id)
        if not (folder / SOURCE_NAME).exists():
            raise InvalidInput(NOT_THERE)
        child = MediaChild(Job(task, folder, folder / SOURCE_NAME, video.source_sha256), self._limits)
        self._running[task, video.video_id] = child
        if self._closing.is_set():
            child.stop()
        try:
            return child.run(progress)
        finally:
            del self._running[task, video.video_id]


class _Progress:
    """Passes on a report now and then."""

    def __init__(self, report: Callable[[float], None]) -> None:
        self._report = report
        self._reported_s = 0.0

    def __call__(self, done: float) -> None:
        if time.monotonic() - self._reported_s >= PROGRESS_EVERY_S:
            self._reported_s = time.monotonic()
            self._report(done)


class _Lane:
    """A thread that does one video after the other."""

    def __init__(self, name: str, work: Callable[[str], None]) -> None:
        self._work = work
        self._waiting: queue.Queue[str | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def put(self, video_id: str | None) -> None:
        """None ends the thread, once it comes to it."""
        self._waiting.put(video_id)

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while (video_id := self._waiting.get()) is not None:
            try:
                self._work(video_id)
            except (ChildStopped, LockInterrupted):
                log.info("Reading video %s was stopped; the next start goes on.", video_id)
            except (Unavailable, NotFound) as error:
                log.warning("Reading video %s has to wait for the next start: %s", video_id, error)
            except Exception:
                log.exception(
                    "What came of video %s could not be recorded; the next start redoes it.", video_id
                )
