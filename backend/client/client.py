"""`Client` is a server, `Session` one of its sessions. Every call blocks and may be made from any thread."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from . import generated as api
from .connection import Connection, Progress, unseen
from .errors import Refused
from .masklets import Masklets
from .projects import Project

DEFAULT_SERVER = "http://localhost:7262"
LOOK_EVERY_S = 0.25
FIRST_PROJECT = "home"  # the server's id of the project that is always there

Point = tuple[float, float] | tuple[float, float, bool]
"""x, y in the source's pixels; a third value False makes it an excluding click."""


class Client:
    """A Masklet server, by default that of MASKLET_SERVER or of `make run`. A closed one asks for a `token`:
    an API token, or the key in its owner's link; by default that of MASKLET_TOKEN."""

    def __init__(self, server: str | None = None, token: str | None = None, timeout_s: float = 900.0) -> None:
        self._connection = Connection(server or default_server(), token or default_token(), timeout_s)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    # Videos

    def videos(self) -> tuple[api.Video, ...]:
        """The library: gallery clips first, then uploads, newest first."""
        return self._connection.call(api.LIBRARY)

    def video(self, video_id: str) -> api.Video:
        return self._connection.call(api.VIDEO, id=video_id)

    def engines(self) -> tuple[api.Engine, ...]:
        """The best choice for the server's machine first."""
        return self._connection.call(api.ENGINES)

    def upload(
        self,
        path: str | Path,
        name: str | None = None,
        wait: bool = True,
        progress: Progress = unseen,
        project: str = FIRST_PROJECT,
    ) -> api.Video:
        """Send a video, and wait until it can be opened. The same file again gives the same video."""
        path = Path(path)
        video_id = self._connection.upload_video(path, name or path.name, progress, project)
        if not wait:
            return self.video(video_id)
        while (video := self.video(video_id)).state is api.VideoState.IMPORTING:
            time.sleep(LOOK_EVERY_S)
        if video.state is api.VideoState.FAILED:
            raise Refused(video.error or "The video cannot be read.", "INVALID_INPUT")
        return video

    # Sessions

    def sessions(self) -> list[Session]:
        """Newest first."""
        return [self._session(info) for info in self._connection.call(api.SESSIONS)]

    def session(self, session_id: str) -> Session:
        return self._session(self._connection.call(api.SESSION, id=session_id))

    def new_session(
        self, video: str | api.Video, engine_id: str | None = None, project: str = FIRST_PROJECT
    ) -> Session:
        """On a video, or its id. Without `engine_id`: the first engine that is available."""
        video_id = video if isinstance(video, str) else video.id
        made = self._connection.call(
            api.CREATE_SESSION, video_id=video_id, engine_id=engine_id, project_id=project
        )
        return self._session(made)

    def _session(self, info: api.Session) -> Session:
        return Session(self, info)

    # Projects

    def projects(self) -> list[Project]:
        """The first project, then the others, newest first."""
        return [Project(self, info) for info in self._connection.call(api.PROJECTS)]

    def project(self, named: str) -> Project:
        """By its id or its title. Raises Refused unless exactly one is called so."""
        projects = self.projects()
        exact = [project for project in projects if project.id == named]
        found = exact or [project for project in projects if project.title.lower() == named.lower()]
        if len(found) != 1:
            many = (
                f"{len(found)} projects are called {named!r}" if found else f"There is no project {named!r}"
            )
            raise Refused(f"{many}: `masklet projects` lists them with their ids.", "NOT_FOUND")
        return found[0]

    def new_project(self, title: str) -> Project:
        return Project(self, self._connection.call(api.CREATE_PROJECT, title=title))

    # Exports and imports

    def formats(self) -> tuple[api.ExportFormat, ...]:
        return self._connection.call(api.EXPORT_FORMATS)

    def jobs(self) -> tuple[api.Job, ...]:
        """Exports and imports, newest first."""
        return self._connection.call(api.JOBS)

    def export(
        self,
        sessions: Sequence[str],
        format: str,
        target: str | Path,
        *,
        objects: Sequence[int] | None = None,
        first_frame: int = 0,
        last_frame: int | None = None,
        stride: int = 1,
        with_frames: bool = False,
        progress: Progress = unseen,
    ) -> Path:
        """Write a zip: to `target`, or into it under the server's name for it, where it is a folder."""
        job = self._connection.call(
            api.START_EXPORT,
            session_ids=tuple(sessions),
            format=format,
            object_ids=None if objects is None else tuple(objects),
            first_frame=first_frame,
            last_frame=last_frame,
            stride=stride,
            with_frames=with_frames,
        )
        return self._fetch(job, target, progress)

    def _fetch(self, job: api.Job, target: str | Path, progress: Progress) -> Path:
        """The zip of an export, once it is done."""
        job = _ended(self._connection, job, lambda done: progress(0.9 * done))
        assert job.download_url is not None and job.file_name is not None
        target = Path(target)
        path = target / job.file_name if target.is_dir() else target
        self._connection.download(job.download_url, path, lambda done: progress(0.9 + 0.1 * done))
        return path

    def import_masks(
        self,
        path: str | Path,
        video: str | api.Video,
        session: str | None = None,
        *,
        format: str | None = None,
        engine_id: str | None = None,
        project: str = FIRST_PROJECT,
        keep: bool = True,
        confirmed: bool = False,
        dry_run: bool = False,
    ) -> api.Job:
        """Bring in masks and boxes; `job.report` says what came, `job.session_id` where it is.

        Without `session` a new one is made, in that project. Where something in the file cannot come in,
        nothing does and Refused says so, unless `confirmed`. `keep`: tracking never draws over the masks.
        """
        path = Path(path)
        job = self._connection.call(
            api.START_IMPORT,
            upload_id=self._connection.upload_import(path),
            file_name=path.name,
            video_id=video if isinstance(video, str) else video.id,
            session_id=session,
            engine_id=engine_id,
            project_id=project,
            format=format,
            keep=keep,
            confirmed=confirmed,
            dry_run=dry_run,
        )
        return _ended(self._connection, job, unseen)


