"""What is in a scene by chance, described: nothing here is drawn.

Frame pixels: x to the right, y down, the centre of the upper left pixel at (0, 0). Time is in frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sam2.procedural.blobs.skins import Skin

CORNERS = 40  # of an outline
ANGLES = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)  # of its corners, from the centre
BACKDROP = 1.5  # the backdrop's size against the frame's
Random = np.random.Generator


@dataclass(frozen=True)
class Wobble:
    """A value that swings: `mean + swing * sin(rate * t + phase)`, entry by entry."""

    mean: np.ndarray
    swing: np.ndarray
    rate: np.ndarray
    phase: np.ndarray

    def at(self, t: float) -> np.ndarray:
        return self.mean + self.swing * np.sin(self.rate * t + self.phase)

    @classmethod
    def draw(cls, rng: Random, mean: Sequence[float] | np.ndarray, swing: float, rate: float) -> Wobble:
        mean = np.asarray(mean, float)
        return cls(
            mean,
            rng.uniform(-swing, swing, mean.shape),
            rng.uniform(0.3 * rate, rate, mean.shape),
            rng.uniform(0, 2 * np.pi, mean.shape),
        )


@dataclass(frozen=True)
class Part:
    """A blob with a skin. Lengths are in the thing's own units: its radius is about 1."""

    centre: Wobble  # [2]
    radii: Wobble  # [CORNERS], from the centre to the outline's corners, at equal angles; always positive
    skin: Skin

    def outline(self, t: float) -> np.ndarray:
        """[CORNERS, 2] x, y."""
        return self.centre.at(t) + self.radii.at(t)[:, None] * np.stack([np.cos(ANGLES), np.sin(ANGLES)], 1)


@dataclass(frozen=True)
class Thing:
    """What is tracked. Parts are drawn in their order, and move with it."""

    parts: tuple[Part, ...]
    place: Wobble  # [2] share of the frame; may swing out of it
    drift: np.ndarray  # [2] share of the frame a frame
    size: Wobble  # [1] radius, share of the frame's shorter side
    angle: Wobble  # [1] radians
    spin: float  # radians a frame
    shade: np.ndarray  # [2] change of the light over its radius; in the frame's axes, so it does not turn
    like: int | None = None  # the thing of the scene that it was made to resemble

    def matrix(self, t: float, width: int, height: int) -> np.ndarray:
        """2 x 3, from the thing's units to pixels, before the camera."""
        scale = self.size.at(t)[0] * min(width, height)
        centre = (self.place.at(t) + self.drift * t) * (width, height)
        return np.hstack([scale * turn(self.angle.at(t)[0] + self.spin * t), centre[:, None]])


@dataclass(frozen=True)
class Look:
    """What the camera adds."""

    pan: Wobble  # [2] share of the frame
    zoom: Wobble  # [1]
    roll: Wobble  # [1] radians
    light: Wobble  # [1] factor
    shutter: float  # frames; 0: nothing is blurred
    noise: float  # grey levels
    jpeg_quality: int | None


@dataclass(frozen=True)
class BlobScene:
    """A whole video."""

    things: tuple[Thing, ...]  # far ones first
    backdrop: Skin  # `BACKDROP` times the frame
    look: Look
    width: int
    height: int
    seed: int  # of the noise

    @property
    def backdrop_size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return int(BACKDROP * self.width), int(BACKDROP * self.height)

    def camera(self, t: float, width: int, height: int) -> np.ndarray:
        """2 x 3, from a picture of this size, whose middle is at the frame's, to the frame."""
        look = self.look
        linear = look.zoom.at(t)[0] * turn(look.roll.at(t)[0])
        middle = (np.array([0.5, 0.5]) + look.pan.at(t)) * (self.width, self.height)
        return np.hstack([linear, (middle - linear @ np.array([width / 2, height / 2]))[:, None]])


def turn(angle: float) -> np.ndarray:
    """2 x 2, a rotation."""
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def after(second: np.ndarray, first: np.ndarray) -> np.ndarray:
    """The 2 x 3 matrix of one affine map after another."""
    return np.hstack([second[:, :2] @ first[:, :2], (second[:, :2] @ first[:, 2] + second[:, 2])[:, None]])
