"""Draws a scene. The same generator state gives the same scene."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sam2.procedural.blobs.skins import CELLS, Pattern, Skin
from sam2.procedural.blobs.things import ANGLES, CORNERS, BlobScene, Look, Part, Random, Thing, Wobble


def draw_scene(rng: Random, width: int, height: int, max_things: int = 5) -> BlobScene:
    """1 to `max_things` things; often some are look-alikes of another one."""
    things: list[Thing] = []
    for _ in range(int(rng.integers(1, max_things + 1))):
        if things and rng.random() < 0.35:
            like = int(rng.integers(len(things)))
            parts = things[like].parts if rng.random() < 0.5 else _varied(rng, things[like].parts)
            things.append(_draw_thing(rng, parts, like))
        else:
            things.append(_draw_thing(rng, _draw_parts(rng), None))
    look = Look(
        pan=Wobble.draw(rng, [0, 0], 0.12, 0.12),
        zoom=Wobble.draw(rng, [1.0], 0.08, 0.1),
        roll=Wobble.draw(rng, [0.0], 0.06, 0.08),
        light=Wobble.draw(rng, [1.0], 0.15, 0.1),
        shutter=float(rng.choice([0, 0, 0.5, 1.0])),
        noise=float(rng.choice([0, 2, 6])),
        jpeg_quality=int(rng.integers(35, 95)) if rng.random() < 0.5 else None,
    )
    backdrop = replace(_draw_skin(rng), slope=rng.uniform(-0.35, 0.35, 2), roundness=0.0)
    return BlobScene(tuple(things), backdrop, look, width, height, int(rng.integers(2**31)))


def _draw_thing(rng: Random, parts: tuple[Part, ...], like: int | None) -> Thing:
    leaves = rng.random() < 0.25  # and comes back
    return Thing(
        parts=parts,
        place=Wobble.draw(rng, rng.uniform(0.2, 0.8, 2), 0.9 if leaves else 0.25, 0.15),
        drift=rng.uniform(-0.004, 0.004, 2),
        size=Wobble.draw(rng, [rng.uniform(0.07, 0.28)], 0.03, 0.15),
        angle=Wobble.draw(rng, [rng.uniform(0, 2 * np.pi)], 0.5, 0.2),
        spin=float(rng.choice([0, 0, rng.uniform(-0.12, 0.12)])),
        shade=rng.uniform(-0.3, 0.3, 2),
        like=like,
    )


def _draw_parts(rng: Random) -> tuple[Part, ...]:
    """One blob, or several of other colours that overlap."""
    parts = []
    for number in range(int(rng.choice([1, 1, 2, 3, 4]))):
        centre = np.zeros(2) if number == 0 else rng.uniform(-0.8, 0.8, 2)
        radius = rng.uniform(0.7, 1.1) if number == 0 else rng.uniform(0.3, 0.6)
        shape = np.ones(CORNERS)
        for harmonic in range(2, 7):
            amount = rng.normal(0, 0.22 / harmonic)
            shape += amount * np.cos(harmonic * ANGLES + rng.uniform(0, 2 * np.pi))
        bend = 0.08 * radius * np.cos(int(rng.integers(2, 5)) * ANGLES + rng.uniform(0, 2 * np.pi))
        rate = np.full(CORNERS, rng.uniform(0, 0.4))
        radii = Wobble(radius * shape.clip(0.3), bend, rate, np.zeros(CORNERS))
        parts.append(Part(Wobble.draw(rng, centre, 0.08, 0.3), radii, _draw_skin(rng)))
    return tuple(parts)


def _varied(rng: Random, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Nearly the same: the colours of each part some grey levels off."""
    return tuple(
        replace(part, skin=replace(part.skin, colours=part.skin.colours + rng.uniform(-14, 14, (2, 3))))
        for part in parts
    )


def _draw_skin(rng: Random) -> Skin:
    return Skin(
        pattern=Pattern(int(rng.integers(len(Pattern)))),
        colours=rng.uniform(20, 235, (2, 3)),
        cells=rng.random(CELLS, np.float32),
        pitch=float(rng.uniform(0.06, 0.25)),
        angle=float(rng.uniform(0, np.pi)),
        balance=float(rng.uniform(-0.5, 0.5)),
        grain=float(30 * rng.random()),
        slope=np.zeros(2),
        roundness=float(rng.uniform(0, 0.4)),
    )