class Session:
    """One video being annotated. `info` is as it was when it was asked for."""

    def __init__(self, client: Client, info: api.Session) -> None:
        self._client = client
        self._connection = client._connection
        self.info = info
        self.id = info.id
        self.video = info.video

    def __repr__(self) -> str:
        return f"<masklet.Session {self.id} on {self.video.title!r}>"

    def objects(self) -> tuple[api.TrackedObject, ...]:
        return self._connection.call(api.OBJECTS, session_id=self.id)

    def add_object(self, name: str | None = None, colour: str | None = None) -> api.TrackedObject:
        return self._connection.call(api.ADD_OBJECT, session_id=self.id, name=name, colour=colour)

    def remove_object(self, object_id: int) -> None:
        self._connection.call(api.DELETE_OBJECT, session_id=self.id, object_id=object_id)

    def prompt(
        self,
        object_id: int,
        frame_idx: int,
        points: Sequence[Point] = (),
        box: tuple[float, float, float, float] | None = None,
    ) -> None:
        """Replace the object's clicks and box (x0, y0, x1, y1) on a frame; the mask is drawn on return."""
        clicks = tuple(api.PointInput(*point) for point in points)
        given = api.FramePromptInput(
            object_id, frame_idx, clicks, None if box is None else api.BoxInput(*box)
        )
        self._connection.call(api.SET_PROMPT, session_id=self.id, prompt=given)

    def click(self, x: float, y: float, frame_idx: int = 0, name: str | None = None) -> api.TrackedObject:
        """A new object from one click."""
        tracked = self.add_object(name)
        self.prompt(tracked.object_id, frame_idx, [(x, y)])
        return tracked

    def track(
        self,
        direction: api.Direction = api.Direction.BOTH,
        *,
        objects: Sequence[int] | None = None,
        first_frame: int | None = None,
        last_frame: int | None = None,
        wait: bool = True,
        progress: Progress = unseen,
    ) -> api.Propagation:
        """Follow the objects through the video. Raises Refused where tracking failed."""
        propagation = self._connection.call(
            api.TRACK,
            session_id=self.id,
            direction=direction,
            object_ids=None if objects is None else tuple(objects),
            first_frame=first_frame,
            last_frame=last_frame,
        )
        return self.wait(propagation, progress) if wait else propagation

    def wait(
        self, propagation: api.Propagation | None = None, progress: Progress = unseen
    ) -> api.Propagation:
        """Until the latest Track has ended."""
        latest = propagation or self._connection.call(api.PROPAGATION, session_id=self.id)
        while latest is not None and latest.state is api.PropagationState.RUNNING:
            progress(latest.frames_done / max(1, latest.frames_total))
            time.sleep(LOOK_EVERY_S)
            latest = self._connection.call(api.PROPAGATION, session_id=self.id)
        if latest is None:
            raise Refused("There is no Track to wait for.", "NOT_FOUND")
        if latest.state is api.PropagationState.FAILED:
            raise Refused(latest.error or "Tracking failed.", "UNAVAILABLE")
        return latest

    def cancel(self) -> None:
        """Stop tracking; what is done stays."""
        self._connection.call(api.CANCEL_TRACKING, session_id=self.id)

    @property
    def masklets(self) -> Masklets:
        """Masks by object id and frame, fetched when they are looked at; a new look each time."""
        video = self.video
        return Masklets(self._masks, self.objects(), video.num_frames, video.height, video.width)

    def feed(self, after: int = 0) -> Iterator[api.SessionDelta]:
        """What changed since version `after`, in order, then what changes, for as long as one listens."""
        yield from self._connection.stream(api.SESSION_FEED, session_id=self.id, after=after)

    def export(self, format: str, target: str | Path, **options: object) -> Path:
        """See `Client.export`."""
        return self._client.export([self.id], format, target, **options)

    def import_masks(self, path: str | Path, **options: object) -> api.Job:
        """See `Client.import_masks`."""
        return self._client.import_masks(path, self.video, self.id, **options)

    def _masks(self, first_frame: int, last_frame: int) -> tuple[api.FrameMask, ...]:
        return self._connection.call(
            api.MASKS, session_id=self.id, first_frame=first_frame, last_frame=last_frame
        )


def _ended(connection: Connection, job: api.Job, progress: Callable[[float], None]) -> api.Job:
    """Wait for a job; raises Refused where it failed. A wait that is interrupted cancels it."""
    try:
        while job.state in (api.JobState.WAITING, api.JobState.RUNNING):
            progress(job.progress)
            time.sleep(LOOK_EVERY_S)
            job = connection.call(api.JOB, id=job.id)
    except KeyboardInterrupt:
        connection.call(api.CANCEL_JOB, id=job.id)
        raise
    if job.state is api.JobState.DONE:
        return job
    lines = [f"\n  {line}" for line in job.report.problems[:20]] if job.report else []
    raise Refused((job.error or "It was cancelled.") + "".join(lines), "JOB")


def default_server() -> str:
    """What MASKLET_SERVER says, else the one of `make run`."""
    return os.environ.get("MASKLET_SERVER") or DEFAULT_SERVER


def default_token() -> str | None:
    return os.environ.get("MASKLET_TOKEN") or os.environ.get("MASKLET_KEY")
