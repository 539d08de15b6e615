"""The image predictor's interface: what goes in, what comes out, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from sam2.modeling.sam2_base import SAM2Base
from sam2.sam2_image_predictor import SAM2ImagePredictor
from sam2.utils.transforms import SAM2Transforms, image_to_tensor
from tests.sam2.sharp_weights import build_sharp

HEIGHT, WIDTH, SIDE = 60, 100, 128
POINT, LABEL = np.array([[50.0, 30.0]]), np.array([1])


@pytest.fixture(scope="module")
def model() -> SAM2Base:
    torch.set_num_threads(1)
    return build_sharp("t", image_size=SIDE)


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)


@pytest.fixture
def predictor(model: SAM2Base, image: np.ndarray) -> SAM2ImagePredictor:
    predictor = SAM2ImagePredictor(model)
    predictor.set_image(image)
    return predictor


def test_shapes_and_types(predictor: SAM2ImagePredictor) -> None:
    masks, ious, low_res = predictor.predict(POINT, LABEL)
    assert masks.shape == (3, HEIGHT, WIDTH) and masks.dtype == np.float32
    assert set(np.unique(masks)) <= {0.0, 1.0}
    assert ious.shape == (3,) and ious.dtype == np.float32
    assert low_res.shape == (3, SIDE // 4, SIDE // 4) and np.abs(low_res).max() <= 32
    masks, ious, low_res = predictor.predict(POINT, LABEL, multimask_output=False)
    assert masks.shape == (1, HEIGHT, WIDTH) and ious.shape == (1,)


def test_masks_are_thresholded_logits(predictor: SAM2ImagePredictor) -> None:
    masks, _, _ = predictor.predict(POINT, LABEL)
    logits, _, _ = predictor.predict(POINT, LABEL, return_logits=True)
    assert np.array_equal(masks, (logits > 0).astype(np.float32))
    predictor.mask_threshold = 1.5
    assert np.array_equal(predictor.predict(POINT, LABEL)[0], (logits > 1.5).astype(np.float32))


def test_pil_and_array_are_the_same(predictor: SAM2ImagePredictor, image: np.ndarray) -> None:
    expected = predictor.predict(POINT, LABEL)[2]
    predictor.set_image(Image.fromarray(image))
    assert np.array_equal(predictor.predict(POINT, LABEL)[2], expected)


def test_relative_coordinates(predictor: SAM2ImagePredictor) -> None:
    relative = predictor.predict(POINT / [WIDTH, HEIGHT], LABEL, normalize_coords=False)[2]
    assert np.allclose(relative, predictor.predict(POINT, LABEL)[2], atol=1e-5)


def test_many_boxes_at_once(predictor: SAM2ImagePredictor) -> None:
    boxes = np.array([[10, 10, 40, 40], [20, 5, 90, 50], [60, 20, 95, 55]])
    masks, ious, low_res = predictor.predict(box=boxes, multimask_output=False, return_logits=True)
    assert masks.shape == (3, 1, HEIGHT, WIDTH)
    assert ious.shape == (3, 1) and low_res.shape == (3, 1, SIDE // 4, SIDE // 4)
    for index, box in enumerate(boxes):
        alone = predictor.predict(box=box, multimask_output=False, return_logits=True)
        assert np.abs(alone[0] - masks[index]).max() <= 1e-4


def test_many_sets_of_points_at_once(predictor: SAM2ImagePredictor) -> None:
    points = np.array([[[10.0, 10.0], [20.0, 20.0]], [[70.0, 40.0], [5.0, 5.0]]])
    labels = np.array([[1, 0], [1, 1]])
    masks, _, low_res = predictor.predict(points, labels)
    assert masks.shape == (2, 3, HEIGHT, WIDTH)
    for index in range(2):
        alone = predictor.predict(points[index], labels[index])[2]
        assert np.abs(alone - low_res[index]).max() <= 1e-4
    # Each with its own earlier mask as a prompt.
    again = predictor.predict(points, labels, mask_input=low_res[:, :1], multimask_output=False)[2]
    alone = predictor.predict(points[1], labels[1], mask_input=low_res[1, :1], multimask_output=False)[2]
    assert np.abs(again[1] - alone).max() <= 1e-4


def test_a_batch_of_images(predictor: SAM2ImagePredictor, image: np.ndarray) -> None:
    expected = predictor.predict(POINT, LABEL)
    other = np.ascontiguousarray(image[::-1, :40])
    predictor.set_image_batch([image, other])
    assert predictor.get_image_embedding().shape == (2, 256, SIDE // 16, SIDE // 16)
    masks, ious, low_res = predictor.predict_batch([POINT, POINT / 3], [LABEL, LABEL])
    assert [mask.shape for mask in masks] == [(3, HEIGHT, WIDTH), (3, HEIGHT, 40)]
    assert np.abs(low_res[0] - expected[2]).max() <= 1e-4
    predictor.set_image(other)
    assert np.abs(low_res[1] - predictor.predict(POINT / 3, LABEL)[2]).max() <= 1e-4
    with pytest.raises(RuntimeError, match="only be used when in batched mode"):
        predictor.predict_batch([POINT], [LABEL])


def test_features_can_be_put_back(model: SAM2Base, predictor: SAM2ImagePredictor) -> None:
    other = SAM2ImagePredictor(model)
    other._features, other._orig_hw, other._is_image_set = predictor._features, predictor._orig_hw, True
    assert np.array_equal(other.predict(POINT, LABEL)[2], predictor.predict(POINT, LABEL)[2])


def test_holes_and_specks_go_before_resizing(model: SAM2Base, image: np.ndarray) -> None:
    plain, clean = SAM2ImagePredictor(model), SAM2ImagePredictor(model, 0.0, 6, 6)
    for predictor in (plain, clean):
        predictor.set_image(image)
    rough, tidy = (p.predict(POINT, LABEL, return_logits=True) for p in (plain, clean))
    assert np.array_equal(rough[2], tidy[2])  # low-res logits are given out as they are
    assert np.abs(rough[0] - tidy[0]).max() > 1


def test_preprocessing_by_hand() -> None:
    image = np.zeros((8, 8, 3), dtype=np.uint8)
    image[:, 4:] = 255
    half = SAM2Transforms(4, 0.0)(image)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    # Antialiased halving weighs the four nearest columns 1, 3, 3, 1 (less at the border).
    expected = torch.tensor([0.0, 1 / 8, 7 / 8, 1.0])
    assert torch.allclose(half[:, 0] * std[:, None] + mean[:, None], expected.expand(3, 4), atol=1e-6)
    same = SAM2Transforms(8, 0.0)(image)
    assert torch.allclose(same * std[:, None, None] + mean[:, None, None], image_to_tensor(image), atol=1e-6)
    assert image_to_tensor(image.astype(np.float64)).max() == 255  # only 8-bit values are scaled


def test_prompting_without_an_image(model: SAM2Base) -> None:
    predictor = SAM2ImagePredictor(model)
    with pytest.raises(RuntimeError, match="An image must be set with .set_image"):
        predictor.predict(POINT, LABEL)
    with pytest.raises(RuntimeError, match="An image must be set with .set_image"):
        predictor.get_image_embedding()
    with pytest.raises(NotImplementedError, match="Image format not supported"):
        predictor.set_image("photo.jpg")
    with pytest.raises(ValueError, match="at least one image"):
        predictor.set_image_batch([])


@pytest.mark.parametrize(
    "prompt, message",
    [
        ({"point_coords": POINT}, "point_labels must be supplied"),
        ({"point_coords": POINT, "point_labels": np.array([1, 1])}, "one label a point"),
        ({"point_coords": np.zeros((2, 3)), "point_labels": np.ones(2)}, r"shape \(N, 2\)"),
        ({"point_coords": POINT, "point_labels": np.array([7])}, "1 .include. or 0 .exclude."),
        ({"point_coords": POINT, "point_labels": np.array([2])}, "1 .include. or 0 .exclude."),
        ({"point_coords": POINT, "point_labels": np.array([-1])}, "1 .include. or 0 .exclude."),
        ({"point_coords": POINT * np.nan, "point_labels": LABEL}, "not finite"),
        ({"point_coords": POINT, "point_labels": np.array([0.5])}, "1 .include. or 0 .exclude."),
        ({"point_coords": "here", "point_labels": LABEL}, "point_coords is no array of numbers"),
        ({"box": np.zeros((0, 4))}, r"shape \(4,\) or \(B, 4\), not \(0, 4\)"),
        ({"box": np.array([[1, 2, 3, 4], [5, 5, 4, 9]])}, "box is out of order"),
        (
            {"box": np.array([[1, 2, 3, 4]] * 2), "mask_input": np.zeros((3, 1, 32, 32))},
            "3 masks in mask_input do not match 2 sets of prompts",
        ),
        ({"box": np.zeros(3)}, r"shape \(4,\) or \(B, 4\)"),
        ({"mask_input": np.zeros((1, 8, 8))}, r"mask_input must have shape \(1, 32, 32\)"),
        ({"mask_input": np.full((1, 32, 32), np.nan)}, "mask_input holds values that are not finite"),
    ],
)
def test_bad_prompts(predictor: SAM2ImagePredictor, prompt: dict, message: str) -> None:
    before = predictor.predict(POINT, LABEL)[2]
    with pytest.raises(ValueError, match=message):
        predictor.predict(**prompt)
    assert np.array_equal(predictor.predict(POINT, LABEL)[2], before)


def test_an_image_with_nan(predictor: SAM2ImagePredictor) -> None:
    with pytest.raises(ValueError, match="the image holds values that are not finite"):
        predictor.set_image(np.full((10, 10, 3), np.nan))


def test_several_masks_without_clicks(predictor: SAM2ImagePredictor) -> None:
    low_res = predictor.predict(POINT, LABEL)[2][:, None]
    masks, ious, _ = predictor.predict(mask_input=low_res, multimask_output=False)
    assert masks.shape == (3, 1, HEIGHT, WIDTH) and ious.shape == (3, 1)
    alone = predictor.predict(mask_input=low_res[1], multimask_output=False, return_logits=True)[0]
    assert np.array_equal(masks[1], alone > 0)


@pytest.mark.parametrize("shape", [(10, 10), (10, 10, 4), (0, 10, 3)])
def test_bad_images(predictor: SAM2ImagePredictor, shape: tuple[int, ...]) -> None:
    before = predictor.predict(POINT, LABEL)[2]
    with pytest.raises(ValueError, match="image"):
        predictor.set_image(np.zeros(shape, dtype=np.uint8))
    assert np.array_equal(predictor.predict(POINT, LABEL)[2], before)  # the earlier image is still set
