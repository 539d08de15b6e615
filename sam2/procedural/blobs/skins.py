"""Textures, described by a few numbers, so that whoever draws a scene can paint them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import cv2
import numpy as np

OCTAVES = (6, 12, 24, 48)  # cells along a side of the lattices that clouds are made of
CELLS = sum(cells**2 for cells in OCTAVES)
CLOUD_MEAN = sum(0.5 / 2**octave for octave in range(1, len(OCTAVES) + 1))
CLOUD_CONTRAST = 1.6
REACH = 1.5  # a part's skin covers -REACH..REACH of its thing's units around the part


class Pattern(IntEnum):
    PLAIN = 0
    STRIPES = 1
    DOTS = 2
    CLOUDS = 3


@dataclass(frozen=True)
class Skin:
    """Two colours in a pattern, grain over it, and light: from one side (`slope`) and on a round body."""

    pattern: Pattern
    colours: np.ndarray  # [2, 3], 0..255
    cells: np.ndarray  # float32 [CELLS], 0..1: the lattices of `OCTAVES`, one after the other
    pitch: float  # of stripes and dots, share of the skin's height
    angle: float  # of stripes, radians
    balance: float  # of the two colours; -0.5..0.5 for stripes and dots
    grain: float  # grey levels
    slope: np.ndarray  # [2] change of the light over the skin's width and height
    roundness: float  # 0: flat; 0.5: half as bright at a distance of 1 from the centre


def paint(skin: Skin, height: int, width: int) -> np.ndarray:
    """float32 RGB [height, width, 3], 0..255."""
    y, x = np.mgrid[:height, :width].astype(np.float32) / np.float32(height)
    clouds = _clouds(skin.cells, height, width)
    share = _share(skin, x, y, clouds, height)
    first, second = skin.colours.astype(np.float32)
    pixels = first + share[..., None] * (second - first)
    across, down = x * np.float32(height / width) - 0.5, y - 0.5
    light = 1 + np.float32(skin.slope[0]) * across + np.float32(skin.slope[1]) * down
    light -= np.float32(skin.roundness * (2 * REACH) ** 2) * (across**2 + down**2)
    pixels += np.float32(skin.grain) * (clouds[..., None] - 0.5)
    return np.clip(pixels * light.clip(0.25)[..., None], 0, 255)


def _share(skin: Skin, x: np.ndarray, y: np.ndarray, clouds: np.ndarray, height: int) -> np.ndarray:
    """How much of the second colour, 0..1; edges of patterns are a pixel wide. x and y in skin heights."""
    if skin.pattern is Pattern.STRIPES:
        turn = np.float32(2 * np.pi / skin.pitch)
        wave = np.sin((x * np.cos(skin.angle) + y * np.sin(skin.angle)).astype(np.float32) * turn)
        return np.clip(0.5 + (wave - np.float32(skin.balance)) * height / turn, 0, 1)
    if skin.pattern is Pattern.DOTS:
        pitch = np.float32(skin.pitch)
        distance = np.hypot(x % pitch - pitch / 2, y % pitch - pitch / 2)
        return np.clip(0.5 + (pitch * np.float32(0.3 + 0.2 * skin.balance) - distance) * height, 0, 1)
    return clouds if skin.pattern is Pattern.CLOUDS else np.zeros_like(x)


def _clouds(cells: np.ndarray, height: int, width: int) -> np.ndarray:
    """Noise of several sizes, 0..1."""
    total, start = np.zeros((height, width), np.float32), 0
    for octave, side in enumerate(OCTAVES, 1):
        lattice = cells[start : start + side**2].reshape(side, side)
        total += cv2.resize(lattice, (width, height), interpolation=cv2.INTER_CUBIC) / np.float32(2**octave)
        start += side**2
    return np.clip((total - np.float32(CLOUD_MEAN)) * np.float32(CLOUD_CONTRAST) + np.float32(0.5), 0, 1)
