"""Draws all frames of a scene at once. Nothing here waits for the device or comes back from it.

Shape letters: T frames, N moments (several a frame where it is blurred), P parts, K corners, H and W.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import pi

import torch
import torch.nn.functional as F
from torch import Tensor

from sam2.procedural.blobs.frames import BLUR_STEPS, LEAST_LIGHT, MOST_LIGHT, SKIN_SIDE
from sam2.procedural.blobs.skins import REACH
from sam2.procedural.blobs.things import BACKDROP, CORNERS
from sam2.procedural.tensors.jpeg import compressed
from sam2.procedural.tensors.packed import PackedScene, SceneTensors
from sam2.procedural.tensors.skins import paint

AT_ONCE = {"cpu": 2**20, "cuda": 2**25}
"""Pixels of parts and moments that are in work together: a CPU's cache, some 2 GB of a GPU's memory."""


@dataclass(frozen=True)
class TensorFrames:
    images_TCHW: Tensor
    """float RGB, whole numbers 0..255."""
    owner_THW: Tensor
    """uint8: the number (from 1) of the thing that is foremost at the pixel's centre; 0: none."""


@dataclass(frozen=True)
class Poses:
    """Where parts and camera are at N moments. A part's axes are its thing's, from its own centre."""

    zoom_N: Tensor
    roll_N: Tensor
    shift_N2: Tensor  # pixels
    angle_PN: Tensor
    scale_PN: Tensor  # pixels a unit
    thing_PN2: Tensor  # pixels: the thing's centre
    part_PN2: Tensor  # units: the part's centre in the thing
    radii_PNK: Tensor  # units


def render(scene: PackedScene) -> TensorFrames:
    """On the scene's device. The same scene always gives the same tensors there."""
    tensors, device = scene.tensors(), scene.vector.device
    steps = BLUR_STEPS if scene.shutter else 1
    offsets = scene.shutter * (torch.arange(steps, device=device) / max(1, steps - 1) - 0.5)
    skins = paint(tensors.skins.those(slice(-1)), SKIN_SIDE, SKIN_SIDE)
    tall, wide = int(BACKDROP * scene.height), int(BACKDROP * scene.width)
    backdrop = paint(tensors.skins.those(slice(-1, None)), tall, wide)
    pictures, owners = [], []
    for times in _portions(scene, tensors.times, steps):
        moments = (times[:, None] + offsets if scene.shutter else times[:, None]).flatten()
        poses = poses_at(tensors, moments, scene.width, scene.height)
        canvas = _backdrop(backdrop, poses, scene)
        owners.append(_lay(scene, tensors, poses, skins, canvas, steps))
        pictures.append(canvas.unflatten(0, (-1, steps)).mean(1))
    light = _at(tensors.zoom_roll_light, tensors.times)[:, 2]
    images = torch.cat(pictures) * light[:, None, None, None]
    if scene.noise:
        source = torch.Generator(device).manual_seed(scene.seed)
        images += scene.noise * torch.randn(images.shape, generator=source, device=device)
    images = images.round().clamp(0, 255)
    if scene.jpeg_quality is not None:
        images = compressed(images, scene.jpeg_quality)
    return TensorFrames(images, torch.cat(owners))


