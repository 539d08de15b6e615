"""Paper boats: three folded boats on rippling water; two are nearly the same red, reeds in front."""

from __future__ import annotations

from math import sin

import numpy as np

from sam2.procedural import motion, paint
from sam2.procedural.paint import Canvas, Colour, Sprite
from sam2.procedural.scene import Actor, Glints, Path, Pose, Scene

WIDTH, HEIGHT = 640, 360


def scene(seed: int) -> Scene:
    rng = np.random.default_rng([1, seed])
    red = paint.vary((206, 62, 50), rng)
    near = _boat(red, 190, rng)
    twin = _boat(paint.vary(red, rng, 9), 132, rng)
    white = _boat(paint.vary((240, 234, 218), rng, 6), 160, rng)
    jitter = rng.uniform(-8, 8, 6)
    white_path = _bob([(0, 500, 168), (30, 360, 174), (60, 208, 168), (80, 130 + jitter[0], 162)], 2.1, 0.15)
    near_path = _bob([(0, 130, 250), (25, 260 + jitter[1], 258), (50, 405, 250), (80, 545, 246)], 0.0, 0.13)
    twin_path = _bob(
        [
            (0, 470, 118),
            (22, 590 + jitter[2], 112),
            (36, 730, 112),
            (50, 735, 114),
            (66, 590, 116),
            (80, 470, 122),
        ],
        4.0,
        0.17,
    )
    actors: list[Actor] = []
    for name, sprite, path in (
        ("red twin", twin, twin_path),
        ("white boat", white, white_path),
        ("red boat", near, near_path),
    ):
        actors.append(_reflection(sprite, path))
        actors.append(Actor(sprite, path, name))
    for x, lean in ((296 + jitter[3], -5), (318, 3), (341 + jitter[4], 9), (37, -6), (612, 5)):
        actors.append(Actor(_reed(rng), _sway(x, lean), parallax=1.2))
    return Scene(
        WIDTH, HEIGHT, _water(rng), (20, 20), tuple(actors), glints=Glints(_ripples(rng), (1.6, 0.5))
    )


def _boat(colour: Colour, width: int, rng: np.random.Generator) -> Sprite:
    """Side view of the classic fold: a hull of two facets and the fin between them."""
    w, h = width, int(width * 0.62)
    canvas = Canvas(w, h)
    top, water, keel = -h * 0.46, h * 0.04, h * 0.46
    light, mid, dark = (tuple(c * f for c in colour) for f in (1.06, 0.88, 0.62))
    fin = canvas.polygon([(0, top), (-w * 0.24, water + 6), (w * 0.24, water + 6)])
    canvas.fill(fin, mid)
    canvas.tint(canvas.polygon([(0, top), (0, water + 6), (w * 0.24, water + 6)]), dark, 0.75)
    hull = canvas.polygon(
        [(-w * 0.48, -h * 0.1), (0, water), (w * 0.48, -h * 0.1), (w * 0.26, keel), (-w * 0.26, keel)]
    )
    canvas.fill(hull, light)
    canvas.tint(canvas.polygon([(-w * 0.48, -h * 0.1), (0, water), (-w * 0.26, keel)]), dark, 0.28)
    canvas.tint(canvas.polygon([(w * 0.48, -h * 0.1), (0, water), (w * 0.26, keel)]), (255, 255, 255), 0.10)
    grain = paint.fractal(*canvas.alpha.shape, rng, 30)
    canvas.shade(0.93 + 0.14 * grain - 0.18 * np.clip(canvas.y / h, 0, 1))
    crease = np.exp(-((canvas.x - canvas.y * 0.3) ** 2) / 2) + np.exp(
        -((canvas.x + canvas.y * 0.55) ** 2) / 2
    )
    canvas.tint(crease * (canvas.alpha > 0), (255, 255, 255), 0.18)
    return canvas.sprite()


def _reflection(sprite: Sprite, path: Path) -> Actor:
    flipped = Sprite(sprite.rgba[::-1].copy())
    h = sprite.rgba.shape[0]
    fade = np.linspace(0.42, 0.0, h, dtype=np.float32)[:, None, None]
    return Actor(Sprite(paint.to_uint8(flipped.rgba * fade)), motion.moved(path, 0, h * 0.84), occludes=False)


def _bob(keys: list[motion.Key], phase: float, rate: float) -> Path:
    at = motion.smooth(keys)

    def path(t: float) -> Pose:
        x, y = at(t)
        return Pose(x, y + 3.5 * sin(rate * 1.7 * t + phase), 1.0, 5.5 * sin(rate * t + phase))

    return path


def _sway(x: float, lean: float) -> Path:
    return lambda t: Pose(x, HEIGHT - 60, 1.0, lean + 2.0 * sin(0.08 * t + x))


def _reed(rng: np.random.Generator) -> Sprite:
    canvas = Canvas(56, 300)
    for _ in range(2):
        bend, base, tip = rng.uniform(-16, 16), rng.uniform(-6, 6), rng.uniform(-140, -90)
        steps = np.linspace(0, 1, 14)
        spine = base + bend * steps**2
        heights = 150 + (tip - 150) * steps
        half = 5.5 * (1 - steps) ** 0.6 + 0.3
        outline = (
            list(zip(spine - half, heights, strict=True))
            + list(zip(spine + half, heights, strict=True))[::-1]
        )
        canvas.fill(canvas.polygon(outline), paint.vary((58, 92, 44), rng, 16))
    canvas.shade(0.75 + 0.4 * np.clip(-canvas.y / 150 + 0.4, 0, 1))
    return canvas.sprite()


def _water(rng: np.random.Generator) -> np.ndarray:
    h, w = HEIGHT + 40, WIDTH + 40
    image = paint.gradient(h, w, [(0, (150, 196, 196)), (0.3, (72, 146, 158)), (1, (14, 60, 84))])
    swell = paint.fractal(h, w // 3, rng, 16)[:, np.linspace(0, w // 3 - 1, w).astype(int)]
    return paint.to_uint8(image * (0.86 + 0.28 * swell)[..., None])


def _ripples(rng: np.random.Generator) -> np.ndarray:
    """Bright crests, tileable at twice the frame's width: waves with whole numbers of periods."""
    h, w = 400, 720
    ys, xs = np.mgrid[0:h, 0:w].astype(np.float32)
    waves = np.zeros((h, w), np.float32)
    for _ in range(7):
        kx, ky = rng.integers(1, 5), rng.integers(9, 22)
        waves += np.sin(2 * np.pi * (kx * xs / w + ky * ys / h) + rng.uniform(0, 6.28))
    return paint.to_uint8(46 * np.clip(waves / 3.2, 0, 1) ** 2)
