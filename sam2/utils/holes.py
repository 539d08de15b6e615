"""Small holes in masks: background components of few pixels, 8-connected."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

FILLED_LOGIT = 0.1
"""What a filled pixel gets: just inside the mask (the official value)."""
MAX_AREA_ON_DEVICE = 64
"""Above this many pixels the components are found on the CPU."""


def connected_components(mask_N1HW: Tensor) -> tuple[Tensor, Tensor]:
    """Components of the non-zero pixels: (labels, areas), both int32 [N, 1, H, W], 0 where mask is 0.

    8-connected; each image is labelled by itself, from 1.
    """
    import cv2

    labels = np.zeros(tuple(mask_N1HW.shape), dtype=np.int32)
    areas = np.zeros_like(labels)
    for row, mask in enumerate(mask_N1HW[:, 0].cpu().numpy()):
        _, found, stats, _ = cv2.connectedComponentsWithStats((mask != 0).astype(np.uint8), connectivity=8)
        labels[row, 0] = found
        areas[row, 0] = stats[found, cv2.CC_STAT_AREA] * (found > 0)
    return torch.from_numpy(labels).to(mask_N1HW.device), torch.from_numpy(areas).to(mask_N1HW.device)


def fill_holes(logits_N1HW: Tensor, max_area: int) -> Tensor:
    """Mask logits with background components of at most `max_area` pixels turned into foreground."""
    if max_area <= 0:
        return logits_N1HW
    background = logits_N1HW <= 0
    if logits_N1HW.device.type == "cpu" or max_area > MAX_AREA_ON_DEVICE:
        labels, areas = connected_components(background)
        small = (labels > 0) & (areas <= max_area)
    else:
        small = small_components(background, max_area)
    return torch.where(small, FILLED_LOGIT, logits_N1HW)


def small_components(mask_N1HW: Tensor, max_area: int) -> Tensor:
    """Pixels of the components of at most `max_area` pixels, without leaving the device.

    Every pixel takes the highest pixel number in reach, `max_area` times over. That settles a component of
    `max_area` pixels; one that still has two numbers side by side is larger.
    """
    n, _, h, w = mask_N1HW.shape
    numbers = torch.arange(1, h * w + 1, device=mask_N1HW.device, dtype=torch.float32).view(1, 1, h, w)
    labels = numbers * mask_N1HW

    def spread(values: Tensor) -> Tensor:
        return F.max_pool2d(values, 3, stride=1, padding=1) * mask_N1HW

    for _ in range(max_area):
        labels = spread(labels)
    # A label is unsettled where a neighbour, seen either way round, has another one.
    flipped = (h * w + 1 - labels) * mask_N1HW
    unsettled = ((spread(labels) != labels) | (spread(flipped) != flipped)) & mask_N1HW
    index = labels.long().view(n, -1)
    zeros = torch.zeros(n, h * w + 1, device=mask_N1HW.device)
    areas = zeros.scatter_add(1, index, torch.ones_like(index, dtype=zeros.dtype))
    is_unsettled = zeros.scatter_add(1, index, unsettled.view(n, -1).to(zeros.dtype)) > 0
    is_small = (areas <= max_area) & ~is_unsettled
    return is_small.gather(1, index).view_as(mask_N1HW) & mask_N1HW
