"""A session: one video being annotated. Everything here is durable; GPU state is not in it.

Pixels are source-video pixels, x to the right, y down, (0, 0) the top-left corner of the image.
`version` is the session's version at the last change of a row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from backend.domain.coverage import Coverage
from backend.domain.discussion import Comment
from backend.domain.doubt import Reason
from backend.domain.frames import FrameRange
from backend.domain.ontology import ObjectClass
from backend.domain.presence import Presence
from backend.domain.projects import HOME
from backend.domain.rle import Rle
from backend.domain.standing import Review


@dataclass(frozen=True)
class PointPrompt:
    """A click. `include` is a positive click."""

    x: float
    y: float
    include: bool = True


@dataclass(frozen=True)
class BoxPrompt:
    """A box with x0 < x1 and y0 < y1."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True)
class FramePrompt:
    """All prompts of one object on one frame. Empty means: none any more."""

    object_id: int
    frame_idx: int
    points: tuple[PointPrompt, ...] = ()
    box: BoxPrompt | None = None
    mask: Rle | None = None
    version: int = 0

    @property
    def is_empty(self) -> bool:
        return not self.points and self.box is None and self.mask is None


@dataclass(frozen=True)
class Attribute:
    """What a person said of an object beyond its class. `value` is text: "true", "3.5", "red"."""

    name: str
    value: str


@dataclass(frozen=True)
class TrackedObject:
    """One object of a session. Ids are small integers, unique in their session.

    In its `absent` ranges a person said that the object is not there, and tracking obeys.
    """

    object_id: int
    name: str
    colour: str  # "#rrggbb"
    removed: bool = False
    tracked_version: int = 0  # prompts up to this version are in its masklet; 0: never tracked
    version: int = 0
    label: str = ""  # its class, such as "car"; empty: none was chosen
    attributes: tuple[Attribute, ...] = ()
    rank: int = 0  # its place in the list of objects; equal ranks go by id
    locked: bool = False  # nobody may change it, nor Track, until it is unlocked
    absent: tuple[FrameRange, ...] = ()  # in order, apart from each other
    assignee_id: str | None = None  # the person who is to do it
    review: Review = Review()


ABSENT_SCORE = -10.0  # the logit of an object of which a person said that it is not there


class MaskOrigin(StrEnum):
    PROMPT = "prompt"  # a person's prompt drew it
    TRACK = "track"  # propagation drew it
    IMPORT = "import"  # it came in from a file


@dataclass(frozen=True)
class FrameMask:
    """An object's mask on a frame. `rle` None: there is no mask here any more."""

    object_id: int
    frame_idx: int
    rle: Rle | None
    area: int
    object_score: float
    predicted_iou: float
    origin: MaskOrigin
    engine_id: str
    verified: bool = False
    version: int = 0
    # Derived from this mask and those about it when it is stored, so no part of what it is. 0..1, see
    # `backend.domain.doubt`; None: not measured.
    doubt: float | None = field(default=None, compare=False)
    doubt_reasons: Reason = field(default=Reason(0), compare=False)
    # How soft its border is, as `backend.domain.edge.Edge` packs it. None: nobody said, as of masks that a
    # person drew, and of all that the feed brings.
    edge: bytes | None = field(default=None, repr=False)


class Direction(StrEnum):
    BOTH = "both"
    FORWARD = "forward"
    BACKWARD = "backward"


class PropagationState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True)
class Pass:
    """One straight walk of a propagation: these objects, from `start` to `stop`, both inclusive."""

    object_ids: tuple[int, ...]
    start: int
    stop: int

    @property
    def reverse(self) -> bool:
        return self.stop < self.start

    def __len__(self) -> int:
        return abs(self.stop - self.start) + 1

    def frame(self, step: int) -> int:
        return self.start - step if self.reverse else self.start + step


class Verdict(StrEnum):
    """Where a propagation's masks are."""

    APPLIED = "applied"  # in the session; what they replaced lies aside
    OPEN = "open"  # beside the session's own, until a person keeps or drops them
    DROPPED = "dropped"  # aside


@dataclass(frozen=True)
class Propagation:
    """A running or finished Track. `frames_done` counts steps over all passes, so a crash can go on there."""

    propagation_id: str
    passes: tuple[Pass, ...]
    state: PropagationState
    frames_done: int
    frames_total: int
    prompts_version: int  # the session's version when it began: prompts up to it are taken in; 0: none are
    error: str | None = None
    version: int = 0
    verdict: Verdict = Verdict.APPLIED
    overwrites_verified: bool = False  # somebody asked for it


@dataclass(frozen=True)
class Session:
    """A video being annotated with one engine."""

    session_id: str
    video_id: str
    engine_id: str
    created_s: float
    version: int = 0
    title: str = ""  # empty: it goes by its video's
    ontology: tuple[ObjectClass, ...] = ()
    removed_s: float | None = None  # since 1970, when it was deleted; it can be restored for a while
    project_id: str = HOME
    assignee_id: str | None = None  # the person who is to do it


@dataclass(frozen=True)
class SessionDelta:
    """What changed in a session after a version, up to `version`: one message of the feed.

    `candidates` are the masks of the propagation whose verdict is open. Where too many masks changed, they
    come as `coverage`.
    """

    version: int
    session: Session | None = None
    objects: tuple[TrackedObject, ...] = ()
    prompts: tuple[FramePrompt, ...] = ()
    masks: tuple[FrameMask, ...] = ()
    propagation: Propagation | None = None
    candidates: tuple[FrameMask, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    comments: tuple[Comment, ...] = ()
    presence: tuple[Presence, ...] = ()  # who came, moved or went; not durable, and no part of the version
