"""Bad input: one sentence, and the state as it was."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sam2.tracking.errors import UsageError
from tests.sam2.cheap_predictor import SIDE, CheapPredictor
from tests.sam2.moving_shapes import disc, moving_discs

POINT = {"points": [[9, 12]], "labels": [1]}


@pytest.fixture
def predictor():
    return CheapPredictor()


@pytest.fixture
def state(predictor):
    """One object with a committed click, a walk half way, and a second click that waits."""
    state = predictor.init_state(moving_discs(10, SIDE))
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    for _ in predictor.propagate_in_video(state, max_frame_num_to_track=5):
        pass
    predictor.add_new_points_or_box(state, 8, 1, **POINT)
    yield state
    state.close()


def picture(predictor, state) -> list:
    """All of a state that a user can see."""
    tracker = predictor.tracker
    masks = [tracker.predictions(state, t).low_res_logits_N1HW for t in range(state.num_frames)]
    objects = state.objects.values()
    return [
        state.obj_ids,
        [(dict(obj.prompts), list(obj.fresh), dict(obj.visited)) for obj in objects],
        [(list(obj.bank.conditioning), list(obj.bank.tracked)) for obj in objects],
        torch.stack(masks).tolist(),
    ]


def click(**given):
    return lambda predictor, state: predictor.add_new_points_or_box(
        state, **({"frame_idx": 0, "obj_id": 1} | given)
    )


def mask(given, frame_idx=0):
    return lambda predictor, state: predictor.add_new_mask(state, frame_idx, 1, given)


NAN_MASK = np.where(disc(9, 9, 4, SIDE), np.nan, 0.0)

BAD = {
    "frame beyond the end": (click(frame_idx=10, **POINT), ValueError, r"frame_idx 10 is outside 0\.\.9"),
    "frame before the start": (click(frame_idx=-1, **POINT), ValueError, r"frame_idx -1 is outside"),
    "frame that is no whole number": (click(frame_idx=0.5, **POINT), ValueError, "0.5 is no whole number"),
    "frame that is a word": (click(frame_idx="first", **POINT), ValueError, "'first' is no whole number"),
    "object id that cannot be one": (
        click(obj_id=[1], **POINT),
        ValueError,
        r"object id \[1\] cannot be one",
    ),
    "labels missing": (click(points=[[1, 2]]), ValueError, "points and labels must be provided together"),
    "nothing given": (click(), ValueError, "at least one of points or box must be provided as input"),
    "no points": (click(points=np.zeros((0, 2)), labels=[]), ValueError, "at least one of points or box"),
    "points of another shape": (click(points=[[1, 2, 3]], labels=[1]), ValueError, "points have shape"),
    "fewer labels": (click(points=[[1, 2], [3, 4]], labels=[1]), ValueError, "points have shape"),
    "two objects at once": (click(points=np.ones((2, 1, 2)), labels=[[1], [1]]), ValueError, "points have"),
    "label 2": (click(points=[[1, 2]], labels=[2]), ValueError, "use 1 to include a point and 0 to exclude"),
    "label -1": (click(points=[[1, 2]], labels=[-1]), ValueError, "use 1 to include"),
    "point not a number": (click(points=[[np.nan, 2]], labels=[1]), ValueError, "is not finite"),
    "points that are words": (click(points=[["a", "b"]], labels=[1]), ValueError, "no array of numbers"),
    "ragged points": (click(points=[[1, 2], [3]], labels=[1, 1]), ValueError, "no array of numbers"),
    "box out of order": (click(box=[20, 5, 3, 9]), ValueError, "is out of order"),
    "box of three": (click(box=[20, 5, 3]), ValueError, "a box has 3 numbers"),
    "box not finite": (click(box=[0, 0, np.inf, 5]), ValueError, "not finite"),
    "box after points": (
        click(box=[1, 2, 3, 4], clear_old_points=False),
        ValueError,
        "cannot add box without clearing old points",
    ),
    "NaN in a mask": (mask(NAN_MASK), ValueError, "NaN"),
    "NaN in a mask tensor": (mask(torch.from_numpy(NAN_MASK)), ValueError, "NaN"),
    "mask of three dimensions": (mask(np.zeros((1, 5, 5))), ValueError, "has shape"),
    "empty mask": (mask(np.zeros((0, 5))), ValueError, "has shape"),
    "mask on no frame": (mask(np.ones((5, 5)), 77), ValueError, "frame_idx 77 is outside"),
    "unknown object": (
        lambda predictor, state: predictor.clear_all_prompts_in_frame(state, 0, 7),
        ValueError,
        r"there is no object 7; the object ids are \[1\]",
    ),
    "clear on no frame": (
        lambda predictor, state: predictor.clear_all_prompts_in_frame(state, 10, 1),
        ValueError,
        "frame_idx 10 is outside",
    ),
    "remove an unknown object": (
        lambda predictor, state: predictor.remove_object(state, 7, strict=True),
        RuntimeError,
        "Cannot remove object id 7",
    ),
    "step on no frame": (
        lambda predictor, state: predictor.tracker.step(state, 99),
        ValueError,
        "frame_idx 99 is outside",
    ),
    "step of an unknown object": (
        lambda predictor, state: predictor.tracker.step(state, 1, obj_ids=[1, "cup"]),
        ValueError,
        "there is no object 'cup'",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_one_sentence_and_the_state_as_it_was(name, predictor, state):
    do, error, words = BAD[name]
    before = picture(predictor, state)
    with pytest.raises(error, match=words) as caught:
        do(predictor, state)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, ValueError), "whatever else it is officially"
    assert picture(predictor, state) == before


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"start_frame_idx": 10}, r"frame_idx 10 is outside 0\.\.9"),
        ({"start_frame_idx": -1}, "frame_idx -1 is outside"),
        ({"max_frame_num_to_track": -1}, "not negative"),
    ],
)
def test_a_walk_that_cannot_begin(given, words, predictor, state):
    before = picture(predictor, state)
    with pytest.raises(ValueError, match=words):
        next(predictor.propagate_in_video(state, **given))
    assert picture(predictor, state) == before


def test_propagating_before_any_prompt(predictor):
    state = predictor.init_state(moving_discs(3, SIDE))
    with pytest.raises(UsageError, match="No input points or masks are provided for any object") as caught:
        next(predictor.propagate_in_video(state))
    assert isinstance(caught.value, RuntimeError) and isinstance(caught.value, ValueError)
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    predictor.add_new_points_or_box(state, 0, 2, **POINT)
    predictor.clear_all_prompts_in_frame(state, 0, 2)
    before = picture(predictor, state)
    with pytest.raises(UsageError, match="No input points or masks are provided for object id 2"):
        next(predictor.propagate_in_video(state))
    assert picture(predictor, state) == before, "object 1's click still waits"


def test_a_step_before_the_commit(predictor):
    state = predictor.init_state(moving_discs(3, SIDE))
    predictor.add_new_points_or_box(state, 0, 1, **POINT)
    with pytest.raises(UsageError, match="for object id 1"):
        predictor.tracker.step(state, 0)


def test_a_model_that_fails_leaves_the_state(predictor, state, monkeypatch):
    def out_of_memory(*args, **kwargs):
        raise RuntimeError("out of memory")

    before = picture(predictor, state)
    for verb in ("encode_image", "decode", "encode_memory"):
        monkeypatch.setattr(predictor, verb, out_of_memory)
        state.encoded = None
        with pytest.raises(RuntimeError, match="out of memory"):
            predictor.add_new_points_or_box(state, 9, 2, **POINT)
            predictor.propagate_in_video_preflight(state)
        monkeypatch.undo()
        if verb == "encode_memory":
            predictor.remove_object(state, 2)
        assert picture(predictor, state) == before


def test_options_that_cannot_work():
    with pytest.raises(ValueError, match="max_cond_frames_in_attn is 1"):
        CheapPredictor(max_cond_frames_in_attn=1).init_state(moving_discs(2, SIDE))
