"""The model's edge: video pixels in, the model's own pixels out, and back."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from sam2.tracking.frames import FrameSource
from sam2.tracking.prefetch import FrameReader
from sam2.tracking.prompts import FramePrompts, MaskPrompt

IMAGE_MEAN = (0.485, 0.456, 0.406)
IMAGE_STD = (0.229, 0.224, 0.225)

INCLUDE, EXCLUDE, BOX_START, BOX_END = 1, 0, 2, 3
"""The model's point labels."""


def normalise(image_HWC: np.ndarray, device: torch.device) -> Tensor:
    """uint8 RGB [S, S, 3] to the model's float32 input [1, 3, S, S].

    Equal, bit for bit, to dividing in float64 as the official loader does.
    """
    mean, std = _statistics(device)
    image_HWC = image_HWC if image_HWC.flags.writeable else image_HWC.copy()
    image = torch.from_numpy(image_HWC).to(device, non_blocking=True).permute(2, 0, 1).float().contiguous()
    return image.div_(255).sub_(mean).div_(std)[None]


@lru_cache(maxsize=8)
def _statistics(device: torch.device) -> tuple[Tensor, Tensor]:
    """Mean and deviation [3, 1, 1], uploaded once: an upload waits for the device."""
    with torch.inference_mode(False):
        return tuple(torch.tensor(values, device=device)[:, None, None] for values in (IMAGE_MEAN, IMAGE_STD))


class NormalisedFrames:
    """The official state's `images`: item i is frame i as float32 [3, S, S], made when it is asked for."""

    def __init__(self, reader: FrameReader, device: torch.device):
        self._reader = reader
        self._device = device

    def __len__(self) -> int:
        return self._reader.frames.num_frames

    def __getitem__(self, frame_idx: int) -> Tensor:
        return normalise(self._reader.read(int(frame_idx)), self._device)[0]

    @property
    def shape(self) -> tuple[int, int, int, int]:
        return (len(self), 3, self._reader.size, self._reader.size)


def points_to_model(
    prompts: FramePrompts, frames: FrameSource, size: int, device: torch.device
) -> tuple[Tensor, Tensor]:
    """Points [1, N, 2] in model pixels and labels [1, N]. A box comes first, as two points."""
    coords: list[tuple[float, float]] = []
    labels: list[int] = []
    if prompts.box is not None:
        coords += [(prompts.box.x0, prompts.box.y0), (prompts.box.x1, prompts.box.y1)]
        labels += [BOX_START, BOX_END]
    coords += [(point.x, point.y) for point in prompts.points]
    labels += [INCLUDE if point.include else EXCLUDE for point in prompts.points]
    video_size = torch.tensor([frames.width, frames.height], dtype=torch.float32)
    points = torch.tensor(coords, dtype=torch.float32) / video_size * size
    return points[None].to(device), torch.tensor(labels, dtype=torch.int32)[None].to(device)


def mask_to_model(prompt: MaskPrompt, size: int, device: torch.device) -> Tensor:
    """A drawn mask as 0s and 1s, float32 [1, 1, size, size]."""
    mask = torch.from_numpy(np.ascontiguousarray(prompt.mask, dtype=np.float32)).to(device)[None, None]
    if mask.shape[-2:] == (size, size):
        return mask
    resized = F.interpolate(mask, size=(size, size), mode="bilinear", align_corners=False, antialias=True)
    return (resized >= 0.5).float()


def logits_to_video(logits_N1HW: Tensor, height: int, width: int) -> Tensor:
    """Low-res logits at the video's size [N, 1, height, width]."""
    if logits_N1HW.shape[-2:] == (height, width):
        return logits_N1HW
    return F.interpolate(logits_N1HW, size=(height, width), mode="bilinear", align_corners=False)


def suppress_overlap(logits_N1HW: Tensor) -> Tensor:
    """Leave each pixel to the object with the highest logit: the others get at most -10."""
    if logits_N1HW.shape[0] == 1:
        return logits_N1HW
    winner = logits_N1HW.argmax(dim=0, keepdim=True)
    objects = torch.arange(logits_N1HW.shape[0], device=logits_N1HW.device)[:, None, None, None]
    return torch.where(winner == objects, logits_N1HW, logits_N1HW.clamp(max=-10.0))
