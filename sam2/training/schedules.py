"""Values that change over a run: `where` is how far it has come, 0..1.

Under the class names of `fvcore.common.param_scheduler`, which official configurations name.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Schedule(Protocol):
    def __call__(self, where: float) -> float: ...


@dataclass(frozen=True)
class ConstantParamScheduler:
    value: float

    def __call__(self, where: float) -> float:
        return self.value


@dataclass(frozen=True)
class CosineParamScheduler:
    start_value: float
    end_value: float

    def __call__(self, where: float) -> float:
        return self.end_value + (self.start_value - self.end_value) * (1 + math.cos(math.pi * where)) / 2


@dataclass(frozen=True)
class LinearParamScheduler:
    start_value: float
    end_value: float

    def __call__(self, where: float) -> float:
        return self.start_value + (self.end_value - self.start_value) * where


@dataclass(frozen=True)
class CompositeParamScheduler:
    """One schedule after the other. `lengths` are shares of the run; "rescaled" ones run 0..1 in theirs."""

    schedulers: Sequence[Schedule]
    lengths: Sequence[float]
    interval_scaling: Sequence[str]

    def __post_init__(self) -> None:
        if not len(self.schedulers) == len(self.lengths) == len(self.interval_scaling):
            raise ValueError(
                "a CompositeParamScheduler needs as many lengths and interval_scaling as schedulers"
            )
        if abs(sum(self.lengths) - 1) > 1e-6:
            raise ValueError(f"the lengths of a CompositeParamScheduler add up to {sum(self.lengths)}, not 1")

    def __call__(self, where: float) -> float:
        begin = 0.0
        for schedule, length, scaling in zip(
            self.schedulers, self.lengths, self.interval_scaling, strict=True
        ):
            if where < begin + length or schedule is self.schedulers[-1]:
                return schedule((where - begin) / length if scaling == "rescaled" else where)
            begin += length
        raise AssertionError("the last schedule takes what is left")
