"""Low-rank adapters (Hu et al. 2021): train a few numbers beside a frozen linear layer.

What is saved are the merged weights, so that a checkpoint is a SAM 2 checkpoint like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize


class LowRank(nn.Module):
    """`weight + alpha / rank * up @ down`; `up` begins at zero, so nothing changes at first."""

    def __init__(self, weight: Tensor, rank: int, alpha: float) -> None:
        super().__init__()
        out_features, in_features = weight.shape
        self.scale = alpha / rank
        self.down = nn.Parameter(torch.randn(rank, in_features) * in_features**-0.5)
        self.up = nn.Parameter(torch.zeros(out_features, rank))

    def forward(self, weight: Tensor) -> Tensor:
        return weight + self.scale * (self.up @ self.down)


def add_adapters(
    model: nn.Module, patterns: Sequence[str], rank: int = 8, alpha: float | None = None
) -> list[str]:
    """Adapters on every linear layer whose name fits a pattern; the layer itself is frozen. Their names."""
    chosen = [
        (name, module)
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and any(fnmatchcase(name, pattern) for pattern in patterns)
    ]
    if not chosen:
        raise ValueError(f"trainer.lora.patterns {list(patterns)} fit no linear layer of the model")
    for _, module in chosen:
        module.requires_grad_(False)
        adapter = LowRank(module.weight, rank, rank if alpha is None else alpha)
        parametrize.register_parametrization(module, "weight", adapter)
    return [name for name, _ in chosen]


def merged_state_dict(model: nn.Module) -> dict[str, Tensor]:
    """The state dict with adapters folded into the weights, under the names of a model without them."""
    merged = {}
    for name, value in model.state_dict().items():
        head, found, tail = name.partition(".parametrizations.weight.")
        if not found:
            merged[name] = value
        elif tail == "original":
            merged[f"{head}.weight"] = model.get_submodule(head).weight.detach().clone()
    return merged
