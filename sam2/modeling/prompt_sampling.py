"""Clicks and boxes as a person would give them, drawn from true masks: to train with, and to evaluate.

Official helpers, which fine-tuning scripts import from `sam2.modeling.sam2_utils`. Masks are bool
[B, 1, H, W], points float x, y in pixels, labels int32: 1 include, 0 exclude.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from sam2.utils.depth import depth_inside


def get_next_point(gt_masks: Tensor, pred_masks: Tensor | None, method: str) -> tuple[Tensor, Tensor]:
    """One more click [B, 1, 2] and its label [B, 1], where the masks differ: anywhere ("uniform"), or at the
    centre of the largest error ("center")."""
    if method == "uniform":
        return sample_random_points_from_errors(gt_masks, pred_masks)
    if method == "center":
        return sample_one_point_from_error_center(gt_masks, pred_masks)
    raise ValueError(f"method is {method!r}; use uniform or center")


def sample_random_points_from_errors(
    gt_masks: Tensor, pred_masks: Tensor | None, num_pt: int = 1
) -> tuple[Tensor, Tensor]:
    """Clicks [B, num_pt, 2] anywhere in the error with equal chance, each drawn by itself. Where nothing is
    wrong: negative ones somewhere on the background."""
    missing, surplus = _errors(gt_masks, pred_masks)
    right = ~(missing | surplus).flatten(1).any(1)
    surplus = surplus | (right[:, None, None, None] & ~gt_masks)
    chances = (missing | surplus).flatten(1).float()
    chances[chances.sum(1) == 0] = 1.0  # an object that fills the frame, and was found: anywhere
    where = torch.multinomial(chances, num_pt, replacement=True)
    width = gt_masks.shape[-1]
    points = torch.stack([where % width, where // width], dim=-1).float()
    return points, missing.flatten(1).gather(1, where).to(torch.int32)


def sample_one_point_from_error_center(
    gt_masks: Tensor, pred_masks: Tensor | None, padding: bool = True
) -> tuple[Tensor, Tensor]:
    """A click [B, 1, 2] on the pixel deepest inside what is missing, or inside what is too much, whichever is
    deeper. With `padding`, beyond the image's border counts as outside. Where nothing is wrong: a negative
    click in the corner."""
    missing, surplus = _errors(gt_masks, pred_masks)
    points, labels = [], []
    for lack, excess in zip(missing[:, 0].cpu().numpy(), surplus[:, 0].cpu().numpy(), strict=True):
        depth_lack, depth_excess = depth_inside(lack, padding), depth_inside(excess, padding)
        include = depth_lack.max() > depth_excess.max()
        depth = depth_lack if include else depth_excess
        y, x = np.unravel_index(int(depth.argmax()), depth.shape)
        points.append([[float(x), float(y)]])
        labels.append([int(include)])
    device = gt_masks.device
    return torch.tensor(points, device=device), torch.tensor(labels, dtype=torch.int32, device=device)


def sample_box_points(
    masks: Tensor,
    noise: float = 0.1,
    noise_bound: int = 20,
    top_left_label: int = 2,
    bottom_right_label: int = 3,
) -> tuple[Tensor, Tensor]:
    """A box around each mask as its corners [B, 2, 2] and their labels [B, 2]. Each side is off by at most
    `noise` times its length, and `noise_bound` pixels. An empty mask gets all of the frame."""
    height, width = masks.shape[-2:]
    x0, x1 = _extent(masks.any(2)[:, 0], width)
    y0, y1 = _extent(masks.any(3)[:, 0], height)
    box = torch.stack([x0, y0, x1, y1], dim=1).float()
    if noise > 0:
        sides = (box[:, 2:] - box[:, :2]).repeat(1, 2)
        box = box + (2 * torch.rand_like(box) - 1) * (noise * sides).clamp(max=noise_bound)
        limit = torch.tensor([width - 1, height - 1] * 2, device=box.device)
        box = box.clamp(min=0).minimum(limit)
    labels = torch.tensor([top_left_label, bottom_right_label], dtype=torch.int32, device=box.device)
    return box.view(-1, 2, 2), labels.expand(box.shape[0], 2)


def _errors(gt_masks: Tensor, pred_masks: Tensor | None) -> tuple[Tensor, Tensor]:
    """What is missing and what is too much. No prediction is an empty one."""
    if pred_masks is None:
        pred_masks = torch.zeros_like(gt_masks)
    if gt_masks.dtype != torch.bool or pred_masks.shape != gt_masks.shape or gt_masks.shape[1:2] != (1,):
        raise ValueError(
            f"masks must be bool [B, 1, H, W], true and predicted alike, not {gt_masks.dtype} "
            f"{tuple(gt_masks.shape)} and {tuple(pred_masks.shape)}"
        )
    return gt_masks & ~pred_masks, pred_masks & ~gt_masks


def _extent(seen_BN: Tensor, length: int) -> tuple[Tensor, Tensor]:
    """First and last True of each row; 0 and length - 1 where there is none."""
    first = seen_BN.int().argmax(1)
    last = length - 1 - seen_BN.flip(1).int().argmax(1)
    return first, torch.where(seen_BN.any(1), last, torch.full_like(last, length - 1))
