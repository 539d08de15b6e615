"""Helpers of the automatic mask generator: crops, point grids, run-length encodings, boxes, NMS.

Names, arguments and results are the official ones; people import them.
"""

from __future__ import annotations

import math
from collections.abc import Generator, ItemsView, Sequence
from copy import deepcopy
from itertools import product
from typing import Any

import cv2
import numpy as np
import torch
from pycocotools import mask as coco_mask
from torch import Tensor

Rle = dict[str, Any]
"""COCO's uncompressed run-length encoding: `size` [height, width] and `counts`, column by column,
beginning with a run of 0s."""


class MaskData:
    """Columns of equal length (lists, arrays or tensors), filtered and joined together."""

    def __init__(self, **kwargs: list | np.ndarray | Tensor) -> None:
        for value in kwargs.values():
            self._check(value)
        self._stats = dict(**kwargs)

    @staticmethod
    def _check(value: Any) -> None:
        if not isinstance(value, (list, np.ndarray, Tensor)):
            raise TypeError(f"MaskData holds lists, arrays and tensors, not {type(value).__name__}")

    def __setitem__(self, key: str, item: list | np.ndarray | Tensor) -> None:
        self._check(item)
        self._stats[key] = item

    def __delitem__(self, key: str) -> None:
        del self._stats[key]

    def __getitem__(self, key: str) -> Any:
        return self._stats[key]

    def items(self) -> ItemsView[str, Any]:
        return self._stats.items()

    def filter(self, keep: Tensor) -> None:
        """Keeps the rows that `keep` (a mask or indices) names, in that order."""
        for key, column in self._stats.items():
            if isinstance(column, Tensor):
                self._stats[key] = column[keep.to(column.device)]
            elif isinstance(column, np.ndarray):
                self._stats[key] = column[keep.detach().cpu().numpy()]
            elif keep.dtype == torch.bool:
                self._stats[key] = [row for row, kept in zip(column, keep.tolist(), strict=True) if kept]
            else:
                self._stats[key] = [column[index] for index in keep.tolist()]

    def cat(self, new_stats: MaskData) -> None:
        """Appends the rows of another table."""
        for key, column in new_stats.items():
            own = self._stats.get(key)
            if own is None:
                self._stats[key] = deepcopy(column)
            elif isinstance(column, Tensor):
                self._stats[key] = torch.cat([own, column])
            elif isinstance(column, np.ndarray):
                self._stats[key] = np.concatenate([own, column])
            else:
                self._stats[key] = own + deepcopy(column)

    def to_numpy(self) -> None:
        """Tensors become arrays."""
        for key, column in self._stats.items():
            if isinstance(column, Tensor):
                self._stats[key] = column.float().detach().cpu().numpy()


# ---- points and crops ---------------------------------------------------------------------------


def build_point_grid(n_per_side: int) -> np.ndarray:
    """An even grid over the unit square, [n * n, 2] (x, y), row by row."""
    offset = 1 / (2 * n_per_side)
    side = np.linspace(offset, 1 - offset, n_per_side)
    x, y = np.meshgrid(side, side)
    return np.stack([x, y], axis=-1).reshape(-1, 2)


def build_all_layer_point_grids(n_per_side: int, n_layers: int, scale_per_layer: int) -> list[np.ndarray]:
    """A grid for the image and for each layer of crops, sparser by `scale_per_layer` a layer."""
    return [build_point_grid(int(n_per_side / scale_per_layer**layer)) for layer in range(n_layers + 1)]


def generate_crop_boxes(
    im_size: tuple[int, ...], n_layers: int, overlap_ratio: float
) -> tuple[list[list[int]], list[int]]:
    """Crops as x0, y0, x1, y1, and the layer of each. Layer 0 is the image of `im_size` (height,
    width); layer i has 2^i crops a side, which overlap by a fraction of the image's shorter side."""
    im_h, im_w = im_size
    crop_boxes, layer_idxs = [[0, 0, im_w, im_h]], [0]
    for layer in range(1, n_layers + 1):
        per_side = 2**layer
        overlap = int(overlap_ratio * min(im_h, im_w) * (2 / per_side))
        crop_w = math.ceil((overlap * (per_side - 1) + im_w) / per_side)
        crop_h = math.ceil((overlap * (per_side - 1) + im_h) / per_side)
        lefts = [(crop_w - overlap) * i for i in range(per_side)]
        tops = [(crop_h - overlap) * i for i in range(per_side)]
        for left, top in product(lefts, tops):
            crop_boxes.append([left, top, min(left + crop_w, im_w), min(top + crop_h, im_h)])
            layer_idxs.append(layer)
    return crop_boxes, layer_idxs


