"""Scenes by chance as tensors are the scenes that OpenCV draws."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from sam2.procedural.blobs.dice import draw_scene
from sam2.procedural.blobs.frames import BlobFrames, owners
from sam2.procedural.blobs.skins import Pattern, paint
from sam2.procedural.blobs.things import BlobScene
from sam2.procedural.tensors import frames as tensor_frames
from sam2.procedural.tensors.frames import render
from sam2.procedural.tensors.jpeg import compressed
from sam2.procedural.tensors.packed import pack, shapes
from sam2.procedural.tensors.skins import paint as paint_tensors

WIDTH, HEIGHT = 120, 88
TIMES = (0, 9)


def scene_of(index: int, **look) -> BlobScene:
    scene = draw_scene(np.random.default_rng((8, index)), WIDTH, HEIGHT)
    return replace(scene, look=replace(scene.look, **look))


def test_the_same_pixels_and_masks_as_on_a_cpu() -> None:
    """Without noise, which is drawn by another generator, and compression, which has a test of its own."""
    overlaps, blurred = [], 0
    for index in range(30):
        scene = scene_of(index, noise=0.0, jpeg_quality=None)
        blurred += scene.look.shutter > 0
        found, numpy_frames = render(pack(scene, TIMES)), BlobFrames(scene)
        for place, t in enumerate(TIMES):
            image = found.images_TCHW[place].permute(1, 2, 0).numpy()
            assert np.abs(image - numpy_frames.frame(t).image).mean() < 0.2, index
            owner, truth = found.owner_THW[place].numpy(), owners(scene, t)
            for number in np.unique(truth[truth > 0]):
                both = np.count_nonzero((owner == number) & (truth == number))
                overlaps.append(both / np.count_nonzero((owner == number) | (truth == number)))
    assert blurred > 5 and len(overlaps) > 80
    assert min(overlaps) > 0.98


def test_every_skin_is_painted_the_same() -> None:
    scenes = [scene_of(index) for index in range(12)]
    assert {scene.backdrop.pattern for scene in scenes} == set(Pattern)
    for scene in scenes:
        skins = [part.skin for thing in scene.things for part in thing.parts] + [scene.backdrop]
        painted = paint_tensors(pack(scene, TIMES).tensors().skins, 50, 70).permute(0, 2, 3, 1).numpy()
        for skin, found in zip(skins, painted, strict=True):
            assert np.abs(found - paint(skin, 50, 70)).mean() < 0.05


def test_the_same_seed_gives_the_same_tensor_and_the_noise_is_as_strong() -> None:
    noisy = pack(scene_of(3, noise=6.0, jpeg_quality=60), TIMES)
    one, same = render(noisy), render(pack(scene_of(3, noise=6.0, jpeg_quality=60), TIMES))
    assert torch.equal(one.images_TCHW, same.images_TCHW) and torch.equal(one.owner_THW, same.owner_THW)
    other = render(replace(noisy, seed=noisy.seed + 1))
    assert not torch.equal(one.images_TCHW, other.images_TCHW)
    quiet, loud = (render(pack(scene_of(3, noise=n, jpeg_quality=None), TIMES)) for n in (0.0, 6.0))
    middle = (quiet.images_TCHW > 30) & (quiet.images_TCHW < 225)
    assert (loud.images_TCHW - quiet.images_TCHW)[middle].std().item() == pytest.approx(6, abs=0.3)


def test_in_portions_it_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = pack(scene_of(4), (0, 1, 2, 3, 4))
    at_once = render(scene)
    monkeypatch.setitem(tensor_frames.AT_ONCE, "cpu", 1)
    assert torch.equal(render(scene).images_TCHW, at_once.images_TCHW)


@pytest.mark.parametrize("quality", [35, 60, 94])
@pytest.mark.parametrize("size", [(96, 128), (90, 117)])
def test_it_is_compressed_as_a_jpeg_is(quality: int, size: tuple[int, int]) -> None:
    height, width = size
    scene = draw_scene(np.random.default_rng(2), width, height)
    image = BlobFrames(replace(scene, look=replace(scene.look, noise=6.0, jpeg_quality=None))).frame(0).image
    _, code = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    truth = cv2.imdecode(code, cv2.IMREAD_COLOR)[..., ::-1].astype(int)
    found = compressed(torch.from_numpy(image).permute(2, 0, 1).float()[None], quality)
    found = found[0].permute(1, 2, 0).numpy()
    lost = np.abs(truth - image.astype(int)).mean()
    assert np.abs(found - truth).mean() < 0.3 * lost, "rounding, and how colour is brought back to full size"


def test_a_scene_is_one_vector_of_the_shapes_that_are_written_down() -> None:
    scene = scene_of(1)
    packed = pack(scene, TIMES)
    assert packed.vector.dtype is torch.float32
    tensors = packed.tensors()
    parts = [(number, part) for number, thing in enumerate(scene.things, 1) for part in thing.parts]
    assert packed.thing_of_part == tuple(number for number, _ in parts)
    assert [tuple(value.shape) for value in vars(tensors).values()] == shapes(len(TIMES), len(parts))
    assert np.allclose(tensors.radii[0, -1].numpy(), parts[-1][1].radii.mean)
    assert np.allclose(tensors.numbers[-1, 0].item(), scene.backdrop.pattern)


def test_nothing_waits_for_the_device() -> None:
    """On the meta device tensors have no values: what asks for one, or mixes in another device's, fails."""
    blurred = next(s for i in range(20) if (s := scene_of(i, noise=0.0, jpeg_quality=60)).look.shutter)
    found = render(pack(blurred, TIMES).to(torch.device("meta")))
    assert found.images_TCHW.is_meta and found.images_TCHW.shape == (2, 3, HEIGHT, WIDTH)
    assert found.owner_THW.is_meta and found.owner_THW.shape == (2, HEIGHT, WIDTH)
