"""A comment, and where it is pinned."""

from __future__ import annotations

from dataclasses import dataclass

from backend.domain.people import Person


@dataclass(frozen=True)
class Spot:
    """A place in the picture, in source-video pixels."""

    x: float
    y: float


@dataclass(frozen=True)
class Comment:
    """One of a thread. Where a thread is pinned, and whether it is resolved, its first comment says.

    A removed one has no text any more; it stays in its place while others answer it.
    """

    comment_id: str
    thread_id: str  # the first comment's id
    frame_idx: int
    text: str
    author: Person
    created_s: float  # since 1970
    object_id: int | None = None
    spot: Spot | None = None
    mentions: tuple[Person, ...] = ()
    edited_s: float | None = None
    removed: bool = False
    resolved_s: float | None = None
    resolved_by: Person | None = None
    version: int = 0

    @property
    def is_first(self) -> bool:
        return self.comment_id == self.thread_id


@dataclass(frozen=True)
class Pin:
    """Where a thread is: on a frame, perhaps at a spot of it, perhaps about an object."""

    frame_idx: int
    object_id: int | None = None
    spot: Spot | None = None