def uncrop_points(points: Tensor, crop_box: Sequence[int]) -> Tensor:
    """Points [N, 2] or [N, K, 2] of a crop in pixels of the image."""
    return points + torch.tensor(crop_box[:2], device=points.device)


def uncrop_boxes_xyxy(boxes: Tensor, crop_box: Sequence[int]) -> Tensor:
    """Boxes [N, 4] or [N, K, 4] of a crop in pixels of the image."""
    return boxes + torch.tensor([*crop_box[:2], *crop_box[:2]], device=boxes.device)


def uncrop_masks(masks: Tensor, crop_box: Sequence[int], orig_h: int, orig_w: int) -> Tensor:
    """Masks [N, h, w] of a crop at the image's size, nothing outside the crop."""
    x0, y0, x1, y1 = crop_box
    if (x0, y0, x1, y1) == (0, 0, orig_w, orig_h):
        return masks
    return torch.nn.functional.pad(masks, (x0, orig_w - x1, y0, orig_h - y1), value=0)


# ---- boxes --------------------------------------------------------------------------------------


def box_xyxy_to_xywh(box_xyxy: Tensor) -> Tensor:
    """One box x0, y0, x1, y1 to x0, y0, width, height."""
    box_xywh = deepcopy(box_xyxy)
    box_xywh[2] = box_xywh[2] - box_xywh[0]
    box_xywh[3] = box_xywh[3] - box_xywh[1]
    return box_xywh


def box_area(boxes: Tensor) -> Tensor:
    """Areas [N] of boxes [N, 4] x0, y0, x1, y1."""
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def is_box_near_crop_edge(
    boxes: Tensor, crop_box: list[int], orig_box: list[int], atol: float = 20.0
) -> Tensor:
    """Which boxes [N, 4] of a crop touch an edge of the crop that is no edge of the image: their
    objects are probably cut off."""
    boxes = uncrop_boxes_xyxy(boxes, crop_box).float()

    def near(edges: list[int]) -> Tensor:
        target = torch.as_tensor(edges, dtype=torch.float, device=boxes.device)
        return torch.isclose(boxes, target[None], atol=atol, rtol=0)

    return (near(crop_box) & ~near(orig_box)).any(dim=1)


def batched_mask_to_box(masks: Tensor) -> Tensor:
    """Boxes around boolean masks [..., H, W]: [..., 4] x0, y0, x1, y1, ends included; 0s if empty."""
    height, width = masks.shape[-2:]
    x = torch.arange(width, device=masks.device)
    y = torch.arange(height, device=masks.device)
    columns, rows = masks.any(dim=-2), masks.any(dim=-1)
    if masks.numel() == 0:
        return torch.zeros(*masks.shape[:-2], 4, dtype=torch.int64, device=masks.device)
    box = torch.stack(
        [
            torch.where(columns, x, width).amin(-1),
            torch.where(rows, y, height).amin(-1),
            torch.where(columns, x, 0).amax(-1),
            torch.where(rows, y, 0).amax(-1),
        ],
        dim=-1,
    )
    return torch.where(columns.any(-1, keepdim=True), box, 0)


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """Greedy non-maximum suppression: indices of the boxes kept, best score first. A box goes when it
    overlaps a better one that was kept by more than `iou_threshold`."""
    order = scores.sort(descending=True, stable=True).indices
    sorted_boxes = boxes[order].float()
    area = box_area(sorted_boxes)
    alive = torch.ones(len(order), dtype=torch.bool, device=boxes.device)
    kept = []
    for index in range(len(order)):
        if not alive[index]:
            continue
        kept.append(index)
        rest = slice(index + 1, None)
        low = torch.maximum(sorted_boxes[index, :2], sorted_boxes[rest, :2])
        high = torch.minimum(sorted_boxes[index, 2:], sorted_boxes[rest, 2:])
        overlap = (high - low).clamp(min=0).prod(dim=1)
        # Two boxes without area give 0 / 0, which is above no threshold: both stay.
        alive[rest] &= ~(overlap / (area[index] + area[rest] - overlap) > iou_threshold)
    return order[torch.tensor(kept, dtype=torch.int64, device=boxes.device)]


