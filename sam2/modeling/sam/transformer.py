"""Attention layers: plain, with axial rotary embeddings, and the decoder's two-way transformer."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sam2.modeling.linear import apply, linear
from sam2.modeling.position_encoding import compute_axial_cis, rotate_pairs
from sam2.modeling.sam2_utils import MLP

BLOCK = 1024
"""Queries, and keys, that `attend_narrow` takes at a time: their scores (4 MiB) stay in the cache."""


def attend_narrow(q_BLC: Tensor, k_BMC: Tensor, v_BMD: Tensor) -> Tensor:
    """Attention with one head whose values are narrower than its keys: [B, L, D]. CPU, without gradients.

    PyTorch's fused CPU kernel wants D = C.
    """
    q_BLC = q_BLC * q_BLC.shape[2] ** -0.5
    out = q_BLC.new_empty(*q_BLC.shape[:2], v_BMD.shape[2])
    for q, k, v, result in zip(q_BLC, k_BMC, v_BMD, out, strict=True):
        for queries, rows in zip(q.split(BLOCK), result.split(BLOCK), strict=True):
            rows.copy_(_attend_in_blocks(queries, k.split(BLOCK), v.split(BLOCK)))
    return out


def _attend_in_blocks(q_LC: Tensor, keys: Sequence[Tensor], values: Sequence[Tensor]) -> Tensor:
    """What the queries find in each block of keys, weighed by the block's share of all their attention."""
    found, log_sums = [], []
    for k, v in zip(keys, values, strict=True):
        scores = linear(q_LC, k, None)
        highest = scores.amax(dim=1, keepdim=True)
        torch.softmax(scores, dim=1, out=scores)
        # The highest score became exp(highest) / sum, so that the sum needs no pass of its own.
        log_sums.append(highest - scores.amax(dim=1, keepdim=True).log())
        found.append(linear(scores, v.t(), None))
    shares = torch.softmax(torch.cat(log_sums, dim=1), dim=1)
    total = found[0].mul_(shares[:, :1])
    for block, part in enumerate(found[1:], 1):
        total.addcmul_(part, shares[:, block : block + 1])
    return total


