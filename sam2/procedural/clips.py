"""Clips that the project draws itself: the gallery of a first start, and tests with exact masks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from sam2.procedural.scene import Rendered, Scene, render
from sam2.procedural.themes import balloons, boats, koi, leaves, marbles, tram


@dataclass
class RenderedClip:
    """A clip drawn frame by frame, the same for ever for one `seed`. Other seeds vary it."""

    name: str  # file-name safe: "paper-boats"
    title: str  # "Paper boats"
    num_frames: int
    fps: int
    draw: Callable[[int], Scene]
    seed: int = 0
    _scene: Scene | None = field(default=None, repr=False)
    _last: tuple[int, Rendered] | None = field(default=None, repr=False)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.scene.width, self.scene.height

    @property
    def scene(self) -> Scene:
        """Sprites and backdrop; painted at the first use, some tenths of a second."""
        if self._scene is None:
            self._scene = self.draw(self.seed)
        return self._scene

    def paint(self) -> None:
        """Now, rather than at the first use."""
        _ = self.scene

    def frame(self, frame_idx: int) -> np.ndarray:
        """uint8 RGB [height, width, 3]."""
        return self._render(frame_idx).image

    def masks(self, frame_idx: int) -> dict[str, np.ndarray]:
        """The visible part of every object, bool [height, width]; all False where it is out of view."""
        return self._render(frame_idx).masks

    def _render(self, frame_idx: int) -> Rendered:
        if not 0 <= frame_idx < self.num_frames:
            raise IndexError(f"frame_idx {frame_idx} is outside 0..{self.num_frames - 1}")
        if self._last is None or self._last[0] != frame_idx:
            self._last = (frame_idx, render(self.scene, frame_idx))
        return self._last[1]


@cache
def rendered_clips(seed: int = 0) -> tuple[RenderedClip, ...]:
    """Seed 0 is the gallery. Nothing is painted before a frame is asked for."""
    return (
        RenderedClip("paper-boats", "Paper boats", 80, 25, boats.scene, seed),
        RenderedClip("koi-pond", "Koi pond", 84, 25, koi.scene, seed),
        RenderedClip("marbles", "Marbles", 75, 30, marbles.scene, seed),
        RenderedClip("balloons", "Hot-air balloons", 80, 24, balloons.scene, seed),
        RenderedClip("night-tram", "Night tram", 80, 25, tram.scene, seed),
        RenderedClip("autumn-leaves", "Autumn leaves", 72, 24, leaves.scene, seed),
    )
