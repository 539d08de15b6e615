"""The helpers of the automatic mask generator, on cases worked out by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco_mask

from sam2.utils import amg

MASKS = arrays(bool, st.tuples(st.integers(1, 4), st.integers(1, 9), st.integers(1, 9)))


@given(MASKS)
@settings(max_examples=60, deadline=None)
def test_rle_is_cocos_and_comes_back(masks: np.ndarray) -> None:
    for mask, rle in zip(masks, amg.mask_to_rle_pytorch(torch.from_numpy(masks)), strict=True):
        assert sum(rle["counts"]) == mask.size
        assert amg.area_from_rle(rle) == mask.sum()
        assert np.array_equal(amg.rle_to_mask(rle), mask)
        encoded = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
        assert amg.coco_encode_rle(rle)["counts"] == encoded["counts"].decode()
        assert json.loads(json.dumps(amg.coco_encode_rle(rle)))["size"] == list(mask.shape)


def test_rle_counts() -> None:
    masks = torch.tensor([[[0, 1], [0, 1]], [[1, 0], [1, 1]], [[0, 0], [0, 0]]], dtype=torch.bool)
    counts = [rle["counts"] for rle in amg.mask_to_rle_pytorch(masks)]
    assert counts == [[2, 2], [0, 2, 1, 1], [4]]


def test_point_grid() -> None:
    assert amg.build_point_grid(2).tolist() == [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]]
    assert [len(grid) for grid in amg.build_all_layer_point_grids(8, 2, 2)] == [64, 16, 4]


def test_crop_boxes() -> None:
    boxes, layers = amg.generate_crop_boxes((100, 200), 1, 0.2)
    assert boxes == [
        [0, 0, 200, 100],
        [0, 0, 110, 60],
        [0, 40, 110, 100],
        [90, 0, 200, 60],
        [90, 40, 200, 100],
    ]
    assert layers == [0, 1, 1, 1, 1]
    assert len(amg.generate_crop_boxes((64, 64), 2, 0.3)[0]) == 1 + 4 + 16


def test_boxes_of_masks() -> None:
    masks = torch.zeros(2, 3, 6, 8, dtype=torch.bool)
    masks[0, 1, 2:4, 5:7] = True
    masks[1, 2] = True
    boxes = amg.batched_mask_to_box(masks)
    assert boxes.shape == (2, 3, 4)
    assert boxes[0, 1].tolist() == [5, 2, 6, 3]
    assert boxes[1, 2].tolist() == [0, 0, 7, 5]
    assert boxes[0, 0].tolist() == [0, 0, 0, 0]


def test_boxes_near_a_crops_edge() -> None:
    boxes = torch.tensor([[0, 0, 30, 30], [30, 30, 60, 60], [50, 50, 95, 60]])
    near = amg.is_box_near_crop_edge(boxes, [0, 0, 100, 100], [0, 0, 200, 200])
    assert near.tolist() == [False, False, True]  # the first touches the image's own edge


def test_stability_score() -> None:
    logits = torch.tensor([[[-2.0, -0.5, 0.5, 2.0]], [[-2.0, -2.0, 3.0, 2.0]], [[-5.0, -5.0, -5.0, -5.0]]])
    scores = amg.calculate_stability_score(logits, 0.0, 1.0)
    assert scores[0] == pytest.approx(1 / 3)
    assert scores[1] == 1
    assert scores[2].isnan()


def _naive_nms(boxes: list[list[float]], scores: list[float], threshold: float) -> list[int]:
    def overlap(a: list[float], b: list[float]) -> float:
        width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
        height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
        union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - width * height
        return width * height / union if union else 0.0

    kept: list[int] = []
    for index in sorted(range(len(boxes)), key=lambda i: -scores[i]):
        if all(overlap(boxes[index], boxes[other]) <= threshold for other in kept):
            kept.append(index)
    return kept


BOX = st.tuples(*[st.integers(0, 20)] * 4).map(
    lambda c: [min(c[0], c[2]), min(c[1], c[3]), max(c[0], c[2]), max(c[1], c[3])]
)


@given(st.lists(st.tuples(BOX, st.integers(0, 5)), max_size=12), st.sampled_from([0.1, 0.5, 0.72]))
@settings(max_examples=80, deadline=None)
def test_nms_is_the_greedy_one(rows: list, threshold: float) -> None:
    boxes = [[float(edge) for edge in box] for box, _ in rows]
    scores = [float(score) for _, score in rows]
    kept = amg.nms(torch.tensor(boxes).reshape(-1, 4), torch.tensor(scores), threshold)
    assert kept.tolist() == _naive_nms(boxes, scores, threshold)


def test_small_regions() -> None:
    mask = np.zeros((12, 12), dtype=bool)
    mask[1:9, 1:9] = True
    mask[4, 4] = False  # a hole of one pixel
    mask[11, 11] = True  # an island of one
    filled, changed = amg.remove_small_regions(mask, 3, "holes")
    assert changed and filled[4, 4] and filled[11, 11] and filled.sum() == 65
    cleaned, changed = amg.remove_small_regions(mask, 3, "islands")
    assert changed and not cleaned[11, 11] and not cleaned[4, 4] and cleaned.sum() == 63
    same, changed = amg.remove_small_regions(mask, 1, "holes")
    assert not changed and np.array_equal(same, mask)
    largest, changed = amg.remove_small_regions(mask, 1000, "islands")
    assert changed and largest.sum() == 63  # never the largest


def test_uncropping() -> None:
    assert amg.uncrop_points(torch.tensor([[1, 2]]), [10, 20, 30, 40]).tolist() == [[11, 22]]
    assert amg.uncrop_boxes_xyxy(torch.tensor([[1, 2, 3, 4]]), [10, 20, 30, 40]).tolist() == [
        [11, 22, 13, 24]
    ]
    mask = torch.ones(1, 2, 3, dtype=torch.bool)
    whole = amg.uncrop_masks(mask, [4, 5, 7, 7], 10, 12)
    assert whole.shape == (1, 10, 12)
    assert whole.sum() == 6 and whole[0, 5:7, 4:7].all()
    assert amg.box_xyxy_to_xywh(torch.tensor([3, 4, 10, 20])).tolist() == [3, 4, 7, 16]


def test_mask_data() -> None:
    data = amg.MaskData(scores=torch.tensor([1.0, 2.0, 3.0]), names=["a", "b", "c"], rows=np.arange(3))
    data.filter(torch.tensor([True, False, True]))
    data.cat(amg.MaskData(scores=torch.tensor([4.0]), names=["d"], rows=np.array([9])))
    data.filter(torch.tensor([2, 0]))
    data.to_numpy()
    assert data["names"] == ["d", "a"]
    assert data["scores"].tolist() == [4.0, 1.0]
    assert data["rows"].tolist() == [9, 0]
    with pytest.raises(TypeError, match="not int"):
        data["bad"] = 3


def test_batches() -> None:
    assert list(amg.batch_iterator(2, [1, 2, 3], "abc")) == [[[1, 2], "ab"], [[3], "c"]]
    with pytest.raises(ValueError, match="all of one length"):
        next(amg.batch_iterator(2, [1], [1, 2]))
