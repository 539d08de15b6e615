"""Masklet's own GraphQL types. Thin: each field is a value that `mapping` took from the domain.

Pixels are source-video pixels. Frames are 0-based, in presentation order.
"""

from __future__ import annotations

import strawberry

from backend.api import discussion_types
from backend.api import workbench_types as own
from backend.api.people_types import May, may_types
from backend.api.presence.types import Presence
from backend.api.tracking_types import Coverage, Pace
from backend.domain import doubt
from backend.domain import session as domain
from backend.domain import video as domain_video
from backend.domain.people import Scope

VideoState = strawberry.enum(domain_video.VideoState, name="VideoState")
Direction = strawberry.enum(domain.Direction, name="Direction")
PropagationState = strawberry.enum(domain.PropagationState, name="PropagationState")
MaskOrigin = strawberry.enum(domain.MaskOrigin, name="MaskOrigin")
DoubtReason = strawberry.enum(doubt.Reason, name="DoubtReason")


@strawberry.type
class Video:
    id: strawberry.ID
    title: str
    state: VideoState
    progress: float = strawberry.field(description="0..1 while importing.")
    error: str | None = strawberry.field(description="One sentence when FAILED.")
    warning: str | None = strawberry.field(description="One sentence: what to know of this file.")
    width: int
    height: int
    num_frames: int
    fps: float
    frame_times_s: list[float] = strawberry.field(
        description="Start of each frame in the rendition, in seconds; the first is 0."
    )
    rendition_url: str | None = strawberry.field(
        description="An MP4 with the same frames, one for one; null until it is made, or if it cannot be."
    )
    rendition_progress: float = strawberry.field(
        description="0..1 while what `renditionUrl` names is made. Until then take frames as stills."
    )
    pixel_aspect: float = strawberry.field(
        description="Width of a pixel as shown / its height; masks and points are in pixels all the same."
    )
    poster_url: str | None
    in_gallery: bool
    source_sha256: str


@strawberry.type
class Engine:
    id: strawberry.ID
    label: str
    device: str
    available: bool
    note: str = strawberry.field(description="What it is good for, or why it cannot be chosen.")


@strawberry.type
class Session:
    id: strawberry.ID
    video: Video
    engine: Engine
    version: int
    created_s: float = strawberry.field(description="Seconds since 1970.")
    title: str = strawberry.field(description="Empty: it goes by its video's.")
    ontology: list[own.ObjectClass] = strawberry.field(description="The classes of its objects.")
    project_id: strawberry.ID
    assignee_id: strawberry.ID | None = strawberry.field(description="The person who is to do it.")
    cover_url: str = strawberry.field(description="A small picture of it, with its masks.")

    @strawberry.field(description="What whoever asks may do in it.")
    def may(self) -> list[May]:
        return may_types({Scope.session(self.id), Scope.project(self.project_id)})

    @strawberry.field(
        description="What whoever asks may do in its project, where a copy goes and from where it is "
        "deleted: nothing, for who came by a link to the session alone."
    )
    def may_in_project(self) -> list[May]:
        return may_types({Scope.project(self.project_id)})


@strawberry.type
class TrackedObject:
    object_id: int
    name: str
    colour: str = strawberry.field(description="#rrggbb")
    removed: bool
    version: int
    label: str = strawberry.field(description="Its class; empty: none was chosen.")
    attributes: list[own.Attribute]
    rank: int = strawberry.field(description="Its place in the list; equal ranks go by id.")
    locked: bool = strawberry.field(description="Nobody may change it, nor Track, until it is unlocked.")
    absent: list[own.FrameRange] = strawberry.field(
        description="Where a person said that it is not there. Tracking obeys."
    )
    review: discussion_types.Review
    assignee_id: strawberry.ID | None = strawberry.field(description="The person who is to do it.")


@strawberry.type
class Point:
    x: float
    y: float
    include: bool


@strawberry.type
class Box:
    x0: float
    y0: float
    x1: float
    y1: float


@strawberry.type(description="A binary mask: COCO run-length encoding, compressed.")
class RleMask:
    height: int
    width: int
    counts: str


@strawberry.type(description="All prompts of an object on a frame. Empty: there are none any more.")
class FramePrompt:
    object_id: int
    frame_idx: int
    points: list[Point]
    box: Box | None
    mask: RleMask | None
    version: int


@strawberry.type
class FrameMask:
    object_id: int
    frame_idx: int
    rle: RleMask | None = strawberry.field(description="Null: there is no mask here any more.")
    area: int
    object_score: float = strawberry.field(description="A logit; above 0: the object is on this frame.")
    predicted_iou: float = strawberry.field(description="0..1, the engine's own estimate.")
    origin: MaskOrigin
    engine_id: strawberry.ID
    verified: bool
    doubt: float = strawberry.field(description="0..1: how much the mask deserves a look.")
    doubt_reasons: list[DoubtReason]
    version: int


@strawberry.type
class Propagation:
    id: strawberry.ID
    state: PropagationState
    frames_done: int
    frames_total: int
    error: str | None
    version: int
    verdict: own.Verdict = strawberry.field(
        description="OPEN: its masks are the feed's `candidates`, until somebody keeps or drops them."
    )
    pace: Pace | None = strawberry.field(description="Null where this server does not walk it.")


@strawberry.type(description="What changed in a session after a version.")
class SessionDelta:
    version: int = strawberry.field(description="Resume with `after: version`.")
    objects: list[TrackedObject]
    prompts: list[FramePrompt]
    masks: list[FrameMask]
    propagation: Propagation | None
    details: own.SessionDetails | None = strawberry.field(description="Its title and classes, if changed.")
    candidates: list[FrameMask] = strawberry.field(description="Masks that wait for a verdict.")
    coverage: list[Coverage] = strawberry.field(description="Instead of masks, where there are too many.")
    comments: list[discussion_types.Comment]
    presence: list[Presence] | None = strawberry.field(
        description="Who came, moved or went; null: nobody. The first that a reader gets has everybody. It "
        "is no part of the version: a message may bring nothing else."
    )


@strawberry.input
class PointInput:
    x: float
    y: float
    include: bool = True


@strawberry.input
class BoxInput:
    x0: float
    y0: float
    x1: float
    y1: float


@strawberry.input
class RleMaskInput:
    height: int
    width: int
    counts: str


@strawberry.input
class FramePromptInput:
    object_id: int
    frame_idx: int
    points: list[PointInput] = strawberry.field(default_factory=list)
    box: BoxInput | None = None
    mask: RleMaskInput | None = None