def _portions(scene: PackedScene, times: Tensor, steps: int) -> Iterator[Tensor]:
    """Times of as many frames as fit into the memory that may be used."""
    each = len(scene.thing_of_part) * steps * scene.width * scene.height
    yield from times.split(max(1, AT_ONCE.get(times.device.type, 2**20) // each))


def poses_at(scene: SceneTensors, time_N: Tensor, width: int, height: int) -> Poses:
    """As `BlobScene.camera` and `Thing.matrix` say it."""
    extent = torch.stack([torch.full_like(time_N[0], width), torch.full_like(time_N[0], height)])
    zoom, roll, _ = _at(scene.zoom_roll_light, time_N).unbind(-1)
    size, angle = _at(scene.size_angle, time_N).unbind(-1)
    place = (_at(scene.place, time_N) + scene.drift[:, None] * time_N[:, None]) * extent - extent / 2
    shift = _at(scene.pan, time_N) * extent + extent / 2
    turned = _turned(place, roll) * zoom[:, None]
    return Poses(
        zoom,
        roll,
        shift,
        roll + angle + scene.spin[:, None] * time_N,
        zoom * size * min(width, height),
        turned + shift,
        _at(scene.centre, time_N),
        _at(scene.radii, time_N),
    )


def _at(wobble: Tensor, time_N: Tensor) -> Tensor:
    """[4, ..., D] at N times: [..., N, D]."""
    mean, swing, rate, phase = wobble.unsqueeze(-2).unbind(0)
    return mean + swing * torch.sin(rate * time_N[:, None] + phase)


def _turned(xy: Tensor, angle: Tensor) -> Tensor:
    x, y = xy.unbind(-1)
    return torch.stack([x * angle.cos() - y * angle.sin(), x * angle.sin() + y * angle.cos()], dim=-1)


def _backdrop(picture: Tensor, poses: Poses, scene: PackedScene) -> Tensor:
    """[N, 3, H, W]."""
    x, y = _unturned(poses.shift_N2, poses.roll_N, poses.zoom_N, scene)
    tall, wide = picture.shape[-2:]
    # Pixels of the picture from its middle, to grid_sample's -1..1 between its outer edges.
    grid = torch.stack([(2 * x + 1) / wide, (2 * y + 1) / tall], dim=-1)
    return _sampled(picture, grid[None])[0]


def _lay(
    scene: PackedScene, tensors: SceneTensors, poses: Poses, skins: Tensor, canvas_NCHW: Tensor, steps: int
) -> Tensor:
    """Draws the parts over the canvas; [T, H, W], which thing is foremost at the middle one of each frame's
    moments."""
    # From the thing's centre in its axes, units; then from the part's.
    x, y = _unturned(poses.thing_PN2, poses.angle_PN, poses.scale_PN, scene)
    x, y = (
        at - centre[..., None, None] for at, centre in zip((x, y), poses.part_PN2.unbind(-1), strict=True)
    )
    inside = _inside(x, y, poses.radii_PNK) * poses.scale_PN[..., None, None]
    # A skin's pixel k lies at (k * 2 / SKIN_SIDE - 1) * REACH.
    grid = torch.stack([x, y], dim=-1) / REACH + 1 / SKIN_SIDE
    colours = _sampled(skins, grid) * _shade(tensors.shade, poses, scene)[:, :, None]
    cover = (inside + 0.5).clamp(0, 1)[:, :, None]
    middle = inside[:, steps // 2 :: steps] >= 0
    owner = torch.zeros_like(middle[0], dtype=torch.uint8)
    for part, number in enumerate(scene.thing_of_part):
        canvas_NCHW.lerp_(colours[part], cover[part])
        owner.masked_fill_(middle[part], number)
    return owner


def _unturned(origin: Tensor, angle: Tensor, scale: Tensor, scene: PackedScene) -> tuple[Tensor, Tensor]:
    """x and y of every pixel's centre, from `origin` [..., 2], turned back by `angle` and over `scale` [...]:
    each [..., H, W]."""
    across = torch.arange(scene.width, device=origin.device, dtype=torch.float32)
    down = torch.arange(scene.height, device=origin.device, dtype=torch.float32)[:, None]
    x0, y0 = origin[..., None, None].unbind(-3)
    c, s = (angle.cos() / scale)[..., None, None], (angle.sin() / scale)[..., None, None]
    dx, dy = across - x0, down - y0
    return dx * c + dy * s, dy * c - dx * s


def _inside(x: Tensor, y: Tensor, radii_PNK: Tensor) -> Tensor:
    """[P, N, H, W]: units from the outline, negative outside of it. The edge that matters is the one in the
    point's direction, as in `blobs.frames.placed`."""
    step = 2 * pi / CORNERS
    angle = torch.arange(CORNERS, device=x.device) * step
    corner = radii_PNK[..., None] * torch.stack([angle.cos(), angle.sin()], dim=-1)
    edge = corner.roll(-1, dims=-2) - corner
    inward = torch.stack([-edge[..., 1], edge[..., 0]], dim=-1) / edge.norm(dim=-1, keepdim=True)
    offset = -(inward * corner).sum(-1)
    which = (torch.atan2(y, x) / step).floor().long().remainder(CORNERS).flatten(-2)

    def of_edge(value_PNK: Tensor) -> Tensor:
        return value_PNK.gather(-1, which).view_as(x)

    return x * of_edge(inward[..., 0]) + y * of_edge(inward[..., 1]) + of_edge(offset)


def _shade(shade_P2: Tensor, poses: Poses, scene: PackedScene) -> Tensor:
    """[P, N, H, W]: light from one side, in the frame's axes."""
    slope = shade_P2[:, None] / poses.scale_PN[..., None]
    across = torch.arange(scene.width, device=slope.device) * slope[..., 0, None]
    down = torch.arange(scene.height, device=slope.device) * slope[..., 1, None]
    base = 1 - (slope * poses.thing_PN2).sum(-1)
    light = base[..., None, None] + across[..., None, :] + down[..., :, None]
    return light.clamp(LEAST_LIGHT, MOST_LIGHT)


def _sampled(pictures: Tensor, grid: Tensor) -> Tensor:
    """[P, 3, h, w] at grid [P, N, H, W, 2]: [P, N, 3, H, W]. Mirrored beyond its edges."""
    num_moments = grid.shape[1]
    found = F.grid_sample(
        pictures, grid.flatten(1, 2), mode="bilinear", padding_mode="reflection", align_corners=False
    )
    return found.unflatten(2, (num_moments, -1)).transpose(1, 2)
