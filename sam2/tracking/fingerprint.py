"""A name for what a model would compute, so that a saved state is not continued by another model."""

from __future__ import annotations

from dataclasses import asdict
from hashlib import blake2b

import torch

from sam2.modeling.sam2_base import SAM2Base


def fingerprint(model: SAM2Base, *settings: object) -> str:
    """The same for two models with equal weights, input size and `settings` (dataclasses). Reads every
    weight."""
    digest = blake2b(digest_size=16)
    for name, tensor in model.state_dict().items():
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    for one in settings:
        digest.update(f"{sorted(asdict(one).items())}".encode())
    digest.update(f"{model.image_size}".encode())
    return digest.hexdigest()
