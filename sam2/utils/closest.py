"""Which conditioning frames a frame looks at, where it may not look at all of them. Integers only."""

from __future__ import annotations

from collections.abc import Collection


def closest_conditioning(frame_idx: int, conditioning: Collection[int], limit: int) -> list[int]:
    """At most `limit` conditioning frames (-1: all): the nearest before, the nearest at or after,
    then the closest of the rest."""
    if limit == -1 or len(conditioning) <= limit:
        return list(conditioning)
    before = max((t for t in conditioning if t < frame_idx), default=None)
    after = min((t for t in conditioning if t >= frame_idx), default=None)
    chosen = [t for t in (before, after) if t is not None]
    rest = sorted((t for t in conditioning if t not in chosen), key=lambda t: abs(t - frame_idx))
    return chosen + rest[: limit - len(chosen)]
