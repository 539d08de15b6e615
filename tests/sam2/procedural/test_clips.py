"""The rendered clips are what the other tests lean on: deterministic, exact, varied."""

from __future__ import annotations

import numpy as np
import pytest

from sam2.procedural.clips import RenderedClip, rendered_clips


def test_names_are_unique_and_each_clip_holds_two_objects_or_more() -> None:
    clips = rendered_clips()
    assert len({clip.name for clip in clips}) == len(clips) >= 4
    for clip in clips:
        assert clip.size == (640, 360)
        assert 60 <= clip.num_frames <= 90 and 24 <= clip.fps <= 30
        masks = clip.masks(0)
        assert len(masks) >= 2
        assert all(mask.dtype == bool and mask.shape == (360, 640) for mask in masks.values())


def test_a_frame_is_the_same_in_a_new_painting_and_another_seed_differs() -> None:
    clip = rendered_clips()[1]
    again = RenderedClip(clip.name, clip.title, clip.num_frames, clip.fps, clip.draw, clip.seed)
    assert np.array_equal(again.frame(30), clip.frame(30))
    assert not np.array_equal(rendered_clips(5)[1].frame(30), clip.frame(30))


def test_masks_of_one_frame_never_overlap() -> None:
    for clip in rendered_clips():
        assert int(sum(mask.astype(int) for mask in clip.masks(40).values()).max()) <= 1


def test_the_green_marble_leaves_and_returns() -> None:
    marbles = next(clip for clip in rendered_clips() if clip.name == "marbles")
    seen = [bool(marbles.masks(i)["green marble"].any()) for i in (0, 26, 60)]
    assert seen == [True, False, True]


def test_a_mask_covers_the_object_and_not_the_water() -> None:
    boats = rendered_clips()[0]
    pixels = boats.frame(0)[boats.masks(0)["red boat"]].astype(int)
    assert np.mean(pixels[:, 0] > pixels[:, 2] + 40) > 0.97


def test_a_frame_outside_the_clip_is_refused() -> None:
    with pytest.raises(IndexError, match=r"outside 0\.\.79"):
        rendered_clips()[0].frame(80)
