"""How long a run waits for its data."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

import torch

from sam2.training.batch import Batch, VideoBatch


class Waiting:
    """Counts from the first batch that is asked for. What is only queued on a GPU (copies, drawing) does not
    count: the step that needs it takes longer by as much."""

    def __init__(self) -> None:
        self.waited_s = 0.0
        self._began = time.monotonic()

    def batches(self, loader: Iterable[Batch], device: torch.device) -> Iterator[VideoBatch]:
        self.waited_s = 0.0
        asked = self._began = time.monotonic()
        for batch in loader:
            there = batch.to(device)
            self.waited_s += time.monotonic() - asked
            yield there
            asked = time.monotonic()

    @property
    def share(self) -> float:
        """Of the time since then, 0..1."""
        passed = time.monotonic() - self._began
        return self.waited_s / passed if passed else 0.0
