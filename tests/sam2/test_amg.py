"""The automatic mask generator against a plain loop over clicks that is written out here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from sam2.automatic_mask_generator import SAM2AutomaticMaskGenerator
from sam2.modeling.sam2_base import SAM2Base
from sam2.sam2_image_predictor import SAM2ImagePredictor
from sam2.utils.amg import MaskData, coco_encode_rle, mask_to_rle_pytorch, rle_to_mask
from tests.sam2.sharp_weights import build_sharp

HEIGHT, WIDTH = 72, 90
IOU, STABILITY, OVERLAP = 0.487, 0.1, 0.97
"""Where some of the sharp model's random masks pass and some do not. They are large, so boxes overlap."""
LENIENT = {"pred_iou_thresh": IOU, "stability_score_thresh": STABILITY, "box_nms_thresh": OVERLAP}


@pytest.fixture(scope="module")
def model() -> SAM2Base:
    torch.set_num_threads(1)
    return build_sharp("t")


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    disc = np.hypot(x - 30, y - 40) < 18
    square = (abs(x - 68) < 12) & (abs(y - 25) < 14)
    return np.stack([disc * 200 + 20, square * 180 + 40, (x + y) % 256], axis=-1).astype(np.uint8)


def _overlap(a: list[int], b: list[int]) -> float:
    width = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - width * height
    return width * height / union if union else 0.0


def _one_by_one(model: SAM2Base, image: np.ndarray, per_side: int, m2m: bool) -> list[dict[str, Any]]:
    """What the generator should find without crops: click by click, at full size, filters last."""
    predictor = SAM2ImagePredictor(model)
    predictor.set_image(image)
    rows = []
    for j in range(per_side):
        for i in range(per_side):
            point = np.array([[(i + 0.5) / per_side * WIDTH, (j + 0.5) / per_side * HEIGHT]])
            answers = predictor.predict(point, np.array([1]), return_logits=True)
            for logits, score, low_res in zip(*answers, strict=True):
                if m2m:
                    logits, score, _ = (
                        part[0]
                        for part in predictor.predict(
                            point,
                            np.array([1]),
                            mask_input=low_res[None],
                            multimask_output=False,
                            return_logits=True,
                        )
                    )
                steady = (logits > 1).sum() / max(1, (logits > -1).sum())
                if score > IOU and steady >= STABILITY:
                    ys, xs = np.nonzero(logits > 0)
                    box = [xs.min(), ys.min(), xs.max(), ys.max()] if len(xs) else [0, 0, 0, 0]
                    rows.append({"mask": logits > 0, "box": box, "score": score, "steady": steady})
    kept: list[dict[str, Any]] = []
    for row in sorted(rows, key=lambda row: -row["score"]):
        if all(_overlap(row["box"], other["box"]) <= OVERLAP for other in kept):
            kept.append(row)
    return kept


@pytest.mark.parametrize("m2m", [False, True], ids=["once", "m2m"])
def test_equal_to_one_click_at_a_time(model: SAM2Base, image: np.ndarray, m2m: bool) -> None:
    generator = SAM2AutomaticMaskGenerator(
        model, points_per_side=4, points_per_batch=7, use_m2m=m2m, **LENIENT
    )
    expected = _one_by_one(model, image, 4, m2m)
    found = generator.generate(image)
    print(f"\n{len(expected)} of 48 masks pass")
    assert 5 <= len(expected) < 40
    assert len(found) == len(expected)
    for record, row in zip(found, expected, strict=True):
        assert (record["segmentation"] != row["mask"]).sum() <= 1
        assert record["area"] == record["segmentation"].sum()
        x0, y0, x1, y1 = row["box"]
        assert np.abs(np.array(record["bbox"]) - [x0, y0, x1 - x0, y1 - y0]).max() <= 1
        assert record["predicted_iou"] == pytest.approx(row["score"], abs=1e-5)
        assert record["stability_score"] == pytest.approx(row["steady"], abs=1e-2)
        assert record["crop_box"] == [0, 0, WIDTH, HEIGHT]
        (x, y) = record["point_coords"][0]
        assert 0 <= x <= WIDTH and 0 <= y <= HEIGHT


