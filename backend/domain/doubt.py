"""How much a mask deserves a look: from what the engine says of it and from the mask itself.

Each sign of trouble is a number from 0, none, to 1. Together they make the doubt, as chances do that are
independent: one strong sign is enough, several weak ones add up. Only runs are read, never pixels, so a mask
costs about a millisecond. What the signs are worth was measured: `tests/benchmarks/doubt.py`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from enum import IntFlag

from backend.domain.rle import Rle


class Reason(IntFlag):
    """Why a mask is doubted; several may hold."""

    UNSURE = 1  # the engine itself is
    JUMPED = 2  # the object is elsewhere than on the frame beside
    RESIZED = 4  # much larger or smaller than on the frame beside
    PIECES = 8  # in more than one piece
    HOLES = 16
    OVERLAPS = 32  # another object claims the same pixels


@dataclass(frozen=True)
class Signs:
    """Each 0..1, in the order of `Reason`."""

    unsure: float = 0.0
    jumped: float = 0.0
    resized: float = 0.0
    pieces: float = 0.0
    holes: float = 0.0
    overlaps: float = 0.0


@dataclass(frozen=True)
class Doubt:
    """`amount` 0..1, and what raised it."""

    amount: float
    reasons: Reason


# What a sign at its strongest makes of the doubt.
WEIGHTS = Signs(unsure=0.9, jumped=0.72, resized=0.53, pieces=0.51, holes=0.6, overlaps=0.64)
NAMED_FROM = 0.12  # a sign that raises the doubt by less is no reason to name
MOST_SHIFT = 0.9  # of the mask's pixels that moved away, at which `jumped` is 1
LEAST_SHIFT = 0.25  # what moves has as much
LEAST_GROWTH, MOST_GROWTH = 1.15, 2.0  # factors of area
LEAST_PIECE, MOST_PIECE = 0.02, 0.3  # share of the area that is not in the largest piece
LEAST_HOLE, MOST_HOLE = 0.01, 0.15
LEAST_OVERLAP, MOST_OVERLAP = 0.03, 0.5


def doubt_of(signs: Signs, weights: Signs = WEIGHTS) -> Doubt:
    sure, reasons = 1.0, Reason(0)
    for reason, field in zip(Reason, fields(Signs), strict=True):
        raised = getattr(weights, field.name) * getattr(signs, field.name)
        sure *= 1.0 - raised
        if raised >= NAMED_FROM:
            reasons |= reason
    return Doubt(1.0 - sure, reasons)


def signs_of(
    mask: Rle, object_score: float, predicted_iou: float, beside: Rle | None, others: Iterable[Rle]
) -> Signs:
    """`beside`: the object's mask on the frame before (or after); `others`: other objects' on this frame."""
    area = mask.area
    unsure = _unsure(object_score, predicted_iou, area)
    if area == 0:
        return Signs(unsure, resized=1.0 if beside is not None and beside.area else 0.0)
    pieces, holes = _pieces_and_holes(mask)
    jumped = resized = 0.0
    if beside is not None and (area_beside := beside.area) > 0:
        common = common_area(mask, beside)
        jumped = _between(1 - common / min(area, area_beside), LEAST_SHIFT, MOST_SHIFT)
        growth = max(area, area_beside) / min(area, area_beside)
        resized = _between(math.log(growth), math.log(LEAST_GROWTH), math.log(MOST_GROWTH))
    overlap = max(
        (common_area(mask, other) / min(area, other.area) for other in others if other.area), default=0.0
    )
    return Signs(
        unsure,
        jumped,
        resized,
        _between(pieces, LEAST_PIECE, MOST_PIECE),
        _between(holes, LEAST_HOLE, MOST_HOLE),
        _between(overlap, LEAST_OVERLAP, MOST_OVERLAP),
    )


def common_area(one: Rle, other: Rle) -> int:
    """Pixels that both masks have; 0 for masks of different sizes."""
    if (one.height, one.width) != (other.height, other.width):
        return 0
    (start, stop), (other_start, other_stop) = _extent(one), _extent(other)
    if stop <= other_start or other_stop <= start:
        return 0  # most pairs of many objects
    common = 0
    mine, theirs = _spans(one), _spans(other)
    a, b = next(mine, None), next(theirs, None)
    while a and b:
        common += max(0, min(a[1], b[1]) - max(a[0], b[0]))
        if a[1] <= b[1]:
            a = next(mine, None)
        else:
            b = next(theirs, None)
    return common


def _extent(mask: Rle) -> tuple[int, int]:
    """Its first pixel and the one after its last, counted down the columns."""
    runs = mask.runs
    last_background = runs[-1] if len(runs) % 2 else 0
    return runs[0] if runs else 0, mask.height * mask.width - last_background


def _unsure(object_score: float, predicted_iou: float, area: int) -> float:
    present = 1 / (1 + math.exp(-max(-60.0, min(60.0, object_score))))
    return 1 - present * min(1.0, max(0.0, predicted_iou)) if area else present


def _between(value: float, least: float, most: float) -> float:
    """0 at `least` and below, 1 at `most` and above."""
    return min(1.0, max(0.0, (value - least) / (most - least)))


def _spans(mask: Rle) -> Iterator[tuple[int, int]]:
    """The object's runs as (first pixel, the one after the last), counted down the columns."""
    at = 0
    for i, run in enumerate(mask.runs):
        if i % 2 and run:
            yield at, at + run
        at += run


