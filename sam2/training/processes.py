"""The processes of a run: one, or as many as `torchrun` started."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist

from sam2.training.settings import Distributed


@dataclass(frozen=True)
class Place:
    """This process among its peers."""

    rank: int
    world_size: int
    device: torch.device

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    def gather(self, value: Any) -> list[Any]:
        """Every process's value, in all of them."""
        if self.world_size == 1:
            return [value]
        values: list[Any] = [None] * self.world_size
        dist.all_gather_object(values, value)
        return values

    def wait(self) -> None:
        if self.world_size > 1:
            dist.barrier()


@contextmanager
def joined(accelerator: str, settings: Distributed) -> Iterator[Place]:
    """Takes this process's place, as `torchrun`'s environment says, and leaves it at the end."""
    rank, world_size = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    if accelerator not in ("cuda", "cpu"):
        raise ValueError(f"trainer.accelerator is {accelerator!r}; use cuda or cpu")
    device = torch.device("cpu")
    if accelerator == "cuda":
        if not torch.cuda.is_available():
            raise ValueError(
                "trainer.accelerator is cuda, but no GPU is visible; use trainer.accelerator=cpu"
            )
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
        torch.cuda.set_device(device)
    if world_size == 1:
        yield Place(rank, world_size, device)
        return
    backend = settings.backend if accelerator == "cuda" and settings.backend else None
    backend = backend or ("nccl" if accelerator == "cuda" else "gloo")
    dist.init_process_group(backend, timeout=timedelta(minutes=settings.timeout_mins))
    try:
        yield Place(rank, world_size, device)
    finally:
        dist.destroy_process_group()
