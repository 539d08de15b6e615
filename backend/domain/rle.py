"""COCO run-length encoding, compressed: how every mask is stored, sent and exported.

Runs count pixels down the columns, first background, then object, in turn. The compressed string
holds each run as a signed varint of 5-bit digits, from the fourth run on as the difference to the
run two before (format: cocodataset's maskApi; verified against pycocotools in the tests).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from backend.domain.errors import InvalidInput


@dataclass(frozen=True)
class Rle:
    """A binary mask of `height` x `width` pixels."""

    height: int
    width: int
    counts: str

    @classmethod
    def from_runs(cls, height: int, width: int, runs: Iterable[int]) -> Rle:
        return cls(height, width, _compress(list(runs)))

    @classmethod
    def empty(cls, height: int, width: int) -> Rle:
        """The mask without a pixel: one run of background, the form that the official demo expects."""
        return cls.from_runs(height, width, [height * width])

    @cached_property
    def runs(self) -> tuple[int, ...]:
        """Run lengths in pixels. Raises InvalidInput where the string is no mask of this size."""
        runs = _decompress(self.counts)
        if sum(runs) != self.height * self.width or min(runs, default=0) < 0:
            raise InvalidInput(f"The mask's RLE does not describe {self.width} x {self.height} pixels.")
        return tuple(runs)

    @property
    def area(self) -> int:
        """Object pixels."""
        return sum(self.runs[1::2])


def union(first: Rle, second: Rle) -> Rle:
    """Pixels of either mask. Raises InvalidInput where their sizes differ."""
    if (first.height, first.width) != (second.height, second.width):
        raise InvalidInput("Only masks of one size can be put together.")
    edges = sorted(_edges(first, 1) + _edges(second, 1))
    runs: list[int] = []
    depth, at = 0, 0
    for place, change in edges:
        if depth == 0 or depth + change == 0:  # the union begins or ends here
            runs.append(place - at)
            at = place
        depth += change
    left = first.height * first.width - at
    if left or not runs:
        runs.append(left)
    return Rle.from_runs(first.height, first.width, _without_gaps(runs))


def _edges(rle: Rle, weight: int) -> list[tuple[int, int]]:
    """(pixel, +-weight) where the mask begins and ends, counted down the columns."""
    edges: list[tuple[int, int]] = []
    at = 0
    for number, run in enumerate(rle.runs):
        if number % 2 and run:
            edges += [(at, weight), (at + run, -weight)]
        at += run
    return edges


def _without_gaps(runs: list[int]) -> list[int]:
    """The same pixels without empty runs inside, which appear where two masks touch."""
    tidy = runs[:1]
    for number in range(1, len(runs), 2):
        gap = tidy[-1] == 0 and len(tidy) > 1
        if gap:
            tidy.pop()
            tidy[-1] += runs[number]
        else:
            tidy.append(runs[number])
        tidy.extend(runs[number + 1 : number + 2])
    return tidy


def _compress(runs: list[int]) -> str:
    text: list[str] = []
    for i, run in enumerate(runs):
        value = run - runs[i - 2] if i > 2 else run
        more = True
        while more:
            digit = value & 0x1F
            value >>= 5
            more = value != -1 if digit & 0x10 else value != 0
            text.append(chr(48 + (digit | 0x20 if more else digit)))
    return "".join(text)


def _decompress(counts: str) -> list[int]:
    runs: list[int] = []
    value = shift = 0
    for char in counts:
        digit = ord(char) - 48
        if not 0 <= digit < 64:
            raise InvalidInput("The mask's RLE holds a character that no COCO RLE has.")
        value |= (digit & 0x1F) << shift
        shift += 5
        if digit & 0x20:
            continue
        if digit & 0x10:
            value |= -1 << shift
        runs.append(value + runs[-2] if len(runs) > 2 else value)
        value = shift = 0
    if shift:
        raise InvalidInput("The mask's RLE is cut off.")
    return runs
