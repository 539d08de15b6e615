"""The image encoder: a trunk, and a feature-pyramid neck that brings its maps to one width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn


class FpnNeck(nn.Module):
    """One 1 x 1 convolution for each stage, plus a top-down path into the levels that ask for it.

    `backbone_channel_list` and `convs` count from the coarsest level; inputs and outputs from the finest.
    """

    def __init__(
        self,
        position_encoding: nn.Module,
        d_model: int,
        backbone_channel_list: Sequence[int],
        kernel_size: int = 1,
        stride: int = 1,
        padding: int = 0,
        fpn_interp_model: str = "bilinear",
        fuse_type: str = "sum",
        fpn_top_down_levels: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        if fuse_type not in ("sum", "avg"):
            raise ValueError(f"fuse_type {fuse_type!r} is neither 'sum' nor 'avg'")
        self.position_encoding = position_encoding
        self.backbone_channel_list = list(backbone_channel_list)
        self.d_model = d_model
        self.convs = nn.ModuleList()
        for channels in self.backbone_channel_list:
            lateral = nn.Sequential()
            lateral.add_module("conv", nn.Conv2d(channels, d_model, kernel_size, stride, padding))
            self.convs.append(lateral)
        self.fpn_interp_model = fpn_interp_model
        self.fuse_type = fuse_type
        levels = range(len(self.convs)) if fpn_top_down_levels is None else fpn_top_down_levels
        self.fpn_top_down_levels = list(levels)

    def lateral(self, level: int) -> nn.Conv2d:
        """The convolution of a level, 0 being the finest."""
        return self.convs[len(self.convs) - 1 - level].conv

    def is_lateral_only(self, level: int) -> bool:
        """Whether the level's output is its lateral convolution and nothing else."""
        return level not in self.fpn_top_down_levels or level == len(self.convs) - 1

    def fuse(self, maps: Sequence[Tensor], finest: int = 0) -> list[Tensor]:
        """The pyramid's maps [B, d_model, h, w] for the levels `finest` and coarser, finest first."""
        fused: list[Tensor] = []
        for level in reversed(range(finest, len(maps))):
            current = self.lateral(level)(maps[level])
            if fused and not self.is_lateral_only(level):
                align = None if self.fpn_interp_model == "nearest" else False
                coarser = F.interpolate(
                    fused[-1].float(), scale_factor=2.0, mode=self.fpn_interp_model, align_corners=align
                )
                current = current + coarser
                if self.fuse_type == "avg":
                    current = current / 2
            fused.append(current)
        return fused[::-1]

    def forward(self, xs: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """The trunk's maps to the pyramid's maps and their position encodings, both finest first."""
        if len(xs) != len(self.convs):
            raise ValueError(f"the neck has {len(self.convs)} levels but was given {len(xs)} maps")
        fused = self.fuse(xs)
        return fused, [self.position_encoding(level).to(level.dtype) for level in fused]


class ImageEncoder(nn.Module):
    """Trunk and neck. `scalp` drops that many of the coarsest levels."""

    def __init__(self, trunk: nn.Module, neck: FpnNeck, scalp: int = 0) -> None:
        super().__init__()
        if trunk.channel_list != neck.backbone_channel_list:
            raise ValueError(
                f"the trunk has {trunk.channel_list} channels, the neck {neck.backbone_channel_list}"
            )
        self.trunk = trunk
        self.neck = neck
        self.scalp = scalp

    def forward(self, sample: Tensor) -> dict[str, Any]:
        """[B, 3, S, S] images to the official dictionary: `vision_features` (the coarsest map kept),
        `vision_pos_enc` and `backbone_fpn` (lists, finest first)."""
        features, pos = self.neck(self.trunk(sample))
        if self.scalp > 0:
            features, pos = features[: -self.scalp], pos[: -self.scalp]
        return {"vision_features": features[-1], "vision_pos_enc": pos, "backbone_fpn": features}
