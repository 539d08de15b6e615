"""Data sets made of data sets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sam2.training.dataset.snippet import Snippet
from sam2.training.dataset.vos_dataset import Drawable


class ConcatDataset:
    """One after the other."""

    def __init__(self, datasets: Sequence[Drawable]) -> None:
        if not datasets:
            raise ValueError("there is no data set to join; name at least one under `datasets`")
        self.datasets = list(datasets)
        self.repeat_factors = np.concatenate([dataset.repeat_factors for dataset in self.datasets])
        self._ends = np.cumsum([len(dataset) for dataset in self.datasets])

    def __len__(self) -> int:
        return int(self._ends[-1])

    def draw(self, index: int, rng: np.random.Generator) -> Snippet:
        which = int(np.searchsorted(self._ends, index, side="right"))
        begin = int(self._ends[which - 1]) if which else 0
        return self.datasets[which].draw(index - begin, rng)


class RepeatFactorWrapper:
    """Each video as often as its factor says; a fraction by chance, drawn anew for every epoch."""

    def __init__(self, dataset: Drawable, seed: int = 0) -> None:
        self.dataset = dataset
        self.seed = seed
        self.repeat_factors = np.ones(1)
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        factors = self.dataset.repeat_factors
        rng = np.random.default_rng((self.seed, epoch))
        counts = np.floor(factors).astype(int) + (rng.random(len(factors)) < factors % 1)
        self._indices = np.repeat(np.arange(len(factors)), counts)
        self.repeat_factors = np.ones(len(self._indices))

    def __len__(self) -> int:
        return len(self._indices)

    def draw(self, index: int, rng: np.random.Generator) -> Snippet:
        return self.dataset.draw(int(self._indices[index]), rng)