def test_records_are_plain_values(model: SAM2Base, image: np.ndarray) -> None:
    record = SAM2AutomaticMaskGenerator(model, points_per_side=2, **LENIENT).generate(image)[0]
    assert list(record) == [
        "segmentation",
        "area",
        "bbox",
        "predicted_iou",
        "point_coords",
        "stability_score",
        "crop_box",
    ]
    assert type(record["area"]) is int
    assert type(record["predicted_iou"]) is float
    # Floats, as officially: people write them into JSON and COCO files as they are.
    assert {type(value) for key in ("bbox", "crop_box") for value in record[key]} == {float}
    assert record["segmentation"].dtype == bool and record["segmentation"].shape == (HEIGHT, WIDTH)


def test_refining_by_hand(model: SAM2Base, image: np.ndarray) -> None:
    """The official helper: in batches what the predictor gives one by one."""
    generator = SAM2AutomaticMaskGenerator(model, points_per_side=2)
    generator.predictor.set_image(image)
    points, labels = torch.tensor([[30.0, 40.0], [90.0, 20.0], [64.0, 64.0]]), torch.ones(3, dtype=torch.int)
    _, _, low_res = generator.predictor._predict(points[:, None], labels[:, None], multimask_output=False)
    masks, ious = generator.refine_with_m2m(points, labels, low_res[:, 0], points_per_batch=2)
    assert masks.shape == (3, 1, HEIGHT, WIDTH) and ious.shape == (3, 1)
    alone, alone_iou, _ = generator.predictor._predict(
        points[1:2, None], labels[1:2, None], None, low_res[1:2], multimask_output=False, return_logits=True
    )
    assert (masks[1] - alone[0]).abs().max() < 1e-4 and (ious[1] - alone_iou[0]).abs().max() < 1e-5


def test_output_modes_hold_the_same_masks(model: SAM2Base, image: np.ndarray) -> None:
    def masks(mode: str) -> list:
        generator = SAM2AutomaticMaskGenerator(model, points_per_side=3, output_mode=mode, **LENIENT)
        return [record["segmentation"] for record in generator.generate(image)]

    binary, plain, coco = masks("binary_mask"), masks("uncompressed_rle"), masks("coco_rle")
    assert len(binary) == len(plain) == len(coco) > 0
    for mask, rle, encoded in zip(binary, plain, coco, strict=True):
        assert np.array_equal(rle_to_mask(rle), mask)
        assert encoded == coco_encode_rle(rle)
        assert isinstance(encoded["counts"], str)


class DiscPredictor(SAM2ImagePredictor):
    """Answers each click with a disc of a ninth of the crop's size: for what is decided after the model."""

    def set_image(self, image: np.ndarray) -> None:
        self._orig_hw, self._is_image_set = [image.shape[:2]], True

    def _predict_low_res(self, point_coords, point_labels, boxes, mask_input, multimask_output, img_idx=-1):
        y, x = torch.meshgrid(torch.arange(32.0), torch.arange(32.0), indexing="ij")
        centres = point_coords[:, :, :, None, None] / 4
        distance = torch.hypot(x - centres[:, :, 0], y - centres[:, :, 1])
        return 4 * (32 / 9 - distance), torch.full((len(centres), 1), 0.9)


def _discs(model: SAM2Base, **options: Any) -> list[dict[str, Any]]:
    generator = SAM2AutomaticMaskGenerator(model, points_per_side=2, stability_score_thresh=0, **options)
    generator.predictor = DiscPredictor(model)
    return generator.generate(np.zeros((180, 180, 3), dtype=np.uint8))


def test_crops(model: SAM2Base) -> None:
    whole = _discs(model)
    assert sorted(record["point_coords"][0] for record in whole) == [
        [45.0, 45.0],
        [45.0, 135.0],
        [135.0, 45.0],
        [135.0, 135.0],
    ]
    found = _discs(model, crop_n_layers=1)
    crops = [tuple(record["crop_box"]) for record in found]
    assert len(set(crops)) == 5
    assert crops[-1] == (0, 0, 180, 180)  # where boxes compete smaller crops go first
    for record in found:
        x, y, width, height = map(int, record["crop_box"])
        assert record["segmentation"].shape == (180, 180)
        assert record["segmentation"][y : y + height, x : x + width].sum() == record["area"] > 0
        left, top, box_width, box_height = record["bbox"]
        right, bottom = left + box_width, top + box_height
        # Nothing near an edge of the crop that is no edge of the image.
        assert (x == 0 or left > x + 20) and (x + width == 180 or right < x + width - 20)
        assert (y == 0 or top > y + 20) and (y + height == 180 or bottom < y + height - 20)
        centre_x, centre_y = record["point_coords"][0]
        assert abs((left + right) / 2 - centre_x) < 3 and abs((top + bottom) / 2 - centre_y) < 3


