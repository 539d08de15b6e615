"""Koi pond: fish that bend as they swim, one like another, under lily pads; one leaves and returns."""

from __future__ import annotations

from math import sin

import cv2
import numpy as np

from sam2.procedural import motion, paint
from sam2.procedural.paint import Canvas, Colour, Sprite
from sam2.procedural.scene import Actor, Bend, Glints, Path, Pose, Scene

WIDTH, HEIGHT = 640, 360


def scene(seed: int) -> Scene:
    rng = np.random.default_rng([2, seed])
    orange = paint.vary((236, 116, 34), rng)
    j = rng.uniform(-10, 10, 8)
    white = _koi(200, (238, 232, 222), paint.vary((214, 66, 40), rng), 7, rng)
    young = _koi(120, orange, orange, 0, rng)
    old = _koi(180, paint.vary(orange, rng, 8), paint.vary((252, 160, 70), rng), 4, rng)
    white_keys = [(0, 470, 300), (24, 330, 252 + j[0]), (48, 190, 190), (72, 120, 92), (84, 130, 40)]
    young_keys = [(0, 560, 66), (24, 470, 110 + j[1]), (48, 470, 190), (66, 545, 240), (84, 640, 262)]
    old_keys = [(0, 90, 250), (20, 220, 150), (34, 350, 100 + j[2]), (50, 430, -60), (58, 330, -70)]
    old_keys += [(72, 250, 80), (84, 262, 190)]
    fish = (("white koi", white, white_keys), ("young koi", young, young_keys), ("orange koi", old, old_keys))
    actors: list[Actor] = []
    for name, sprite, keys in fish:
        path, bend = motion.heading(keys), _swim(rng.uniform(0, 6))
        shadow = paint.shadow_of(sprite, 7, 0.5, (4, 16, 18))
        actors.append(Actor(shadow, motion.moved(path, 14, 22), occludes=False, bend=bend))
        actors.append(Actor(sprite, path, name, bend=bend))
    for x, y, size in (
        (262 + j[3], 205 + j[4], 104),
        (560, 330, 128),
        (30 + j[5], 44, 120),
        (392, 22 + j[6], 84),
    ):
        pad = _lily(size, rng)
        path = _float(x, y, rng.uniform(0, 360))
        actors.append(Actor(paint.shadow_of(pad, 6, 0.4), motion.moved(path, 9, 14), occludes=False))
        actors.append(Actor(pad, path))
    actors.append(Actor(_flower(rng), _float(562, 322, 10)))
    return Scene(
        WIDTH, HEIGHT, _pond(rng), (20, 20), tuple(actors), glints=Glints(_caustics(rng), (0.8, -0.5))
    )


def _koi(length: int, colour: Colour, patch: Colour, patches: int, rng: np.random.Generator) -> Sprite:
    """Seen from above, nose to the right."""
    canvas = Canvas(length, int(length * 0.52))
    u = np.linspace(0, 1, 40)
    half = length * 0.118 * np.sin(np.pi * np.clip(u * 0.93 + 0.07, 0, 1)) ** 0.75 * (1 - 0.25 * u)
    xs = length * (0.46 - 0.78 * u)
    fin = tuple(min(255.0, c * 1.02 + 14) for c in colour)
    root, a, b = length * 0.16, length * 0.05, length * 0.24
    for side in (-1, 1):
        turn = np.linspace(0, 2 * np.pi, 30)
        out, wide = (b - a) * 0.62 * np.cos(turn), length * 0.062 * np.sin(turn) * (1.15 + 0.5 * np.cos(turn))
        wing = zip(root - 0.07 * length - 0.45 * out + wide, side * (a + 0.55 * (b - a) + out), strict=True)
        canvas.fill(canvas.polygon(list(wing)), fin, 0.94)
        ray = canvas.polygon(
            [(root, side * a), (root - length * 0.10, side * b), (root - length * 0.12, side * b)]
        )
        canvas.tint(ray, (255, 255, 255), 0.2)
        tail = [(-0.25, 0), (-0.36, 0.05), (-0.47, 0.13), (-0.485, 0.10), (-0.44, 0.03), (-0.41, 0.0)]
        canvas.fill(canvas.polygon([(x * length, side * y * length) for x, y in tail]), fin, 0.96)
    body = canvas.polygon(list(zip(xs, -half, strict=True)) + list(zip(xs, half, strict=True))[::-1])
    canvas.fill(body, colour)
    for _ in range(patches):
        cx, cy = rng.uniform(-0.26, 0.36) * length, rng.uniform(-0.07, 0.07) * length
        spot = canvas.disc(cx, cy, rng.uniform(0.05, 0.11) * length, rng.uniform(0.04, 0.08) * length)
        canvas.tint(spot * body, patch, 0.95)
    scales = 0.5 + 0.5 * np.cos(canvas.x * 1.5) * np.cos(canvas.y * 1.5)
    canvas.shade(1.02 + 0.06 * scales * body - 1.4 * np.abs(canvas.y) / length)
    ridge = np.exp(-((canvas.y + length * 0.02) ** 2) / (2 * (length * 0.02) ** 2)) * body
    canvas.tint(ridge, (255, 255, 250), 0.30)
    for side in (-1, 1):
        canvas.tint(canvas.disc(length * 0.39, side * length * 0.05, 3, 3), (20, 14, 10), 0.9)
    return canvas.sprite()


