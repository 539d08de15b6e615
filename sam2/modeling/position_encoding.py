"""Position encodings: sine maps, random Fourier features for prompts, and axial rotary embeddings."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn


class PositionEmbeddingSine(nn.Module):
    """The sine encoding of "Attention is all you need", for the rows and columns of a map.

    Half of the channels encode y, half x. A map depends only on its size, so each is computed once
    and handed out as a view, never copied for every image of a batch or frame of a video.
    `warmup_cache`, `image_size` and `strides` are accepted because official YAML passes them.
    """

    def __init__(
        self,
        num_pos_feats: int,
        temperature: int = 10000,
        normalize: bool = True,
        scale: float | None = None,
        warmup_cache: bool = True,
        image_size: int = 1024,
        strides: Sequence[int] = (4, 8, 16, 32),
    ) -> None:
        super().__init__()
        if num_pos_feats % 2:
            raise ValueError(f"num_pos_feats is {num_pos_feats}; give an even number")
        if scale is not None and not normalize:
            raise ValueError("scale needs normalize=True")
        self.num_pos_feats = num_pos_feats // 2
        self.temperature = temperature
        self.normalize = normalize
        self.scale = 2 * math.pi if scale is None else scale
        self._maps: dict[tuple[int, int, torch.device], Tensor] = {}

    def _encode_axis(self, position: Tensor) -> Tensor:
        """[...] scaled positions to [..., num_pos_feats], sine and cosine interleaved."""
        channel = torch.arange(self.num_pos_feats, dtype=torch.float32, device=position.device)
        wavelength = self.temperature ** (2 * (channel // 2) / self.num_pos_feats)
        angle = position.unsqueeze(-1) / wavelength
        return torch.stack((angle[..., 0::2].sin(), angle[..., 1::2].cos()), dim=-1).flatten(-2)

    def _axis_positions(self, length: int, device: torch.device) -> Tensor:
        position = torch.arange(1, length + 1, dtype=torch.float32, device=device)
        if self.normalize:
            position = position / (position[-1] + 1e-6) * self.scale
        return position

    def map(self, height: int, width: int, device: torch.device) -> Tensor:
        """The [1, C, height, width] float32 encoding, computed once for each size and device."""
        key = (height, width, device)
        kept = self._maps.get(key)
        if kept is None:
            with torch.inference_mode(False), torch.no_grad():
                rows = self._encode_axis(self._axis_positions(height, device))
                columns = self._encode_axis(self._axis_positions(width, device))
                shape = (height, width, self.num_pos_feats)
                yx = torch.cat([rows[:, None].expand(shape), columns[None].expand(shape)], dim=-1)
                kept = yx.permute(2, 0, 1)[None].contiguous()
            if not torch.compiler.is_compiling():
                self._maps[key] = kept
        return kept

    @torch.no_grad()
    def forward(self, x_BCHW: Tensor) -> Tensor:
        """The encoding for a map of x's size: a [B, C, H, W] view."""
        batch, _, height, width = x_BCHW.shape
        return self.map(height, width, x_BCHW.device).expand(batch, -1, -1, -1)

    def _encode_xy(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Encodings of [P] normalised x and of y, each [P, num_pos_feats]."""
        if x.ndim != 1 or x.shape != y.shape:
            raise ValueError(f"x and y must be two lists of one length, not {x.shape} and {y.shape}")
        return self._encode_axis(x * self.scale), self._encode_axis(y * self.scale)

    @torch.no_grad()
    def encode_boxes(self, x: Tensor, y: Tensor, w: Tensor, h: Tensor) -> Tensor:
        """[P] normalised centres and sizes of boxes to [P, 2 * num_pos_feats + 2]."""
        pos_x, pos_y = self._encode_xy(x, y)
        return torch.cat((pos_y, pos_x, h[:, None], w[:, None]), dim=1)

    encode = encode_boxes

    @torch.no_grad()
    def encode_points(self, x: Tensor, y: Tensor, labels: Tensor) -> Tensor:
        """[B, N] normalised points and their labels to [B, N, 2 * num_pos_feats + 1]."""
        pos_x, pos_y = self._encode_xy(x.flatten(), y.flatten())
        pos_x, pos_y = pos_x.view(*x.shape, -1), pos_y.view(*y.shape, -1)
        return torch.cat((pos_y, pos_x, labels[..., None]), dim=2)


class PositionEmbeddingRandom(nn.Module):
    """Random Fourier features of a point: what the prompt encoder gives for a click."""

    def __init__(self, num_pos_feats: int = 64, scale: float | None = None) -> None:
        super().__init__()
        scale = 1.0 if scale is None or scale <= 0.0 else scale
        self.register_buffer("positional_encoding_gaussian_matrix", scale * torch.randn(2, num_pos_feats))

    def _encode_norm(self, coords_norm: Tensor) -> Tensor:
        """[..., 2] x, y in 0..1 to [..., 2 * num_pos_feats]."""
        angle = 2 * np.pi * ((2 * coords_norm - 1) @ self.positional_encoding_gaussian_matrix)
        return torch.cat([angle.sin(), angle.cos()], dim=-1)

    def forward(self, size: tuple[int, int]) -> Tensor:
        """The encoding of every pixel centre of a map of `size` (height, width): [C, H, W]."""
        height, width = size
        weight = self.positional_encoding_gaussian_matrix
        y_norm = (torch.arange(height, device=weight.device, dtype=weight.dtype) + 0.5) / height
        x_norm = (torch.arange(width, device=weight.device, dtype=weight.dtype) + 0.5) / width
        grid = torch.stack(
            [x_norm[None].expand(height, width), y_norm[:, None].expand(height, width)], dim=-1
        )
        return self._encode_norm(grid).permute(2, 0, 1)

    def forward_with_coords(self, coords_input: Tensor, image_size: tuple[int, int]) -> Tensor:
        """The encoding of [B, N, 2] points in pixels of an image of `image_size` (height, width)."""
        height, width = image_size
        return self._encode_norm(coords_input.float() / coords_input.new_tensor([width, height]).float())


def rotate_pairs(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turns neighbouring channel pairs of [..., L, dim] by the angles whose cos and sin are
    [L, dim / 2]; computed in float32 and returned in x's type."""
    even, odd = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    turned = torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1)
    return turned.flatten(-2).to(x.dtype)


