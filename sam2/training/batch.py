"""What a training step sees.

Shape letters: T frames, V videos, O objects of all of them together, S the model's input size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Tensor


class Batch(Protocol):
    """What a loader gives to the trainer: a `VideoBatch`, or what becomes one on the device that trains."""

    def to(self, device: torch.device) -> VideoBatch: ...


@dataclass(frozen=True)
class VideoBatch:
    """Equally long snippets of V videos. O may differ from batch to batch."""

    images_TVCHW: Tensor
    """[T, V, 3, S, S] float, normalised."""
    masks_TOHW: Tensor
    """[T, O, S, S] bool: the truth."""
    video_O: Tensor
    """[O] int64: the video that each object is in."""
    names: tuple[str, ...] = ()
    """What each video is called, for messages and pictures."""
    key: str = "all"
    """Which of the configured losses this batch is for."""
    problems: tuple[str, ...] = ()
    """Videos that could not be used, a sentence each."""

    def __post_init__(self) -> None:
        frames, videos = self.images_TVCHW.shape[:2]
        objects = self.video_O.shape[0]
        if self.masks_TOHW.shape[:2] != (frames, objects):
            raise ValueError(
                f"masks have shape {tuple(self.masks_TOHW.shape)} for {frames} frames and {objects} objects"
            )
        if self.video_O.device.type != "cpu":
            return  # it was looked at before it was moved; to look again would wait for the device
        if objects and not 0 <= int(self.video_O.min()) <= int(self.video_O.max()) < videos:
            raise ValueError(f"an object names a video outside 0..{videos - 1}")

    @property
    def num_frames(self) -> int:
        return self.images_TVCHW.shape[0]

    @property
    def num_objects(self) -> int:
        return self.video_O.shape[0]

    def to(self, device: torch.device) -> VideoBatch:
        return replace(
            self,
            images_TVCHW=self.images_TVCHW.to(device, non_blocking=True),
            masks_TOHW=self.masks_TOHW.to(device, non_blocking=True),
            video_O=self.video_O.to(device, non_blocking=True),
        )

    def pin_memory(self) -> VideoBatch:
        """For PyTorch's data loader."""
        return replace(
            self,
            images_TVCHW=self.images_TVCHW.pin_memory(),
            masks_TOHW=self.masks_TOHW.pin_memory(),
            video_O=self.video_O.pin_memory(),
        )
