"""What a person can do with whole sessions and videos: duplicate, delete, restore, and clear away."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from backend.domain.errors import Conflict
from backend.domain.ports import Host, SessionStore, VideoStore
from backend.domain.session import Session

KEPT_S = 30 * 24 * 3600.0  # how long a deleted session can be restored


class ShelfStore(Protocol):
    """Each call is one transaction."""

    def copy_session(self, session_id: str, copy: Session) -> None:
        """All that is in a session, but its propagations, under another id."""
        ...

    def set_session_removed(self, session_id: str, removed_s: float | None) -> None:
        """Delete it, or (None) bring it back."""
        ...

    def removed_sessions(self) -> list[Session]:
        """The deleted ones, the latest deleted first."""
        ...

    def purge_session(self, session_id: str) -> None:
        """Take a deleted session's rows away for good."""
        ...

    def sessions_of(self, video_id: str) -> list[Session]:
        """All sessions on a video, deleted ones too."""
        ...

    def delete_video(self, video_id: str) -> None:
        """Take its row away. Raises Conflict while a session is on it."""
        ...


class VideoFiles(Protocol):
    def delete(self, video_id: str) -> None:
        """The video's files; nothing happens where there are none."""
        ...


class ShelfCommands:
    """Commands on whole sessions; each blocks until what it did is durable."""

    def __init__(
        self,
        store: SessionStore,
        shelf: ShelfStore,
        videos: VideoStore,
        files: VideoFiles,
        host: Host,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._shelf = shelf
        self._videos = videos
        self._files = files
        self._host = host
        self._new_id = new_id
        self._clock = clock

    def duplicate(self, session_id: str) -> Session:
        """A session of its own with the same objects, prompts and masks."""
        original = self._store.session(session_id)
        title = original.title or self._videos.video(original.video_id).title
        copy = replace(
            original, session_id=self._new_id(), created_s=self._clock(), title=f"{title} (copy)"[:200]
        )
        self._shelf.copy_session(session_id, copy)
        return self._store.session(copy.session_id)

    def delete(self, session_id: str) -> None:
        """It can be restored for a while."""
        self._store.session(session_id)
        self._host.cancel(session_id).result()
        self._shelf.set_session_removed(session_id, self._clock())

    def restore(self, session_id: str) -> Session:
        self._shelf.set_session_removed(session_id, None)
        return self._store.session(session_id)

    def removed(self) -> list[Session]:
        return self._shelf.removed_sessions()

    def purge(self) -> int:
        """Clear away what was deleted long ago. Returns how many sessions that were."""
        before_s = self._clock() - KEPT_S
        old = [
            s for s in self._shelf.removed_sessions() if s.removed_s is not None and s.removed_s < before_s
        ]
        for session in old:
            self._purge(session)
        return len(old)

    def delete_video(self, video_id: str) -> None:
        """The video and its files, for good, with its deleted sessions. Raises Conflict while one is not."""
        video = self._videos.video(video_id)
        if video.in_gallery:
            raise Conflict("This clip comes with Masklet and is drawn anew at each start.")
        sessions = self._shelf.sessions_of(video_id)
        used = sum(session.removed_s is None for session in sessions)
        if used == 1:
            raise Conflict("A session uses this video; delete that first.")
        if used:
            raise Conflict(f"{used} sessions use this video; delete them first.")
        for session in sessions:
            self._purge(session)
        self._shelf.delete_video(video_id)
        self._files.delete(video_id)

    def _purge(self, session: Session) -> None:
        self._shelf.purge_session(session.session_id)
        self._host.forget(session.session_id)
