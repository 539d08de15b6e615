"""Scenes by chance: made again they are the same, their masks are where things are, and they hold all that a
model is to learn from them."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from sam2.procedural.blobs.dice import draw_scene
from sam2.procedural.blobs.frames import BlobFrames, owners, placed
from sam2.procedural.blobs.skins import Pattern, paint
from sam2.procedural.blobs.things import BlobScene, Look, Wobble, after
from sam2.procedural.samples import BlobSample, Samples

SIZE = 96


def still(mean: list[float]) -> Wobble:
    nothing = np.zeros(len(mean))
    return Wobble(np.array(mean, float), nothing, nothing, nothing)


def scene_of(index: int, seed: int = 0) -> BlobScene:
    return draw_scene(np.random.default_rng((seed, index)), SIZE, SIZE)


@pytest.fixture(scope="module")
def scenes() -> list[BlobScene]:
    return [scene_of(index) for index in range(40)]


def with_look(scene: BlobScene, **changes) -> BlobScene:
    return replace(scene, look=replace(scene.look, **changes))


def plainly(scene: BlobScene) -> BlobScene:
    """Without what a camera does to colours."""
    return with_look(scene, light=still([1]), shutter=0.0, noise=0.0, jpeg_quality=None)


def image_of(scene: BlobScene, t: int) -> np.ndarray:
    return BlobFrames(scene).frame(t).image.astype(int)


def test_the_same_seed_gives_the_same_video_and_another_another() -> None:
    first, again = BlobFrames(scene_of(3)), BlobFrames(scene_of(3))
    for t in (0, 7, 2):
        one, same = first.frame(t), again.frame(t)
        assert np.array_equal(one.image, same.image) and one.masks.keys() == same.masks.keys()
        assert all(np.array_equal(one.masks[name], same.masks[name]) for name in one.masks)
    assert not np.array_equal(image_of(scene_of(3), 0), image_of(scene_of(4), 0))
    assert not np.array_equal(image_of(scene_of(3), 0), image_of(scene_of(3, seed=1), 0))


def test_a_pixel_is_inside_where_its_centre_is(scenes: list[BlobScene]) -> None:
    checked = 0
    for scene in scenes[:10]:
        for thing in scene.things:
            matrix = after(scene.camera(4, SIZE, SIZE), thing.matrix(4, SIZE, SIZE))
            place = placed(thing.parts[0], matrix, 4, SIZE, SIZE)
            if place is None:
                continue
            outline = (thing.parts[0].outline(4) @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
            for (row, column), depth in np.ndenumerate(place.inside):
                centre = float(place.x + column), float(place.y + row)
                truth = cv2.pointPolygonTest(outline, centre, measureDist=True)
                assert abs(truth) < 0.01 or (depth > 0) == (truth > 0)
                checked += abs(truth) < 1
    assert checked > 500, "centres near an edge"


def test_masks_are_exactly_what_a_thing_covers(scenes: list[BlobScene]) -> None:
    """Without things in front of it, a thing's mask is where the picture changes when it is taken away."""
    checked = 0
    for scene in map(plainly, scenes[:20]):
        mask = owners(scene, 5) == len(scene.things)
        without = replace(scene, things=scene.things[:-1])
        changed = (image_of(scene, 5) != image_of(without, 5)).any(2)
        if not mask.any():
            assert changed.sum() < 40  # at most the soft edge of a thing that just leaves
            continue
        # A colour may happen to be equal, and the soft edge reaches half a pixel beyond the mask.
        assert (changed & mask).sum() > 0.97 * mask.sum()
        near = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        assert not (changed & ~near)[1:-1, 1:-1].any(), "what lies beside the frame may reach its rim"
        checked += 1
    assert checked > 10


def test_masks_of_a_frame_are_the_foremost_things() -> None:
    scene = scene_of(1)
    frame, owner = BlobFrames(scene).frame(3), owners(scene, 3)
    assert sum(mask.astype(int) for mask in frame.masks.values()).max() == 1
    assert np.array_equal(frame.masks["thing 2"], owner == 2)


