"""`SAM2Train` is the predictor's network with prompts of its own: what it draws, and that they agree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from sam2.evaluation.clicks import next_click
from sam2.modeling.prompt_sampling import sample_box_points
from sam2.training.loss_fns import MultiStepMultiMasksAndIous
from sam2.training.prompting import PromptRules, draw_plan, sample_click
from tests.sam2.moving_shapes import moving_discs
from tests.sam2.sharp_weights import build_sharp
from tests.sam2.training.models import OFFICIAL, SIZE, build_trained, discs_batch

PLAIN = (  # without what `apply_postprocessing` adds
    "++model.binarize_mask_from_pts_for_mem_enc=false",
    "++model.fill_hole_area=0",
    "++model.sam_mask_decoder_extra_args.dynamic_multimask_via_stability=false",
)
LOSS = {"loss_mask": 20, "loss_dice": 1, "loss_iou": 1, "loss_class": 1}
RULES = PromptRules(0.5, 0.5, 0.1, 2, True, 2, True, 7)


def plans(rules: PromptRules, num_frames: int, count: int = 400):
    rng = np.random.default_rng(0)
    return [draw_plan(rules, num_frames, rng) for _ in range(count)]


def test_plans_are_drawn_as_often_as_they_should_be():
    drawn = plans(RULES, 8)
    assert all(plan.init_frames[0] == 0 for plan in drawn)
    assert {len(plan.init_frames) for plan in drawn} == {1, 2}
    clicked = [plan for plan in drawn if plan.use_points]
    assert len(clicked) / len(drawn) == pytest.approx(0.5, abs=0.08)
    boxes = sum(len(plan.box_frames) for plan in clicked) / sum(len(plan.init_frames) for plan in clicked)
    assert boxes == pytest.approx(0.5, abs=0.08)
    assert {len(plan.corrected) for plan in clicked} == {1, 2}
    assert all(set(plan.init_frames) <= plan.corrected for plan in clicked)
    assert all(not plan.corrected and not plan.box_frames for plan in drawn if not plan.use_points)


def test_prompted_frames_come_first_and_every_frame_once():
    for plan in plans(RULES, 5, 50):
        order = plan.order(5)
        assert tuple(order[: len(plan.init_frames)]) == plan.init_frames and sorted(order) == list(range(5))


def test_a_single_image_always_gets_clicks():
    for plan in plans(replace(RULES, prob_points=0.0), 1, 20):
        assert plan.use_points and plan.init_frames == (0,) and plan.corrected == {0}


def truth_and_found() -> tuple[torch.Tensor, torch.Tensor]:
    truth = torch.zeros(3, 1, 40, 60, dtype=torch.bool)
    truth[:, :, 10:30, 20:40] = True
    found = truth.clone()
    found[0, :, 10:30, 20:30] = False  # misses the left half
    found[1, :, 10:30, 40:50] = True  # takes in ten columns too many
    return truth, found  # and the third is right


def test_a_click_lies_in_the_error_and_says_which_kind():
    torch.manual_seed(0)
    truth, found = truth_and_found()
    seen = set()
    for _ in range(50):
        points, labels = sample_click(truth, found)
        assert points.shape == (3, 1, 2) and labels[:, 0].tolist() == [1, 0, 0]
        for row, (x, y) in enumerate(points[:, 0].int().tolist()):
            assert truth[row, 0, y, x] == (row == 0) and found[row, 0, y, x] == (row == 1)
        seen.add(tuple(points[0, 0].tolist()))
    assert len(seen) > 30
    points, labels = sample_click(truth, None)
    assert labels.flatten().tolist() == [1, 1, 1]
    assert all(truth[row, 0, y, x] for row, (x, y) in enumerate(points[:, 0].int().tolist()))


def test_at_the_centre_it_is_the_evaluations_click():
    truth, found = truth_and_found()
    points, labels = sample_click(truth, found, at_centre=True)
    for row in (0, 1):
        click = next_click(found[row, 0].numpy(), truth[row, 0].numpy())
        assert (click.x, click.y, click.include) == (*points[row, 0].tolist(), bool(labels[row, 0]))
    assert labels[2, 0] == -1


def test_a_box_is_wrong_by_a_tenth_at_most():
    torch.manual_seed(0)
    truth, _ = truth_and_found()
    truth[2] = False
    for _ in range(20):
        corners, labels = sample_box_points(truth)
        assert labels.tolist() == [[2, 3]] * 3
        wanted = torch.tensor([[20.0, 10.0], [39.0, 29.0]])
        assert ((corners[:2] - wanted).abs() <= 1.9 + 1e-4).all()
        assert (corners >= 0).all() and (corners[..., 0] <= 59).all() and (corners[..., 1] <= 39).all()


def test_it_predicts_what_the_video_predictor_predicts():
    """The same click on the first frame; then memory: prompts, banks and pointers are the predictor's."""
    torch.manual_seed(0)
    predictor = build_sharp(image_size=SIZE, video=True, overrides=PLAIN)
    model = build_trained(prob_to_use_pt_input_for_eval=1.0, num_correction_pt_per_frame=0)
    model.load_state_dict(predictor.state_dict())
    model.eval()
    batch = discs_batch(10)
    with torch.inference_mode():
        outputs = model(batch)

    state = predictor.init_state(moving_discs(10, SIZE))
    for obj in range(2):
        click = next_click(np.zeros((SIZE, SIZE), bool), batch.masks_TOHW[0, obj].numpy())
        predictor.add_new_points_or_box(state, 0, obj, points=[[click.x, click.y]], labels=[1])
    for t, _, logits in predictor.propagate_in_video(state):
        ours = model.resize_to_model(outputs[t].final.low_res_logits_B1HW)
        assert (ours - logits).abs().max() < 1e-3, t


