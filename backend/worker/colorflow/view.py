"""A frame at working size: small enough to be quick, with the images that every stage asks for."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from backend.worker.colorflow.colour_model import colour_codes
from backend.worker.engine import FrameSource

WORK_SIDE = 480  # longer side of the working frame, pixels


@dataclass(frozen=True)
class Grid:
    """How working pixels lie on source pixels."""

    source_width: int
    source_height: int
    width: int
    height: int

    @classmethod
    def of(cls, source_width: int, source_height: int, side: int = WORK_SIDE) -> Grid:
        scale = min(1.0, side / max(source_width, source_height))
        width = max(1, round(source_width * scale))
        return cls(source_width, source_height, width, max(1, round(source_height * scale)))

    @property
    def scale(self) -> float:
        """Working pixels per source pixel."""
        return self.width / self.source_width

    def to_work(self, x: float, y: float) -> tuple[int, int]:
        """The working pixel under a source position; positions outside move to the edge."""
        col = int(x * self.width / self.source_width)
        row = int(y * self.height / self.source_height)
        return min(max(col, 0), self.width - 1), min(max(row, 0), self.height - 1)

    def shrink(self, mask: np.ndarray) -> np.ndarray:
        """A source-size mask at working size, bool."""
        if mask.shape == (self.height, self.width):
            return mask.astype(bool)
        size = (self.width, self.height)
        return cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) >= 0.5


class FrameView:
    """One frame at working size. Images are made at first use and kept."""

    def __init__(self, frame: np.ndarray, grid: Grid) -> None:
        self.grid = grid
        size = (grid.width, grid.height)
        self.rgb = (
            cv2.resize(frame, size, interpolation=cv2.INTER_AREA) if frame.shape[1] != grid.width else frame
        )

    @cached_property
    def lab(self) -> np.ndarray:
        """float32 [h, w, 3]: L 0..100, a and b about -100..100."""
        return cv2.cvtColor(self.rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)

    @cached_property
    def smooth(self) -> np.ndarray:
        """`lab` without grain."""
        return cv2.GaussianBlur(self.lab, (0, 0), 0.9)

    @cached_property
    def codes(self) -> np.ndarray:
        """Colour bin of each pixel, int32 [h, w]."""
        return colour_codes(self.smooth)

    @cached_property
    def gray(self) -> np.ndarray:
        return cv2.cvtColor(self.rgb, cv2.COLOR_RGB2GRAY)

    @cached_property
    def edges(self) -> np.ndarray:
        """Edge strength, float32 [h, w]: Lab units a pixel, over all three channels."""
        total = np.zeros(self.smooth.shape[:2], np.float32)
        for channel in cv2.split(self.smooth):
            for dx, dy in ((1, 0), (0, 1)):
                total += (cv2.Scharr(channel, cv2.CV_32F, dx, dy) / 32) ** 2
        return np.sqrt(total)

    @property
    def nbytes(self) -> int:
        return sum(v.nbytes for v in self.__dict__.values() if isinstance(v, np.ndarray))


class ViewCache:
    """The last few frames at working size: one read of the video serves every object."""

    def __init__(self, frames: FrameSource, grid: Grid, capacity: int = 8) -> None:
        self.frames, self.grid, self.capacity = frames, grid, capacity
        self._views: OrderedDict[int, FrameView] = OrderedDict()

    def __getitem__(self, frame_idx: int) -> FrameView:
        view = self._views.pop(frame_idx, None)
        if view is None:
            view = FrameView(self.frames.read(frame_idx), self.grid)
        self._views[frame_idx] = view
        while len(self._views) > self.capacity:
            self._views.popitem(last=False)
        return view

    def clear(self) -> None:
        self._views.clear()

    @property
    def nbytes(self) -> int:
        return sum(view.nbytes for view in self._views.values())
