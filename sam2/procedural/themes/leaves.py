"""Autumn leaves: maple leaves that tumble down in front of a forest of their own colours."""

from __future__ import annotations

from math import cos, sin

import cv2
import numpy as np

from sam2.procedural import motion, paint
from sam2.procedural.paint import Canvas, Colour, Sprite
from sam2.procedural.scene import Actor, Camera, Path, Pose, Scene

WIDTH, HEIGHT = 640, 360


def scene(seed: int) -> Scene:
    rng = np.random.default_rng([6, seed])
    j = rng.uniform(-12, 12, 6)
    crimson = paint.vary((190, 34, 36), rng)
    big = _leaf(150, crimson, paint.vary((226, 110, 40), rng), rng)
    gold = _leaf(128, paint.vary((238, 182, 46), rng), paint.vary((222, 120, 36), rng), rng)
    twin = _leaf(104, paint.vary(crimson, rng, 9), paint.vary((210, 90, 40), rng), rng)
    twin_keys = [(0, 480, 60), (24, 540 + j[0], 150), (48, 470, 250), (72, 520, 330)]
    gold_keys = [(0, 300, -10), (20, 220 + j[2], 90), (40, 330, 170), (60, 460, 240), (72, 520, 300)]
    big_keys = [(0, 130, 110), (18, 90, 190), (36, 230 + j[3], 240), (54, 160, 300), (72, 180, 310)]
    actors = (
        Actor(twin, _tumble(twin_keys, 1.5, 0.10, 0.9), "small leaf"),
        Actor(_trunk(rng, 60), lambda t: Pose(392 + j[1], 180), parallax=1.5),
        Actor(gold, _tumble(gold_keys, 0.4, 0.07, 1.0), "gold leaf"),
        Actor(big, _tumble(big_keys, 3.0, 0.05, 1.0), "red leaf"),
        Actor(_grass(rng), lambda t: Pose(340, 348, 1.0, 0.3 * sin(t * 0.1)), parallax=1.8),
    )
    drift = motion.smooth([(0, 0, 0), (36, 22, 4), (72, 56, 0)])
    return Scene(
        WIDTH,
        HEIGHT,
        _forest(rng),
        (30, 30),
        actors,
        camera=lambda t: Camera(*drift(t)),
        backdrop_parallax=0.4,
    )


def _leaf(size: int, colour: Colour, edge: Colour, rng: np.random.Generator) -> Sprite:
    """Five lobes, veins, a stalk."""
    canvas = Canvas(size + 24, size + 24)
    r = size * 0.5
    outline: list[tuple[float, float]] = []
    lobes = [(-90, 1.0), (-38, 0.92), (8, 0.72), (172, 0.72), (218, 0.92)]
    for k, (angle, length) in enumerate(lobes):
        following = lobes[(k + 1) % len(lobes)][0] + (360 if k == len(lobes) - 1 else 0)
        valley = (angle + following) / 2 if abs(following - angle) < 180 else 90
        for offset, reach in (
            (-19, 0.62),
            (-12, 0.74),
            (-7, 0.7),
            (0, 1.0),
            (7, 0.7),
            (12, 0.74),
            (19, 0.62),
        ):
            a = np.radians(angle + offset)
            outline.append((r * length * reach * np.cos(a), r * length * reach * np.sin(a)))
        a = np.radians(valley)
        outline.append((r * 0.32 * np.cos(a), r * 0.32 * np.sin(a)))
    blade = canvas.polygon(outline)
    stalk = canvas.polygon([(-2, 0), (2, 0), (5, r + 8), (2, r + 8)])
    canvas.fill(stalk, tuple(c * 0.7 for c in colour))
    canvas.fill(blade, colour)
    distance = np.hypot(canvas.x, canvas.y) / r
    canvas.tint(np.clip(distance * 1.5 - 0.5, 0, 1) * blade * paint.fractal(*blade.shape, rng, 40), edge, 0.8)
    for angle, length in lobes:
        a = np.radians(angle)
        off = np.abs(canvas.x * np.sin(a) - canvas.y * np.cos(a))
        along = canvas.x * np.cos(a) + canvas.y * np.sin(a)
        canvas.tint(
            np.clip(1.6 - off, 0, 1) * (along > 0) * (along < r * length * 0.9) * blade, (250, 206, 120), 0.5
        )
    canvas.shade(0.84 + 0.32 * paint.fractal(*blade.shape, rng, 26))
    return canvas.sprite()


