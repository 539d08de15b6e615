"""Painting with numpy and OpenCV: noise, gradients and sprites with soft edges.

A colour is an RGB triple 0..255. A sprite is painted at `SUPERSAMPLE` times its size and reduced
once, so its edge is smooth at every angle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

Colour = tuple[float, float, float]
SUPERSAMPLE = 3


@dataclass(frozen=True)
class Sprite:
    """Premultiplied uint8 RGBA [h, w, 4]; its centre is the point that a pose places."""

    rgba: np.ndarray


def fractal(height: int, width: int, rng: np.random.Generator, cell: float, octaves: int = 4) -> np.ndarray:
    """Smooth noise, float32 [height, width] in 0..1; the coarsest octave has cells of `cell` pixels."""
    total = np.zeros((height, width), np.float32)
    weight = 1.0
    for _ in range(octaves):
        rows, cols = int(height / cell) + 3, int(width / cell) + 3
        grid = rng.random((rows, cols), dtype=np.float32)
        total += weight * cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        weight, cell = weight * 0.5, max(cell * 0.5, 1.0)
    low, high = float(total.min()), float(total.max())
    return (total - low) / (high - low)


def gradient(height: int, width: int, stops: Sequence[tuple[float, Colour]]) -> np.ndarray:
    """Vertical gradient through (position 0..1, colour) stops, float32 [height, width, 3]."""
    at = np.linspace(0, 1, height)
    positions = [position for position, _ in stops]
    column = np.stack([np.interp(at, positions, [c[k] for _, c in stops]) for k in range(3)], axis=1)
    return np.repeat(column[:, None].astype(np.float32), width, axis=1)


def mix(low: Colour | np.ndarray, high: Colour | np.ndarray, amount: np.ndarray) -> np.ndarray:
    """Blend by `amount` [h, w] in 0..1: float32 [h, w, 3]."""
    share = amount[..., None].astype(np.float32)
    return np.asarray(low, np.float32) * (1 - share) + np.asarray(high, np.float32) * share


def to_uint8(image: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def vary(colour: Colour, rng: np.random.Generator, amount: float = 12.0) -> Colour:
    """The same colour for every seed, but never exactly."""
    r, g, b = (float(np.clip(c + rng.uniform(-amount, amount), 0, 255)) for c in colour)
    return r, g, b


class Canvas:
    """A transparent sheet of `width` x `height` sprite pixels, (0, 0) in its centre, y down."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        w, h = width * SUPERSAMPLE, height * SUPERSAMPLE
        self.rgb = np.zeros((h, w, 3), np.float32)
        self.alpha = np.zeros((h, w), np.float32)
        ys, xs = np.mgrid[0:h, 0:w].astype(np.float32)
        self.x = (xs + 0.5) / SUPERSAMPLE - width / 2
        self.y = (ys + 0.5) / SUPERSAMPLE - height / 2

    def polygon(self, points: Sequence[tuple[float, float]]) -> np.ndarray:
        """Coverage 0..1 of a polygon, at canvas resolution."""
        corners = (np.asarray(points, np.float64) + (self.width / 2, self.height / 2)) * SUPERSAMPLE
        sheet = np.zeros(self.alpha.shape, np.uint8)
        cv2.fillPoly(sheet, [np.rint(corners * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        return sheet.astype(np.float32) / 255

    def disc(self, cx: float, cy: float, rx: float, ry: float) -> np.ndarray:
        """Coverage 0..1 of an ellipse."""
        r = np.hypot((self.x - cx) / rx, (self.y - cy) / ry)
        return np.clip((1 - r) * min(rx, ry) * SUPERSAMPLE, 0, 1)

    def fill(self, coverage: np.ndarray, colour: Colour | np.ndarray, opacity: float = 1.0) -> None:
        """Paint over what is there; the sprite grows by the coverage."""
        share = coverage * opacity
        alpha = share + self.alpha * (1 - share)
        mine = (share / np.maximum(alpha, 1e-6))[..., None]
        self.rgb = self.rgb * (1 - mine) + np.asarray(colour, np.float32) * mine
        self.alpha = alpha

    def tint(self, amount: np.ndarray, colour: Colour, opacity: float = 1.0) -> None:
        """Colour what is already painted, without growing it."""
        share = (np.clip(amount, 0, 1) * opacity)[..., None]
        self.rgb = self.rgb * (1 - share) + np.asarray(colour, np.float32) * share

    def shade(self, factor: np.ndarray) -> None:
        """Multiply the light: 1 leaves it."""
        self.rgb = self.rgb * factor[..., None]

    def sprite(self) -> Sprite:
        rgb = np.clip(self.rgb, 0, 255) * self.alpha[..., None]
        rgba = np.dstack([rgb, self.alpha * 255])
        small = cv2.resize(rgba, (self.width, self.height), interpolation=cv2.INTER_AREA)
        return Sprite(to_uint8(small))


def faded(sprite: Sprite, opacity: float) -> Sprite:
    return Sprite(to_uint8(sprite.rgba * opacity))


def shadow_of(sprite: Sprite, blur: float, opacity: float, colour: Colour = (0, 0, 0)) -> Sprite:
    """A soft dark copy, padded so that the blur is not cut off."""
    pad = int(3 * blur)
    alpha = cv2.copyMakeBorder(sprite.rgba[..., 3], pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0)
    alpha = cv2.GaussianBlur(alpha.astype(np.float32), (0, 0), blur) * opacity
    rgb = alpha[..., None] / 255 * np.asarray(colour, np.float32)
    return Sprite(to_uint8(np.dstack([rgb, alpha])))
