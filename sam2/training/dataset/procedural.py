"""Procedural video as a data set: `sam2.procedural` draws it, with exact masks; the same seed gives the same.

Name `ProceduralDataset` where a configuration names a `VOSDataset`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sam2.procedural.samples import Samples
from sam2.training.dataset.snippet import Snippet


class ProceduralDataset:
    """`length` snippets, each another one; `draw` renders one, the same for the same index.

    `themed_share` of them show the gallery's themes, painted with other seeds, windows and colours; the
    others are scenes by chance with up to `max_things` things.
    """

    def __init__(
        self,
        transforms: Sequence[Callable],
        length: int,
        num_frames: int,
        max_num_objects: int,
        width: int = 256,
        height: int = 256,
        max_things: int = 5,
        seed: int = 0,
        multiplier: float = 1,
        max_stride: int = 6,
        themed_share: float = 0.2,
    ) -> None:
        self._transforms = transforms
        self.samples = Samples(
            seed, num_frames, width, height, max_things, max_num_objects, max_stride, themed_share
        )
        self.samples.paint_themes(length)
        self.repeat_factors = np.full(length, float(multiplier))

    def __len__(self) -> int:
        return len(self.repeat_factors)

    def draw(self, index: int, rng: np.random.Generator) -> Snippet:
        """Frames, and things that are seen on the first of them."""
        sample = self.samples.sample(index)
        frames = sample.render()
        snippet = Snippet(
            sample.name, [frame.image for frame in frames], [list(frame.masks.values()) for frame in frames]
        )
        for transform in self._transforms:
            snippet = transform(snippet, rng)
        return snippet
