"""The losses of the SAM 2 paper: focal and dice on the best candidate, L1 on predicted IoUs, presence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn

from sam2.modeling.types import MaskPrediction
from sam2.training.batch import VideoBatch
from sam2.training.model.sam2 import FrameOutput

CORE_LOSS_KEY = "core_loss"


@dataclass(frozen=True)
class Losses:
    """Scalars, each summed over frames, steps and objects and divided by the number of objects."""

    loss_mask: Tensor
    loss_dice: Tensor
    loss_iou: Tensor
    loss_class: Tensor

    def __add__(self, other: Losses) -> Losses:
        return Losses(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def by_name(self) -> dict[str, Tensor]:
        return {f.name: getattr(self, f.name) for f in fields(self)}


def focal_losses(logits: Tensor, target: Tensor, alpha: float, gamma: float) -> Tensor:
    """Sigmoid focal loss of each element (Lin et al. 2017). `alpha` below 0: both classes weigh the same."""
    cross_entropy = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    confidence = torch.exp(-cross_entropy)  # the probability given to the true class
    loss = cross_entropy * (1 - confidence) ** gamma if gamma else cross_entropy
    return loss if alpha < 0 else loss * (alpha * target + (1 - alpha) * (1 - target))


def dice_losses(logits: Tensor, target: Tensor) -> Tensor:
    """Of the last axis, in the form for soft labels (Wang et al. 2023): 1 - (2 * overlap + 1) / (sum + 1)."""
    found = logits.sigmoid()
    total = found.sum(-1) + target.sum(-1)
    overlap = total - (found - target).abs().sum(-1)
    return 1 - (overlap + 1) / (total + 1)


def true_ious(logits: Tensor, target: Tensor) -> Tensor:
    """IoU over the last axis; 0 where both are empty."""
    found, right = logits > 0, target > 0
    return (found & right).sum(-1) / (found | right).sum(-1).clamp(min=1)


class MultiStepMultiMasksAndIous(nn.Module):
    """The official constructor. `weight_dict` weighs loss_mask, loss_dice, loss_iou and loss_class."""

    def __init__(
        self,
        weight_dict: Mapping[str, float],
        focal_alpha: float = 0.25,
        focal_gamma: float = 2,
        supervise_all_iou: bool = False,
        iou_use_l1_loss: bool = False,
        pred_obj_scores: bool = False,
        focal_gamma_obj_score: float = 0.0,
        focal_alpha_obj_score: float = -1,
    ) -> None:
        super().__init__()
        known = {f.name for f in fields(Losses)}
        if unknown := sorted(set(weight_dict) - known):
            raise ValueError(f"weight_dict has {unknown[0]!r}; it weighs {', '.join(sorted(known))}")
        self.weights = {name: float(weight_dict.get(name, 0.0)) for name in known}
        self.focal_alpha, self.focal_gamma = focal_alpha, focal_gamma
        self.supervise_all_iou = supervise_all_iou
        self.iou_use_l1_loss = iou_use_l1_loss
        self.pred_obj_scores = pred_obj_scores
        self.focal_gamma_obj_score, self.focal_alpha_obj_score = focal_gamma_obj_score, focal_alpha_obj_score

    def forward(self, outputs: Sequence[FrameOutput], batch: VideoBatch) -> dict[str, Tensor]:
        """Each loss, and under `core_loss` their weighted sum, over all frames and steps."""
        num_objects = _mean_objects(batch)
        zero = batch.images_TVCHW.new_zeros(())
        total = Losses(zero, zero, zero, zero)
        for output, masks_OHW in zip(outputs, batch.masks_TOHW, strict=True):
            for step in output.steps:
                total = total + self._of_step(step, masks_OHW, num_objects)
        named = total.by_name()
        return {**named, CORE_LOSS_KEY: sum(self.weights[name] * value for name, value in named.items())}

    def _of_step(self, step: MaskPrediction, masks_OHW: Tensor, num_objects: float) -> Losses:
        size = masks_OHW.shape[-2:]
        logits = F.interpolate(step.multimask_logits_BMHW.float(), size, mode="bilinear").flatten(2)
        target = masks_OHW.float()[:, None].flatten(2).expand_as(logits)
        present = masks_OHW.flatten(1).any(1).float()

        focal = focal_losses(logits, target, self.focal_alpha, self.focal_gamma).mean(-1)
        dice = dice_losses(logits, target)
        predicted = step.multimask_ious_BM.float()
        distance = F.l1_loss if self.iou_use_l1_loss else F.mse_loss
        iou = distance(predicted, true_ious(logits.detach(), target), reduction="none")

        best = (self.weights["loss_mask"] * focal + self.weights["loss_dice"] * dice).argmin(1, keepdim=True)
        focal, dice = focal.gather(1, best)[:, 0], dice.gather(1, best)[:, 0]
        iou = iou.mean(1) if self.supervise_all_iou else iou.gather(1, best)[:, 0]
        if self.pred_obj_scores:
            presence = focal_losses(
                step.object_score_logits_B1.float()[:, 0],
                present,
                self.focal_alpha_obj_score,
                self.focal_gamma_obj_score,
            )
        else:
            # Without presence, an absent object is one with an empty mask.
            presence, present = torch.zeros_like(present), torch.ones_like(present)
        sums = ((focal * present).sum(), (dice * present).sum(), (iou * present).sum(), presence.sum())
        return Losses(*(value / num_objects for value in sums))


def _mean_objects(batch: VideoBatch) -> float:
    """Objects of a batch, averaged over the processes of a distributed run, and at least 1."""
    if not (dist.is_available() and dist.is_initialized()):
        return max(1.0, float(batch.num_objects))
    count = torch.tensor(float(batch.num_objects), device=batch.images_TVCHW.device)
    dist.all_reduce(count)
    return max(1.0, count.item() / dist.get_world_size())
