"""The Hiera trunk: a hierarchical vision transformer with window attention and a few global blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sam2.modeling.backbones.utils import PatchEmbed, window_partition, window_unpartition
from sam2.modeling.derived import DerivedTensors
from sam2.modeling.linear import apply
from sam2.modeling.sam2_utils import MLP, DropPath

STRIP_BYTES = 2**24
"""The widest intermediate result of a block on a CPU (16 MiB), where its map is larger."""


def do_pool(x_BHWC: Tensor, pool: nn.Module | None, norm: nn.Module | None = None) -> Tensor:
    """Pools a channels-last map; without `pool` it is returned as it is."""
    if pool is None:
        return x_BHWC
    x_BHWC = pool(x_BHWC.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    return norm(x_BHWC) if norm is not None else x_BHWC


class MultiScaleAttention(nn.Module):
    """Self-attention over all pixels of each map given; optionally with pooled queries, which is how
    the trunk goes from one stage's size to the next."""

    def __init__(self, dim: int, dim_out: int, num_heads: int, q_pool: nn.Module | None = None) -> None:
        super().__init__()
        self.dim = dim
        self.dim_out = dim_out
        self.num_heads = num_heads
        self.q_pool = q_pool
        self.qkv = nn.Linear(dim, dim_out * 3)
        self.proj = nn.Linear(dim_out, dim_out)

    def forward(self, x_BHWC: Tensor) -> Tensor:
        batch, height, width, _ = x_BHWC.shape
        q, k, v = apply(self.qkv, x_BHWC).view(batch, height * width, 3, self.num_heads, -1).unbind(2)
        if self.q_pool is not None:
            q = do_pool(q.reshape(batch, height, width, -1), self.q_pool)
            height, width = q.shape[1:3]
            q = q.reshape(batch, height * width, self.num_heads, -1)
        out = F.scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2))
        return apply(self.proj, out.transpose(1, 2).reshape(batch, height, width, -1))