class Attention(nn.Module):
    """Multi-head attention that may work at a smaller width than its inputs: [B, L, C] in and out."""

    def __init__(
        self,
        embedding_dim: int,
        num_heads: int,
        downsample_rate: int = 1,
        dropout: float = 0.0,
        kv_in_dim: int | None = None,
    ) -> None:
        super().__init__()
        self.embedding_dim = embedding_dim
        self.kv_in_dim = embedding_dim if kv_in_dim is None else kv_in_dim
        self.internal_dim = embedding_dim // downsample_rate
        self.num_heads = num_heads
        if self.internal_dim % num_heads:
            raise ValueError(f"{num_heads} heads do not divide an attention width of {self.internal_dim}")
        self.q_proj = nn.Linear(embedding_dim, self.internal_dim)
        self.k_proj = nn.Linear(self.kv_in_dim, self.internal_dim)
        self.v_proj = nn.Linear(self.kv_in_dim, self.internal_dim)
        self.out_proj = nn.Linear(self.internal_dim, embedding_dim)
        self.dropout_p = dropout

    def _separate_heads(self, x_BLC: Tensor) -> Tensor:
        """[B, L, C] to [B, heads, L, C / heads]."""
        return x_BLC.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)

    def _recombine_heads(self, x_BHLC: Tensor) -> Tensor:
        return x_BHLC.transpose(1, 2).flatten(2)

    def _attend(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Attention [B, heads, Lq, d]; either side may have a batch of 1 that serves the other's."""
        dropout_p = self.dropout_p if self.training else 0.0
        if k.shape[0] == 1 and q.shape[0] > 1:
            # One image, many prompts: all queries in one long list instead of copies of the image.
            batch, _, length, _ = q.shape
            q = q.transpose(0, 1).flatten(1, 2).unsqueeze(0)
            out = F.scaled_dot_product_attention(q, k, v, dropout_p=dropout_p)
            return out.squeeze(0).unflatten(1, (batch, length)).transpose(0, 1)
        q = q.expand(k.shape[0], -1, -1, -1)
        return F.scaled_dot_product_attention(q, k, v, dropout_p=dropout_p)

    def forward(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        q = self._separate_heads(apply(self.q_proj, q))
        k = self._separate_heads(apply(self.k_proj, k))
        v = self._separate_heads(apply(self.v_proj, v))
        return apply(self.out_proj, self._recombine_heads(self._attend(q, k, v)))


class RoPEAttention(Attention):
    """Attention whose queries and keys carry axial rotary position embeddings.

    The queries are a map, in row-major order. The keys are the same map, or with `rope_k_repeat`
    several maps of that size one after the other; the last `num_k_exclude_rope` keys carry none.
    `feat_sizes` (width, height) is used where it fits the queries, else the map is taken as square.
    """

    def __init__(
        self,
        *args,
        rope_theta: float = 10000.0,
        rope_k_repeat: bool = False,
        feat_sizes: Sequence[int] = (64, 64),
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rope_theta = rope_theta
        self.rope_k_repeat = rope_k_repeat
        self.feat_sizes = tuple(feat_sizes)
        self._kept_turns: dict[tuple[int, torch.device], Tensor] = {}

    def turns(self, length: int, device: torch.device) -> Tensor:
        """The rotation of each place of a map of `length` pixels: complex64 [length, head_dim / 2]."""
        key = (length, device)
        kept = self._kept_turns.get(key)
        if kept is None:
            width, height = self.feat_sizes
            if width * height != length:
                width = height = math.isqrt(length)
            if width * height != length:
                raise ValueError(f"{length} queries are neither {self.feat_sizes} nor a square map")
            with torch.inference_mode(False), torch.no_grad():
                head_dim = self.internal_dim // self.num_heads
                # On the CPU first: not every device makes complex numbers from angles.
                kept = compute_axial_cis(head_dim, width, height, self.rope_theta).to(device)
            if not torch.compiler.is_compiling():
                self._kept_turns[key] = kept
        return kept

    def _rotate(self, x_BHLC: Tensor, turns: Tensor, num_rope: int) -> Tensor:
        """Rotates the first `num_rope` tokens, one or several maps of the size of `turns`. `x` is the
        caller's own, and may be written over."""
        length = turns.shape[0]
        if num_rope != length and not (self.rope_k_repeat and num_rope % length == 0):
            raise ValueError(f"{num_rope} rotary keys do not fit {length} queries")
        maps = x_BHLC[:, :, :num_rope].unflatten(2, (-1, length))
        in_place = (
            x_BHLC.device.type in ("cpu", "cuda")
            and x_BHLC.dtype == torch.float32
            and not torch.is_grad_enabled()
        )
        if in_place and not torch.compiler.is_compiling():
            # Keys are the largest thing here: one pass over them, and nothing new to allocate.
            torch.view_as_complex(maps.unflatten(-1, (-1, 2))).mul_(turns)
            return x_BHLC
        rotated = rotate_pairs(maps, turns.real, turns.imag).flatten(2, 3)
        return rotated if num_rope == x_BHLC.shape[2] else torch.cat([rotated, x_BHLC[:, :, num_rope:]], 2)

    def _can_attend_narrow(self, q: Tensor, k: Tensor, v: Tensor) -> bool:
        return (
            self.num_heads == 1
            and self.kv_in_dim < self.internal_dim
            and q.device.type == "cpu"
            and q.dtype == k.dtype == v.dtype == torch.float32
            and not torch.is_grad_enabled()
            and not torch.compiler.is_compiling()
            and not (self.training and self.dropout_p > 0)
        )

    def forward(self, q: Tensor, k: Tensor, v: Tensor, num_k_exclude_rope: int = 0) -> Tensor:
        q = self._separate_heads(apply(self.q_proj, q))
        k = self._separate_heads(apply(self.k_proj, k))
        turns = self.turns(q.shape[-2], q.device)
        q = self._rotate(q, turns, q.shape[-2])
        k = self._rotate(k, turns, k.shape[-2] - num_k_exclude_rope)
        if self._can_attend_narrow(q, k, v):
            # The values enter linearly and a row of attention sums to 1, so they may be projected
            # after the weighted sum: 64 channels wide instead of 256, which saves 3/8 of the work.
            q = q.expand(k.shape[0], -1, -1, -1)
            return apply(self.out_proj, apply(self.v_proj, attend_narrow(q[:, 0], k[:, 0], v)))
        v = self._separate_heads(apply(self.v_proj, v))
        return apply(self.out_proj, self._recombine_heads(self._attend(q, k, v)))


class TwoWayAttentionBlock(nn.Module):
    """Tokens attend to themselves, then to the image; then the image attends to the tokens."""

    def __init__(
        self,
        embedding_dim: int,
        num_heads: int,
        mlp_dim: int = 2048,
        activation: Callable[[], nn.Module] = nn.ReLU,
        attention_downsample_rate: int = 2,
        skip_first_layer_pe: bool = False,
    ) -> None:
        super().__init__()
        cross = partial(Attention, embedding_dim, num_heads, downsample_rate=attention_downsample_rate)
        self.self_attn = Attention(embedding_dim, num_heads)
        self.norm1 = nn.LayerNorm(embedding_dim)
        self.cross_attn_token_to_image = cross()
        self.norm2 = nn.LayerNorm(embedding_dim)
        self.mlp = MLP(embedding_dim, mlp_dim, embedding_dim, num_layers=2, activation=activation)
        self.norm3 = nn.LayerNorm(embedding_dim)
        self.norm4 = nn.LayerNorm(embedding_dim)
        self.cross_attn_image_to_token = cross()
        self.skip_first_layer_pe = skip_first_layer_pe

    def forward(
        self, queries: Tensor, keys: Tensor, query_pe: Tensor, key_pe: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Tokens [B, T, C] and image [B, L, C] (with their encodings) to the same, updated."""
        if self.skip_first_layer_pe:
            queries = self.self_attn(queries, queries, queries)
        else:
            q = queries + query_pe
            queries = queries + self.self_attn(q, q, queries)
        queries = self.norm1(queries)

        keys_with_pe = keys + key_pe
        queries = queries + self.cross_attn_token_to_image(queries + query_pe, keys_with_pe, keys)
        queries = self.norm2(queries)
        queries = self.norm3(queries + self.mlp(queries))

        keys = keys + self.cross_attn_image_to_token(keys_with_pe, queries + query_pe, queries)
        return queries, self.norm4(keys)


class TwoWayTransformer(nn.Module):
    """A few two-way blocks, then a last look of the tokens at the image."""

    def __init__(
        self,
        depth: int,
        embedding_dim: int,
        num_heads: int,
        mlp_dim: int,
        activation: Callable[[], nn.Module] = nn.ReLU,
        attention_downsample_rate: int = 2,
    ) -> None:
        super().__init__()
        self.depth = depth
        self.embedding_dim = embedding_dim
        self.num_heads = num_heads
        self.mlp_dim = mlp_dim
        self.layers = nn.ModuleList(
            TwoWayAttentionBlock(
                embedding_dim,
                num_heads,
                mlp_dim=mlp_dim,
                activation=activation,
                attention_downsample_rate=attention_downsample_rate,
                skip_first_layer_pe=index == 0,
            )
            for index in range(depth)
        )
        self.final_attn_token_to_image = Attention(
            embedding_dim, num_heads, downsample_rate=attention_downsample_rate
        )
        self.norm_final_attn = nn.LayerNorm(embedding_dim)

    def forward(
        self, image_embedding: Tensor, image_pe: Tensor, point_embedding: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Image and its encoding [B, C, H, W], tokens [B, T, C]: tokens [B, T, C], image [B, H * W, C]."""
        keys = image_embedding.flatten(2).transpose(1, 2)
        key_pe = image_pe.flatten(2).transpose(1, 2)
        queries = point_embedding
        for layer in self.layers:
            queries, keys = layer(queries, keys, query_pe=point_embedding, key_pe=key_pe)
        q = queries + point_embedding
        queries = queries + self.final_attn_token_to_image(q, keys + key_pe, keys)
        return self.norm_final_attn(queries), keys
