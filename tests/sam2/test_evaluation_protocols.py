"""The protocols with a model that errs in known ways, so that each score can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sam2.evaluation.protocols import (
    FirstPrompt,
    Interactive,
    clicks_needed,
    curve_mean,
    offline,
    online,
    online_curve,
    semi_supervised,
    semi_supervised_score,
)
from sam2.evaluation.segmenter import Sam2Segmenter
from sam2.tracking.frames import InMemoryFrames
from sam2.tracking.prompts import FramePrompts
from tests.sam2.cheap_predictor import SIDE, CheapPredictor
from tests.sam2.moving_shapes import moving_discs

SHAPE = (60, 60)
NUM_FRAMES = 10


def square(side: int) -> np.ndarray:
    mask = np.zeros(SHAPE, bool)
    mask[10 : 10 + side, 10 : 10 + side] = True
    return mask


class Truth:
    """A square of 40 pixels from frame 2 on, known on every frame."""

    object_id = 7
    annotated = range(NUM_FRAMES)

    def mask(self, frame_idx):
        return square(40) if frame_idx >= 2 else np.zeros(SHAPE, bool)


class Clip:
    name = "drawn"
    frames = InMemoryFrames([np.zeros((*SHAPE, 3), np.uint8)] * NUM_FRAMES)

    def frame_name(self, frame_idx):
        return f"{frame_idx:05d}"


class Forgetful:
    """Right where it is prompted; each frame away from a prompt it loses 4 pixels of the square's side."""

    def __init__(self):
        self.opened = 0
        self.prompted: dict[int, FramePrompts] = {}
        self.walks: list[range] = []

    def open(self, frames):
        self.opened += 1
        self.prompted = {}
        return self

    def prompt(self, frame_idx, prompts):
        self.prompted[frame_idx] = prompts
        return square(40)

    def track(self, frames):
        self.walks.append(frames)
        for frame_idx in frames:
            if frames.step > 0:
                away = frame_idx - max(f for f in self.prompted if f <= frame_idx)
            else:
                away = min(f for f in self.prompted if f >= frame_idx) - frame_idx
            yield frame_idx, square(max(0, 40 - 4 * away))

    def close(self):
        pass


def j_away(away: int) -> float:
    return (40 - 4 * away) ** 2 / 1600


@pytest.mark.parametrize("kind", ["mask", "box", "1", "3"])
def test_semi_supervised_shows_once_where_it_is_first_seen(kind):
    model = Forgetful()
    masks = semi_supervised(model, Clip(), Truth(), FirstPrompt(kind))
    assert model.walks == [range(2, NUM_FRAMES)] and list(model.prompted) == [2]
    shown = model.prompted[2]
    assert (shown.mask is not None, shown.box is not None, len(shown.points)) == {
        "mask": (True, False, 0),
        "box": (False, True, 0),
        "1": (False, False, 1),
        "3": (False, False, 1),  # the model is right after one click, so nobody clicks again
    }[kind]
    score = semi_supervised_score(Clip(), Truth(), masks)
    assert [frame.frame for frame in score.frames] == [f"{i:05d}" for i in range(3, 9)]
    assert [frame.j for frame in score.frames] == pytest.approx([j_away(away) for away in range(1, 7)])


def test_an_unknown_prompt_is_told():
    for kind in ("circle", "0", "-1"):
        with pytest.raises(ValueError, match="use mask, box, or a number of clicks"):
            FirstPrompt(kind)


def test_offline_prompts_the_worst_frame_after_each_whole_pass():
    """Before the object comes the truth is empty and the square wrong: J is 0 there, on frame 0 first."""
    model = Forgetful()
    rules = Interactive(max_frames=3)
    curve = list(offline(model, Clip(), Truth(), rules))
    assert len(curve) == 3 and model.opened == 1
    assert list(model.prompted) == [2, 0, 1]
    assert [len(score.frames) for score in curve] == [NUM_FRAMES] * 3
    assert model.walks[:2] == [range(2, NUM_FRAMES), range(2, -1, -1)]
    assert curve_mean(curve, rules) == pytest.approx(sum(score.j_and_f for score in curve) / 3)


def test_online_stops_where_it_is_bad_and_only_later_frames_change():
    """J falls below 0.75 at two frames away (0.64): frames 4, 6 and 8 are stopped at."""
    model = Forgetful()
    score = online(model, Clip(), Truth(), Interactive(), max_frames=8)
    assert sorted(model.prompted) == [2, 4, 6, 8] and model.walks == [range(2, NUM_FRAMES)]
    by_frame = {frame.frame: frame.j for frame in score.frames}
    assert [by_frame[f"{i:05d}"] for i in range(2, 10)] == pytest.approx([1, j_away(1)] * 4)


def test_an_online_pass_has_a_budget_and_the_curve_has_every_budget():
    model = Forgetful()
    rules = Interactive(max_frames=3)
    curve = list(online_curve(model, Clip(), Truth(), rules))
    assert model.opened == 3 and sorted(model.prompted) == [2, 4, 6]
    assert curve[0].j.mean < curve[1].j.mean < curve[2].j.mean


def test_a_curve_that_ended_early_stays_where_it_was():
    curve = list(online_curve(Forgetful(), Clip(), Truth(), Interactive(max_frames=2)))
    values = [score.j_and_f for score in curve]
    assert curve_mean(curve, Interactive(max_frames=4)) == pytest.approx((values[0] + 3 * values[1]) / 4)


class Slow:
    """Each click gives 10 more of the square's 40 pixels."""

    def open(self, frames):
        return self

    def prompt(self, frame_idx, prompts):
        return square(min(40, 10 * len(prompts.points)))

    def close(self):
        pass


def test_clicks_needed():
    needed = clicks_needed(Slow(), np.zeros((*SHAPE, 3), np.uint8), square(40))
    assert needed.j_after == pytest.approx((1 / 16, 4 / 16, 9 / 16, 1))
    assert needed.noc(0.5) == 3 and needed.noc(0.9) == 4
    never = clicks_needed(Slow(), np.zeros((*SHAPE, 3), np.uint8), square(50), max_clicks=5)
    assert never.noc(0.85) == 5 and len(never.j_after) == 5


def test_sam2_is_walked_as_its_own_predictor_walks():
    frames = moving_discs(8, SIDE)
    truth = np.zeros((SIDE, SIDE), bool)
    truth[10:20, 4:14] = True
    predictor = CheapPredictor()
    state = predictor.init_state(frames)
    predictor.add_new_mask(state, 2, 1, truth)
    by_hand = {t: (logits[0, 0] > 0).numpy() for t, _, logits in predictor.propagate_in_video(state)}

    segmentation = Sam2Segmenter(CheapPredictor()).open(frames)
    FirstPrompt("mask").show(segmentation, 2, truth)
    walked = dict(segmentation.track(range(2, 8)))
    assert walked.keys() == by_hand.keys()
    assert all(np.array_equal(walked[t], by_hand[t]) for t in walked)
    segmentation.close()
