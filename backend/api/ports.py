"""What the web side needs beyond the domain's ports; `create_app` passes it in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from backend.domain.projects import HOME
from backend.domain.session import FrameMask, Session, TrackedObject
from backend.domain.video import FrameTimes, Video


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Library(Protocol):
    """Video files. All calls block; ids that are unknown raise NotFound."""

    def receive(
        self, stream: Readable, title: str, expected_bytes: int | None = None, project_id: str = HOME
    ) -> Video:
        """Keep an upload and start its import; returns once the bytes are safe."""
        ...

    def adopt(self, path: Path, title: str, sha256: str | None = None, project_id: str = HOME) -> Video:
        """Keep a whole file that lies on the library's own disk, without copying it; then the caller
        removes `path`. Doing it again after a crash in between goes on."""
        ...

    def rendition_path(self, video_id: str) -> Path: ...
    def poster_path(self, video_id: str) -> Path: ...
    def still_jpeg(self, video_id: str, frame_idx: int) -> bytes:
        """A JPEG of the source's frame."""
        ...

    def thumbnail_jpeg(self, video_id: str, frame_idx: int) -> bytes:
        """The same, small."""
        ...

    def scene_cuts(self, video_id: str) -> tuple[int, ...] | None:
        """The first frames of scenes; None while they are looked for."""
        ...

    def frame_times(self, video_id: str) -> FrameTimes:
        """Every frame's stamp as the source has it."""
        ...

    def has_sound(self, video_id: str) -> bool: ...
    def sound(self, video_id: str) -> Iterator[bytes]:
        """The source's sound as packets; `backend.media.sound` says how they are laid out."""
        ...

    def start(self) -> None:
        """Begin, or go on, to import in the background."""
        ...

    def close(self) -> None: ...


class Covers(Protocol):
    """Small pictures of sessions."""

    def path(self, session_id: str) -> Path:
        """A JPEG of the session as it is now, with its masks. Raises NotFound."""
        ...

    def sweep(self) -> None:
        """Take away those of sessions that are not there any more."""
        ...


class CocoWriter(Protocol):
    def __call__(
        self, session: Session, video: Video, objects: Sequence[TrackedObject], masks: Iterable[FrameMask], /
    ) -> Iterator[str]: ...
