"""Who did what when, and what it cost: the log of a session, and the effort that is counted from it.

Entries are only ever added, each in the transaction of the change that it tells of. They hold ids, names of
mutations and numbers, and nothing that people wrote.

How effort is counted, of an object:
* a click is a point that was set, moved or taken away, a box that was drawn or taken away, or a mask that was
  painted or put in;
* a correction is a click on a frame on which tracking had drawn the object before;
* tracked frames are the frames that Track walked with it, each time that it did;
* seconds of active work: from a person's entry to their next one in the session, where that comes within
  `PAUSE_S`; after a longer pause, and at the beginning, `FIRST_S`. They belong to the later entry, in equal
  parts to the objects that it names.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from backend.domain.people import Person
from backend.domain.session import FramePrompt, PointPrompt

PAUSE_S = 60.0  # whoever does nothing for longer is away
FIRST_S = 5.0  # to look at the picture and click

CREATED = "createSession"  # whoever made a session, and by which way
CHANGED = "change"  # what came in by no mutation

# The mutation, or the route, that this thread or task works for; empty: the server's own work.
doing: ContextVar[str] = ContextVar("doing", default="")


@dataclass(frozen=True)
class Share:
    """What an entry says of one object. Frames are None where it named none."""

    object_id: int
    first_frame: int | None = None
    last_frame: int | None = None
    num_frames: int = 0  # that it changed, or walked
    clicks: int = 0
    corrections: int = 0
    tracked_frames: int = 0
    active_s: float = 0.0


@dataclass(frozen=True)
class Entry:
    """One line of the log. `person` None: the engine, or the server by itself."""

    entry_id: int
    at_s: float  # since 1970
    person: Person | None
    what: str  # the mutation's name
    session_id: str | None = None
    version: int | None = None  # of the session, that it brought
    subject_id: str | None = None  # what it was about beyond objects: a comment, a link, a person, a Track
    value: str | None = None  # one word of what became of it: a role, a state
    active_s: float = 0.0
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """Which entries: older than `before`, of a person, of an object. None: all."""

    before: int | None = None
    person_id: str | None = None  # empty: of nobody, which is what engines did
    object_id: int | None = None
    of_server: bool = False  # also what was done to who may come in, of the whole server


@dataclass(frozen=True)
class Effort:
    """What an object cost so far; see above for what is counted. `object_id` None: what named no object."""

    object_id: int | None
    clicks: int
    corrections: int
    tracked_frames: int
    active_s: float
    people: int  # how many worked on it


class LedgerReader(Protocol):
    """Unknown sessions raise NotFound."""

    def entries(self, session_id: str, wanted: Wanted, limit: int) -> list[Entry]:
        """The newest first, of the session and of what was done to its project."""
        ...

    def people(self, session_id: str) -> list[Person]:
        """Those who have done something in the session, by name."""
        ...

    def effort(self, session_id: str) -> list[Effort]:
        """By object id, what named no object last. Removed objects too."""
        ...


def clicks_between(old: FramePrompt | None, new: FramePrompt) -> int:
    """How many clicks lead from one set of prompts to the other."""
    before = list(old.points) if old else []
    after = list(new.points)
    gone, come = _without(before, after), _without(after, before)
    boxes = (old.box if old else None) != new.box
    masks = (old.mask if old else None) != new.mask
    return max(len(gone), len(come)) + boxes + masks


def _without(some: list[PointPrompt], others: list[PointPrompt]) -> list[PointPrompt]:
    left = list(others)
    kept = []
    for point in some:
        if point in left:
            left.remove(point)
        else:
            kept.append(point)
    return kept


def active_between(before_s: float | None, now_s: float) -> float:
    """Seconds of work that an entry stands for; `before_s`: when its person's entry before was made."""
    if before_s is None or not 0 <= now_s - before_s <= PAUSE_S:
        return FIRST_S
    return now_s - before_s
