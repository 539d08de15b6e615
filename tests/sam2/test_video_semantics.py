"""What the official video predictor does in the corners, item by item, worked out by hand.

The network is a toy that records what it is asked, so these tests see which memories, masks and flags
the predictor gives it. Numbers in brackets are those of the list in the project's notes on the
official behaviours (section 3.7).
"""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from tests.sam2.cheap_predictor import SIDE, CheapPredictor, Conditioned, Decoded, Remembered
from tests.sam2.moving_shapes import disc, moving_discs

POINT = {"points": [[9, 12]], "labels": [1]}
OTHER = {"points": [[20, 5]], "labels": [0]}
BOX = {"box": [2, 3, 20, 22]}
NO_OBJ = -1024


@pytest.fixture
def predictor():
    return CheapPredictor()


@pytest.fixture
def state(predictor):
    return predictor.init_state(moving_discs(40, SIDE))


def track(predictor, state, *args, **kwargs) -> dict[int, torch.Tensor]:
    return {t: masks for t, _, masks in predictor.propagate_in_video(state, *args, **kwargs)}


def test_ids_are_anything_in_order_of_insertion_and_may_come_late(predictor, state):  # [1]
    predictor.add_new_points_or_box(state, 0, "cup", **POINT)
    track(predictor, state, max_frame_num_to_track=5)
    _, ids, masks = predictor.add_new_points_or_box(state, 3, 7, **BOX)
    assert ids == ["cup", 7] and masks.shape == (2, 1, SIDE, SIDE)
    assert state["obj_id_to_idx"] == {"cup": 0, 7: 1}
    seen = list(predictor.propagate_in_video(state))
    assert [t for t, _, _ in seen] == list(range(40)) and all(ids == ["cup", 7] for _, ids, _ in seen)


def test_removing_an_object_shifts_the_others_and_the_last_one_resets(predictor, state):  # [1]
    for obj_id in (1, 2, 3):
        predictor.add_new_points_or_box(state, obj_id, obj_id, **POINT)
    ids, updated = predictor.remove_object(state, 2)
    assert ids == [1, 3] and state["obj_id_to_idx"] == {1: 0, 3: 1}
    assert [t for t, _ in updated] == [2] and updated[0][1].shape[0] == 2
    assert predictor.remove_object(state, 99) == ([1, 3], [])
    with pytest.raises(RuntimeError, match="Cannot remove object id 99 as it doesn't exist"):
        predictor.remove_object(state, 99, strict=True)
    predictor.remove_object(state, 1)
    assert predictor.remove_object(state, 3) == ([], [])
    assert state["obj_ids"] == [] and state["output_dict_per_obj"] == {}


def test_the_others_track_as_if_a_removed_object_had_never_been(predictor):  # [1]
    frames = moving_discs(20, SIDE)
    alone, joined = predictor.init_state(frames), predictor.init_state(frames)
    predictor.add_new_points_or_box(joined, 0, 1, **BOX)
    for one in (alone, joined):
        predictor.add_new_points_or_box(one, 0, 2, **POINT)
    track(predictor, joined, max_frame_num_to_track=9)
    predictor.remove_object(joined, 1)
    for (_, _, a), (_, _, b) in zip(
        predictor.propagate_in_video(alone), predictor.propagate_in_video(joined), strict=True
    ):
        assert torch.allclose(a, b, atol=1e-5)


def test_a_frame_not_tracked_before_makes_a_conditioning_frame_without_memory(predictor, state):  # [2]
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    track(predictor, state, max_frame_num_to_track=5)
    predictor.add_new_points_or_box(state, 20, 1, **POINT)
    assert predictor.called(Conditioned)[-1].slots is None
    predictor.propagate_in_video_preflight(state)
    assert list(state["output_dict_per_obj"][0]["cond_frame_outputs"]) == [0, 20]


def test_a_click_on_a_tracked_frame_looks_at_memory_and_is_not_conditioning(predictor, state):  # [2]
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    track(predictor, state)
    predictor.add_new_points_or_box(state, 10, 1, **OTHER)
    assert predictor.called(Conditioned)[-1].slots == [[6, 5, 4, 3, 2, 1, 0]]
    predictor.propagate_in_video_preflight(state)
    outputs = state["output_dict_per_obj"][0]
    assert list(outputs["cond_frame_outputs"]) == [0] and 10 in outputs["non_cond_frame_outputs"]