def _pieces_and_holes(mask: Rle) -> tuple[float, float]:
    """Shares of the mask's area: what is not in its largest piece, and what its holes have."""
    inside = _column_spans(_spans(mask), mask.height)
    sizes = _areas(inside)
    total = sum(sizes)
    return 1 - max(sizes) / total, _hole_area(inside, mask.height) / total


Span = tuple[int, int, int]  # column, first row, the row after the last


def _column_spans(spans: Iterable[tuple[int, int]], height: int) -> list[Span]:
    """Runs, cut where a column ends."""
    cut: list[Span] = []
    for start, stop in spans:
        while start < stop:
            column, row = divmod(start, height)
            end = min(stop, (column + 1) * height)
            cut.append((column, row, row + end - start))
            start = end
    return cut


def _areas(spans: list[Span]) -> list[int]:
    """The areas of what hangs together, side by side."""
    return [area for area, _ in _regions(spans)]


def _hole_area(inside: list[Span], height: int) -> int:
    """Pixels around which the mask closes: regions between the mask's first and last column that neither
    reach the picture's upper or lower edge nor the columns beyond the mask."""
    first, last = inside[0][0], inside[-1][0]
    outside: list[Span] = []
    by_column: dict[int, list[Span]] = {}
    for span in inside:
        by_column.setdefault(span[0], []).append(span)
    for column in range(first, last + 1):
        row = 0
        for _, top, bottom in by_column.get(column, ()):
            if top > row:
                outside.append((column, row, top))
            row = bottom
        if row < height:
            outside.append((column, row, height))
    return sum(
        area
        for area, members in _regions(outside)
        if not any(top == 0 or bottom == height or column in (first, last) for column, top, bottom in members)
    )


def _regions(spans: list[Span]) -> list[tuple[int, list[Span]]]:
    """Spans in order of their columns and rows, grouped into regions that touch; each with its area."""
    parent = list(range(len(spans)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    left = 0  # the first span of the column before that may still touch
    for i, (column, top, bottom) in enumerate(spans):
        while spans[left][0] < column - 1 or (spans[left][0] == column - 1 and spans[left][2] <= top):
            left += 1
        k = left
        while k < i and spans[k][0] == column - 1 and spans[k][1] < bottom:
            parent[root(k)] = root(i)
            k += 1
    members: dict[int, list[Span]] = {}
    for i, span in enumerate(spans):
        members.setdefault(root(i), []).append(span)
    return [(sum(bottom - top for _, top, bottom in group), group) for group in members.values()]
