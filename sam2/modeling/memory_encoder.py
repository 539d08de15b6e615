"""The memory encoder: a frame's features and its mask to the memory of that frame."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sam2.modeling.linear import apply
from sam2.modeling.sam2_utils import DropPath, LayerNorm2d, get_clones


class MaskDownSampler(nn.Module):
    """Strided convolutions from the mask at the model's input size down to the feature map's size."""

    def __init__(
        self,
        embed_dim: int = 256,
        kernel_size: int = 4,
        stride: int = 4,
        padding: int = 0,
        total_stride: int = 16,
        activation: Callable[[], nn.Module] = nn.GELU,
    ) -> None:
        super().__init__()
        num_layers = round(math.log2(total_stride) / math.log2(stride))
        if stride**num_layers != total_stride:
            raise ValueError(f"total_stride {total_stride} is no power of stride {stride}")
        self.encoder = nn.Sequential()
        channels = 1
        for _ in range(num_layers):
            wider = channels * stride**2
            self.encoder.append(nn.Conv2d(channels, wider, kernel_size, stride=stride, padding=padding))
            self.encoder.append(LayerNorm2d(wider))
            self.encoder.append(activation())
            channels = wider
        self.encoder.append(nn.Conv2d(channels, embed_dim, kernel_size=1))

    def forward(self, x_B1HW: Tensor) -> Tensor:
        return self.encoder(x_B1HW)


class CXBlock(nn.Module):
    """A ConvNeXt block: depthwise convolution, then two linear layers at each pixel."""

    def __init__(
        self,
        dim: int,
        kernel_size: int = 7,
        padding: int = 3,
        drop_path: float = 0.0,
        layer_scale_init_value: float = 1e-6,
        use_dwconv: bool = True,
    ) -> None:
        super().__init__()
        groups = dim if use_dwconv else 1
        self.dwconv = nn.Conv2d(dim, dim, kernel_size=kernel_size, padding=padding, groups=groups)
        self.norm = LayerNorm2d(dim, eps=1e-6)
        self.pwconv1 = nn.Linear(dim, 4 * dim)
        self.act = nn.GELU()
        self.pwconv2 = nn.Linear(4 * dim, dim)
        has_scale = layer_scale_init_value > 0
        self.gamma = nn.Parameter(layer_scale_init_value * torch.ones(dim)) if has_scale else None
        self.drop_path = DropPath(drop_path) if drop_path > 0.0 else nn.Identity()

    def forward(self, x_BCHW: Tensor) -> Tensor:
        x_BHWC = self.norm(self.dwconv(x_BCHW)).permute(0, 2, 3, 1)
        x_BHWC = apply(self.pwconv2, apply(self.pwconv1, x_BHWC, self.act))
        if self.gamma is not None:
            x_BHWC = self.gamma * x_BHWC
        return x_BCHW + self.drop_path(x_BHWC.permute(0, 3, 1, 2))


class Fuser(nn.Module):
    """A stack of equal blocks."""

    def __init__(
        self, layer: nn.Module, num_layers: int, dim: int | None = None, input_projection: bool = False
    ) -> None:
        super().__init__()
        if input_projection and dim is None:
            raise ValueError("input_projection needs dim")
        self.proj = nn.Conv2d(dim, dim, kernel_size=1) if input_projection else nn.Identity()
        self.layers = get_clones(layer, num_layers)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        x_BCHW = self.proj(x_BCHW)
        for layer in self.layers:
            x_BCHW = layer(x_BCHW)
        return x_BCHW


class MemoryEncoder(nn.Module):
    """Adds the down-sampled mask to the projected features and fuses the two."""

    def __init__(
        self,
        out_dim: int,
        mask_downsampler: nn.Module,
        fuser: nn.Module,
        position_encoding: nn.Module,
        in_dim: int = 256,
    ) -> None:
        super().__init__()
        self.mask_downsampler = mask_downsampler
        self.pix_feat_proj = nn.Conv2d(in_dim, in_dim, kernel_size=1)
        self.fuser = fuser
        self.position_encoding = position_encoding
        has_projection = out_dim != in_dim
        self.out_proj = nn.Conv2d(in_dim, out_dim, kernel_size=1) if has_projection else nn.Identity()

    def encode(self, pix_feat: Tensor, masks_B1SS: Tensor) -> Tensor:
        """Features [1 or B, C, h, w] and mask values [B, 1, S, S] to the memory [B, out_dim, h, w]."""
        fused = self.pix_feat_proj(pix_feat.to(masks_B1SS.device)) + self.mask_downsampler(masks_B1SS)
        return self.out_proj(self.fuser(fused))

    def forward(
        self, pix_feat: Tensor, masks: Tensor, skip_mask_sigmoid: bool = False
    ) -> dict[str, Tensor | list[Tensor]]:
        """The official form: mask logits, or values with `skip_mask_sigmoid`; the memory and its
        position encoding in a dictionary."""
        memory = self.encode(pix_feat, masks if skip_mask_sigmoid else F.sigmoid(masks))
        return {
            "vision_features": memory,
            "vision_pos_enc": [self.position_encoding(memory).to(memory.dtype)],
        }
