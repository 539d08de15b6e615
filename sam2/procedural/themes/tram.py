"""Night tram: a tram and a taxi cross a lit street in the rain-blue dark, behind lamps and trees."""

from __future__ import annotations

from math import sin

import numpy as np

from sam2.procedural import motion, paint
from sam2.procedural.paint import Canvas, Colour, Sprite
from sam2.procedural.scene import Actor, Camera, Path, Pose, Scene

WIDTH, HEIGHT = 640, 360


def scene(seed: int) -> Scene:
    rng = np.random.default_rng([5, seed])
    j = rng.uniform(-12, 12, 5)
    tram, taxi, bus = (
        _tram(rng),
        _car(paint.vary((236, 178, 38), rng), rng),
        _car(paint.vary((196, 150, 60), rng), rng),
    )
    tram_path = motion.steady([(0, 130, 214), (30, 300 + j[0], 214), (80, 700, 214)])
    taxi_path = motion.steady([(0, 880, 288), (26, 560, 288), (52, 250 + j[1], 288), (80, -40, 288)], 1.12)
    twin_path = motion.steady([(0, 250, 262), (30, 430, 262), (56, 500 + j[2], 262), (80, 590, 262)], 0.8)
    actors = [
        Actor(tram, tram_path, "tram"),
        Actor(bus, twin_path, "ochre car"),
        Actor(taxi, _flip(taxi_path), "taxi"),
    ]
    with_shadows: list[Actor] = []
    for actor in actors:
        h = actor.sprite.rgba.shape[0] * actor.path(0).scale
        shadow = paint.shadow_of(actor.sprite, 9, 0.5)
        flat = motion.moved(actor.path, 4, h * 0.14)
        with_shadows += [Actor(shadow, flat, occludes=False), actor]
    for x in (330 + j[3], 620, 60):
        with_shadows.append(Actor(_lamp(rng), lambda t, x=x: Pose(x, 190), parallax=1.25))
    with_shadows.append(
        Actor(_tree(rng), lambda t: Pose(505 + j[4], 150, 1.0, 0.8 * sin(t * 0.1)), parallax=1.4)
    )
    pan = motion.smooth([(0, 0, 0), (30, 40, 0), (80, 150, 0)])
    return Scene(
        WIDTH,
        HEIGHT,
        _street(rng),
        (20, 20),
        tuple(with_shadows),
        camera=lambda t: Camera(*pan(t)),
        grain=3.0,
    )


def _flip(path: Path) -> Path:
    """The same path, looking the other way."""

    def flipped(t: float) -> Pose:
        pose = path(t)
        return Pose(pose.x, pose.y, pose.scale, pose.angle, -pose.stretch)

    return flipped


def _box(canvas: Canvas, x0: float, y0: float, x1: float, y1: float, cut: float = 0.0) -> np.ndarray:
    """A rectangle with its upper corners cut."""
    return canvas.polygon(
        [(x0, y1), (x0, y0 + cut), (x0 + cut, y0), (x1 - cut, y0), (x1, y0 + cut), (x1, y1)]
    )


def _tram(rng: np.random.Generator) -> Sprite:
    canvas = Canvas(300, 124)
    red, cream = paint.vary((176, 36, 40), rng), paint.vary((232, 216, 180), rng)
    for x in (-100, -66, 66, 100):
        canvas.fill(canvas.disc(x, 48, 12, 12), (52, 52, 60))
    body = _box(canvas, -146, -50, 146, 44, 14)
    canvas.fill(body, cream)
    canvas.tint(_box(canvas, -146, 4, 146, 46), red)
    canvas.tint(_box(canvas, -146, -50, 146, -42), red)
    for k in range(9):
        x = -132 + k * 30.0
        glow = paint.vary((255, 214, 140), rng, 14)
        canvas.tint(_box(canvas, x, -36, x + 24, -4, 3), glow if k not in (2, 6) else (90, 84, 92))
        if rng.random() < 0.6:
            canvas.tint(canvas.disc(x + 12, -10, 5, 7), (70, 50, 50), 0.8)
    canvas.tint(_box(canvas, -146, 16, 146, 20), cream, 0.9)
    canvas.fill(canvas.disc(142, 22, 4, 4), (255, 250, 220))
    canvas.shade(1.02 - 0.22 * np.clip(canvas.y / 60, 0, 1))
    return canvas.sprite()


