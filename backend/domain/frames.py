"""Stretches of frames, as integers and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class FrameRange:
    """Frames `first` to `last`, both inclusive."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last:
            raise ValueError(f"no frames lie in {self.first}..{self.last}")

    def __contains__(self, frame_idx: int) -> bool:
        return self.first <= frame_idx <= self.last

    def clip(self, start: int, stop: int) -> tuple[int, int] | None:
        """The part of a straight walk, forward or backward, that lies in here; None where none does."""
        if max(start, stop) < self.first or min(start, stop) > self.last:
            return None
        return self._nearest(start), self._nearest(stop)

    def _nearest(self, frame_idx: int) -> int:
        return min(max(frame_idx, self.first), self.last)


def joined(ranges: Iterable[FrameRange]) -> tuple[FrameRange, ...]:
    """The same frames in as few ranges as can be, in order: overlapping and touching ones become one."""
    found: list[FrameRange] = []
    for stretch in sorted(ranges, key=lambda r: r.first):
        if found and stretch.first <= found[-1].last + 1:
            found[-1] = FrameRange(found[-1].first, max(found[-1].last, stretch.last))
        else:
            found.append(stretch)
    return tuple(found)


def without(ranges: Iterable[FrameRange], frame_idx: int) -> tuple[FrameRange, ...]:
    """The ranges without that frame, which may cut one in two."""
    return apart(ranges, [FrameRange(frame_idx, frame_idx)])


def range_of(ranges: Iterable[FrameRange], frame_idx: int) -> FrameRange | None:
    """The range that the frame lies in."""
    return next((stretch for stretch in ranges if frame_idx in stretch), None)


def apart(ranges: Iterable[FrameRange], others: Iterable[FrameRange]) -> tuple[FrameRange, ...]:
    """The frames of `ranges` that are in none of `others`."""
    left = list(joined(ranges))
    for other in joined(others):
        cut: list[FrameRange] = []
        for stretch in left:
            if other.last < stretch.first or stretch.last < other.first:
                cut.append(stretch)
                continue
            if stretch.first < other.first:
                cut.append(FrameRange(stretch.first, other.first - 1))
            if other.last < stretch.last:
                cut.append(FrameRange(other.last + 1, stretch.last))
        left = cut
    return tuple(left)


def common(ranges: Iterable[FrameRange], others: Iterable[FrameRange]) -> tuple[FrameRange, ...]:
    """The frames that are in both."""
    first = joined(ranges)
    return apart(first, apart(first, others))
