"""What is drawn from a data set: a few frames of a video, and the masks of a few of its objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image


class BadSample(ValueError):
    """A video that cannot be trained on; the sentence names it. Training goes on without it."""


@dataclass(frozen=True)
class FrameFile:
    """An image file. `frame_id` is the number in its name, by which masks are found."""

    frame_id: int
    path: Path

    def read(self) -> np.ndarray:
        """uint8 RGB [H, W, 3]."""
        try:
            with Image.open(self.path) as image:
                return np.array(image.convert("RGB"))
        except OSError as error:
            raise BadSample(f"{self.path}: the image cannot be read ({error})") from error


class MaskLoader(Protocol):
    """The masks of one video."""

    def load(self, frame_id: int) -> dict[int, np.ndarray]:
        """Object id to bool [H, W], of the objects that are annotated on this frame; some may be empty."""
        ...


@dataclass(frozen=True)
class RawVideo:
    """A video (or an image, as a video of equal frames) and its masks."""

    name: str
    frames: Sequence[FrameFile]
    masks: MaskLoader


@dataclass
class Snippet:
    """T frames of a video. Transforms write into it."""

    name: str
    images: list
    """T images: uint8 [H, W, 3] until `ToTensorAPI`, then float tensors [3, H, W]."""
    masks: list[list[np.ndarray]]
    """For each frame O bool arrays [H, W]."""
    problems: tuple[str, ...] = ()
    """What was skipped on the way here, a sentence each."""
