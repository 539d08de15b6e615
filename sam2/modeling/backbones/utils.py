"""Windows and patches for the Hiera trunk. Maps are channels-last: [B, H, W, C]."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


def window_partition(x_BHWC: Tensor, window_size: int) -> tuple[Tensor, tuple[int, int]]:
    """Cuts a map into windows, padding it with zeros at the right and bottom where needed.

    Returns the windows [B * windows, window_size, window_size, C] and the padded (height, width).
    """
    batch, height, width, channels = x_BHWC.shape
    pad_h, pad_w = -height % window_size, -width % window_size
    if pad_h or pad_w:
        x_BHWC = F.pad(x_BHWC, (0, 0, 0, pad_w, 0, pad_h))
    padded = (height + pad_h, width + pad_w)
    tiles = x_BHWC.view(
        batch, padded[0] // window_size, window_size, padded[1] // window_size, window_size, channels
    )
    return tiles.transpose(2, 3).reshape(-1, window_size, window_size, channels), padded


def window_unpartition(
    windows: Tensor, window_size: int, pad_hw: tuple[int, int], hw: tuple[int, int]
) -> Tensor:
    """Puts the windows of `window_partition` back together and cuts the padding off: [B, H, W, C]."""
    rows, columns = pad_hw[0] // window_size, pad_hw[1] // window_size
    batch = windows.shape[0] // (rows * columns)
    tiles = windows.view(batch, rows, columns, window_size, window_size, -1)
    x_BHWC = tiles.transpose(2, 3).reshape(batch, *pad_hw, -1)
    return x_BHWC[:, : hw[0], : hw[1]]


class PatchEmbed(nn.Module):
    """An overlapping strided convolution from the image to the first map: [B, 3, H, W] to
    [B, H / 4, W / 4, C]."""

    def __init__(
        self,
        kernel_size: tuple[int, ...] = (7, 7),
        stride: tuple[int, ...] = (4, 4),
        padding: tuple[int, ...] = (3, 3),
        in_chans: int = 3,
        embed_dim: int = 768,
    ) -> None:
        super().__init__()
        self.proj = nn.Conv2d(in_chans, embed_dim, kernel_size=kernel_size, stride=stride, padding=padding)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        return self.proj(x_BCHW).permute(0, 2, 3, 1)
