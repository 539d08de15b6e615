"""A scene's numbers in one vector, which is one copy to a device.

Shape letters: P parts of all things together, far ones first; T frames; K corners of an outline. A leading 4
is a `Wobble`: its mean, swing, rate and phase.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np
import torch
from torch import Tensor

from sam2.procedural.blobs.skins import CELLS, Skin
from sam2.procedural.blobs.things import CORNERS, BlobScene, Wobble


@dataclass(frozen=True)
class SkinTensors:
    """Of S skins; see `blobs.skins.Skin`."""

    colours: Tensor  # [S, 2, 3]
    cells: Tensor  # [S, CELLS]
    slope: Tensor  # [S, 2]
    numbers: Tensor  # [S, 6]: pattern, pitch, angle, balance, grain, roundness

    def those(self, which: slice) -> SkinTensors:
        return SkinTensors(self.colours[which], self.cells[which], self.slope[which], self.numbers[which])


@dataclass(frozen=True)
class SceneTensors:
    """Views of the vector. What belongs to a thing is there for each of its parts."""

    times: Tensor  # [T]
    pan: Tensor  # [4, 2]
    zoom_roll_light: Tensor  # [4, 3]
    centre: Tensor  # [4, P, 2]
    radii: Tensor  # [4, P, K]
    place: Tensor  # [4, P, 2]
    size_angle: Tensor  # [4, P, 2]
    drift: Tensor  # [P, 2]
    spin: Tensor  # [P]
    shade: Tensor  # [P, 2]
    colours: Tensor  # [P + 1, 2, 3]; the backdrop's last, here and below
    cells: Tensor  # [P + 1, CELLS]
    slope: Tensor  # [P + 1, 2]
    numbers: Tensor  # [P + 1, 6]

    @property
    def skins(self) -> SkinTensors:
        return SkinTensors(self.colours, self.cells, self.slope, self.numbers)


def shapes(frames: int, parts: int) -> list[tuple[int, ...]]:
    """Of the fields of `SceneTensors`, in their order."""
    look = [(frames,), (4, 2), (4, 3)]
    things = [
        (4, parts, 2),
        (4, parts, CORNERS),
        (4, parts, 2),
        (4, parts, 2),
        (parts, 2),
        (parts,),
        (parts, 2),
    ]
    skins = parts + 1
    return [*look, *things, (skins, 2, 3), (skins, CELLS), (skins, 2), (skins, 6)]


@dataclass(frozen=True)
class PackedScene:
    """Frames of a scene, still to be drawn. Beside the vector, what decides how much there is to do."""

    vector: Tensor  # float32
    thing_of_part: tuple[int, ...]  # P numbers, from 1
    num_frames: int
    width: int
    height: int
    shutter: float
    noise: float
    jpeg_quality: int | None
    seed: int

    def to(self, device: torch.device) -> PackedScene:
        return replace(self, vector=self.vector.to(device, non_blocking=True))

    def pin_memory(self) -> PackedScene:
        return replace(self, vector=self.vector.pin_memory())

    def tensors(self) -> SceneTensors:
        sizes = shapes(self.num_frames, len(self.thing_of_part))
        pieces = self.vector.split([prod(size) for size in sizes])
        return SceneTensors(*(piece.view(size) for piece, size in zip(pieces, sizes, strict=True)))


def pack(scene: BlobScene, times: Sequence[int]) -> PackedScene:
    """On the CPU; `PackedScene.to` moves it."""
    parts = [(thing, part) for thing in scene.things for part in thing.parts]
    look = scene.look
    skins = [part.skin for _, part in parts] + [scene.backdrop]
    arrays = [
        np.asarray(times, float),
        _wobble(look.pan),
        np.concatenate([_wobble(look.zoom), _wobble(look.roll), _wobble(look.light)], axis=1),
        _wobbles([part.centre for _, part in parts]),
        _wobbles([part.radii for _, part in parts]),
        _wobbles([thing.place for thing, _ in parts]),
        np.concatenate([_wobbles([t.size for t, _ in parts]), _wobbles([t.angle for t, _ in parts])], axis=2),
        np.stack([thing.drift for thing, _ in parts]),
        np.array([thing.spin for thing, _ in parts]),
        np.stack([thing.shade for thing, _ in parts]),
        _stacked(skins, lambda skin: skin.colours),
        _stacked(skins, lambda skin: skin.cells),
        _stacked(skins, lambda skin: skin.slope),
        _stacked(skins, lambda s: np.array([s.pattern, s.pitch, s.angle, s.balance, s.grain, s.roundness])),
    ]
    found = [array.shape for array in arrays]
    if found != shapes(len(times), len(parts)):
        raise ValueError(f"a scene of {len(parts)} parts has arrays of other shapes: {found}")
    vector = np.concatenate([array.ravel() for array in arrays]).astype(np.float32)
    owner = [number for number, thing in enumerate(scene.things, 1) for _ in thing.parts]
    return PackedScene(
        torch.from_numpy(vector),
        tuple(owner),
        len(times),
        scene.width,
        scene.height,
        look.shutter,
        look.noise,
        look.jpeg_quality,
        scene.seed,
    )


def _wobble(value: Wobble) -> np.ndarray:
    return np.stack([value.mean, value.swing, value.rate, value.phase])


def _wobbles(values: Sequence[Wobble]) -> np.ndarray:
    return np.stack([_wobble(value) for value in values], axis=1)


def _stacked(skins: Sequence[Skin], of: Callable[[Skin], np.ndarray]) -> np.ndarray:
    return np.stack([of(skin) for skin in skins])
