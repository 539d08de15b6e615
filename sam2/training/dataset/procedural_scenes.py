"""Procedural video that is drawn on the device that trains: its frames are never anywhere else.

Worker processes only throw the dice (which scene, which things); what crosses to the device is one vector a
scene. Name `ProceduralScenes` as a data set and `collate_scenes` as `collate_fn`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import torch
from torch import Tensor

from sam2.procedural.samples import Samples
from sam2.procedural.tensors.frames import TensorFrames, render
from sam2.procedural.tensors.packed import PackedScene, pack
from sam2.training.batch import VideoBatch


@dataclass(frozen=True)
class SceneSnippet:
    """Frames that are still to be drawn, and the things (from 0) that are tracked on them."""

    name: str
    scene: PackedScene
    targets: tuple[int, ...]


@dataclass(frozen=True)
class SceneBatch:
    """Scenes of equally many frames of one size. `to` draws them: it takes the place of `VideoBatch.to`."""

    snippets: tuple[SceneSnippet, ...]
    key: str
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def pin_memory(self) -> SceneBatch:
        """For PyTorch's data loader."""
        pinned = (replace(snippet, scene=snippet.scene.pin_memory()) for snippet in self.snippets)
        return replace(self, snippets=tuple(pinned))

    def to(self, device: torch.device) -> VideoBatch:
        drawn = [render(snippet.scene.to(device)) for snippet in self.snippets]
        images = torch.stack([frames.images_TCHW for frames in drawn], dim=1)
        masks = [
            _masks(frames, snippet.targets) for frames, snippet in zip(drawn, self.snippets, strict=True)
        ]
        counts = torch.tensor([len(snippet.targets) for snippet in self.snippets])
        mean, std = (_per_channel(values, device) for values in (self.mean, self.std))
        return VideoBatch(
            images_TVCHW=(images / 255 - mean) / std,
            masks_TOHW=torch.cat(masks, dim=1),
            video_O=torch.arange(len(counts)).repeat_interleave(counts).to(device, non_blocking=True),
            names=tuple(snippet.name for snippet in self.snippets),
            key=self.key,
        )


class ProceduralScenes:
    """`length` snippets, each another one: the scenes by chance that `ProceduralDataset` draws. No themes are
    among them (those are painted with OpenCV), and no transforms: each scene has its own light and place.
    """

    def __init__(
        self,
        length: int,
        num_frames: int,
        max_num_objects: int,
        width: int = 256,
        height: int = 256,
        max_things: int = 5,
        seed: int = 0,
        multiplier: float = 1,
        max_stride: int = 6,
    ) -> None:
        self.samples = Samples(seed, num_frames, width, height, max_things, max_num_objects, max_stride)
        self.repeat_factors = np.full(length, float(multiplier))

    def __len__(self) -> int:
        return len(self.repeat_factors)

    def draw(self, index: int, rng: np.random.Generator) -> SceneSnippet:
        sample = self.samples.by_chance(index)
        return SceneSnippet(sample.name, pack(sample.scene, sample.times), sample.targets)


def collate_scenes(
    snippets: Sequence[SceneSnippet], dict_key: str, mean: Sequence[float], std: Sequence[float]
) -> SceneBatch:
    """`dict_key` names the loss; `mean` and `std` are the model's, of channels in 0..1."""
    shapes = {(s.scene.num_frames, s.scene.height, s.scene.width) for s in snippets}
    if len(shapes) > 1:
        raise ValueError(
            f"scenes of {sorted(shapes)} frames, rows and columns make no batch; use one of each"
        )
    return SceneBatch(tuple(snippets), dict_key, tuple(mean), tuple(std))


def _masks(frames: TensorFrames, targets: Sequence[int]) -> Tensor:
    """bool [T, O, H, W]."""
    return torch.stack([frames.owner_THW == target + 1 for target in targets], dim=1)


@cache
def _per_channel(values: tuple[float, ...], device: torch.device) -> Tensor:
    """[3, 1, 1]. Kept, for a copy to a device waits."""
    return torch.tensor(values, device=device).view(3, 1, 1)