def test_the_same_mask_is_found_once(model: SAM2Base) -> None:
    close = [np.array([[0.5, 0.5], [0.505, 0.5], [0.2, 0.2]])]
    generator = SAM2AutomaticMaskGenerator(
        model, points_per_side=None, point_grids=close, stability_score_thresh=0
    )
    generator.predictor = DiscPredictor(model)
    points = [record["point_coords"][0] for record in generator.generate(np.zeros((200, 200, 3), np.uint8))]
    assert points == [[100.0, 100.0], [40.0, 40.0]]


def test_grids_of_ones_own(model: SAM2Base, image: np.ndarray) -> None:
    generator = SAM2AutomaticMaskGenerator(
        model, points_per_side=None, point_grids=[np.array([[1 / 3, 0.5]])], **LENIENT
    )
    for record in generator.generate(image):
        assert record["point_coords"] == [[WIDTH / 3, HEIGHT / 2]]


def test_one_mask_a_click(model: SAM2Base, image: np.ndarray) -> None:
    everything = {"pred_iou_thresh": 0.0, "stability_score_thresh": 0.0, "box_nms_thresh": 1.0}
    for multimask, count in ((False, 4), (True, 12)):
        generator = SAM2AutomaticMaskGenerator(
            model, points_per_side=2, multimask_output=multimask, **everything
        )
        assert len(generator.generate(image)) == count


def test_small_regions_are_cleaned_at_low_resolution(model: SAM2Base, image: np.ndarray) -> None:
    generator = SAM2AutomaticMaskGenerator(model, points_per_side=2, min_mask_region_area=5, **LENIENT)
    assert generator.predictor._transforms.max_hole_area == 5
    logits = torch.full((1, 1, 32, 32), -3.0)
    logits[..., 8:24, 8:24] = 3.0
    logits[..., 12, 12] = -3.0  # a hole
    logits[..., 2, 2] = 3.0  # a speck
    cleaned = generator.predictor._transforms.clean_masks(logits)
    assert cleaned[..., 12, 12] == 10 and cleaned[..., 2, 2] == -10
    assert ((cleaned > 0) != (logits > 0)).sum() == 2


def test_nothing_found_is_an_empty_list(model: SAM2Base, image: np.ndarray) -> None:
    for options in ({"pred_iou_thresh": 1.1}, {"stability_score_thresh": 1.1, "pred_iou_thresh": 0.1}):
        strict = SAM2AutomaticMaskGenerator(model, points_per_side=2, crop_n_layers=1, **options)
        assert strict.generate(image) == []


def test_options_are_checked(model: SAM2Base) -> None:
    with pytest.raises(ValueError, match="Exactly one of points_per_side or point_grid"):
        SAM2AutomaticMaskGenerator(model, points_per_side=None)
    with pytest.raises(ValueError, match="Unknown output_mode png"):
        SAM2AutomaticMaskGenerator(model, output_mode="png")
    for none in ({"points_per_side": 0}, {"points_per_batch": 0}):
        with pytest.raises(ValueError, match="at least 1"):
            SAM2AutomaticMaskGenerator(model, **none)
    with pytest.raises(ValueError, match="1 grids for 2 layers"):
        grids = [np.array([[0.5, 0.5]])]
        SAM2AutomaticMaskGenerator(model, points_per_side=None, point_grids=grids, crop_n_layers=1)
    with pytest.raises(ValueError, match="shape"):
        SAM2AutomaticMaskGenerator(model, points_per_side=2).generate(np.zeros((4, 4), dtype=np.uint8))


def test_small_regions_of_finished_masks() -> None:
    masks = torch.zeros(2, 20, 20, dtype=torch.bool)
    masks[:, 2:12, 2:12] = True
    masks[0, 5, 5] = False
    data = MaskData(
        rles=mask_to_rle_pytorch(masks), boxes=torch.tensor([[2, 2, 11, 11]] * 2), names=["holey", "whole"]
    )
    data = SAM2AutomaticMaskGenerator.postprocess_small_regions(data, 4, 0.7)
    assert data["names"] == ["whole"]  # the filled one became a duplicate; unchanged masks go first