def test_a_correction_is_computed_away_by_default_and_kept_with_the_option(predictor, state):  # [2] [13]
    def corrected(predictor):
        state = predictor.init_state(moving_discs(40, SIDE))
        predictor.add_new_points_or_box(state, 0, 1, **POINT)
        before = track(predictor, state)
        _, _, clicked = predictor.add_new_points_or_box(state, 10, 1, **OTHER)
        after = track(predictor, state)
        return before, clicked, after

    before, clicked, after = corrected(predictor)
    assert not torch.equal(before[10], clicked)
    assert all(torch.equal(before[t], after[t]) for t in before), "the official default"

    before, clicked, after = corrected(CheapPredictor(add_all_frames_to_correct_as_cond=True))
    assert torch.equal(after[10], clicked)
    assert not torch.equal(after[11], before[11])


def test_a_correction_holds_when_tracking_starts_after_it(predictor, state):  # [13]
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    before = track(predictor, state)
    predictor.add_new_points_or_box(state, 10, 1, **OTHER)
    after = track(predictor, state, start_frame_idx=11)
    assert not torch.equal(after[11], before[11])


def test_a_second_click_on_the_first_frame_after_tracking_is_lost_by_default(predictor, state):  # [2]
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    before = track(predictor, state)
    predictor.add_new_points_or_box(state, 0, 1, clear_old_points=False, **OTHER)
    assert torch.equal(track(predictor, state)[0], before[0])


@pytest.mark.parametrize("clear_old_points", [True, False])
def test_earlier_logits_go_in_with_new_clicks_even_if_those_are_cleared(
    predictor, state, clear_old_points
):  # [3]
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    stored = state["temp_output_dict_per_obj"][0]["cond_frame_outputs"][0]["pred_masks"]
    predictor.add_new_points_or_box(state, 0, 1, clear_old_points=clear_old_points, **OTHER)
    given = predictor.called(Decoded)[-1].prompts
    assert torch.equal(given.mask_logits_B1HW, stored)
    assert given.labels_BN.tolist() == ([[0]] if clear_old_points else [[1, 0]])


def test_earlier_logits_are_clamped(state):  # [3]
    predictor = CheapPredictor(present=False)
    state = predictor.init_state(state.frames)
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    assert predictor.called(Decoded)[-1].prompts.mask_logits_B1HW.unique().tolist() == [-32.0]


def test_clearing_a_committed_frame_keeps_its_mask_as_a_tracked_one(predictor, state):  # [3]
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    predictor.add_new_points_or_box(state, 5, 1, **POINT)
    tracked = track(predictor, state)
    _, ids, masks = predictor.clear_all_prompts_in_frame(state, 5, 1)
    assert ids == [1] and torch.equal(masks, tracked[5])
    outputs = state["output_dict_per_obj"][0]
    assert list(outputs["cond_frame_outputs"]) == [0] and 5 in outputs["non_cond_frame_outputs"]
    assert 5 not in state["frames_tracked_per_obj"][0], "so the next click there begins anew"
    stored = outputs["non_cond_frame_outputs"][5]["pred_masks"]
    predictor.add_new_points_or_box(state, 5, 1, **OTHER)
    assert predictor.called(Conditioned)[-1].slots is None
    assert torch.equal(predictor.called(Decoded)[-1].prompts.mask_logits_B1HW, stored)


def test_clearing_a_fresh_frame_forgets_its_mask(predictor, state):
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    _, _, masks = predictor.clear_all_prompts_in_frame(state, 0, 1)
    assert masks.unique().tolist() == [NO_OBJ]
    assert predictor.clear_all_prompts_in_frame(state, 0, 1, need_output=False) is None
    with pytest.raises(RuntimeError, match="No input points or masks are provided for object id 1"):
        track(predictor, state)


def test_points_and_mask_on_one_frame_exclude_each_other(predictor, state):  # [4]
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    predictor.add_new_mask(state, 0, 1, disc(12, 12, 6, SIDE))
    assert state["point_inputs_per_obj"] == {0: {}} and list(state["mask_inputs_per_obj"][0]) == [0]
    predictor.add_new_points_or_box(state, 0, 1, clear_old_points=False, **OTHER)
    assert state["mask_inputs_per_obj"] == {0: {}}
    assert state["point_inputs_per_obj"][0][0]["point_labels"].tolist() == [[0]]


