"""Marbles: glass balls that roll over a wooden table and behind a tin; one is hit and flies out and back."""

from __future__ import annotations

import numpy as np

from sam2.procedural import motion, paint
from sam2.procedural.paint import Canvas, Colour, Sprite
from sam2.procedural.scene import Actor, Path, Pose, Scene

WIDTH, HEIGHT = 640, 360


def scene(seed: int) -> Scene:
    rng = np.random.default_rng([3, seed])
    blue, j = paint.vary((34, 92, 190), rng), rng.uniform(-10, 10, 8)
    twin_keys = [(0, 560, 96), (30, 540 + j[0], 110), (60, 500, 140), (74, 470, 160)]
    blue_keys = [(0, 96, 150), (18, 210, 166 + j[1]), (36, 330, 180), (54, 440, 196), (74, 548, 208)]
    green_keys = [(0, 330, 300), (8, 390 + j[2], 292), (13, 500, 262), (18, 700, 210), (34, 720, 206)]
    green_keys += [(44, 560, 262), (58, 420, 292 + j[3]), (74, 360, 300)]
    red_keys = [
        (0, 180, 318),
        (12, 190, 250 + j[4]),
        (24, 150, 190),
        (40, 92, 240),
        (56, 150, 306),
        (74, 260, 322),
    ]
    balls = (
        ("blue twin", 62, paint.vary(blue, rng, 8), (120, 196, 236), twin_keys),
        ("blue marble", 66, blue, (150, 206, 240), blue_keys),
        ("green marble", 80, paint.vary((30, 140, 84), rng), (220, 226, 96), green_keys),
        ("red marble", 58, paint.vary((178, 30, 44), rng), (244, 170, 90), red_keys),
    )
    actors: list[Actor] = []
    gloss_of = {size: _gloss(size) for _, size, _, _, _ in balls}
    tin = _tin(rng)
    tin_path = motion.steady([(0, 352, 118), (1, 352, 118)])
    actors.append(
        Actor(paint.shadow_of(tin, 10, 0.4, (30, 14, 4)), motion.moved(tin_path, 20, 12), occludes=False)
    )
    for name, size, base, swirl, keys in balls:
        path = motion.steady(keys)
        ball = _ball(size, base, swirl, rng)
        shadow = paint.shadow_of(ball, 7, 0.5, (34, 16, 6))
        actors.append(Actor(shadow, motion.moved(path, 9, size * 0.2), occludes=False))
        actors.append(Actor(ball, _rolling(path, size), name))
        actors.append(Actor(gloss_of[size], path, occludes=False))
        if name == "blue marble":
            actors.append(Actor(tin, tin_path))
    return Scene(WIDTH, HEIGHT, _table(rng), (20, 20), tuple(actors))


def _ball(size: int, base: Colour, swirl: Colour, rng: np.random.Generator) -> Sprite:
    """The glass with its swirl, without light: this part turns."""
    canvas = Canvas(size + 4, size + 4)
    r = size / 2
    canvas.fill(canvas.disc(0, 0, r, r), base)
    wave = np.sin(canvas.x * 0.11 + 2.2 * np.sin(canvas.y * 0.09 + rng.uniform(0, 6)) + rng.uniform(0, 6))
    canvas.tint(np.clip(wave * 2.4 - 1.4, 0, 1) * canvas.alpha, swirl, 0.85)
    canvas.tint(np.clip(-wave * 2.6 - 1.9, 0, 1) * canvas.alpha, (250, 250, 246), 0.75)
    canvas.shade(1.0 - 0.12 * paint.fractal(*canvas.alpha.shape, rng, 24))
    return canvas.sprite()


def _gloss(size: int) -> Sprite:
    """Light and dark on a ball; it does not turn."""
    canvas = Canvas(size + 4, size + 4)
    r = size / 2
    dark = np.clip(np.hypot(canvas.x + r * 0.25, canvas.y + r * 0.3) / r - 0.45, 0, 1) * canvas.disc(
        0, 0, r, r
    )
    canvas.fill(np.clip(dark * 0.62, 0, 0.6), (14, 8, 20))
    glow = canvas.disc(r * 0.26, r * 0.34, r * 0.5, r * 0.4)
    shine = np.clip(1 - np.hypot((canvas.x + r * 0.32) / (r * 0.36), (canvas.y + r * 0.4) / (r * 0.26)), 0, 1)
    white = np.clip(shine * 1.6, 0, 1) + 0.16 * glow * np.clip(canvas.y / r, 0, 1)
    canvas.fill(np.clip(white, 0, 0.95), (255, 255, 255))
    return canvas.sprite()


def _rolling(path: Path, size: int) -> Path:
    """Turn by the way it has gone sideways."""
    start = path(0).x

    def rolled(t: float) -> Pose:
        pose = path(t)
        return Pose(pose.x, pose.y, 1.0, float(np.degrees((pose.x - start) / (size / 2))))

    return rolled


def _tin(rng: np.random.Generator) -> Sprite:
    """A tea tin, standing: label, bands, a lid."""
    canvas = Canvas(124, 200)
    side = canvas.polygon([(-56, -78), (56, -78), (56, 82), (-56, 82)])
    canvas.fill(np.maximum(side, canvas.disc(0, 82, 56, 14)), paint.vary((44, 74, 72), rng))
    for y, height, colour in ((-40, 8, (206, 170, 92)), (60, 8, (206, 170, 92)), (8, 62, (232, 218, 186))):
        low, high = y - height / 2, y + height / 2
        bow = canvas.y - 14 * np.sqrt(np.clip(1 - (canvas.x / 56) ** 2, 0, 1))
        canvas.tint(((bow > low) & (bow < high)) * side, colour, 0.95)
    canvas.tint(canvas.disc(0, 22, 20, 20), paint.vary((170, 60, 44), rng), 0.9)
    canvas.shade(0.62 + 0.5 * np.exp(-(((canvas.x + 18) / 26) ** 2)) - 0.2 * (canvas.x / 60) ** 2)
    canvas.fill(canvas.disc(0, -78, 58, 16), (196, 160, 86))
    canvas.fill(canvas.disc(0, -80, 50, 12), (222, 190, 120))
    return canvas.sprite()


def _table(rng: np.random.Generator) -> np.ndarray:
    h, w = HEIGHT + 40, WIDTH + 40
    image = np.zeros((h, w, 3), np.float32)
    edges = [0, 78, 160, 236, 318, h]
    ys, xs = np.mgrid[0:h, 0:w].astype(np.float32)
    for top, bottom in zip(edges, edges[1:], strict=False):
        noise = paint.fractal(bottom - top, w // 5, rng, 12)
        noise = noise[:, np.linspace(0, w // 5 - 1, w).astype(int)]
        rings = 0.5 + 0.5 * np.sin(noise * 24 + ys[top:bottom] * 0.16 + xs[top:bottom] * 0.006)
        board = paint.mix((150, 98, 56), (196, 142, 90), rings * 0.55 + noise * 0.45)
        image[top:bottom] = board * rng.uniform(0.9, 1.06)
        image[max(top - 1, 0) : top + 1] *= 0.5
    light = 1.12 - 0.5 * np.hypot((xs - w * 0.35) / w, (ys - h * 0.25) / h)
    return paint.to_uint8(image * light[..., None])
