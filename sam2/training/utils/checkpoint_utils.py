"""Weights to begin with, under the official names."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from torch import Tensor, nn

from sam2.utils.checkpoint import load_weights, read_state_dict


def load_checkpoint_and_apply_kernels(
    checkpoint_path: str | Path,
    checkpoint_kernels: Sequence | None = None,
    ckpt_state_dict_keys: Sequence[str] = ("model",),
    map_location: str = "cpu",
) -> dict[str, Tensor]:
    """The weights of a file. Nothing in it is executed."""
    state = read_state_dict(checkpoint_path)
    for kernel in checkpoint_kernels or ():
        state = kernel(state_dict=state)
    return state


class CkptExcludeKernel:
    """Leaves out weights whose names fit a pattern."""

    def __init__(self, key_pattern: Sequence[str]) -> None:
        self.key_pattern = key_pattern

    def __call__(self, state_dict: dict[str, Tensor]) -> dict[str, Tensor]:
        return {
            name: value
            for name, value in state_dict.items()
            if not any(fnmatchcase(name, pattern) for pattern in self.key_pattern)
        }


def load_state_dict_into_model(
    state_dict: dict[str, Tensor],
    model: nn.Module,
    strict: bool = True,
    ignore_missing_keys: Sequence[str] | None = None,
    ignore_unexpected_keys: Sequence[str] | None = None,
) -> nn.Module:
    """All weights or, with a sentence, none. Names that fit the `ignore` patterns may differ."""
    ours = model.state_dict()

    def ignored(name: str, patterns: Sequence[str] | None) -> bool:
        return not strict or any(fnmatchcase(name, pattern) for pattern in patterns or ())

    kept = {n: v for n, v in state_dict.items() if n in ours or not ignored(n, ignore_unexpected_keys)}
    kept |= {n: v for n, v in ours.items() if n not in kept and ignored(n, ignore_missing_keys)}
    load_weights(model, kept, "checkpoint.model_weight_initializer")
    return model