def test_things_have_one_or_several_parts(scenes: list[BlobScene]) -> None:
    assert {len(thing.parts) for scene in scenes for thing in scene.things} == {1, 2, 3, 4}


def test_things_and_backdrops_are_textured(scenes: list[BlobScene]) -> None:
    skins = [part.skin for scene in scenes for thing in scene.things for part in thing.parts]
    assert {skin.pattern for skin in skins} == set(Pattern)
    assert {scene.backdrop.pattern for scene in scenes} == set(Pattern)
    for pattern in (Pattern.STRIPES, Pattern.DOTS, Pattern.CLOUDS):
        skin = next(skin for skin in skins if skin.pattern is pattern)
        contrasting = replace(
            skin, colours=np.array([[40, 40, 40], [200, 200, 200]]), grain=0.0, roundness=0.0
        )
        pixels = paint(contrasting, 96, 96)
        assert (pixels < 100).mean() > 0.05 and (pixels > 140).mean() > 0.05, pattern


def test_things_are_shaded_as_round_and_from_one_side() -> None:
    scene = plainly(scene_of(0))
    part = scene.things[0].parts[0]
    skin = replace(part.skin, pattern=Pattern.PLAIN, grain=0.0, colours=np.full((2, 3), 120.0), roundness=0.4)
    pixels = paint(skin, 96, 96)
    assert pixels[48, 48, 0] == pytest.approx(120, abs=0.5)
    assert pixels[48, 48 + 32, 0] == pytest.approx(120 * 0.6, abs=1), "a unit from the centre"
    thing = replace(
        scene.things[0],
        parts=(replace(part, skin=replace(skin, roundness=0.0), centre=still([0, 0])),),
        place=still([0.5, 0.5]),
        size=still([0.3]),
        drift=np.zeros(2),
        spin=0.5,
        shade=np.array([0.3, 0.0]),
    )
    look = replace(scene.look, pan=still([0, 0]), zoom=still([1]), roll=still([0]))
    for t in (0, 3, 6):  # it turns by half a turn and more; the light does not
        row = image_of(replace(scene, things=(thing,), look=look), t)[SIZE // 2, :, 0]
        left, right = row[SIZE // 2 - 14], row[SIZE // 2 + 14]
        assert right - left == pytest.approx(120 * 0.3 * 28 / (0.3 * SIZE), abs=3)


def test_things_deform(scenes: list[BlobScene]) -> None:
    things = [thing for scene in scenes for thing in scene.things]
    changes = [np.abs(t.parts[0].radii.at(8) / t.parts[0].radii.at(0) - 1).max() for t in things]
    assert np.mean(np.array(changes) > 0.05) > 0.5


def test_things_hide_each_other(scenes: list[BlobScene]) -> None:
    hidden = 0
    for scene in scenes:
        owner = owners(scene, 0)
        for number, thing in enumerate(scene.things, 1):
            alone = np.count_nonzero(owners(replace(scene, things=(thing,)), 0))
            hidden += np.count_nonzero(owner == number) < 0.8 * alone
    assert hidden > 20


def test_things_leave_and_come_back_within_what_is_learnt_from() -> None:
    """Counted on snippets of eight frames, as a trainer gets them."""
    samples = Samples(0, 8, SIZE, SIZE, themed_share=0)
    returned, snippets = 0, 60
    for index in range(snippets):
        sample = samples.sample(index)
        assert isinstance(sample, BlobSample)
        seen = np.array([[(owner == k + 1).any() for k in sample.targets] for owner in _owners(sample)])
        returned += any((~life).any() and life[np.argmin(life) :].any() for life in seen.T)
    assert returned / snippets > 0.08


def _owners(sample: BlobSample) -> list[np.ndarray]:
    return [owners(sample.scene, t) for t in sample.times]


def test_there_are_look_alikes(scenes: list[BlobScene]) -> None:
    """Equal ones, and ones whose colours are a little off; other pairs differ by far more."""
    offs, others = [], []
    for scene in scenes:
        for thing in scene.things:
            colours = thing.parts[0].skin.colours
            for number, other in enumerate(scene.things):
                if other is not thing:
                    off = np.abs(colours - other.parts[0].skin.colours).max()
                    (offs if number == thing.like else others).append(off)
    assert len(offs) > 15 and 0 < np.mean(np.array(offs) == 0) < 1
    assert max(offs) <= 28 and np.median(others) > 60


def test_the_camera_moves(scenes: list[BlobScene]) -> None:
    """A still world's picture shifts by what the camera is panned."""
    checked = 0
    for scene in map(plainly, scenes):
        colours = np.array([[40, 40, 40], [200, 200, 200]])
        backdrop = replace(scene.backdrop, pattern=Pattern.CLOUDS, colours=colours)
        look = replace(scene.look, zoom=still([1]), roll=still([0]))
        panned = (look.pan.at(5) - look.pan.at(0)) * SIZE
        if np.hypot(*panned) < 3:
            continue
        world = replace(scene, things=(), backdrop=backdrop, look=look)
        before, later = (image_of(world, t).mean(2).astype(np.float32) for t in (0, 5))
        shifted = cv2.warpAffine(before, np.column_stack([np.eye(2), panned]), (SIZE, SIZE))
        inside = np.s_[16:-16, 16:-16]
        assert np.abs(shifted - later)[inside].mean() < 0.3 * np.abs(before - later)[inside].mean()
        checked += 1
    assert checked >= 5


def test_the_camera_zooms_and_rolls(scenes: list[BlobScene]) -> None:
    looks = [scene.look for scene in scenes]
    assert np.ptp([look.zoom.at(0)[0] for look in looks]) > 0.08
    assert np.ptp([look.roll.at(0)[0] for look in looks]) > 0.06


def test_motion_is_blurred_and_masks_are_not(scenes: list[BlobScene]) -> None:
    assert {scene.look.shutter for scene in scenes} == {0.0, 0.5, 1.0}
    scene = plainly(scene_of(1))
    moving = replace(scene.look.pan, swing=np.array([0.3, 0]), rate=np.full(2, 0.8), phase=np.zeros(2))
    sharp, blurred = (BlobFrames(with_look(scene, pan=moving, shutter=s)).frame(0) for s in (0.0, 1.0))
    steepness = [np.abs(np.diff(frame.image.astype(int), axis=1)).mean() for frame in (sharp, blurred)]
    assert steepness[1] < 0.8 * steepness[0]
    assert all(np.array_equal(sharp.masks[name], blurred.masks[name]) for name in sharp.masks)


def test_there_is_noise(scenes: list[BlobScene]) -> None:
    assert {scene.look.noise for scene in scenes} == {0.0, 2.0, 6.0}
    scene = plainly(scene_of(5))
    added = image_of(with_look(scene, noise=6.0), 1) - image_of(scene, 1)
    assert added.std() == pytest.approx(6, abs=0.6) and abs(added.mean()) < 0.3


def test_pictures_are_compressed(scenes: list[BlobScene]) -> None:
    """Fewer frequencies are left in the blocks that JPEG works in, and the picture is still the same one."""
    looks: list[Look] = [scene.look for scene in scenes]
    assert {look.jpeg_quality is None for look in looks} == {True, False}
    scene = with_look(plainly(scene_of(5)), noise=6.0)
    as_is, packed = (image_of(with_look(scene, jpeg_quality=q), 1) for q in (None, 40))

    def luma(image: np.ndarray) -> np.ndarray:
        return (image @ [0.299, 0.587, 0.114]).astype(np.float32)

    def rich(image: np.ndarray) -> float:
        grey = luma(image)
        blocks = [grey[y : y + 8, x : x + 8] for y in range(0, SIZE, 8) for x in range(0, SIZE, 8)]
        return float(np.mean([np.abs(cv2.dct(block)) > 2 for block in blocks]))

    assert rich(packed) < 0.5 * rich(as_is)
    assert 1 < np.abs(luma(packed) - luma(as_is)).mean() < 5
    assert np.abs((packed - as_is).mean((0, 1))).max() < 3, "channels are not exchanged"
