"""The image encoder: a trunk, and a feature-pyramid neck that brings its maps to one width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sam2.modeling.linear import linear


def _is_pointwise(conv: nn.Module) -> bool:
    """Whether a module is a plain 1 x 1 convolution."""
    return (
        type(conv) is nn.Conv2d
        and conv.kernel_size == (1, 1)
        and conv.stride == (1, 1)
        and conv.padding == (0, 0)
        and conv.groups == 1
        and conv.bias is not None
    )


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

    def project(self, level: int, map_BCHW: Tensor, after: nn.Conv2d | None = None) -> Tensor:
        """A level's lateral convolution, and optionally the 1 x 1 convolution `after` it.

        The trunk's maps are channels-last in memory, where a 1 x 1 convolution is one matrix product; so
        are two of them, with their weights multiplied first, where no gradients flow.
        """
        lateral = self.lateral(level)
        if not (_is_pointwise(lateral) and (after is None or _is_pointwise(after))):
            projected = lateral(map_BCHW)
            return projected if after is None else after(projected)
        weight, bias = lateral.weight.flatten(1), lateral.bias
        x_BHWC = map_BCHW.permute(0, 2, 3, 1)
        if after is not None and torch.is_grad_enabled():
            x_BHWC, weight, bias = linear(x_BHWC, weight, bias), after.weight.flatten(1), after.bias
        elif after is not None:
            bias = after.weight.flatten(1) @ bias + after.bias
            weight = after.weight.flatten(1) @ weight
        return linear(x_BHWC, weight, bias).permute(0, 3, 1, 2)

    def is_lateral_only(self, level: int) -> bool:
        """Whether the level's output is its lateral convolution and nothing else."""
        return level not in self.fpn_top_down_levels or level == len(self.convs) - 1

    def fuse(self, maps: Sequence[Tensor], finest: int = 0) -> list[Tensor]:
        """The pyramid's maps [B, d_model, h, w] for the levels `finest` and coarser, finest first."""
        fused: list[Tensor] = []
        for level in reversed(range(finest, len(maps))):
            current = self.project(level, maps[level])
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

    def project(self, sample: Tensor, after: Sequence[nn.Conv2d]) -> list[Tensor]:
        """The maps of [B, 3, S, S] images, finest first. Each of the finer ones goes from the trunk through
        its lateral convolution and one of `after` in one step; the next coarser one is fused as usual. No
        position encodings."""
        maps = self.trunk(sample)
        finer = [
            self.neck.project(level, maps[level], convolution).contiguous()
            for level, convolution in enumerate(after)
        ]
        return [*finer, self.neck.fuse(maps, finest=len(after))[0]]

    def forward(self, sample: Tensor) -> dict[str, Any]:
        """[B, 3, S, S] images to the official dictionary: `vision_features` (the coarsest map kept),
        `vision_pos_enc` and `backbone_fpn` (lists, finest first)."""
        features, pos = self.neck(self.trunk(sample))
        if self.scalp > 0:
            features, pos = features[: -self.scalp], pos[: -self.scalp]
        return {"vision_features": features[-1], "vision_pos_enc": pos, "backbone_fpn": features}
