"""Snippets drawn from a data set, with its transforms applied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from sam2.training.dataset.snippet import BadSample, RawVideo, Snippet
from sam2.training.dataset.vos_raw_dataset import VOSRawDataset
from sam2.training.dataset.vos_sampler import Chosen, VOSSampler

TRIES = 100

Transform = Callable[[Snippet, np.random.Generator], Snippet]


class Drawable(Protocol):
    """What the trainer draws from. The same `rng` state gives the same snippet."""

    repeat_factors: np.ndarray
    """float [len]: how often each index is to come in an epoch."""

    def __len__(self) -> int: ...

    def draw(self, index: int, rng: np.random.Generator) -> Any:
        """What `collate_fn` takes; the usual one a `Snippet`."""
        ...


class VOSDataset:
    """`multiplier` is how often each video comes in an epoch, where a `RepeatFactorWrapper` looks at it."""

    def __init__(
        self,
        transforms: Sequence[Transform],
        training: bool,
        video_dataset: VOSRawDataset,
        sampler: VOSSampler,
        multiplier: float,
        always_target: bool = True,
        target_segments_available: bool = True,
    ) -> None:
        if not (always_target and target_segments_available):
            raise ValueError(
                "always_target and target_segments_available must be true: SAM 2 needs every mask"
            )
        self._transforms = transforms
        self.training = training
        self.video_dataset = video_dataset
        self.sampler = sampler
        self.repeat_factors = np.full(len(video_dataset), float(multiplier))

    def __len__(self) -> int:
        return len(self.video_dataset)

    def draw(self, index: int, rng: np.random.Generator) -> Snippet:
        """A snippet of this video or, while training, of another one if this one cannot be used."""
        problems: list[str] = []
        for _ in range(TRIES):
            try:
                video = self.video_dataset.get_video(index)
                snippet = construct(video, self.sampler.sample(video, rng))
                break
            except BadSample as error:
                if not self.training:
                    raise
                problems.append(str(error))
                index = int(rng.integers(len(self)))
        else:
            raise BadSample(f"{TRIES} videos in a row could not be used; the first: {problems[0]}")
        snippet.problems = tuple(problems)
        for transform in self._transforms:
            snippet = transform(snippet, rng)
        return snippet


def construct(video: RawVideo, chosen: Chosen) -> Snippet:
    """Read the frames and masks. An object that a frame lacks is out of sight there."""
    images, masks = [], []
    read = {}
    for frame in chosen.frames:
        image = read.get(frame.path)
        if image is None:
            image = read[frame.path] = frame.read()
        size = image.shape[:2]
        if size != next(iter(read.values())).shape[:2]:
            raise BadSample(f"{frame.path}: its size is not that of the frames before it")
        found = video.masks.load(frame.frame_id)
        for object_id in chosen.object_ids:
            if object_id in found and found[object_id].shape != size:
                height, width = found[object_id].shape
                raise BadSample(
                    f"{frame.path}: it is {size[1]} x {size[0]} pixels and its mask {width} x {height}"
                )
        images.append(image.copy())
        masks.append([np.array(found.get(o, np.zeros(size, bool)), bool) for o in chosen.object_ids])
    return Snippet(video.name, images, masks)
