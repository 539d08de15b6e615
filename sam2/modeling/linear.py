"""Linear layers by the quicker of the two libraries that PyTorch brings for a CPU.

`F.linear` goes to MKL there. oneDNN takes a tenth less time for the larger layers (measured on an AMD EPYC
with AVX-512: 106 to 111 GFLOP/s against 94 to 98), and applies the activation while the result is still in
the cache. PyTorch reaches it by an operator without a public name, which its own compiler uses; where that
is absent, or anything else does not suit it, the usual function runs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sam2.modeling.overrides import is_plain

MIN_ROWS = 256
"""With fewer rows, such as a prompt's tokens, the call costs more than it saves."""


def apply(layer: nn.Module, x: Tensor, activation: Callable[[Tensor], Tensor] | None = None) -> Tensor:
    """`layer(x)`, and `activation` of that. A layer that somebody put in the place of a `nn.Linear` (an
    adapter, quantised weights) or watches with a hook is called as it is."""
    name = "none" if activation is None else _name(activation)
    if name is not None and not torch.compiler.is_compiling() and is_plain(layer, nn.Linear):
        if _suits_onednn(x, layer.weight):
            return _onednn(x, layer.weight, layer.bias, name)
        if name == "relu" and not torch.is_grad_enabled():
            return layer(x).relu_()
    return layer(x) if activation is None else activation(layer(x))


def linear(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """`F.linear`: [..., in] to [..., out]."""
    return _onednn(x, weight, bias) if _suits_onednn(x, weight) else F.linear(x, weight, bias)


def _onednn(x: Tensor, weight: Tensor, bias: Tensor | None, activation: str = "none") -> Tensor:
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, activation, [], "none")


def _suits_onednn(x: Tensor, weight: Tensor) -> bool:
    return (
        x.device.type == "cpu"
        and x.dtype == weight.dtype == torch.float32
        and type(weight) in (Tensor, nn.Parameter)  # no quantised weights that call themselves float32
        and x.numel() >= MIN_ROWS * x.shape[-1]
        and not torch.is_grad_enabled()
        and not torch.compiler.is_compiling()
        and not torch.is_autocast_enabled("cpu")
        and torch.backends.mkldnn.enabled
        and _has_onednn()
    )


@cache
def _has_onednn() -> bool:
    """Only with AVX-512: nothing was measured elsewhere."""
    return (
        torch.backends.mkldnn.is_available()
        and hasattr(torch.ops.mkldnn, "_linear_pointwise")
        and torch.backends.cpu.get_cpu_capability().startswith("AVX512")
    )


def _name(activation: Callable[[Tensor], Tensor]) -> str | None:
    """What oneDNN calls an activation that it can apply itself."""
    if activation is F.relu or type(activation) is nn.ReLU:
        return "relu"
    exact_gelu = type(activation) is nn.GELU and activation.approximate == "none"
    return "gelu" if exact_gelu or activation is F.gelu else None