def _car(colour: Colour, rng: np.random.Generator) -> Sprite:
    """A saloon, nose to the right."""
    canvas = Canvas(150, 64)
    hull = [(-70, 18), (-70, 0), (-52, -5), (-34, -26), (20, -26), (42, -4), (68, 2), (71, 18)]
    canvas.fill(canvas.polygon(hull), colour)
    canvas.tint(canvas.polygon([(-44, -5), (-30, -22), (-8, -22), (-8, -5)]), (46, 62, 82))
    canvas.tint(canvas.polygon([(-4, -5), (-4, -22), (17, -22), (34, -5)]), (54, 72, 92))
    canvas.tint(canvas.polygon([(-70, 10), (71, 10), (71, 18), (-70, 18)]), (30, 26, 30), 0.55)
    canvas.shade(1.06 - 0.3 * np.clip((canvas.y + 6) / 30, 0, 1))
    for x in (-42, 42):
        canvas.fill(canvas.disc(x, 17, 13, 13), (20, 20, 24))
        canvas.fill(canvas.disc(x, 17, 7, 7), paint.vary((150, 150, 156), rng, 6))
    canvas.fill(canvas.disc(67, 5, 3.5, 3), (255, 250, 226))
    canvas.fill(canvas.disc(-68, 4, 3, 3), (240, 50, 40))
    return canvas.sprite()


def _lamp(rng: np.random.Generator) -> Sprite:
    canvas = Canvas(150, 330)
    halo = np.exp(-np.hypot(canvas.x, canvas.y + 130) / 20)
    canvas.fill(np.clip(halo * 0.6, 0, 0.5) * (halo > 0.02), (255, 206, 130))
    canvas.fill(_box(canvas, -4, -118, 4, 165), (26, 28, 36))
    canvas.fill(canvas.disc(0, -130, 12, 14), paint.vary((255, 232, 180), rng, 6))
    return canvas.sprite()


def _tree(rng: np.random.Generator) -> Sprite:
    canvas = Canvas(200, 340)
    canvas.fill(canvas.polygon([(-9, 168), (-5, -40), (5, -40), (9, 168)]), (30, 24, 28))
    for _ in range(60):
        cx, cy, r = rng.normal(0, 40), -80 + rng.normal(0, 34), rng.uniform(8, 20)
        canvas.fill(canvas.disc(cx, cy, r, r * 0.8), paint.vary((26, 44, 42), rng, 9))
    return canvas.sprite()


def _street(rng: np.random.Generator) -> np.ndarray:
    h, w = HEIGHT + 40, WIDTH + 240
    image = paint.gradient(
        h, w, [(0, (22, 26, 54)), (0.45, (58, 52, 84)), (0.6, (62, 56, 80)), (1, (34, 36, 50))]
    )
    x = 0
    while x < w:
        width, top = int(rng.integers(70, 130)), int(rng.integers(24, 100))
        wall = np.array(paint.vary((52, 46, 66), rng, 10), np.float32)
        image[top:250, x : x + width] = wall * np.linspace(0.8, 1.1, 250 - top)[:, None, None]
        for wy in range(top + 14, 222, 26):
            for wx in range(x + 10, x + width - 14, 22):
                lit = rng.random() < 0.42
                glow = paint.vary((246, 196, 116) if lit else (38, 38, 58), rng, 16)
                image[wy : wy + 15, wx : wx + 11] = glow
        x += width
    image[250:256] = (88, 84, 98)
    road = paint.fractal(h - 256, w, rng, 40)
    wet = image[256 - (h - 256) : 256][::-1] * 0.30
    image[256:] = np.array([40, 40, 52], np.float32) * (0.8 + 0.4 * road)[..., None] + wet
    image[282:284] = (84, 84, 92)
    return paint.to_uint8(image)