@pytest.mark.parametrize("kind", ["points", "mask"])
def test_prompted_memory_is_encoded_at_preflight_from_the_filled_low_res_mask(kind):  # [5]
    predictor = CheapPredictor(fill_hole_area=4)
    state = predictor.init_state(moving_discs(5, SIDE))
    if kind == "points":
        predictor.add_new_points_or_box(state, 0, 1, **POINT)
    else:
        predictor.add_new_mask(state, 0, 1, disc(12, 12, 6, SIDE))
    assert predictor.called(Remembered) == []
    stored = state["temp_output_dict_per_obj"][0]["cond_frame_outputs"][0]
    assert stored["maskmem_features"] is None
    predictor.propagate_in_video_preflight(state)
    (call,) = predictor.called(Remembered)
    assert call.is_mask_from_pts and torch.equal(call.logits, stored["pred_masks"])


def test_hole_filling_touches_what_is_kept_not_the_memory(monkeypatch):  # [5]
    predictor = CheapPredictor(fill_hole_area=4)
    holed = torch.full((1, 1, 8, 8), 3.0)
    holed[0, 0, 3:5, 3] = -2.0
    decode = predictor.decode

    def decode_holed(*args):
        prediction = decode(*args)
        prediction.low_res_logits_B1HW.copy_(holed)
        return prediction

    monkeypatch.setattr(predictor, "decode", decode_holed)
    state = predictor.init_state(moving_discs(3, SIDE))
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    masks = track(predictor, state)
    from_click, *tracked = predictor.called(Remembered)
    assert from_click.logits.min() > 0, "a click's memory is the mask that the user saw"
    assert all(torch.equal(call.logits, holed) and not call.is_mask_from_pts for call in tracked)
    stored = state["output_dict_per_obj"][0]["non_cond_frame_outputs"][1]["pred_masks"]
    assert torch.equal(stored, torch.where(holed > 0, holed, 0.1))
    assert masks[1].min() > 0


def test_a_mask_prompt_comes_back_as_its_low_res_round_trip(predictor, state):  # [6]
    mask = disc(10.5, 12, 5, SIDE)
    _, _, given = predictor.add_new_mask(state, 0, 1, mask)
    pixels = torch.from_numpy(mask).float()[None, None] * 20 - 10
    low_res = F.interpolate(pixels, size=(8, 8), mode="bilinear", antialias=True)
    expected = F.interpolate(low_res, size=(SIDE, SIDE), mode="bilinear")
    assert torch.equal(given, expected) and given.max() <= 10


def test_a_mask_of_another_size_is_resized_with_antialias_and_halved(predictor, state, monkeypatch):  # [6]
    given = []
    original = predictor.use_mask_as_output
    monkeypatch.setattr(
        predictor, "use_mask_as_output", lambda features, mask: given.append(mask) or original(features, mask)
    )
    mask = disc(50, 64, 20, 96)
    predictor.add_new_mask(state, 0, 1, mask)
    resized = F.interpolate(
        torch.from_numpy(mask).float()[None, None], size=(SIDE, SIDE), mode="bilinear", antialias=True
    )
    assert torch.equal(given[0], (resized >= 0.5).float())


@pytest.mark.parametrize(
    ("prompt", "multimask"),
    [
        (POINT, True),
        (BOX, False),
        ({"points": [[1, 2], [3, 4]], "labels": [1, 0]}, False),
        (POINT | BOX, False),
    ],
)
def test_several_candidates_only_with_at_most_one_point(predictor, state, prompt, multimask):  # [7]
    predictor.add_new_points_or_box(state, 0, 1, **prompt)
    assert predictor.called(Decoded)[-1].multimask == multimask
    track(predictor, state, max_frame_num_to_track=1)
    assert predictor.called(Decoded)[-1].multimask, "a tracked frame has no points"


def test_a_box_goes_in_as_its_corners_before_the_points(predictor, state):  # [7]
    predictor.add_new_points_or_box(state, 0, 1, **(POINT | BOX))
    given = predictor.called(Decoded)[-1].prompts
    assert given.labels_BN.tolist() == [[2, 3, 1]]
    assert given.points_BN2.tolist() == [[[2, 3], [20, 22], [9, 12]]]
    predictor.add_new_points_or_box(state, 0, 1, clear_old_points=False, **OTHER)
    assert predictor.called(Decoded)[-1].prompts.labels_BN.tolist() == [[2, 3, 1, 0]]


def test_an_object_that_is_not_there(state):  # [8]
    predictor = CheapPredictor(present=False)
    state = predictor.init_state(state.frames)
    _, _, masks = predictor.add_new_points_or_box(state, 0, 1, **POINT)
    assert masks.unique().tolist() == [NO_OBJ]
    assert all(m.unique().tolist() == [NO_OBJ] for m in track(predictor, state).values())