def init_t_xy(end_x: int, end_y: int) -> tuple[Tensor, Tensor]:
    """x and y of each place of a map, row by row, as floats (the official helper)."""
    place = torch.arange(end_x * end_y, dtype=torch.float32)
    return place % end_x, torch.div(place, end_x, rounding_mode="floor")


def reshape_for_broadcast(freqs_cis: Tensor, x: Tensor) -> Tensor:
    """Factors [L, C] as a view that broadcasts over all but the last two axes of x (the official helper)."""
    if freqs_cis.shape != x.shape[-2:]:
        raise ValueError(f"factors of {tuple(freqs_cis.shape)} do not fit an input of {tuple(x.shape)}")
    return freqs_cis.view(*[1] * (x.ndim - 2), *freqs_cis.shape)


def compute_axial_cis(dim: int, end_x: int, end_y: int, theta: float = 10000.0) -> Tensor:
    """The rotary factors of a map, row by row, as complex numbers, [end_x * end_y, dim / 2] (the official
    helper). The first half of the channel pairs turns with x, the second half with y."""
    frequency = theta ** (-torch.arange(0, dim, 4, dtype=torch.float32)[: dim // 4] / dim)
    angle = torch.cat([torch.outer(place, frequency) for place in init_t_xy(end_x, end_y)], dim=-1)
    return torch.polar(torch.ones_like(angle), angle)


def apply_rotary_enc(
    xq: Tensor, xk: Tensor, freqs_cis: Tensor, repeat_freqs_k: bool = False
) -> tuple[Tensor, Tensor]:
    """Applies `compute_axial_cis` factors to queries and keys (the official helper). With
    `repeat_freqs_k` the keys may be several maps, one after the other."""
    cos, sin = freqs_cis.real.to(xq.device), freqs_cis.imag.to(xq.device)
    rotated_q = rotate_pairs(xq, cos, sin)
    if xk.shape[-2] == 0:
        return rotated_q, xk
    repeats = xk.shape[-2] // xq.shape[-2] if repeat_freqs_k else 1
    return rotated_q, rotate_pairs(xk, cos.repeat(repeats, 1), sin.repeat(repeats, 1))
