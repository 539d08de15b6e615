"""What JPEG takes from a picture (ITU-T T.81): 8 x 8 cosine transforms, rounded by the standard's example
tables, colour at half size. No file is made, so nothing leaves the device."""

from __future__ import annotations

from functools import cache
from math import cos, pi, sqrt

import torch
import torch.nn.functional as F
from torch import Tensor

BLOCK = 8
LUMA = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
CHROMA = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    *((99,) * 8,) * 4,
)
Table = tuple[tuple[int, ...], ...]


def compressed(images: Tensor, quality: int) -> Tensor:
    """[T, 3, H, W] RGB, whole numbers 0..255, as a JPEG of this quality (1..100) gives them back."""
    height, width = images.shape[-2:]
    padding = (0, -width % (2 * BLOCK), 0, -height % (2 * BLOCK))
    red, green, blue = F.pad(images, padding, mode="replicate").unbind(1)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    chroma = torch.stack([(blue - luma) / 1.772, (red - luma) / 1.402], dim=1)
    luma = _rounded(luma[:, None] - 128, LUMA, quality) + 128
    chroma = _rounded(F.avg_pool2d(chroma, 2), CHROMA, quality)
    chroma = F.interpolate(chroma, scale_factor=2, mode="bilinear", align_corners=False)
    y, (cb, cr) = luma[:, 0], chroma.unbind(1)
    rgb = torch.stack([y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb], dim=1)
    return rgb[..., :height, :width].round().clamp(0, 255)


def _rounded(planes: Tensor, table: Table, quality: int) -> Tensor:
    """[T, C, H, W], sides multiples of 8: each block's frequencies in steps of the table's."""
    count, channels, height, width = planes.shape
    waves, steps = _waves(planes.device), _steps(table, quality, planes.device)
    blocks = planes.view(count, channels, height // BLOCK, BLOCK, width // BLOCK, BLOCK).transpose(3, 4)
    frequencies = ((waves @ blocks @ waves.T) / steps).round() * steps
    return (waves.T @ frequencies @ waves).transpose(3, 4).reshape(planes.shape)


@cache
def _waves(device: torch.device) -> Tensor:
    """[8, 8]: the orthonormal cosine transform, one wave a row. Kept, for a copy to a device waits."""
    rows = [
        [sqrt((1 if k == 0 else 2) / BLOCK) * cos((2 * n + 1) * k * pi / (2 * BLOCK)) for n in range(BLOCK)]
        for k in range(BLOCK)
    ]
    return torch.tensor(rows, device=device)


@cache
def _steps(table: Table, quality: int, device: torch.device) -> Tensor:
    """[8, 8]: the table at this quality, by the rule of the Independent JPEG Group."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    steps = [[min(max((entry * scale + 50) // 100, 1), 255) for entry in row] for row in table]
    return torch.tensor(steps, dtype=torch.float32, device=device)
