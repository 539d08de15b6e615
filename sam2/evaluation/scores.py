"""Scores of masks, objects and whole data sets."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from sam2.evaluation.measures import contour_accuracy, region_similarity

RECALL_ABOVE = 0.5
DECAY_PARTS = 4


@dataclass(frozen=True)
class FrameScore:
    """One object on one frame, each 0..1."""

    frame: str  # its name in the data set
    j: float
    f: float


def score_mask(frame: str, mask: np.ndarray, truth: np.ndarray) -> FrameScore:
    """Of two bool [H, W]."""
    return FrameScore(frame, region_similarity(mask, truth), contour_accuracy(mask, truth))


@dataclass(frozen=True)
class Statistic:
    """What DAVIS says of a measure over an object's frames."""

    mean: float
    recall: float  # share of frames above 0.5
    decay: float  # mean of the first quarter less mean of the last

    @classmethod
    def of(cls, values: Sequence[float]) -> Statistic:
        """Quarters overlap by one frame and round as the DAVIS toolkit's do."""
        count = len(values)
        edges = [
            math.floor(1 + part * (count - 1) / DECAY_PARTS + 0.5) - 1 for part in range(DECAY_PARTS + 1)
        ]
        first, last = values[edges[0] : edges[1] + 1], values[edges[-2] : edges[-1] + 1]
        recall = fmean(value > RECALL_ABOVE for value in values)
        return cls(fmean(values), recall, fmean(first) - fmean(last))

    @classmethod
    def mean_of(cls, statistics: Iterable[Statistic]) -> Statistic:
        every = list(statistics)
        return cls(
            fmean(s.mean for s in every), fmean(s.recall for s in every), fmean(s.decay for s in every)
        )


@dataclass(frozen=True)
class ObjectScore:
    """One object over a video's scored frames, of which there is at least one."""

    video: str
    object_id: int
    frames: tuple[FrameScore, ...]

    @property
    def j(self) -> Statistic:
        return Statistic.of([frame.j for frame in self.frames])

    @property
    def f(self) -> Statistic:
        return Statistic.of([frame.f for frame in self.frames])

    @property
    def j_and_f(self) -> float:
        return (self.j.mean + self.f.mean) / 2


@dataclass(frozen=True)
class Scores:
    """A data set's. Means are over objects, not over videos and not over frames."""

    objects: tuple[ObjectScore, ...]
    problems: tuple[str, ...] = ()  # what was left out, a sentence each

    def __post_init__(self) -> None:
        if not self.objects:
            why = f" ({self.problems[0]})" if self.problems else ""
            raise ValueError(f"no object could be scored{why}; check the folders of masks and of truth")

    @property
    def j(self) -> Statistic:
        return Statistic.mean_of(score.j for score in self.objects)

    @property
    def f(self) -> Statistic:
        return Statistic.mean_of(score.f for score in self.objects)

    @property
    def j_and_f(self) -> float:
        return (self.j.mean + self.f.mean) / 2

    def worst(self, count: int) -> tuple[ObjectScore, ...]:
        return tuple(sorted(self.objects, key=lambda score: score.j_and_f)[:count])
