"""What the commands need from the outside. `store`, `media` and `host` provide it; `app` wires it.

All calls block and are made from worker threads, never from the event loop. Implementations are
safe to call from several threads at once. Unknown ids raise NotFound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Protocol

from backend.domain.engines import EngineInfo
from backend.domain.once import KnowsKeys
from backend.domain.pace import Pace
from backend.domain.rle import Rle
from backend.domain.session import (
    Attribute,
    FrameMask,
    FramePrompt,
    Propagation,
    Session,
    SessionDelta,
    TrackedObject,
)
from backend.domain.video import Playback, Video


class VideoStore(Protocol):
    """The library of source videos."""

    def put_video(self, video: Video) -> None:
        """Insert or replace."""
        ...

    def add_to_project(self, video_id: str, project_id: str) -> None:
        """Note that it was uploaded there, also to a project that was deleted meanwhile. Idempotent."""
        ...

    def set_playback(
        self, video_id: str, playback: Playback, progress: float = 1.0, warning: str | None = None
    ) -> None:
        """What browsers get now, and how far the rendition is; `warning` None keeps the one that is there."""
        ...

    def video(self, video_id: str) -> Video: ...

    def videos(self) -> list[Video]:
        """Gallery clips first, then uploads, newest first."""
        ...


class SessionStore(KnowsKeys, Protocol):
    """The durable record. Each write is one transaction that raises the session's version by one,
    stamps it on every row it changed, and returns it once the rows are safe on disk. The first write of a
    command that is `once` keeps its key, and raises Repeated where it was made before."""

    def add_session(self, session: Session) -> None: ...
    def session(self, session_id: str) -> Session: ...
    def sessions(self) -> list[Session]:
        """Newest first, without deleted ones. To all other calls those are unknown."""
        ...

    def objects(self, session_id: str) -> list[TrackedObject]:
        """In order of rank, then id, without removed ones."""
        ...

    def object(self, session_id: str, object_id: int, seen: int | None = None) -> TrackedObject:
        """Raises NotFound where it was removed; Stale where somebody else did so after `seen`."""
        ...

    def prompts(self, session_id: str, after: int = 0) -> list[FramePrompt]:
        """Prompts changed after that version, oldest change first, without removed objects.

        With `after` 0 only those that are not empty; else empty ones too, so that a reader sees clears.
        """
        ...

    def masks(self, session_id: str, first: int = 0, last: int | None = None) -> Iterator[FrameMask]:
        """Masks on frames first..last (inclusive; None: to the end), by frame, then object id."""
        ...

    def propagation(self, session_id: str) -> Propagation | None:
        """The latest one."""
        ...

    def tracks_afresh(self, session_id: str) -> bool:
        """Would prompts and the running propagation, walked from its start, tell an engine all it knew?"""
        ...

    def running_propagations(self) -> list[tuple[str, Propagation]]:
        """(session id, propagation) of each that no one ended: after a crash, the ones to go on with."""
        ...

    def delta(
        self, session_id: str, after: int, limit: int, masks_at_most: int | None = None
    ) -> SessionDelta:
        """Rows changed after that version, whole versions only, about `limit` masks at most.

        `SessionDelta.version` is the last version that it covers; equal to `after` if nothing changed.
        Removed objects, emptied prompts and masks without RLE are in it, so that a client can drop them;
        with `after` 0 they are left out. Where more than `masks_at_most` masks changed, it covers everything
        up to now, and the masks are only summed up; None: they never are.
        """
        ...

    def add_object(
        self, session_id: str, describe: Callable[[int], TrackedObject], object_id: int | None = None
    ) -> TrackedObject:
        """Insert what `describe` says of the next id that was never used, from 1; or of `object_id`, which
        brings a removed object back, empty. Raises Conflict if that id is in use."""
        ...

    def update_object(
        self,
        session_id: str,
        object_id: int,
        name: str | None = None,
        colour: str | None = None,
        label: str | None = None,
        attributes: Sequence[Attribute] | None = None,
        locked: bool | None = None,
        seen: int | None = None,
    ) -> TrackedObject:
        """Change what is named. `seen`: see `AnnotationStore`."""
        ...

    def remove_object(self, session_id: str, object_id: int, seen: int | None = None) -> int:
        """The object, its prompts and its masks. They lie aside, so that it can be restored. `seen`: see
        `AnnotationStore`."""
        ...

    def put_prompt(self, session_id: str, prompt: FramePrompt, seen: int | None = None) -> int:
        """Replace the object's prompts on that frame. The first prompt on a frame keeps aside the tracked
        mask that is there; an empty one brings it back, or removes the mask that the prompts drew. On an
        absent frame a prompt takes that frame out of the range. `seen`: see `AnnotationStore`."""
        ...

    def verified(self, session_id: str) -> dict[int, frozenset[int]]:
        """Object id -> frames whose mask a person verified."""
        ...

    def clear_prompts(self, session_id: str, seen: int | None = None) -> int:
        """All prompts and masks of all objects; the objects stay, untracked. `seen` as above."""
        ...

    def start_propagation(self, session_id: str, propagation: Propagation) -> int:
        """Record it as RUNNING. Raises Conflict if one is running already, or waits for its verdict."""
        ...

    def put_masks(
        self, session_id: str, masks: Sequence[FrameMask], propagation: Propagation | None = None
    ) -> int:
        """Write masks and, in the same transaction, how far the propagation has come.

        Masks of removed objects are dropped, and tracked ones where a person verified the mask or a prompt
        drew it; in absent ranges they become empty. While the propagation's verdict is OPEN, its masks lie
        beside the session's own. One that is DONE sets `tracked_version` of its objects, unless its
        `prompts_version` is 0."""
        ...


class Host(Protocol):
    """Where sessions are computed: prompts and masks go through the store, only nudges through here."""

    def engines(self) -> tuple[EngineInfo, ...]:
        """The menu, best choice for this machine first."""
        ...

    def refresh(self, session_id: str) -> Future[int]:
        """Have the engine take in every prompt and removal that the store holds and it has not seen.

        Resolves to the session's version when the masks that this drew are stored. Prompts go before
        propagations: this waits for at most one frame of anyone's tracking.
        """
        ...

    def track(self, session_id: str, propagation: Propagation) -> None:
        """Walk the stored propagation from `frames_done` on; masks and progress go to the store."""
        ...

    def cancel(self, session_id: str) -> Future[int]:
        """Stop the session's propagation within a frame and keep what is done. Resolves, to the session's
        version, when that is stored; at once if nothing runs."""
        ...

    def working(self) -> bool:
        """Does what computes still live? False: nothing will answer any more, until a restart."""
        ...

    def preview(self, session_id: str, prompt: FramePrompt) -> Future[Rle | None]:
        """The mask that a prompt would give; nothing is kept. Resolves to None where a newer one was asked
        for the same object before this one's turn came."""
        ...

    def forget(self, session_id: str) -> Future[int]:
        """Throw the inference state away, which is rebuilt from the store when it is next needed."""
        ...

    def pace(self, session_id: str) -> Pace | None:
        """How its running propagation gets on; None where none is walked here. Answers at once."""
        ...

    def close(self) -> None:
        """Stop within a frame, store what is done. Running propagations stay RUNNING in the store, so
        that the next start goes on with them. Idempotent."""
        ...
