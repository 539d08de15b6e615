"""Reads checkpoints, without running code in them, and says in one sentence what is wrong with a bad one."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn


class CheckpointError(RuntimeError, ValueError):
    """A checkpoint that cannot be used. Also a RuntimeError, which is what Meta's loader raises."""


def read_state_dict(path: str | Path) -> dict[str, Tensor]:
    """The weights of a checkpoint file: its `model` entry, or the whole if it is a plain state dict.

    Only tensors and plain containers are read (`weights_only`); a file with code in it is refused.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(
            f"there is no checkpoint at {path}; checkpoints/download_ckpts.sh fetches Meta's"
        )
    if not path.is_file():
        raise CheckpointError(f"{path} is no file; give the path of a .pt checkpoint")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged file can raise nearly anything
        raise CheckpointError(_why_unreadable(path, error)) from error
    weights = content.get("model", content) if isinstance(content, Mapping) else None
    if not isinstance(weights, Mapping) or not weights:
        raise CheckpointError(f"{path.name} holds no weights under 'model'; it is no SAM 2 checkpoint")
    if not all(isinstance(value, Tensor) for value in weights.values()):
        raise CheckpointError(f"{path.name} holds more than tensors under 'model'; it is no SAM 2 checkpoint")
    return dict(weights)


def _why_unreadable(path: Path, error: Exception) -> str:
    if isinstance(error, pickle.UnpicklingError) and "unsupported global" in str(error).lower():
        return (
            f"{path.name} contains code, not only weights, and was not loaded; "
            "save it again with plain tensors, or get it from a source that you trust"
        )
    return f"{path.name} cannot be read as a checkpoint; it may be cut off, so download or copy it again"


def load_weights(model: nn.Module, weights: Mapping[str, Tensor], name: str) -> None:
    """Puts weights into a model, all or none: every key there, no other, and every shape right.

    `name` is what the error calls the checkpoint.
    """
    expected = model.state_dict()
    missing = [key for key in expected if key not in weights]
    unexpected = [key for key in weights if key not in expected]
    misshapen = [key for key in expected if key in weights and weights[key].shape != expected[key].shape]
    if missing or unexpected or misshapen:
        found, wanted = describe_weights(weights), describe_weights(expected)
        kinds = (("missing", missing), ("unexpected", unexpected), ("of another shape", misshapen))
        parts = [f"{len(keys)} {kind} (first {keys[0]})" for kind, keys in kinds if keys]
        raise CheckpointError(
            f"{name} ({found}) does not fit this configuration ({wanted}): of its keys "
            f"{', '.join(parts)}; choose the configuration that belongs to the checkpoint"
        )
    model.load_state_dict(weights, strict=True)


_SIZES = {(96, 12): "tiny", (96, 16): "small", (112, 24): "base_plus", (144, 48): "large"}


def describe_weights(weights: Mapping[str, Tensor]) -> str:
    """Which model a state dict belongs to, as far as its keys and shapes tell: "SAM 2.1 tiny"."""
    embedding = weights.get("image_encoder.trunk.patch_embed.proj.weight")
    if embedding is None:
        return "not a SAM 2 model"
    prefix = "image_encoder.trunk.blocks."
    blocks = {key[len(prefix) :].split(".")[0] for key in weights if key.startswith(prefix)}
    size = _SIZES.get((embedding.shape[0], len(blocks)), f"of {len(blocks)} blocks")
    return f"SAM {'2.1' if 'no_obj_embed_spatial' in weights else '2'} {size}"
