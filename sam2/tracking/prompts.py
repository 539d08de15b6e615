"""What a person points at, in source-video pixels: x to the right, y down, (0, 0) the top-left corner.

Prompts stay in these units everywhere; `sam2.tracking.edge` turns them into the model's own pixels
once, when a prompt is used.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from math import isfinite

import numpy as np

ObjectId = Hashable
"""Any int or str that the caller likes."""


@dataclass(frozen=True)
class PointPrompt:
    """A click. `include` False says "not this"."""

    x: float
    y: float
    include: bool = True

    def __post_init__(self) -> None:
        if not (isfinite(self.x) and isfinite(self.y)):
            raise ValueError(f"a point at ({self.x}, {self.y}) is not finite; give it in video pixels")


@dataclass(frozen=True)
class BoxPrompt:
    """A box with x0 < x1 and y0 < y1."""

    x0: float
    y0: float
    x1: float
    y1: float

    def __post_init__(self) -> None:
        if not all(map(isfinite, (self.x0, self.y0, self.x1, self.y1))):
            raise ValueError("a box has a coordinate that is not finite; give x0, y0, x1, y1 in video pixels")
        if self.x1 < self.x0 or self.y1 < self.y0:
            raise ValueError(
                f"box ({self.x0}, {self.y0}, {self.x1}, {self.y1}) is out of order; "
                "give x0, y0, x1, y1 with x0 <= x1 and y0 <= y1"
            )


@dataclass(frozen=True, eq=False)
class MaskPrompt:
    """A drawn mask: bool or float 0..1 [height, width], 1 inside. Any size; it covers the whole frame."""

    mask: np.ndarray

    def __post_init__(self) -> None:
        if self.mask.ndim != 2 or 0 in self.mask.shape:
            raise ValueError(f"a mask has shape {self.mask.shape}; give one of [height, width]")
        if self.mask.dtype.kind == "f" and not np.isfinite(self.mask).all():
            raise ValueError("a mask holds NaN or infinity; give 1 inside the object and 0 outside")


@dataclass(frozen=True)
class FramePrompts:
    """All prompts of one object on one frame: a mask, or a box and points."""

    points: tuple[PointPrompt, ...] = ()
    box: BoxPrompt | None = None
    mask: MaskPrompt | None = field(default=None)

    def __post_init__(self) -> None:
        if self.mask is not None and (self.points or self.box is not None):
            raise ValueError("a frame takes a mask or points and a box, not both; clear one of them first")
        if self.mask is None and self.box is None and not self.points:
            raise ValueError("at least one of points or box must be provided as input")