def test_every_correction_gives_a_prediction_and_a_loss():
    torch.manual_seed(0)
    model = build_trained(prob_to_use_pt_input_for_train=1.0, num_correction_pt_per_frame=3)
    outputs = model(discs_batch(3, num_videos=2))
    assert [len(output.steps) for output in outputs] == [4, 1, 1]
    first, *rest = outputs[0].steps
    assert first.multimask_logits_BMHW.shape == (4, 3, SIZE // 4, SIZE // 4)
    assert all(step.multimask_logits_BMHW.shape[1] == 1 for step in rest)  # many clicks are not ambiguous
    assert outputs[0].clicked and not outputs[1].clicked


@pytest.mark.parametrize("checkpointing", [False, True])
def test_gradients_reach_every_trainable_parameter(checkpointing):
    """Prompts are drawn, so it takes a few batches. The mean of all candidates is in the objective because of
    three the loss corrects only the best."""
    torch.manual_seed(0)
    model = build_trained(**OFFICIAL, use_act_ckpt_iterative_pt_sampling=checkpointing)
    loss = MultiStepMultiMasksAndIous(
        LOSS, supervise_all_iou=True, iou_use_l1_loss=True, pred_obj_scores=True
    )
    # The first is for models that do not add it to the image; the others need an object predicted absent.
    never = {"no_mem_pos_enc", "no_obj_ptr", "no_obj_embed_spatial"}
    unreached = {name for name, _ in model.named_parameters()}
    for seed in range(20):
        batch = discs_batch(3, seed=seed)
        outputs = model(batch)
        candidates = sum(step.multimask_logits_BMHW.mean() for output in outputs for step in output.steps)
        (loss(outputs, batch)["core_loss"] + candidates).backward()
        unreached -= {name for name, p in model.named_parameters() if p.grad is not None and p.grad.any()}
        if unreached <= never:
            break
    assert unreached <= never


def test_clicks_need_frames_to_fall_on():
    # Hydra tells it in an error of its own, which is no ValueError.
    with pytest.raises(Exception, match="every initial frame is corrected"):
        build_trained(prob_to_use_pt_input_for_train=0.5, num_init_cond_frames_for_train=2)
