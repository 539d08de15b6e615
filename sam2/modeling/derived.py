"""Tensors computed from weights, such as a resized position embedding, kept until the weights change."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

import torch
from torch import Tensor


def _identity(weight: Tensor) -> tuple[Hashable, ...]:
    """Changes when the weight is written in place, moved, cast or replaced."""
    version = 0 if weight.is_inference() else weight._version
    return weight.data_ptr(), version, weight.dtype, weight.device


@dataclass
class DerivedTensors:
    """A small cache that can never be stale through the usual ways of changing weights (an optimiser
    step, `load_state_dict`, `.to`). Writing through `weight.data` hides the change from PyTorch and
    so from here too. It stays out of the way while gradients flow and while `torch.compile` traces.
    """

    _kept: dict[Hashable, tuple[Hashable, Tensor]] = field(default_factory=dict)

    def get(self, name: Hashable, weights: tuple[Tensor, ...], compute: Callable[[], Tensor]) -> Tensor:
        """`compute()`, or what it gave the last time for the same `name` and unchanged `weights`."""
        needs_grad = torch.is_grad_enabled() and any(weight.requires_grad for weight in weights)
        if needs_grad or torch.compiler.is_compiling():
            return compute()
        identity = tuple(_identity(weight) for weight in weights)
        kept = self._kept.get(name)
        if kept is None or kept[0] != identity:
            # Outside inference mode, so that the kept tensor may be used under autograd later.
            with torch.inference_mode(False), torch.no_grad():
                kept = (identity, compute().detach())
            self._kept[name] = kept
        return kept[1]
