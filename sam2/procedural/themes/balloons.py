"""Hot-air balloons: striped balloons over hills at dusk, near and far, while the camera pans."""

from __future__ import annotations

from math import sin

import numpy as np

from sam2.procedural import motion, paint
from sam2.procedural.paint import Canvas, Colour, Sprite
from sam2.procedural.scene import Actor, Camera, Path, Pose, Scene

WIDTH, HEIGHT = 640, 360
FRAMES = 80


def scene(seed: int) -> Scene:
    rng = np.random.default_rng([4, seed])
    j = rng.uniform(-10, 10, 6)
    striped = _balloon([paint.vary((214, 66, 52), rng), paint.vary((246, 214, 150), rng)], 10, rng)
    teal = _balloon([paint.vary((30, 120, 128), rng), paint.vary((40, 146, 150), rng)], 12, rng)
    far = _balloon([paint.vary((226, 160, 56), rng), paint.vary((232, 176, 80), rng)], 12, rng)
    far_path = _drift([(0, 590, 150), (80, 470 + j[0], 96)], 0.30, 0.36, 1.0)
    teal_path = _drift([(0, 470, 190), (40, 420, 150 + j[1]), (80, 330, 140)], 0.50, 0.62, 3.0)
    striped_path = _drift([(0, 150, 250), (40, 250, 170 + j[2]), (80, 370, 130)], 0.62, 1.02, 0.0)
    actors = [
        Actor(_cloud(340, 90, rng), motion.steady([(0, 250, 80), (80, 330, 76)]), parallax=0.25),
        Actor(far, far_path, "far balloon", 0.5),
        Actor(_hills(rng, (112, 104, 140), 22), lambda t: Pose(420, 318), parallax=0.45),
        Actor(teal, teal_path, "teal balloon", 0.8),
        Actor(_cloud(300, 76, rng), motion.steady([(0, 560, 214), (80, 250, 200)]), parallax=0.9),
        Actor(striped, striped_path, "striped balloon"),
        Actor(_hills(rng, (58, 62, 88), 26), lambda t: Pose(470, 372), parallax=1.0),
    ]
    pan = motion.smooth([(0, 0, 0), (26, 40, 0), (48, 230, -6), (60, 220, -6), (80, 60, 0)])
    return Scene(
        WIDTH,
        HEIGHT,
        _sky(rng),
        (30, 30),
        tuple(actors),
        camera=lambda t: Camera(*pan(t)),
        backdrop_parallax=0.12,
    )


def _balloon(stripes: list[Colour], gores: int, rng: np.random.Generator) -> Sprite:
    """An envelope of coloured gores with light from the left, and its basket."""
    w, h = 230, 300
    canvas = Canvas(w, h)
    top, r, mouth = -140.0, 104.0, 84.0
    ys = np.linspace(top, mouth, 60)
    u = (ys - top) / (mouth - top)
    dome = np.sqrt(np.clip(1 - ((0.46 - u) / 0.46) ** 2, 0, 1))
    taper = 1 - 0.86 * (np.clip(u - 0.46, 0, 1) / 0.54) ** 1.6
    half = r * np.where(u < 0.46, dome, taper)
    envelope = canvas.polygon(list(zip(-half, ys, strict=True)) + list(zip(half, ys, strict=True))[::-1])
    for side in (-1, 1):
        rope = [(side * 13, mouth - 4), (side * 15, mouth - 4), (side * 12, 124), (side * 10, 124)]
        canvas.fill(canvas.polygon(rope), (70, 56, 44))
    canvas.fill(
        canvas.polygon([(-14, 118), (14, 118), (11, 142), (-11, 142)]), paint.vary((128, 84, 44), rng)
    )
    canvas.fill(envelope, stripes[0])
    width_here = np.interp(canvas.y, ys, half).astype(np.float32)
    across = np.clip(canvas.x / np.maximum(width_here, 1), -1, 1)
    gore = np.floor((np.arcsin(across) / np.pi + 0.5) * gores)
    canvas.tint((gore % 2 == 1) * envelope, stripes[1])
    canvas.tint(((canvas.y > 18) & (canvas.y < 34)) * envelope, stripes[1], 0.85)
    seam = np.abs(((np.arcsin(across) / np.pi + 0.5) * gores) % 1 - 0.5) > 0.46
    canvas.tint(seam * envelope, (40, 20, 30), 0.25)
    light = 1.08 - 0.36 * (across + 0.35) ** 2 - 0.14 * np.clip(canvas.y / 100, -1, 1)
    canvas.shade(np.where(canvas.y < mouth, light, 1.0).astype(np.float32))
    return canvas.sprite()


def _drift(keys: list[motion.Key], start: float, end: float, phase: float) -> Path:
    at = motion.smooth(keys)

    def path(t: float) -> Pose:
        return Pose(*at(t), start + (end - start) * t / FRAMES, 3.0 * sin(0.09 * t + phase))

    return path


def _cloud(width: int, height: int, rng: np.random.Generator) -> Sprite:
    canvas = Canvas(width, height)
    puff = np.zeros_like(canvas.alpha)
    for _ in range(16):
        cx = rng.normal(0, width * 0.17)
        r = rng.uniform(0.22, 0.42) * height * np.exp(-((cx / width) ** 2) * 6)
        d = np.hypot((canvas.x - cx) / (r * 1.9), (canvas.y - height * 0.12 + r * 0.3) / r)
        puff = np.maximum(puff, np.clip(1.25 - d, 0, 1))
    puff *= 0.7 + 0.5 * paint.fractal(*puff.shape, rng, 60)
    canvas.fill(np.clip(puff * 1.2, 0, 0.95) ** 1.3, (255, 236, 226))
    canvas.shade(1.0 - 0.24 * np.clip(canvas.y / height + 0.4, 0, 1))
    return canvas.sprite()


def _hills(rng: np.random.Generator, colour: Colour, roughness: float) -> Sprite:
    w, h = 1300, 170
    canvas = Canvas(w, h)
    xs = np.linspace(-w / 2, w / 2, 300)
    ridge = -h * 0.2 + sum(
        roughness / (k + 1) * np.sin(xs / w * 2 * np.pi * (k * 2 + 1.5) + rng.uniform(0, 6)) * 0.6
        for k in range(5)
    )
    canvas.fill(canvas.polygon([*zip(xs, ridge, strict=True), (w / 2, h), (-w / 2, h)]), colour)
    canvas.shade(0.9 + 0.25 * paint.fractal(*canvas.alpha.shape, rng, 90) - 0.2 * canvas.y / h)
    return canvas.sprite()


def _sky(rng: np.random.Generator) -> np.ndarray:
    h, w = HEIGHT + 60, WIDTH + 120
    image = paint.gradient(
        h, w, [(0, (70, 96, 150)), (0.4, (160, 150, 178)), (0.7, (238, 178, 150)), (1, (250, 208, 160))]
    )
    ys, xs = np.mgrid[0:h, 0:w].astype(np.float32)
    sun = np.exp(-np.hypot(xs - w * 0.62, ys - h * 0.72) / 110)
    image = paint.mix(image, (255, 238, 200), sun * 0.9)
    streaks = paint.fractal(h, w // 6, rng, 14)[:, np.linspace(0, w // 6 - 1, w).astype(int)]
    return paint.to_uint8(image * (0.94 + 0.1 * streaks)[..., None])
