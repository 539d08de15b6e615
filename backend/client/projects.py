"""`Project` is one of a server's projects: its sessions, its videos, and the export of all of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from . import generated as api
from .connection import Progress, unseen

if TYPE_CHECKING:
    from .client import Client, Session


class Project:
    """`info` is as it was when it was asked for, with `info.progress` and `info.ontology`."""

    def __init__(self, client: Client, info: api.Project) -> None:
        self._client = client
        self._connection = client._connection
        self.info = info
        self.id = info.id
        self.title = info.title  # empty: the first project

    def __repr__(self) -> str:
        return f"<masklet.Project {self.id} {self.title!r}>"

    def sessions(self) -> list[Session]:
        """Newest first."""
        return [self._client._session(one.session) for one in self.work()]

    def work(self) -> tuple[api.ProjectSession, ...]:
        """The same with how far each is, and whom it is assigned to."""
        return self._connection.call(api.PROJECT_SESSIONS, project_id=self.id)

    def videos(self) -> tuple[api.Video, ...]:
        """Those that were uploaded to it, or that a session in it is on; newest first."""
        return self._connection.call(api.PROJECT_VIDEOS, project_id=self.id)

    def upload(self, path: str | Path, **options: object) -> api.Video:
        """See `Client.upload`."""
        return self._client.upload(path, project=self.id, **options)

    def new_session(self, video: str | api.Video, engine_id: str | None = None) -> Session:
        """It begins with the project's classes."""
        return self._client.new_session(video, engine_id, project=self.id)

    def add(self, session: Session | str) -> None:
        """Move a session here from its project."""
        session_id = session if isinstance(session, str) else session.id
        self._connection.call(api.MOVE_SESSION, session_id=session_id, project_id=self.id)

    def export(
        self,
        format: str,
        target: str | Path,
        *,
        stride: int = 1,
        with_frames: bool = False,
        progress: Progress = unseen,
    ) -> Path:
        """Write all sessions with a mask as one zip: to `target`, or into it where it is a folder."""
        job = self._connection.call(
            api.EXPORT_PROJECT, project_id=self.id, format=format, stride=stride, with_frames=with_frames
        )
        return self._client._fetch(job, target, progress)
