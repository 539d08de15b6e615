"""Small layers and helpers used across the model; and official helpers, where people import them from."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sam2.modeling.linear import apply
from sam2.modeling.prompt_sampling import (
    get_next_point,
    sample_box_points,
    sample_one_point_from_error_center,
    sample_random_points_from_errors,
)
from sam2.utils.closest import closest_conditioning

__all__ = [
    "MLP",
    "DropPath",
    "LayerNorm2d",
    "get_1d_sine_pe",
    "get_activation_fn",
    "get_clones",
    "get_next_point",
    "sample_box_points",
    "sample_one_point_from_error_center",
    "sample_random_points_from_errors",
    "select_closest_cond_frames",
]


class MLP(nn.Module):
    """Linear layers with an activation between them (and optionally a sigmoid at the end)."""

    def __init__(
        self,
        input_dim: int,
        hidden_dim: int,
        output_dim: int,
        num_layers: int,
        activation: Callable[[], nn.Module] = nn.ReLU,
        sigmoid_output: bool = False,
    ) -> None:
        super().__init__()
        self.num_layers = num_layers
        widths = [input_dim, *[hidden_dim] * (num_layers - 1), output_dim]
        self.layers = nn.ModuleList(
            nn.Linear(n_in, n_out) for n_in, n_out in zip(widths[:-1], widths[1:], strict=True)
        )
        self.sigmoid_output = sigmoid_output
        self.act = activation()

    def forward(self, x: Tensor) -> Tensor:
        *hidden, last = self.layers
        for layer in hidden:
            x = apply(layer, x, self.act)
        x = apply(last, x)
        return x.sigmoid() if self.sigmoid_output else x


class LayerNorm2d(nn.Module):
    """Layer normalisation over the channels of each pixel of a [B, C, H, W] map."""

    def __init__(self, num_channels: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(num_channels))
        self.bias = nn.Parameter(torch.zeros(num_channels))
        self.eps = eps

    def forward(self, x_BCHW: Tensor) -> Tensor:
        # One native kernel on a channels-last view; the result keeps that memory order, which the
        # convolutions around it accept.
        x_BHWC = F.layer_norm(x_BCHW.permute(0, 2, 3, 1), self.weight.shape, self.weight, self.bias, self.eps)
        return x_BHWC.permute(0, 3, 1, 2)


class DropPath(nn.Module):
    """Stochastic depth: drops a residual branch for whole samples while training."""

    def __init__(self, drop_prob: float = 0.0, scale_by_keep: bool = True) -> None:
        super().__init__()
        self.drop_prob = drop_prob
        self.scale_by_keep = scale_by_keep

    def forward(self, x: Tensor) -> Tensor:
        if self.drop_prob == 0.0 or not self.training:
            return x
        keep_prob = 1.0 - self.drop_prob
        kept = x.new_empty((x.shape[0],) + (1,) * (x.ndim - 1)).bernoulli_(keep_prob)
        if self.scale_by_keep and keep_prob > 0.0:
            kept = kept / keep_prob
        return x * kept


def get_clones(module: nn.Module, n: int) -> nn.ModuleList:
    """`n` independent copies of a module."""
    return nn.ModuleList(copy.deepcopy(module) for _ in range(n))


def get_activation_fn(activation: str) -> Callable[[Tensor], Tensor]:
    """The function for a config's activation name."""
    functions = {"relu": F.relu, "gelu": F.gelu, "glu": partial(F.glu, dim=-1)}
    if activation not in functions:
        raise ValueError(f"activation {activation!r} is none of {', '.join(functions)}")
    return functions[activation]


def select_closest_cond_frames(
    frame_idx: int, cond_frame_outputs: Mapping[int, Any], max_cond_frame_num: int
) -> tuple[dict[int, Any], dict[int, Any]]:
    """The outputs of the conditioning frames that a frame looks at, and the others (the official helper)."""
    if max_cond_frame_num != -1 and max_cond_frame_num < 2:
        raise ValueError(f"max_cond_frame_num is {max_cond_frame_num}; use -1 (all) or at least 2")
    chosen = closest_conditioning(frame_idx, list(cond_frame_outputs), max_cond_frame_num)
    selected = {t: cond_frame_outputs[t] for t in chosen}
    return selected, {t: out for t, out in cond_frame_outputs.items() if t not in selected}


def get_1d_sine_pe(pos_inds: Tensor, dim: int, temperature: float = 10000) -> Tensor:
    """Sine encoding of scalar positions: [...] to [..., dim], sines first, then cosines."""
    half = dim // 2
    exponent = torch.arange(half, dtype=torch.float32, device=pos_inds.device)
    wavelength = temperature ** (2 * (exponent // 2) / half)
    angle = pos_inds.unsqueeze(-1) / wavelength
    return torch.cat([angle.sin(), angle.cos()], dim=-1)