def test_an_object_unknown_on_a_frame_is_filled_with_minus_1024(predictor, state):
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    _, ids, masks = predictor.add_new_points_or_box(state, 5, 2, **POINT)
    assert ids == [1, 2] and masks[0].unique().tolist() == [NO_OBJ] and masks[1].unique().numel() > 1


def test_stride_of_memories(state):  # [9]
    predictor = CheapPredictor(memory_temporal_stride_for_eval=4, max_obj_ptrs_in_encoder=1)
    state = predictor.init_state(state.frames)
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    track(predictor, state)
    bank = state.objects[1].bank
    expected = torch.stack([bank.get(t).maskmem_CHW for t in (0, 20, 24, 28, 32, 36, 38)])
    assert predictor.called(Conditioned)[-1].slots == [[6, 5, 4, 3, 2, 1, 0]]
    assert torch.equal(predictor.called(Conditioned)[-1].maskmem[0], expected)


def test_pointer_times_are_signed_by_direction_and_divided_by_the_video_s_length(predictor):  # [10]
    state = predictor.init_state(moving_discs(6, SIDE))
    predictor.add_new_points_or_box(state, 3, 1, **POINT)
    track(predictor, state, reverse=True)
    (times,) = predictor.called(Conditioned)[-1].times
    assert times == pytest.approx([3 / 5, 1 / 5, 2 / 5]), "frame 0 looks at 3 (conditioning), 1 and 2"


def test_a_prompt_from_the_future_is_seen_but_has_no_pointer(predictor, state):  # [11]
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    predictor.add_new_points_or_box(state, 9, 1, **BOX)
    track(predictor, state, max_frame_num_to_track=1)
    call = predictor.called(Conditioned)[-1]
    assert call.slots == [[6, 6]] and call.times == [[pytest.approx(1 / 15)]]


def test_which_frames_are_visited(predictor, state):  # [12]
    predictor.add_new_points_or_box(state, 8, 1, **POINT)
    predictor.add_new_points_or_box(state, 5, 2, **POINT)
    assert list(track(predictor, state)) == list(range(5, 40)), "from the earliest prompt of all objects"
    assert list(track(predictor, state, max_frame_num_to_track=3)) == [5, 6, 7, 8], "n + 1 frames"
    assert list(track(predictor, state, reverse=True)) == [5, 4, 3, 2, 1, 0], "also the earliest one"
    assert list(track(predictor, state, 8, 2, True)) == [8, 7, 6]
    assert list(track(predictor, state, 0, reverse=True)) == []
    assert list(track(predictor, state, 39)) == [39]
    assert list(track(predictor, state, 38, 10)) == [38, 39]


def test_a_resumed_walk_computes_its_first_frame_again_unless_it_is_conditioning(predictor, state):  # [13]
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    track(predictor, state, max_frame_num_to_track=5)
    before = len(predictor.called(Decoded))
    track(predictor, state, 5, 0)
    assert len(predictor.called(Decoded)) == before + 1
    track(predictor, state, 0, 0)
    assert len(predictor.called(Decoded)) == before + 1


def test_a_walk_can_be_left_and_taken_up(predictor):  # [14]
    frames = moving_discs(12, SIDE)
    left, whole = predictor.init_state(frames), predictor.init_state(frames)
    for one in (left, whole):
        predictor.add_new_points_or_box(one, 0, 1, **POINT)
    for t, _, _ in predictor.propagate_in_video(left):
        if t == 4:
            break
    resumed, straight = track(predictor, left, 5), track(predictor, whole)
    assert all(torch.equal(resumed[t], straight[t]) for t in resumed)


def test_a_correction_remembers_the_direction_of_the_last_walk(predictor, state):  # [14]
    predictor.add_new_points_or_box(state, 20, 1, **POINT)
    track(predictor, state, reverse=True)
    assert state["frames_tracked_per_obj"][0][15] == {"reverse": True}
    predictor.add_new_points_or_box(state, 15, 1, **OTHER)
    bank, call = state.objects[1].bank, predictor.called(Conditioned)[-1]
    assert torch.equal(call.maskmem[0], torch.stack([bank.get(t).maskmem_CHW for t in (20, 19, 18, 17, 16)]))
    assert call.times == [pytest.approx([past / 15 for past in (5, 1, 2, 3, 4)])]