# ---- masks --------------------------------------------------------------------------------------


def calculate_stability_score(masks: Tensor, mask_threshold: float, threshold_offset: float) -> Tensor:
    """IoU between each mask of logits [N, H, W] thresholded high and low: 1 if its edge is steep. NaN
    where even the low threshold leaves nothing."""

    def area(threshold: float) -> Tensor:
        # Row by row first, in a narrow type: several times faster than one wide sum.
        rows = (masks > threshold).sum(dim=-1, dtype=torch.int16 if masks.shape[-1] < 2**15 else torch.int32)
        return rows.sum(dim=-1, dtype=torch.int32)

    return area(mask_threshold + threshold_offset) / area(mask_threshold - threshold_offset)


def mask_to_rle_pytorch(tensor: Tensor) -> list[Rle]:
    """Boolean masks [N, H, W] to uncompressed RLEs."""
    count, height, width = tensor.shape
    by_column = tensor.permute(0, 2, 1).reshape(count, height * width)
    changed = by_column[:, 1:] != by_column[:, :-1]
    starts_inside = by_column[:, 0].tolist() if by_column.shape[1] else [False] * count
    changed = changed.cpu().numpy()
    rles = []
    for row in range(count):
        ends = np.flatnonzero(changed[row]) + 1
        runs = np.diff(np.concatenate([[0], ends, [height * width]])).tolist()
        rles.append({"size": [height, width], "counts": [0, *runs] if starts_inside[row] else runs})
    return rles


def rle_to_mask(rle: Rle) -> np.ndarray:
    """An uncompressed RLE to a boolean mask [H, W]."""
    height, width = rle["size"]
    values = np.arange(len(rle["counts"])) % 2 == 1
    return np.repeat(values, rle["counts"]).reshape(width, height).transpose()


def area_from_rle(rle: Rle) -> int:
    """Pixels inside an uncompressed RLE."""
    return sum(rle["counts"][1::2])


def coco_encode_rle(uncompressed_rle: Rle) -> Rle:
    """COCO's compressed form, with its counts as text so that JSON can hold them."""
    rle = coco_mask.frPyObjects(uncompressed_rle, *uncompressed_rle["size"])
    rle["counts"] = rle["counts"].decode("utf-8")
    return rle


def remove_small_regions(mask: np.ndarray, area_thresh: float, mode: str) -> tuple[np.ndarray, bool]:
    """A mask without its holes ("holes") or islands ("islands") of fewer than `area_thresh` pixels, and
    whether it changed. The largest island always stays."""
    if mode not in ("holes", "islands"):
        raise ValueError(f"mode {mode!r} is neither 'holes' nor 'islands'")
    fill_holes = mode == "holes"
    searched = (mask ^ fill_holes).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(searched, connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    small = areas < area_thresh
    if not small.any():
        return mask, False
    chosen = np.zeros(len(stats), dtype=bool)  # labels that are inside afterwards; 0 is what was not searched
    if fill_holes:
        chosen[0] = True
        chosen[1:] = small
    elif small.all():
        chosen[1 + areas.argmax()] = True
    else:
        chosen[1:] = ~small
    return chosen[labels], True


def batch_iterator(batch_size: int, *args: Sequence) -> Generator[list[Any], None, None]:
    """Cuts sequences of one length into batches, side by side."""
    if not args or any(len(arg) != len(args[0]) for arg in args):
        raise ValueError("batches need at least one sequence, and all of one length")
    for start in range(0, len(args[0]), batch_size):
        yield [arg[start : start + batch_size] for arg in args]
