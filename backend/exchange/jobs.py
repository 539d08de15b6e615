"""Exports and imports as people ask for them: checked, made durable, then left to the runner."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.domain.errors import Conflict, InvalidInput, NotFound
from backend.domain.jobs import ExportRequest, ImportRequest, Job, JobState, JobStore
from backend.domain.people import LOCAL, acting
from backend.domain.ports import SessionStore, VideoStore
from backend.domain.video import Video, VideoState
from backend.exchange.export import frames_of
from backend.exchange.places import Places, Readable
from backend.exchange.purposes import purpose_of
from backend.exchange.runner import JobRunner
from backend.formats.registry import FORMATS, format_named

MAX_WAITING = 100
MAX_SESSIONS = 1000


@dataclass(frozen=True)
class FormatInfo:
    """A format as people choose it."""

    name: str
    title: str
    purpose: str  # one line
    needs_frames: bool
    takes_frames: bool


class Jobs:
    """Safe to use from several threads at once. All calls block only for the store."""

    def __init__(
        self,
        store: JobStore,
        sessions: SessionStore,
        videos: VideoStore,
        places: Places,
        runner: JobRunner,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._videos = videos
        self._places = places
        self._runner = runner
        self._new_id = new_id
        self._clock = clock

    def start(self) -> None:
        """Go on with what an earlier run left."""
        self._runner.start()

    def close(self) -> None:
        """Idempotent; what runs is done anew at the next start."""
        self._runner.close()

    def receive(self, stream: Readable, expected_bytes: int) -> str:
        """Keep a file that is to be imported; its id."""
        return self._places.receive(stream, expected_bytes, _whose())

    @staticmethod
    def formats() -> tuple[FormatInfo, ...]:
        return tuple(
            FormatInfo(f.name, f.title, purpose_of(f.name), f.needs_frames, f.takes_frames)
            for f in FORMATS.values()
        )

    def export(self, request: ExportRequest, title: str | None = None) -> Job:
        """Check it and put it in line; `title` None: the video's. Raises InvalidInput where nothing would
        come of it."""
        format_named(request.format)
        if not 0 < len(request.session_ids) <= MAX_SESSIONS:
            raise InvalidInput(f"Choose 1 to {MAX_SESSIONS} sessions to export.")
        if len(set(request.session_ids)) < len(request.session_ids):
            raise InvalidInput("A session is named twice: name each once.")
        if request.object_ids is not None and len(request.session_ids) > 1:
            raise InvalidInput("Objects can be chosen in one session only: export the sessions one by one.")
        videos = [self._checked(session_id, request) for session_id in request.session_ids]
        known_as = videos[0].title if len(videos) == 1 else f"{len(videos)} sessions"
        return self._begin(Job(self._new_id(), request, title or known_as, self._clock(), _whose()))

    def bring_in(self, request: ImportRequest) -> Job:
        """Put an import, or its dry run, in line."""
        if request.format is not None:
            format_named(request.format)
        video = self._videos.video(request.video_id)
        if video.state is not VideoState.READY:
            raise Conflict(video.error or "This video is still being read; try again in a moment.")
        if request.session_id is not None:
            if self._sessions.session(request.session_id).video_id != request.video_id:
                raise InvalidInput("The session is on another video: choose one of this video, or a new one.")
        self._places.upload(request.upload_id, _whose())
        return self._begin(Job(self._new_id(), request, request.file_name, self._clock(), _whose()))

    def job(self, job_id: str) -> Job:
        return self._store.job(job_id)

    def jobs(self, session_id: str | None = None) -> Sequence[Job]:
        """Newest first; those of a session, or all."""
        everything = self._store.jobs()
        return [job for job in everything if session_id is None or job.concerns(session_id)]

    def cancel(self, job_id: str) -> Job:
        """Stop it; nothing of it stays. What has ended stays as it is."""
        self._store.job(job_id)
        self._runner.cancel(job_id)
        return self._store.job(job_id)

    def result(self, job_id: str) -> tuple[Path, str]:
        """The file of an export that is done, and the name for it."""
        job = self._store.job(job_id)
        path = self._places.export(job_id)
        if job.file_name is None or not path.is_file():
            raise NotFound(job.error or "This export has no file yet, or not any more: export again.")
        return path, job.file_name

    def _checked(self, session_id: str, request: ExportRequest) -> Video:
        video = self._videos.video(self._sessions.session(session_id).video_id)
        if request.last_frame is None or len(request.session_ids) == 1:
            frames_of(request, video)
        there = {tracked.object_id for tracked in self._sessions.objects(session_id)}
        if not there:
            raise InvalidInput(f"{video.title} has nothing to export yet: click an object first.")
        if request.object_ids is not None and (missing := sorted(set(request.object_ids) - there)):
            raise NotFound(f"This session has no object {missing[0]}; it may have been removed.")
        return video

    def _begin(self, job: Job) -> Job:
        waiting = sum(not known.state.ended for known in self._store.jobs())
        if waiting >= MAX_WAITING:
            raise Conflict(
                f"{waiting} exports and imports are waiting already: wait for them, or cancel some."
            )
        assert job.state is JobState.WAITING
        self._store.put_job(job)
        self._runner.add(job.job_id)
        return job


def _whose() -> str:
    """The id of the person who asks."""
    return (acting.get() or LOCAL).person.person_id
