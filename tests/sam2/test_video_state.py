"""The inference state as people use it: read by official keys, copied, reset, with ids of any kind."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from tests.sam2.cheap_predictor import SIDE, CheapPredictor
from tests.sam2.moving_shapes import moving_discs

POINT = {"points": [[9, 12]], "labels": [1]}


@pytest.fixture
def predictor():
    return CheapPredictor()


@pytest.fixture
def state(predictor):
    return predictor.init_state(moving_discs(40, SIDE))


def track(predictor, state, *args, **kwargs) -> dict[int, torch.Tensor]:
    return {t: masks for t, _, masks in predictor.propagate_in_video(state, *args, **kwargs)}


def test_state_reads_like_the_official_one(predictor, state):
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    track(predictor, state, max_frame_num_to_track=2)
    assert (state["num_frames"], state["video_height"], state["video_width"]) == (40, SIDE, SIDE)
    assert len(state["images"]) == 40 and state["images"][3].shape == (3, SIDE, SIDE)
    assert state["device"] == torch.device("cpu") and state["obj_ids"] == [1] and "images" in state
    image = state.frames.read(3).astype(np.float64) / 255
    expected = (
        torch.tensor(image).permute(2, 0, 1).float() - torch.tensor([0.485, 0.456, 0.406])[:, None, None]
    )
    assert torch.equal(state["images"][3], expected / torch.tensor([0.229, 0.224, 0.225])[:, None, None])
    outputs = state["output_dict_per_obj"][0]["non_cond_frame_outputs"][2]
    assert outputs["obj_ptr"].shape == (1, 8) and outputs["object_score_logits"].shape == (1, 1)
    assert dict(state.items()).keys() == set(state.keys())
    with pytest.raises(KeyError, match="num_frames"):
        state["nonsense"]


def test_writing_into_a_state_is_refused(predictor, state):
    with pytest.raises(TypeError, match="'images' is made when it is read and cannot be set"):
        state["images"] = torch.zeros(40, 3, SIDE, SIDE)


def test_a_copied_state_goes_its_own_way(predictor, state):
    """Trackers copy the state to try two things; here most of the walk has left RAM."""
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    track(predictor, state)
    before = [predictor.tracker.predictions(state, t).low_res_logits_N1HW for t in range(40)]
    other = copy.deepcopy(state)
    predictor.add_new_points_or_box(other, 20, 1, points=[[2, 2]], labels=[0])
    changed = track(predictor, other, start_frame_idx=20)
    after = [predictor.tracker.predictions(state, t).low_res_logits_N1HW for t in range(40)]
    assert all(map(torch.equal, before, after))
    predictor.add_new_points_or_box(state, 20, 1, points=[[2, 2]], labels=[0])
    again = track(predictor, state, start_frame_idx=20)
    assert changed.keys() == again.keys() and all(torch.equal(changed[t], again[t]) for t in again)
    state.close()
    kept = [predictor.tracker.predictions(other, t).low_res_logits_N1HW for t in range(20)]
    assert all(map(torch.equal, before, kept)), "the copy has files of its own"
    other.close()


def test_reset_forgets_everything(predictor, state):
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    first = track(predictor, state)
    predictor.reset_state(state)
    assert state["obj_ids"] == []
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    second = track(predictor, state)
    assert all(torch.equal(first[t], second[t]) for t in first)


@pytest.mark.parametrize("obj_id", [np.int64(7), torch.tensor(7)])
def test_whole_numbers_of_any_kind_are_one_id(obj_id, predictor, state):
    predictor.add_new_points_or_box(state, 0, 7, **POINT)
    _, ids, _ = predictor.add_new_points_or_box(state, 1, obj_id, **POINT)
    assert ids == [7] and type(ids[0]) is int
    assert predictor.clear_all_prompts_in_frame(state, 1, obj_id)[1] == [7]
    assert predictor.add_new_mask(state, 1, obj_id, np.ones((SIDE, SIDE), bool))[1] == [7]
    assert predictor.remove_object(state, obj_id)[0] == []
