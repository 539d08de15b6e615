"""Memory attention: the current frame looks at the memories of earlier frames and at object pointers."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sam2.modeling.linear import apply
from sam2.modeling.sam.transformer import RoPEAttention
from sam2.modeling.sam2_utils import get_activation_fn, get_clones


class MemoryAttentionLayer(nn.Module):
    """Self-attention over the frame, cross-attention to the memory, and a feed-forward part."""

    def __init__(
        self,
        activation: str,
        cross_attention: nn.Module,
        d_model: int,
        dim_feedforward: int,
        dropout: float,
        pos_enc_at_attn: bool,
        pos_enc_at_cross_attn_keys: bool,
        pos_enc_at_cross_attn_queries: bool,
        self_attention: nn.Module,
    ) -> None:
        super().__init__()
        self.d_model = d_model
        self.dim_feedforward = dim_feedforward
        self.dropout_value = dropout
        self.self_attn = self_attention
        self.cross_attn_image = cross_attention
        self.linear1 = nn.Linear(d_model, dim_feedforward)
        self.dropout = nn.Dropout(dropout)
        self.linear2 = nn.Linear(dim_feedforward, d_model)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.norm3 = nn.LayerNorm(d_model)
        self.dropout1 = nn.Dropout(dropout)
        self.dropout2 = nn.Dropout(dropout)
        self.dropout3 = nn.Dropout(dropout)
        self.activation_str = activation
        self.activation = get_activation_fn(activation)
        self.pos_enc_at_attn = pos_enc_at_attn
        self.pos_enc_at_cross_attn_queries = pos_enc_at_cross_attn_queries
        self.pos_enc_at_cross_attn_keys = pos_enc_at_cross_attn_keys

    def attend_self(self, tgt_BLC: Tensor, query_pos: Tensor | None) -> Tensor:
        """The first third of the layer. It does not look at the memory."""
        normed = self.norm1(tgt_BLC)
        qk = normed + query_pos if self.pos_enc_at_attn else normed
        return tgt_BLC + self.dropout1(self.self_attn(qk, qk, v=normed))

    def attend_memory(
        self,
        tgt_BLC: Tensor,
        memory_BMC: Tensor,
        query_pos: Tensor | None,
        pos_BMC: Tensor | None,
        num_k_exclude_rope: int,
    ) -> Tensor:
        """The rest of the layer. `tgt` may be one image's for all objects of `memory`."""
        q = self.norm2(tgt_BLC)
        if self.pos_enc_at_cross_attn_queries:
            q = q + query_pos
        k = memory_BMC + pos_BMC if self.pos_enc_at_cross_attn_keys else memory_BMC
        rope = {"num_k_exclude_rope": num_k_exclude_rope} if num_k_exclude_rope else {}
        tgt_BLC = tgt_BLC + self.dropout2(self.cross_attn_image(q, k, v=memory_BMC, **rope))
        hidden = apply(self.linear1, self.norm3(tgt_BLC), self.activation)
        return tgt_BLC + self.dropout3(apply(self.linear2, self.dropout(hidden)))

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        pos: Tensor | None = None,
        query_pos: Tensor | None = None,
        num_k_exclude_rope: int = 0,
    ) -> Tensor:
        """Frame [B, L, C] and memory [B, M, Cm] to the frame, updated."""
        tgt = self.attend_self(tgt, query_pos)
        return self.attend_memory(tgt, memory, query_pos, pos, num_k_exclude_rope)


class MemoryAttention(nn.Module):
    """A stack of layers and a last normalisation. `batch_first` is accepted because official YAML may
    pass it; the layers always work batch-first."""

    def __init__(
        self,
        d_model: int,
        pos_enc_at_input: bool,
        layer: nn.Module,
        num_layers: int,
        batch_first: bool = True,
    ) -> None:
        super().__init__()
        self.d_model = d_model
        self.layers = get_clones(layer, num_layers)
        self.num_layers = num_layers
        self.norm = nn.LayerNorm(d_model)
        self.pos_enc_at_input = pos_enc_at_input
        self.batch_first = batch_first

    def keep_turns(self, length: int, device: torch.device) -> None:
        """Has the rotations for a map of `length` pixels ready, so that a compiled `attend` finds them."""
        for layer in self.layers:
            for attention in (layer.self_attn, layer.cross_attn_image):
                if isinstance(attention, RoPEAttention):
                    attention.turns(length, device)

    def attend(
        self,
        curr_BLC: Tensor,
        curr_pos: Tensor | None,
        memory_BMC: Tensor,
        memory_pos: Tensor | None,
        num_obj_ptr_tokens: int = 0,
    ) -> Tensor:
        """Batch-first. `curr` may have a batch of 1 for any number of objects in `memory`: up to the
        first look at the memory the objects of a frame have everything in common, so that part is
        then computed once. The last `num_obj_ptr_tokens` of the memory are no map and not rotated."""
        output = curr_BLC
        if self.pos_enc_at_input and curr_pos is not None:
            output = output + 0.1 * curr_pos
        for layer in self.layers:
            exclude = num_obj_ptr_tokens if isinstance(layer.cross_attn_image, RoPEAttention) else 0
            output = layer(output, memory_BMC, memory_pos, curr_pos, exclude)
        return self.norm(output)

    def forward(
        self,
        curr: Tensor,
        memory: Tensor,
        curr_pos: Tensor | None = None,
        memory_pos: Tensor | None = None,
        num_obj_ptr_tokens: int = 0,
    ) -> Tensor:
        """The official, sequence-first form: [L, B, C] and [M, B, Cm] to [L, B, C]."""
        if isinstance(curr, list):
            (curr,) = curr
            (curr_pos,) = curr_pos

        def flip(x: Tensor | None) -> Tensor | None:
            return None if x is None else x.transpose(0, 1)

        out = self.attend(flip(curr), flip(curr_pos), flip(memory), flip(memory_pos), num_obj_ptr_tokens)
        return out.transpose(0, 1)