def _swim(phase: float) -> Bend:
    """A wave that runs from nose to tail and grows."""

    def bend(sprite: Sprite, t: float) -> Sprite:
        h, w = sprite.rgba.shape[:2]
        along = 1 - np.arange(w, dtype=np.float32) / w
        sway = w * 0.06 * along**1.5 * np.sin(5.0 * along - 0.42 * t + phase)
        xs = np.broadcast_to(np.arange(w, dtype=np.float32), (h, w))
        ys = np.arange(h, dtype=np.float32)[:, None] - sway[None]
        return Sprite(cv2.remap(sprite.rgba, xs, ys.astype(np.float32), cv2.INTER_LINEAR))

    return bend


def _float(x: float, y: float, angle: float) -> Path:
    return lambda t: Pose(
        x + 2 * sin(t * 0.06 + x), y + 1.5 * sin(t * 0.05 + y), 1.0, angle + 2 * sin(t * 0.04)
    )


def _lily(size: int, rng: np.random.Generator) -> Sprite:
    canvas = Canvas(size, size)
    r = size * 0.47
    green = paint.vary((66, 128, 58), rng, 14)
    leaf = canvas.disc(0, 0, r, r)
    turn = np.arctan2(canvas.y, canvas.x)
    leaf = leaf * np.clip((np.abs(turn) - 0.22) * np.hypot(canvas.x, canvas.y), 0, 1)
    canvas.fill(leaf, green)
    canvas.tint((np.cos(turn * 16) * 0.5 + 0.5) ** 8 * leaf, (150, 190, 110), 0.4)
    rim = np.clip(np.hypot(canvas.x, canvas.y) / r - 0.86, 0, 1) * 7
    canvas.tint(rim * leaf, (34, 78, 40), 0.6)
    canvas.shade(0.82 + 0.3 * paint.fractal(*canvas.alpha.shape, rng, 60) - 0.12 * canvas.y / r)
    return canvas.sprite()


def _flower(rng: np.random.Generator) -> Sprite:
    canvas = Canvas(64, 64)
    turn, r = np.arctan2(canvas.y, canvas.x), np.hypot(canvas.x, canvas.y)
    for petals, size, colour in (
        (9, 29, (236, 150, 178)),
        (8, 21, (248, 190, 208)),
        (6, 13, (255, 226, 232)),
    ):
        reach = size * (0.66 + 0.34 * np.abs(np.cos(turn * petals / 2 + size)) ** 0.7)
        canvas.fill(np.clip(reach - r, 0, 1), paint.vary(colour, rng, 6))
        canvas.shade(0.9 + 0.1 * np.clip(r / size, 0, 1))
    canvas.fill(canvas.disc(0, 0, 6, 6), (246, 204, 74))
    return canvas.sprite()


def _pond(rng: np.random.Generator) -> np.ndarray:
    h, w = HEIGHT + 40, WIDTH + 40
    depth = paint.fractal(h, w, rng, 220)
    image = paint.mix((12, 50, 54), (40, 102, 92), depth)
    pebbles = np.clip(paint.fractal(h, w, rng, 18, 2) * 3 - 1.5, 0, 1)
    image += (pebbles * (0.3 + 0.7 * depth) * 24)[..., None] * np.array([1.0, 0.95, 0.7], np.float32)
    return paint.to_uint8(image)


def _caustics(rng: np.random.Generator) -> np.ndarray:
    h, w = 400, 720
    noise = paint.fractal(h, w, rng, 46, 2)
    blend = np.minimum(np.linspace(0, 6, w), np.linspace(6, 0, w)).clip(0, 1)[None] ** 0.5
    return paint.to_uint8(34 * np.exp(-np.abs(noise - 0.5) * 26) * blend)
