"""The losses against answers worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch

from sam2.modeling.types import MaskPrediction
from sam2.training.batch import VideoBatch
from sam2.training.loss_fns import MultiStepMultiMasksAndIous, dice_losses, focal_losses, true_ious
from sam2.training.model.sam2 import FrameOutput

WEIGHTS = {"loss_mask": 20, "loss_dice": 1, "loss_iou": 1, "loss_class": 1}
P = 0.8
LOGIT = math.log(P / (1 - P))


def test_focal_loss_of_one_pixel():
    right, wrong = torch.tensor([LOGIT]), torch.tensor([-LOGIT])
    one = torch.ones(1)
    assert focal_losses(right, one, 0.25, 2).item() == pytest.approx(0.25 * 0.2**2 * -math.log(0.8))
    assert focal_losses(wrong, one, 0.25, 2).item() == pytest.approx(0.25 * 0.8**2 * -math.log(0.2))
    assert focal_losses(right, 1 - one, 0.25, 2).item() == pytest.approx(0.75 * 0.8**2 * -math.log(0.2))
    assert focal_losses(right, one, -1, 0).item() == pytest.approx(-math.log(0.8))


def test_dice_loss_and_iou():
    logits = torch.tensor([[100.0, 100, -100, -100]])
    assert dice_losses(logits, torch.tensor([[1.0, 1, 0, 0]])).item() == pytest.approx(0)
    assert dice_losses(logits, torch.tensor([[1.0, 0, 1, 0]])).item() == pytest.approx(1 - 3 / 5)
    assert true_ious(logits, torch.tensor([[1.0, 0, 1, 0]])).item() == pytest.approx(1 / 3)
    assert true_ious(-logits.abs(), torch.zeros(1, 4)).item() == 0


def prediction(logits_BMHW: torch.Tensor, ious_BM: list, score: float) -> MaskPrediction:
    batch = logits_BMHW.shape[0]
    return MaskPrediction(
        low_res_logits_B1HW=logits_BMHW[:, :1],
        ious_B=torch.zeros(batch),
        object_score_logits_B1=torch.full((batch, 1), score),
        obj_ptr_BC=torch.zeros(batch, 4),
        multimask_logits_BMHW=logits_BMHW,
        multimask_ious_BM=torch.tensor(ious_BM),
    )


def batch_of(mask_HW: torch.Tensor) -> VideoBatch:
    size = mask_HW.shape[-1]
    return VideoBatch(
        torch.zeros(1, 1, 3, size, size), mask_HW[None, None], torch.zeros(1, dtype=torch.int64)
    )


HALF = torch.zeros(4, 4, dtype=torch.bool)
HALF[:2] = True
PERFECT = torch.where(HALF, 100.0, -100.0)


def test_only_the_best_candidate_is_corrected_but_every_predicted_iou():
    logits = torch.stack([-PERFECT, PERFECT, torch.full((4, 4), 100.0)])[None].requires_grad_()
    loss = MultiStepMultiMasksAndIous(
        WEIGHTS, supervise_all_iou=True, iou_use_l1_loss=True, pred_obj_scores=True
    )
    step = prediction(logits, [[0.1, 0.7, 0.5]], 0.0)
    found = loss([FrameOutput((step,))], batch_of(HALF))
    assert found["loss_mask"].item() == pytest.approx(0, abs=1e-6)
    assert found["loss_dice"].item() == pytest.approx(0, abs=1e-6)
    # True IoUs are 0, 1 and a half.
    assert found["loss_iou"].item() == pytest.approx((0.1 + 0.3 + 0.0) / 3)
    assert found["loss_class"].item() == pytest.approx(math.log(2))
    assert found["core_loss"].item() == pytest.approx(0.4 / 3 + math.log(2))
    best_only = MultiStepMultiMasksAndIous(WEIGHTS)([FrameOutput((step,))], batch_of(HALF))
    assert best_only["loss_iou"].item() == pytest.approx(0.3**2)  # squared without the option
    assert best_only["loss_class"].item() == 0


def test_an_absent_object_teaches_presence_only():
    step = prediction(torch.full((1, 1, 4, 4), 5.0), [[0.9]], 2.0)
    loss = MultiStepMultiMasksAndIous(WEIGHTS, pred_obj_scores=True)
    found = loss([FrameOutput((step,))], batch_of(torch.zeros(4, 4, dtype=torch.bool)))
    assert found["loss_mask"] == found["loss_dice"] == found["loss_iou"] == 0
    assert found["loss_class"].item() == pytest.approx(math.log(1 + math.exp(2.0)))


def test_losses_add_up_over_steps_and_are_shared_by_objects():
    step = prediction(torch.zeros(1, 1, 4, 4), [[0.5]], 0.0)
    loss = MultiStepMultiMasksAndIous(WEIGHTS, pred_obj_scores=True)
    one = loss([FrameOutput((step,))], batch_of(HALF))["core_loss"]
    assert loss([FrameOutput((step, step))], batch_of(HALF))["core_loss"].item() == pytest.approx(
        2 * one.item()
    )
    two = prediction(torch.zeros(2, 1, 4, 4), [[0.5], [0.5]], 0.0)
    masks = HALF[None, None].repeat(1, 2, 1, 1)
    both = VideoBatch(torch.zeros(1, 1, 3, 4, 4), masks, torch.zeros(2, dtype=torch.int64))
    assert loss([FrameOutput((two,))], both)["core_loss"].item() == pytest.approx(one.item())


def test_an_unknown_weight_is_told():
    with pytest.raises(ValueError, match="weight_dict has 'loss_edge'"):
        MultiStepMultiMasksAndIous({**WEIGHTS, "loss_edge": 1})