def _tumble(keys: list[motion.Key], phase: float, spin: float, scale: float) -> Path:
    """Sway, turn and show the edge, as a falling leaf does."""
    at = motion.smooth(keys)

    def path(t: float) -> Pose:
        x, y = at(t)
        turn = 46 * sin(spin * t + phase) + t * spin * 14
        return Pose(x, y, scale * (1 + 0.08 * sin(0.1 * t)), turn, 0.66 + 0.34 * cos(spin * 1.6 * t + phase))

    return path


def _trunk(rng: np.random.Generator, width: int) -> Sprite:
    canvas = Canvas(width + 8, 420)
    bark = paint.fractal(canvas.alpha.shape[0] // 8, canvas.alpha.shape[1], rng, 9)
    bark = cv2.resize(bark, canvas.alpha.shape[::-1], interpolation=cv2.INTER_LINEAR)
    edge = width / 2 + 2 * np.sin(canvas.y / 23)
    canvas.fill(np.clip((edge - np.abs(canvas.x)) * 2, 0, 1), paint.mix((54, 40, 36), (112, 88, 72), bark))
    canvas.shade(1.1 - 0.6 * np.clip((canvas.x + width * 0.3) / width, 0, 1))
    return canvas.sprite()


def _grass(rng: np.random.Generator) -> Sprite:
    canvas = Canvas(820, 84)
    for _ in range(240):
        x, lean, tall = rng.uniform(-405, 405), rng.uniform(-9, 9), rng.uniform(18, 62)
        blade = [(x - 2.5, 42), (x + lean, 42 - tall), (x + 2.5, 42)]
        corners = (np.asarray(blade) + (410, 42)) * paint.SUPERSAMPLE
        low, high = int(max(corners[:, 0].min() - 3, 0)), int(corners[:, 0].max() + 4)
        sheet = np.zeros(canvas.alpha[:, low:high].shape, np.uint8)
        cv2.fillPoly(sheet, [np.rint((corners - (low, 0)) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        share = sheet.astype(np.float32) / 255
        colour = np.asarray(paint.vary((96, 84, 40), rng, 26), np.float32)
        patch = canvas.rgb[:, low:high]
        canvas.rgb[:, low:high] = patch * (1 - share[..., None]) + colour * share[..., None]
        canvas.alpha[:, low:high] = np.maximum(canvas.alpha[:, low:high], share)
    return canvas.sprite()


def _forest(rng: np.random.Generator) -> np.ndarray:
    """Out of focus: soft trunks and discs of light in the leaves' own colours."""
    h, w = HEIGHT + 60, WIDTH + 120
    image = paint.gradient(h, w, [(0, (150, 132, 92)), (0.5, (134, 96, 54)), (1, (64, 50, 34))])
    image *= (0.7 + 0.6 * paint.fractal(h, w, rng, 130))[..., None]
    for _ in range(16):
        x, half = rng.uniform(0, w), rng.uniform(6, 20)
        share = 0.55 * np.exp(-(((np.arange(w) - x) / half) ** 4))[None, :, None].astype(np.float32)
        image = image * (1 - share) + np.array([58, 42, 34], np.float32) * share
    image = cv2.GaussianBlur(image, (0, 0), 5)
    ys, xs = np.mgrid[0:h, 0:w].astype(np.float32)
    palette: tuple[Colour, ...] = (
        (250, 190, 80),
        (236, 130, 50),
        (206, 74, 44),
        (246, 220, 140),
        (150, 150, 70),
    )
    for _ in range(110):
        cx, cy, r = rng.uniform(0, w), rng.uniform(0, h * 0.9), rng.uniform(7, 26)
        d = np.hypot(xs - cx, ys - cy)
        image = paint.mix(
            image, palette[rng.integers(len(palette))], np.clip((r - d) / 3, 0, 1) * rng.uniform(0.1, 0.42)
        )
    return paint.to_uint8(image)
