"""Work that takes longer than a person waits for: exports and imports. A restart loses none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from backend.domain.projects import HOME


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self not in (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True)
class ExportRequest:
    """What to write. Frames are those of the source video; `last_frame` None is its last one."""

    session_ids: tuple[str, ...]
    format: str  # a name in `backend.formats.FORMATS`
    object_ids: tuple[int, ...] | None = None  # None: all of them; else of the one session
    first_frame: int = 0
    last_frame: int | None = None  # inclusive
    stride: int = 1
    with_frames: bool = False  # the very frames, as pictures, beside their masks
    project_id: str | None = None  # whose sessions these are; those without a mask are left out then


@dataclass(frozen=True)
class ImportRequest:
    """What to bring in: an uploaded file, into a session that is there, or into a new one on a video."""

    upload_id: str
    file_name: str  # as the person knows it
    video_id: str
    session_id: str | None = None  # None: a new session
    engine_id: str | None = None  # of the new session; None: the first available one
    format: str | None = None  # None: found out from the file
    keep: bool = True  # tracking never draws over the masks: they count as verified
    confirmed: bool = False  # bring in what can be, although the report names problems
    dry_run: bool = True  # only report
    project_id: str = HOME  # of the new session


@dataclass(frozen=True)
class IncomingObject:
    """An object that an import brings: as which id, and how much of it."""

    object_id: int
    name: str
    label: str
    num_masks: int
    num_boxes: int
    first_frame: int
    last_frame: int


@dataclass(frozen=True)
class ImportReport:
    """What an import brings in, or would; and line by line what is left out and why."""

    format: str
    objects: tuple[IncomingObject, ...] = ()
    problems: tuple[str, ...] = ()
    num_problems: int = 0  # may be more than are listed


@dataclass(frozen=True)
class Job:
    """An export or an import. `progress` goes from 0 to 1; `error` is one sentence when it failed."""

    job_id: str
    request: ExportRequest | ImportRequest
    title: str  # for people: of the video, or "3 sessions"
    created_s: float
    owner: str = "local"
    state: JobState = JobState.WAITING
    progress: float = 0.0
    ended_s: float | None = None
    error: str | None = None
    file_name: str | None = None  # under which the result is downloaded, once an export is done
    num_bytes: int | None = None
    report: ImportReport | None = None  # of an import, as soon as the file was read
    session_id: str | None = None  # where an import's objects are, once it is done

    def concerns(self, session_id: str) -> bool:
        asked = self.request
        of_request = asked.session_ids if isinstance(asked, ExportRequest) else (asked.session_id,)
        return session_id in of_request or session_id == self.session_id


class JobStore(Protocol):
    """The durable list of jobs."""

    def put_job(self, job: Job) -> None:
        """Insert or replace."""
        ...

    def change_job(self, job_id: str, change: Callable[[Job], Job]) -> Job:
        """The job as it is from now on. What has ended stays as it is, whichever server ended it."""
        ...

    def job(self, job_id: str) -> Job:
        """Raises NotFound."""
        ...

    def jobs(self) -> Sequence[Job]:
        """Newest first. Jobs go after some days, so there are not many."""
        ...

    def remove_job(self, job_id: str) -> None:
        """Unknown ids are ignored."""
        ...