def test_a_frame_is_encoded_once_while_it_is_clicked(predictor, state):  # [15]
    for label in (1, 0, 1):
        predictor.add_new_points_or_box(state, 4, 1, points=[[9, 12]], labels=[label])
        predictor.add_new_points_or_box(state, 4, 2, **BOX)
    predictor.propagate_in_video_preflight(state)
    assert predictor.encoded == 1
    predictor.add_new_points_or_box(state, 5, 1, **POINT)
    predictor.add_new_points_or_box(state, 4, 1, **POINT)
    assert predictor.encoded == 3, "only the last frame is kept"


def test_memory_is_kept_in_bfloat16(predictor, state):  # [15]
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    track(predictor, state, max_frame_num_to_track=1)
    outputs = state["output_dict_per_obj"][0]
    assert outputs["cond_frame_outputs"][0]["maskmem_features"].dtype == torch.bfloat16
    assert outputs["non_cond_frame_outputs"][1]["maskmem_features"].dtype == torch.bfloat16


def test_masks_that_overlap_are_parted_in_the_output_only(state):
    plain, parted = CheapPredictor(), CheapPredictor(non_overlap_masks=True)
    outputs = []
    for predictor in (plain, parted):
        state = predictor.init_state(state.frames)
        predictor.add_new_points_or_box(state, 0, 1, **POINT)
        predictor.add_new_points_or_box(state, 0, 2, **BOX)
        outputs.append((track(predictor, state), state.objects[1].bank.get(5).low_res_logits_1HW))
    (plain_masks, plain_stored), (parted_masks, parted_stored) = outputs
    assert torch.equal(plain_stored, parted_stored)
    overlaps = 0
    for t, masks in parted_masks.items():
        overlaps += ((plain_masks[t] > 0).sum(0) > 1).sum().item()
        assert ((masks > 0).sum(0) <= 1).all()
        losers = plain_masks[t] < plain_masks[t].max(0, keepdim=True).values
        assert torch.equal(masks, torch.where(losers, plain_masks[t].clamp(max=-10), plain_masks[t]))
    assert overlaps > 0


def test_memory_around_prompts_can_be_cleared(state):
    predictor = CheapPredictor(
        clear_non_cond_mem_around_input=True, add_all_frames_to_correct_as_cond=True, num_maskmem=3
    )
    state = predictor.init_state(state.frames)
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    predictor.add_new_points_or_box(state, 0, 2, **POINT)
    track(predictor, state)
    predictor.add_new_points_or_box(state, 20, 1, **OTHER)
    predictor.propagate_in_video_preflight(state)
    first, second = (state["output_dict_per_obj"][idx]["non_cond_frame_outputs"] for idx in (0, 1))
    assert set(range(1, 40)) - set(first) == set(range(17, 24)), "3 memories to each side, and itself"
    assert set(second) == set(range(1, 40)), "another object's memory stays"


def test_tracked_objects_with_equal_banks_share_a_batch(predictor, state):
    for obj_id in (1, 2, 3):
        predictor.add_new_points_or_box(state, 0, obj_id, points=[[3 * obj_id, 9]], labels=[1])
    predictor.add_new_points_or_box(state, 6, 4, **BOX)
    track(predictor, state)
    sizes = [len(call.slots) for call in predictor.called(Conditioned) if call.slots is not None]
    # The late object has a bank of its own length until every bank is full, on frame 22.
    assert sizes[:2] == [1, 3], "on frame 0 only the late object is tracked"
    assert sizes[-1] == 4 and sum(sizes) == 4 * 39


def test_many_objects_go_in_batches_that_fit(predictor):
    state = predictor.init_state(moving_discs(3, SIDE))
    for obj_id in range(19):
        predictor.add_new_points_or_box(state, 0, obj_id, points=[[obj_id, 9]], labels=[1])
    (_, ids, masks), *_ = list(predictor.propagate_in_video(state))[1:]
    assert [len(call.slots) for call in predictor.called(Conditioned)[19:22]] == [8, 8, 3]
    assert ids == list(range(19)) and masks.shape[0] == 19


def test_points_may_be_given_in_0_to_1(predictor, state):
    predictor.add_new_points_or_box(state, 0, 1, points=[[0.25, 0.5]], labels=[1], normalize_coords=False)
    assert predictor.called(Decoded)[-1].prompts.points_BN2.tolist() == [[[8, 16]]]
    predictor.add_new_points(state, 0, 2, torch.tensor([[[8.0, 16.0]]]), torch.tensor([[1]]))
    assert predictor.called(Decoded)[-1].prompts.points_BN2.tolist() == [[[8, 16]]]
