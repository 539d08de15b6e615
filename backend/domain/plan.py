"""Which frames a Track walks, for which objects. Pure integer arithmetic.

An object that was tracked and then corrected is tracked again from the correction: forward to the
end, since a correction should mend everything after it, and backward only to the prompt before it,
since what lies behind that prompt was drawn from that prompt. An object with nothing new is left alone.
A range cuts these walks short, and changes nothing else about them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace

from backend.domain.frames import FrameRange
from backend.domain.session import Direction, Pass


@dataclass(frozen=True)
class ObjectWork:
    """What planning needs to know of one object."""

    object_id: int
    prompted: frozenset[int]  # frames with a prompt
    changed: frozenset[int]  # of these, the ones prompted after the object's last Track
    tracked: bool  # was it ever tracked
    verified: frozenset[int] = frozenset()  # frames whose mask a person found right


def plan_passes(
    objects: Iterable[ObjectWork],
    direction: Direction,
    num_frames: int,
    start_frame: int | None = None,
    within: FrameRange | None = None,
) -> tuple[Pass, ...]:
    """Passes to walk, objects that walk the same way side by side; empty where nothing has a prompt.

    Only objects with new prompts are walked or, when none has any, all that have prompts. With a
    `start_frame` every prompted object walks from there to the ends of the video. `within` leaves of
    each walk what lies in those frames; it comes from the side on which the object's prompts are, and ends
    before the next verified frame: behind that one there is nothing to mend.
    """
    prompted = [work for work in objects if work.prompted]
    due = [work for work in prompted if work.changed or not work.tracked]
    walks: dict[tuple[int, int], list[int]] = defaultdict(list)
    for work in prompted if start_frame is not None or not due else due:
        for start, stop in _walks(work, direction, num_frames, start_frame):
            walk = (start, stop) if within is None else _mending(work, within, start, stop)
            if walk is not None and work.object_id not in walks[walk]:  # both ways may be the same one frame
                walks[walk].append(work.object_id)
    return tuple(Pass(tuple(ids), start, stop) for (start, stop), ids in _forward_first(walks))


def _walks(
    work: ObjectWork, direction: Direction, num_frames: int, start_frame: int | None
) -> Iterable[tuple[int, int]]:
    """(start, stop) of each straight walk of one object."""
    frames = work.changed or work.prompted
    start = start_frame if start_frame is not None else min(frames)
    if direction is not Direction.BACKWARD:
        yield start, num_frames - 1
    elif start_frame is None:
        start = max(frames)
    if direction is Direction.FORWARD or start == 0:
        return
    mending = start_frame is None and work.tracked
    earlier = [frame for frame in work.prompted if frame < start] if mending else []
    stop = max(earlier) + 1 if earlier else 0
    if stop < start:
        yield start, stop


def _mending(work: ObjectWork, within: FrameRange, start: int, stop: int) -> tuple[int, int] | None:
    """The part of a walk that lies in the range and before the next verified frame. Its first frame is no
    barrier: a walk may well come from a verified one."""
    walk = within.clip(start, stop)
    if walk is None:
        return None
    start, stop = walk
    if stop < start:
        return start, max([stop, *(frame + 1 for frame in work.verified if stop <= frame < start)])
    return start, min([stop, *(frame - 1 for frame in work.verified if start < frame <= stop)])


def _forward_first(walks: Mapping[tuple[int, int], list[int]]) -> list[tuple[tuple[int, int], list[int]]]:
    return sorted(walks.items(), key=lambda walk: (walk[0][1] < walk[0][0], walk[0][0]))


def frames_to_walk(passes: Iterable[Pass]) -> int:
    return sum(len(p) for p in passes)


def step_of(passes: Iterable[Pass], frames_done: int) -> tuple[Pass, int] | None:
    """The pass and the frame that come after `frames_done` steps; None at the end."""
    for walk in passes:
        if frames_done < len(walk):
            return walk, walk.frame(frames_done)
        frames_done -= len(walk)
    return None


def passes_left(passes: Iterable[Pass], frames_done: int) -> tuple[Pass, ...]:
    """What is still to be walked after that many steps."""
    left: list[Pass] = []
    for walk in passes:
        if frames_done < len(walk):
            left.append(replace(walk, start=walk.frame(frames_done)))
        frames_done = max(0, frames_done - len(walk))
    return tuple(left)


def objects_on(passes: Iterable[Pass]) -> Set[int]:
    return {object_id for walk in passes for object_id in walk.object_ids}
