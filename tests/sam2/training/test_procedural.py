"""Procedural videos: made again they are the same, and their masks are where things are."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sam2.training.dataset.procedural import Look, ProceduralDataset, Scene, Wobble
from sam2.training.dataset.transforms import RandomResizeAPI, ToTensorAPI
from sam2.training.utils.data_utils import collate_fn

SIZE = 96


def data(length: int = 40, **options) -> ProceduralDataset:
    return ProceduralDataset((), length, 4, 3, SIZE, SIZE, **options)


def still(scene: Scene) -> Scene:
    """Without what a camera does to colours."""
    nothing = Wobble(np.ones(1), np.zeros(1), np.zeros(1), np.zeros(1))
    look = dataclasses.replace(scene.look, light=nothing, shutter=0.0, noise=0.0, jpeg_quality=None)
    return dataclasses.replace(scene, look=look)


def test_the_same_seed_gives_the_same_video_and_another_another():
    first, again = data().scene(3), data().scene(3)
    for t in (0, 7, 2):
        image, masks = first.frame(t)
        same_image, same_masks = again.frame(t)
        assert np.array_equal(image, same_image) and np.array_equal(masks, same_masks)
    assert not np.array_equal(first.frame(0)[0], data().scene(4).frame(0)[0])
    assert not np.array_equal(first.frame(0)[0], data(seed=1).scene(3).frame(0)[0])


def test_masks_are_exactly_what_a_thing_covers():
    """Without things in front of it, a thing's mask is where the picture changes when it is taken away."""
    checked = 0
    for index in range(20):
        scene = still(data().scene(index))
        front = len(scene.things) - 1
        image, masks = scene.frame(5)
        without = dataclasses.replace(scene, things=scene.things[:front])
        changed = (image.astype(int) != without.frame(5)[0].astype(int)).any(2)
        if not masks[front].any():
            assert changed.sum() < 40  # at most the soft edge of a thing that just leaves
            continue
        # A colour may happen to be equal, and the soft edge reaches a pixel beyond the mask.
        assert (changed & masks[front]).sum() > 0.97 * masks[front].sum()
        edge = changed & ~masks[front]
        assert edge.sum() < 8 * np.sqrt(masks[front].sum()) + 20
        checked += 1
    assert checked > 10


def test_what_is_in_front_hides_what_is_behind():
    for index in range(10):
        _, masks = data().scene(index).frame(3)
        assert np.sum(masks, axis=0).max() <= 1


def test_there_is_all_that_was_promised():
    """Over 40 videos: several parts, look-alikes, leaving and coming back, blur, noise, compression."""
    scenes = [data().scene(index) for index in range(40)]
    parts = {len(thing.parts) for scene in scenes for thing in scene.things}
    assert parts == {1, 2, 3, 4}
    alike = [
        scene for scene in scenes if len({id(thing.parts) for thing in scene.things}) < len(scene.things)
    ]
    assert len(alike) > 5
    looks: list[Look] = [scene.look for scene in scenes]
    assert {look.shutter for look in looks} == {0.0, 0.5, 1.0} and {look.noise for look in looks} == {
        0.0,
        2.0,
        6.0,
    }
    assert {look.jpeg_quality is None for look in looks} == {True, False}
    returned = 0
    for scene in scenes:
        seen = np.array([[mask.any() for mask in scene.frame(t)[1]] for t in range(0, 60, 4)])
        for life in seen.T:
            gone = np.flatnonzero(~life)
            returned += len(gone) > 0 and life[: gone[0]].any() and life[gone[0] :].any()
    assert returned >= 2


def test_a_frame_is_moved_blurred_and_deformed():
    scene = still(data().scene(1))
    outlines = [scene.things[0].parts[0].outline(t) for t in (0.0, 6.0)]
    assert np.abs(outlines[0] - outlines[1]).max() > 0
    _, before = scene.frame(0)
    _, after = scene.frame(8)
    assert not np.array_equal(before[0], after[0])
    blurred = dataclasses.replace(scene, look=dataclasses.replace(scene.look, shutter=1.0))
    assert not np.array_equal(blurred.frame(2)[0], scene.frame(2)[0])
    assert np.array_equal(blurred.frame(2)[1], scene.frame(2)[1])


def test_it_is_a_data_set_like_the_others():
    source = ProceduralDataset((RandomResizeAPI(64, True, square=True), ToTensorAPI()), 8, 4, 3, SIZE, SIZE)
    snippets = [source.draw(index, np.random.default_rng(0)) for index in (0, 1)]
    batch = collate_fn(snippets, dict_key="all")
    assert batch.images_TVCHW.shape == (4, 2, 3, 64, 64) and batch.num_frames == 4
    assert all(mask.any() for snippet in snippets for mask in snippet.masks[0])
    assert 1 <= batch.num_objects <= 6


@pytest.mark.parametrize("index", range(6))
def test_the_first_frame_always_shows_something(index):
    assert any(mask.any() for mask in data().scene(index).frame(0)[1])
