"""The former predictor: what a frame's prompts say about the objects that have none there."""

import pytest
import torch

from sam2.sam2_video_predictor_legacy import SAM2VideoPredictor as LegacyPredictor
from tests.sam2.cheap_predictor import SIDE, CheapPredictor, Remembered
from tests.sam2.moving_shapes import moving_discs

POINT = {"points": [[9, 12]], "labels": [1]}


class CheapLegacy(CheapPredictor, LegacyPredictor):
    clear_non_cond_mem_for_multi_obj = False


@pytest.fixture
def predictor():
    return CheapLegacy()


@pytest.fixture
def state(predictor):
    return predictor.init_state(moving_discs(40, SIDE))


def track(predictor, state, **kwargs):
    return {t: masks for t, _, masks in predictor.propagate_in_video(state, **kwargs)}


def test_an_object_without_a_prompt_on_a_prompted_frame_is_absent(predictor, state):
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    predictor.add_new_points_or_box(state, 5, 2, **POINT)
    masks = track(predictor, state)
    for idx, frame_idx in ((0, 5), (1, 0)):
        assert masks[frame_idx][idx].unique().tolist() == [-1024]
        output = state["output_dict_per_obj"][idx]["cond_frame_outputs"][frame_idx]
        assert output["object_score_logits"].tolist() == [[10.0]]
    assert all(
        sorted(outputs["cond_frame_outputs"]) == [0, 5] for outputs in state["output_dict_per_obj"].values()
    )
    assert [call.is_mask_from_pts for call in predictor.called(Remembered)][:2] == [True, True]


def test_one_object_is_as_with_the_present_predictor(predictor, state):
    present = CheapPredictor()
    other = present.init_state(state.frames)
    for one, of_one in ((predictor, state), (present, other)):
        one.add_new_points_or_box(of_one, 3, 1, **POINT)
    former, now = track(predictor, state), track(present, other)
    assert all(torch.equal(former[t], now[t]) for t in now)


def test_a_mask_that_is_there_is_taken_along_with_another_objects_correction():
    predictor = CheapLegacy(add_all_frames_to_correct_as_cond=True)
    state = predictor.init_state(moving_discs(40, SIDE))
    for obj_id in (1, 2):
        predictor.add_new_points_or_box(state, 0, obj_id, points=[[9 * obj_id, 5]], labels=[1])
    before = track(predictor, state)
    predictor.add_new_points_or_box(state, 10, 1, points=[[3, 3]], labels=[0])
    after = track(predictor, state)
    assert list(state["output_dict_per_obj"][1]["cond_frame_outputs"]) == [0, 10]
    assert torch.equal(after[10][1], before[10][1]) and not torch.equal(after[10][0], before[10][0])


def test_no_new_object_after_tracking_has_started(predictor, state):
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    predictor.add_new_points_or_box(state, 0, 2, **POINT)
    track(predictor, state, max_frame_num_to_track=1)
    with pytest.raises(RuntimeError, match="Cannot add new object id 3 after tracking starts"):
        predictor.add_new_points_or_box(state, 5, 3, **POINT)
    assert state["obj_ids"] == [1, 2]
    predictor.reset_state(state)
    predictor.add_new_points_or_box(state, 5, 3, **POINT)
    with pytest.raises(RuntimeError, match="No points are provided"):
        predictor.clear_all_prompts_in_frame(state, 5, 3)
        track(predictor, state)


@pytest.mark.parametrize("for_several", [False, True])
def test_clearing_around_prompts_with_several_objects(for_several):
    predictor = CheapLegacy(
        clear_non_cond_mem_around_input=True,
        clear_non_cond_mem_for_multi_obj=for_several,
        add_all_frames_to_correct_as_cond=True,
    )
    state = predictor.init_state(moving_discs(40, SIDE))
    for obj_id in (1, 2):
        predictor.add_new_points_or_box(state, 0, obj_id, **POINT)
    track(predictor, state)
    predictor.add_new_points_or_box(state, 20, 1, **POINT)
    predictor.propagate_in_video_preflight(state)
    left = set(state["output_dict_per_obj"][0]["non_cond_frame_outputs"])
    assert (19 in left) != for_several
