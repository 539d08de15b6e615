"""Paints textures as `sam2.procedural.blobs.skins` does, many at once.

Shape letters: S skins, H and W their height and width.
"""

from __future__ import annotations

from math import pi

import torch
import torch.nn.functional as F
from torch import Tensor

from sam2.procedural.blobs.skins import CLOUD_CONTRAST, CLOUD_MEAN, OCTAVES, REACH, Pattern
from sam2.procedural.tensors.packed import SkinTensors


def paint(skins: SkinTensors, height: int, width: int) -> Tensor:
    """float [S, 3, H, W], 0..255."""
    x = torch.arange(width, device=skins.cells.device, dtype=torch.float32) / height
    y = (torch.arange(height, device=skins.cells.device, dtype=torch.float32) / height)[:, None]
    pattern, pitch, angle, balance, grain, roundness = skins.numbers[..., None, None].unbind(1)
    clouds = _clouds(skins.cells, height, width)
    wave = torch.sin((x * angle.cos() + y * angle.sin()) * (2 * pi / pitch))
    stripes = (0.5 + (wave - balance) * height * pitch / (2 * pi)).clamp(0, 1)
    away = torch.hypot(x % pitch - pitch / 2, y % pitch - pitch / 2)
    dots = (0.5 + (pitch * (0.3 + 0.2 * balance) - away) * height).clamp(0, 1)
    share = torch.where(pattern == Pattern.CLOUDS, clouds, 0.0)
    share = torch.where(pattern == Pattern.STRIPES, stripes, share)
    share = torch.where(pattern == Pattern.DOTS, dots, share)[:, None]
    first, second = skins.colours[..., None, None].unbind(1)
    pixels = first + share * (second - first) + (grain * (clouds - 0.5))[:, None]
    across, down = x * (height / width) - 0.5, y - 0.5
    slope_x, slope_y = skins.slope[..., None, None].unbind(1)
    light = 1 + slope_x * across + slope_y * down
    light = light - roundness * (2 * REACH) ** 2 * (across**2 + down**2)
    return (pixels * light.clamp(min=0.25)[:, None]).clamp(0, 255)


def _clouds(cells_SC: Tensor, height: int, width: int) -> Tensor:
    """[S, H, W], 0..1."""
    total = cells_SC.new_zeros(len(cells_SC), 1, height, width)
    lattices = cells_SC.split([side**2 for side in OCTAVES], dim=1)
    for octave, (side, lattice) in enumerate(zip(OCTAVES, lattices, strict=True), 1):
        square = lattice.reshape(-1, 1, side, side)
        total += F.interpolate(square, (height, width), mode="bicubic", align_corners=False) / 2**octave
    return ((total[:, 0] - CLOUD_MEAN) * CLOUD_CONTRAST + 0.5).clamp(0, 1)
