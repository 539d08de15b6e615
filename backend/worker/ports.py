"""What the session actor needs from the outside; a host provides it.

The store fits `SessionReader` as it is. Under Ray the same three are remote handles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import Protocol

from backend.domain.errors import Unavailable
from backend.domain.session import FrameMask, FramePrompt, Propagation, Session, TrackedObject
from backend.worker.engine import Engine, FrameSource


class SessionReader(Protocol):
    """The reading side of `backend.domain.ports.SessionStore`; the same promises."""

    def session(self, session_id: str) -> Session: ...
    def objects(self, session_id: str) -> list[TrackedObject]: ...
    def prompts(self, session_id: str, after: int = 0) -> list[FramePrompt]: ...
    def masks(self, session_id: str, first: int = 0, last: int | None = None) -> Iterator[FrameMask]: ...
    def propagation(self, session_id: str) -> Propagation | None: ...
    def verified(self, session_id: str) -> dict[int, frozenset[int]]: ...
    def tracks_afresh(self, session_id: str) -> bool: ...


class ResultSink(Protocol):
    """Where results go. Results of one session are stored in the order in which they came."""

    def put(
        self, session_id: str, masks: Sequence[FrameMask], propagation: Propagation | None = None
    ) -> Future[int]:
        """Resolves to the session's version once stored. Waits while too much is under way."""
        ...


class BadCheckpoint(Unavailable):
    """The weights or their configuration cannot be used, and will not until someone changes the files."""


class EngineLoader(Protocol):
    def load(self, engine_id: str) -> Engine:
        """Raises NotFound, BadCheckpoint or Unavailable with a sentence."""
        ...


class FrameOpener(Protocol):
    def __call__(self, video_id: str) -> FrameSource:
        """The frames of a stored video. Raises NotFound or Unavailable with a sentence."""
        ...
