"""GraphQL types of long sessions: where masks are, and how tracking gets on."""

from __future__ import annotations

import strawberry

from backend.domain import coverage, pace


@strawberry.type(description="How an object's masks look that changed, without the masks.")
class Coverage:
    object_id: int
    first_frame: int
    looks: str = strawberry.field(
        description="Runs of frames from `firstFrame` on, such as `120a3b_40o`: how many (1 where no number "
        "stands) look which way. `_`: did not change; `x`: no mask; `o`: tracked, the object is not there; "
        "`a` to `e`: a mask, from sure to most doubtful; a capital: verified by a person."
    )


@strawberry.type(description="How a running propagation gets on, as the server sees it now.")
class Pace:
    beside: int = strawberry.field(description="Other propagations that take turns with it.")
    place: int = strawberry.field(
        description="Where memory does not hold all: its place among those who wait; 0: it is at work."
    )
    loading: bool = strawberry.field(description="Its engine is being loaded.")
    frames_per_s: float | None
    remaining_s: float | None


def coverage_type(covered: coverage.Coverage) -> Coverage:
    return Coverage(object_id=covered.object_id, first_frame=covered.first_frame, looks=covered.looks)


def pace_type(seen: pace.Pace) -> Pace:
    return Pace(
        beside=seen.beside,
        place=seen.place,
        loading=seen.loading,
        frames_per_s=seen.frames_per_s,
        remaining_s=seen.remaining_s,
    )
