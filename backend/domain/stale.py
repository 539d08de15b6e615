"""A change of what somebody else has changed since is refused, with what it is now. Nothing is merged."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from backend.domain.errors import Conflict
from backend.domain.frames import FrameRange
from backend.domain.session import FramePrompt, TrackedObject, Verdict

WHOLE = FrameRange(0, 2**31 - 1)


class Kind(StrEnum):
    """What people change, each with a version of its own."""

    OBJECT = "object"  # name, colour, class, attributes, lock, absent ranges; whether it is there
    PROMPTS = "prompts"  # of one object on one frame
    VERIFIED = "verified"  # masks, and whether a person verified them
    VERDICT = "verdict"  # on the latest tracked range
    ORDER = "order"
    TITLE = "title"
    CLASSES = "classes"


@dataclass(frozen=True)
class Thing:
    """Something that two people could change at once. `frames`: of prompts and masks."""

    kind: Kind
    object_id: int = -1
    frames: FrameRange = WHOLE

    @classmethod
    def prompts(cls, object_id: int, frame_idx: int) -> Thing:
        return cls(Kind.PROMPTS, object_id, FrameRange(frame_idx, frame_idx))


@dataclass(frozen=True)
class Present:
    """What a thing is now: of the fields from `object` on, the one of its kind, if it is there at all."""

    kind: Kind
    version: int  # do it again with this as `seen`, to replace just this
    by: str | None  # who changed it; None: nobody else, such as the same person in another window
    object_id: int | None = None
    frame_idx: int | None = None
    object: TrackedObject | None = None
    prompt: FramePrompt | None = None
    verdict: Verdict | None = None
    order: tuple[int, ...] | None = None
    title: str | None = None
    classes: tuple[str, ...] | None = None  # their names


class Stale(Conflict):
    """Somebody changed the same thing after what the caller has seen."""

    def __init__(self, present: Present, sentence: str | None = None) -> None:
        super().__init__(sentence or _sentence(present.by or "Somebody else", present))
        self.present = present


def _sentence(who: str, present: Present) -> str:
    if present.object is not None and present.object.removed:
        return f"{who} has removed {present.object.name} since; bring it back, then do yours again."
    return f"{who} has changed this since; look at what it is now, then do yours again."
