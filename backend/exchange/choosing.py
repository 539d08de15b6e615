"""Which imported masks tracking starts from. Pure integer arithmetic.

Every mask of a file comes in. Those at the edges of a gap also become prompts, since from there the rest of
the video is tracked; masks in between would say nothing more, and each costs the engine memory.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

MAX_PROMPTS = 24  # an object; SAM 2 looks at every prompted frame on every frame


def prompted_frames(masked: Collection[int], num_frames: int) -> frozenset[int]:
    """Of the frames with a mask, those that become prompts: the first, and up to `MAX_PROMPTS` edges."""
    there = sorted(masked)
    if not there:
        return frozenset()
    edges = [frame for frame in there if _beside_gap(frame, masked, num_frames)]
    return frozenset([there[0], *_evenly(edges, MAX_PROMPTS - 1)])


def _beside_gap(frame_idx: int, masked: Collection[int], num_frames: int) -> bool:
    return any(0 <= beside < num_frames and beside not in masked for beside in (frame_idx - 1, frame_idx + 1))


def _evenly(items: Sequence[int], count: int) -> Iterator[int]:
    """`count` of the items at most, the first and the last among them."""
    if len(items) <= count:
        yield from items
        return
    for step in range(count):
        yield items[round(step * (len(items) - 1) / (count - 1))]