class MultiScaleBlock(nn.Module):
    """One transformer block, in windows of `window_size` pixels (0 means the whole map)."""

    def __init__(
        self,
        dim: int,
        dim_out: int,
        num_heads: int,
        mlp_ratio: float = 4.0,
        drop_path: float = 0.0,
        norm_layer: Callable[[int], nn.Module] | str = "LayerNorm",
        q_stride: tuple[int, int] | None = None,
        act_layer: Callable[[], nn.Module] = nn.GELU,
        window_size: int = 0,
    ) -> None:
        super().__init__()
        if isinstance(norm_layer, str):
            norm_layer = partial(getattr(nn, norm_layer), eps=1e-6)
        self.dim = dim
        self.dim_out = dim_out
        self.window_size = window_size
        self.q_stride = q_stride
        self.norm1 = norm_layer(dim)
        self.pool = nn.MaxPool2d(kernel_size=q_stride, stride=q_stride, ceil_mode=False) if q_stride else None
        self.attn = MultiScaleAttention(dim, dim_out, num_heads=num_heads, q_pool=self.pool)
        self.drop_path = DropPath(drop_path) if drop_path > 0.0 else nn.Identity()
        self.norm2 = norm_layer(dim_out)
        self.mlp = MLP(dim_out, int(dim_out * mlp_ratio), dim_out, num_layers=2, activation=act_layer)
        if dim != dim_out:
            self.proj = nn.Linear(dim, dim_out)

    def forward(self, x_BHWC: Tensor) -> Tensor:
        rows = self._rows_at_once(x_BHWC)
        if rows >= x_BHWC.shape[1]:
            return self._forward(x_BHWC)
        return torch.cat([self._forward(strip) for strip in x_BHWC.split(rows, dim=1)], dim=1)

    def _rows_at_once(self, x_BHWC: Tensor) -> int:
        """A block in windows may go over the map strip by strip, to the same bits. On a CPU that keeps
        what it computes with in the cache."""
        batch, height, width, _ = x_BHWC.shape
        whole = not self.window_size or x_BHWC.device.type != "cpu" or torch.is_grad_enabled()
        if whole or torch.compiler.is_compiling():
            return height
        hidden_row = batch * width * self.mlp.layers[0].out_features * x_BHWC.element_size()
        return max(1, STRIP_BYTES // (hidden_row * self.window_size)) * self.window_size

    def _forward(self, x_BHWC: Tensor) -> Tensor:
        shortcut = x_BHWC
        x = self.norm1(x_BHWC)
        if self.dim != self.dim_out:
            shortcut = do_pool(apply(self.proj, x), self.pool)
        if self.window_size:
            x = self._attend_in_windows(x, tuple(shortcut.shape[1:3]))
        else:
            x = self.attn(x)
        x = shortcut + self.drop_path(x)
        return x + self.drop_path(self.mlp(self.norm2(x)))

    def _attend_in_windows(self, x_BHWC: Tensor, out_hw: tuple[int, int]) -> Tensor:
        """Window attention; pooled queries make the windows, and so the map, `q_stride` times smaller."""
        windows, pad_hw = window_partition(x_BHWC, self.window_size)
        windows = self.attn(windows)
        window_size = self.window_size
        if self.q_stride:
            window_size //= self.q_stride[0]
            pad_hw = (out_hw[0] + -out_hw[0] % window_size, out_hw[1] + -out_hw[1] % window_size)
        return window_unpartition(windows, window_size, pad_hw, out_hw)


class Hiera(nn.Module):
    """Gives one map for each stage, finest first: strides 4, 8, 16, 32."""

    def __init__(
        self,
        embed_dim: int = 96,
        num_heads: int = 1,
        drop_path_rate: float = 0.0,
        q_pool: int = 3,
        q_stride: tuple[int, int] = (2, 2),
        stages: Sequence[int] = (2, 3, 16, 3),
        dim_mul: float = 2.0,
        head_mul: float = 2.0,
        window_pos_embed_bkg_spatial_size: tuple[int, int] = (14, 14),
        window_spec: Sequence[int] = (8, 4, 14, 7),
        global_att_blocks: Sequence[int] = (12, 16, 20),
        weights_path: str | None = None,
        return_interm_layers: bool = True,
    ) -> None:
        super().__init__()
        if len(stages) != len(window_spec):
            raise ValueError(f"stages has {len(stages)} entries and window_spec {len(window_spec)}")
        if not 0 <= q_pool < len(stages):
            raise ValueError(f"q_pool is {q_pool}; it must be within 0..{len(stages) - 1}")
        depth = sum(stages)
        self.window_spec = tuple(window_spec)
        self.q_stride = tuple(q_stride)
        self.stage_ends = [sum(stages[: i + 1]) - 1 for i in range(len(stages))]
        self.q_pool_blocks = [end + 1 for end in self.stage_ends[:-1]][:q_pool]
        self.return_interm_layers = return_interm_layers
        self.global_att_blocks = tuple(global_att_blocks)
        self.window_pos_embed_bkg_spatial_size = tuple(window_pos_embed_bkg_spatial_size)

        self.patch_embed = PatchEmbed(embed_dim=embed_dim)
        self.pos_embed = nn.Parameter(torch.zeros(1, embed_dim, *self.window_pos_embed_bkg_spatial_size))
        self.pos_embed_window = nn.Parameter(
            torch.zeros(1, embed_dim, self.window_spec[0], self.window_spec[0])
        )
        drop_rates = torch.linspace(0, drop_path_rate, depth, device="cpu").tolist()
        self.blocks = nn.ModuleList()
        dim = embed_dim
        for index in range(depth):
            stage = sum(end < index for end in self.stage_ends)
            # The first block of a stage still works in the windows of the stage before it, because
            # it pools its queries only inside its attention.
            first_of_stage = index - 1 in self.stage_ends
            dim_out = int(dim * dim_mul) if first_of_stage else dim
            num_heads = int(num_heads * head_mul) if first_of_stage else num_heads
            window_size = self.window_spec[stage - 1 if first_of_stage else stage]
            self.blocks.append(
                MultiScaleBlock(
                    dim=dim,
                    dim_out=dim_out,
                    num_heads=num_heads,
                    drop_path=drop_rates[index],
                    q_stride=self.q_stride if index in self.q_pool_blocks else None,
                    window_size=0 if index in self.global_att_blocks else window_size,
                )
            )
            dim = dim_out
        ends = self.stage_ends[::-1] if return_interm_layers else self.stage_ends[-1:]
        self.channel_list = [self.blocks[end].dim_out for end in ends]
        self._derived = DerivedTensors()
        if weights_path is not None:
            weights = torch.load(weights_path, map_location="cpu", weights_only=True)
            self.load_state_dict(weights, strict=False)

    def _get_pos_embed(self, hw: tuple[int, int]) -> Tensor:
        """The position embedding for a map of `hw`: [1, h, w, C]. A coarse one, stretched, plus one
        that repeats in every window of the first stage."""

        def compute() -> Tensor:
            stretched = F.interpolate(self.pos_embed, size=hw, mode="bicubic")
            repeats = (1, 1, hw[0] // self.window_spec[0], hw[1] // self.window_spec[0])
            return (stretched + self.pos_embed_window.tile(repeats)).permute(0, 2, 3, 1)

        return self._derived.get(hw, (self.pos_embed, self.pos_embed_window), compute)

    def forward(self, x_BCHW: Tensor) -> list[Tensor]:
        """[B, 3, S, S] normalised images to the maps [B, C, h, w] of the stages, finest first."""
        x = self.patch_embed(x_BCHW)
        x = x + self._get_pos_embed(tuple(x.shape[1:3]))
        outputs = []
        for index, block in enumerate(self.blocks):
            x = block(x)
            last = index == self.stage_ends[-1]
            if last or (self.return_interm_layers and index in self.stage_ends):
                outputs.append(x.permute(0, 3, 1, 2))
        return outputs

    def get_layer_id(self, layer_name: str) -> int:
        """How deep a parameter is, for learning rates that decay with depth: 0 for the embeddings,
        i + 1 for block i, `get_num_layers() + 1` for what comes after."""
        if "rel_pos" in layer_name:
            return self.get_num_layers() + 1
        if "pos_embed" in layer_name or "patch_embed" in layer_name:
            return 0
        if "blocks" in layer_name:
            return int(layer_name.split("blocks")[1].split(".")[1]) + 1
        return self.get_num_layers() + 1

    def get_num_layers(self) -> int:
        """The number of blocks."""
        return len(self.blocks)
