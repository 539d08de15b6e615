"""How long a run waits for its data."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

import torch

from sam2.training.batch import Batch, VideoBatch


class Waiting:
    """Counts in an epoch from its first batch on; that one also waits for worker processes to start. What is
    only queued on a GPU (copies, drawing) does not count: the step that needs it takes longer by as much."""

    def __init__(self) -> None:
        self._waited_s = 0.0
        self._began = time.monotonic()

    def batches(self, loader: Iterable[Batch], device: torch.device) -> Iterator[VideoBatch]:
        asked = None
        for batch in loader:
            there = batch.to(device)
            now = time.monotonic()
            if asked is None:
                self._waited_s, self._began = 0.0, now
            else:
                self._waited_s += now - asked
            yield there
            asked = time.monotonic()

    @property
    def share(self) -> float:
        """Of the time since the first batch was there, 0..1."""
        passed = time.monotonic() - self._began
        return self._waited_s / passed if passed else 0.0
