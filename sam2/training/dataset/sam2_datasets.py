"""An epoch over several data sets, planned before it begins, so that a killed run goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from sam2.training.batch import Batch
from sam2.training.dataset.vos_dataset import Drawable


@dataclass(frozen=True)
class Draw:
    """One snippet of an epoch. Its seed makes it the same in whatever process it is read."""

    dataset: int
    index: int
    seed: tuple[int, ...]


class TorchTrainMixedDataset:
    """The official constructor. Each batch comes from one data set; `dataset_prob` says how likely from
    which, by default in proportion to their batches. When a data set is used up the others go on."""

    def __init__(
        self,
        datasets: Sequence[Drawable],
        batch_sizes: Sequence[int],
        num_workers: int,
        shuffle: bool,
        pin_memory: bool,
        drop_last: bool,
        collate_fn: Callable[[Sequence[Any]], Batch] | None = None,
        worker_init_fn: Callable[[int], None] | None = None,
        phases_per_epoch: int = 1,
        dataset_prob: Sequence[float] | None = None,
        seed: int = 0,
    ) -> None:
        if len(datasets) != len(batch_sizes) or not datasets:
            raise ValueError(
                f"there are {len(datasets)} datasets and {len(batch_sizes)} batch_sizes; give one each"
            )
        if dataset_prob is not None and (
            len(dataset_prob) != len(datasets) or abs(sum(dataset_prob) - 1) > 1e-6
        ):
            raise ValueError("dataset_prob must have one number a data set, and they must add up to 1")
        if collate_fn is None:
            raise ValueError("collate_fn is missing; name sam2.training.utils.data_utils.collate_fn")
        self.datasets, self.batch_sizes = list(datasets), list(batch_sizes)
        self.num_workers, self.pin_memory = num_workers, pin_memory
        self.shuffle, self.drop_last = shuffle, drop_last
        self.collate_fn, self.worker_init_fn = collate_fn, worker_init_fn
        self.phases_per_epoch = phases_per_epoch
        self.dataset_prob = dataset_prob
        self.seed = seed

    def plan(self, epoch: int, rank: int = 0, world_size: int = 1) -> list[list[Draw]]:
        """The batches of an epoch for one process. Every process gets equally many."""
        per_dataset = [self._batches(number, epoch, world_size) for number in range(len(self.datasets))]
        if not any(per_dataset):
            sizes = ", ".join(
                f"{len(dataset)} videos in batches of {size}"
                for dataset, size in zip(self.datasets, self.batch_sizes, strict=True)
            )
            raise ValueError(
                f"an epoch has no batch ({sizes}, {world_size} processes, {self.phases_per_epoch} phases); "
                "use smaller batch_sizes or drop_last: false"
            )
        rng = np.random.default_rng((self.seed, epoch, len(self.datasets)))
        chances = np.array(self.dataset_prob or [len(batches) for batches in per_dataset], float)
        order: list[list[Draw]] = []
        left = [list(reversed(batches)) for batches in per_dataset]
        while any(left):
            weights = np.where([bool(batches) for batches in left], chances, 0)
            if not weights.any():
                break  # what is left has no chance
            chosen = int(rng.choice(len(left), p=weights / weights.sum()))
            order.append(left[chosen].pop())
        # A data set's batches are multiples of the processes' number, so shares are equal.
        return [self._share(batch, rank, world_size) for batch in order]

    def loader(self, plan: Sequence[Sequence[Draw]], done: int = 0) -> DataLoader:
        """Batches of a plan, without the first `done`."""
        return DataLoader(
            _Draws(self.datasets),
            batch_sampler=plan[done:],
            num_workers=self.num_workers,
            pin_memory=self.pin_memory,
            collate_fn=self.collate_fn,
            worker_init_fn=self.worker_init_fn,
            generator=torch.Generator(),  # its own: reading must not move the run's random state
        )

    def _batches(self, number: int, epoch: int, world_size: int) -> list[list[Draw]]:
        """One data set's batches for all processes together: `world_size` times the batch size each."""
        dataset, size = self.datasets[number], self.batch_sizes[number] * world_size
        round_, phase = divmod(epoch, self.phases_per_epoch)
        if hasattr(dataset, "set_epoch"):
            dataset.set_epoch(round_)
        indices = np.arange(len(dataset))
        if self.shuffle:
            np.random.default_rng((self.seed, number, round_)).shuffle(indices)
        chunk = np.array_split(indices, self.phases_per_epoch)[phase]
        if len(chunk) % size and not self.drop_last and len(chunk):
            # The last batch may be smaller, but every process needs as much of it.
            short = -len(chunk) % world_size
            chunk = np.concatenate([chunk, np.resize(chunk, short)])
        draws = [
            Draw(number, int(index), (self.seed, epoch, number, place)) for place, index in enumerate(chunk)
        ]
        end = len(draws) - len(draws) % size if self.drop_last else len(draws)
        return [draws[i : i + size] for i in range(0, end, size)]

    @staticmethod
    def _share(batch: list[Draw], rank: int, world_size: int) -> list[Draw]:
        share = len(batch) // world_size
        return batch[rank * share : (rank + 1) * share]


class _Draws(Dataset):
    """What PyTorch's loader asks: a `Draw` is its index."""

    def __init__(self, datasets: Sequence[Drawable]) -> None:
        self._datasets = datasets

    def __getitem__(self, draw: Draw) -> Any:
        return self._datasets[draw.dataset].draw(draw.index, np.random.default_rng(draw.seed))
