"""Parts of the model that are not ours, or are watched: they are called in the official way.

Ours have quicker ways in (`MemoryAttention.attend`, the neck level by level). Somebody's own class, a forward
that was replaced (`part.forward = torch.compile(part.forward)`) and a hook would be passed by there.
"""

from __future__ import annotations

from torch import Tensor, nn


def is_plain(module: nn.Module, kind: type[nn.Module]) -> bool:
    """Whether calling the module is `kind.forward` and nothing else."""
    return (
        type(module).forward is kind.forward
        and "forward" not in vars(module)
        and not (module._forward_hooks or module._forward_pre_hooks or module._backward_hooks)
    )


def attend_officially(
    memory_attention: nn.Module,
    *,
    curr_BLC: Tensor,
    curr_pos: Tensor,
    memory_BMC: Tensor,
    memory_pos: Tensor,
    num_obj_ptr_tokens: int,
) -> Tensor:
    """The official call, sequence first and every object with a copy of the frame: [B, L, C]."""
    batch = memory_BMC.shape[0]

    def sequence_first(tokens: Tensor) -> Tensor:
        return tokens.expand(batch, -1, -1).transpose(0, 1)

    attended = memory_attention(
        curr=sequence_first(curr_BLC),
        curr_pos=sequence_first(curr_pos),
        memory=sequence_first(memory_BMC),
        memory_pos=sequence_first(memory_pos),
        num_obj_ptr_tokens=num_obj_ptr_tokens,
    )
    return attended.transpose(0, 1)
