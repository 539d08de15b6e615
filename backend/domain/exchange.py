"""What leaves a session in one piece, and what comes into one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from backend.domain.jobs import Job
from backend.domain.rle import Rle
from backend.domain.session import BoxPrompt, FrameMask, Session, TrackedObject


@dataclass(frozen=True)
class SessionSnapshot:
    """A session at one version. `masks` is good for as long as the snapshot is open."""

    session: Session
    objects: tuple[TrackedObject, ...]  # by id, without removed ones
    masks: Callable[[], Iterator[FrameMask]]  # those with an RLE, by frame, then object id


class Snapshots(Protocol):
    def open(self, session_id: str) -> AbstractContextManager[SessionSnapshot]:
        """Raises NotFound."""
        ...


@dataclass(frozen=True)
class IncomingMask:
    """A mask from a file. As a `prompt` it is what tracking starts from."""

    object_id: int  # the file's
    frame_idx: int
    rle: Rle
    prompt: bool = False


@dataclass(frozen=True)
class IncomingBox:
    """A box from a file: it becomes a prompt."""

    object_id: int
    frame_idx: int
    box: BoxPrompt


@dataclass(frozen=True)
class Incoming:
    """What an import brings, checked against the video. `shapes` begins anew at each call."""

    objects: tuple[TrackedObject, ...]  # with the ids of the file
    complete: frozenset[int]  # ids of those that have a mask on every frame: there is nothing to track
    shapes: Callable[[], Iterator[IncomingMask | IncomingBox]]
    keep: bool  # the masks count as verified


@dataclass(frozen=True)
class BroughtIn:
    """Where an import ended up."""

    session_id: str
    version: int
    ids: dict[int, int]  # the file's object id -> the session's


class Imports(Protocol):
    def bring_in(
        self, session: Session, incoming: Incoming, new: bool, ended: Callable[[BroughtIn], Job]
    ) -> BroughtIn:
        """All of it in one transaction, or nothing; the job that `ended` gives is stored in it too, so that a
        crash never brings things in twice. Raises Conflict where somebody cancelled it by then. `new`: the
        session is made in it as well.

        Objects keep their ids where the session never used them; else they get the next free ones.
        """
        ...
