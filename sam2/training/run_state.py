"""The state of a run on disk: enough to go on as if nothing had happened."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

log = logging.getLogger(__name__)

CHECKPOINT = "checkpoint.pt"


@dataclass
class Progress:
    """How far a run has come."""

    epoch: int = 0
    step_in_epoch: int = 0
    steps: int = 0
    elapsed_s: float = 0.0
    best: float | None = None  # J&F of the best validation


def random_state(prompts: np.random.Generator) -> dict[str, Any]:
    """Of one process: PyTorch's generators and the model's own one."""
    state: dict[str, Any] = {"torch": torch.get_rng_state(), "prompts": prompts.bit_generator.state}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state()
    return state


def set_random_state(state: dict[str, Any], prompts: np.random.Generator) -> None:
    torch.set_rng_state(state["torch"])
    prompts.bit_generator.state = state["prompts"]
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(state["cuda"])


def write_checkpoint(path: Path, content: dict[str, Any]) -> bool:
    """Replaces a checkpoint in one step. If the disk is full the former one stays, and False is returned."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    try:
        with part.open("wb") as file:
            torch.save(content, file)
            file.flush()
            os.fsync(file.fileno())
    except (OSError, RuntimeError) as error:  # PyTorch's writer makes a RuntimeError of a full disk
        part.unlink(missing_ok=True)
        log.warning("The checkpoint could not be written (%s); the former one is kept", error)
        return False
    os.replace(part, path)
    return True


def read_checkpoint(path: Path) -> dict[str, Any]:
    """What `write_checkpoint` wrote. Nothing in it is executed."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged file can raise nearly anything
        raise ValueError(
            f"{path} cannot be read as a training checkpoint; remove it to begin anew, or copy it again"
        ) from error
