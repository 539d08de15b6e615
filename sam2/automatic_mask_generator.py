"""Masks for everything in an image: a grid of clicks, then the good and different answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sam2.build_sam import build_sam2_hf
from sam2.modeling.sam2_base import SAM2Base
from sam2.sam2_image_predictor import LOW_RES_LIMIT, SAM2ImagePredictor
from sam2.utils.amg import (
    MaskData,
    Rle,
    area_from_rle,
    batch_iterator,
    batched_mask_to_box,
    box_area,
    box_xyxy_to_xywh,
    build_all_layer_point_grids,
    calculate_stability_score,
    coco_encode_rle,
    generate_crop_boxes,
    is_box_near_crop_edge,
    mask_to_rle_pytorch,
    nms,
    remove_small_regions,
    rle_to_mask,
    uncrop_boxes_xyxy,
    uncrop_masks,
    uncrop_points,
)

OUTPUT_MODES = ("binary_mask", "uncompressed_rle", "coco_rle")
PIXELS_AT_ONCE = 2**24
"""Full-size logits held at a time, in pixels (64 MiB)."""
PROMPTS_AT_ONCE_ON_CPU = 2
"""Decoder batch on a CPU, measured as the cheapest: larger ones leave the cache and only cost pages."""


@dataclass(frozen=True)
class Candidates:
    """Masks that are not yet thresholded: one row for each."""

    low_res_logits_NHW: Tensor
    ious_N: Tensor
    points_N2: Tensor
    """The click that each came from, in pixels of the crop."""

    def __getitem__(self, rows: Tensor | slice) -> Candidates:
        return Candidates(self.low_res_logits_NHW[rows], self.ious_N[rows], self.points_N2[rows])

    def __len__(self) -> int:
        return len(self.ious_N)


@dataclass(frozen=True)
class FoundMasks:
    """Masks that passed: one row for each, on the CPU."""

    rles: list[Rle]
    ious_N: Tensor
    points_N2: Tensor
    stability_scores_N: Tensor
    boxes_N4: Tensor
    crop_boxes_N4: Tensor

    @classmethod
    def none(cls) -> FoundMasks:
        empty, boxes = torch.zeros(0), torch.zeros(0, 4, dtype=torch.int64)
        return cls([], empty, torch.zeros(0, 2), empty, boxes, boxes)

    @classmethod
    def joined(cls, parts: list[FoundMasks]) -> FoundMasks:
        if not parts:
            return cls.none()
        return cls(
            rles=[rle for part in parts for rle in part.rles],
            ious_N=torch.cat([part.ious_N for part in parts]),
            points_N2=torch.cat([part.points_N2 for part in parts]),
            stability_scores_N=torch.cat([part.stability_scores_N for part in parts]),
            boxes_N4=torch.cat([part.boxes_N4 for part in parts]),
            crop_boxes_N4=torch.cat([part.crop_boxes_N4 for part in parts]),
        )

    def kept(self, rows: Tensor) -> FoundMasks:
        """The rows of these indices, in their order."""
        return FoundMasks(
            rles=[self.rles[row] for row in rows.tolist()],
            ious_N=self.ious_N[rows],
            points_N2=self.points_N2[rows],
            stability_scores_N=self.stability_scores_N[rows],
            boxes_N4=self.boxes_N4[rows],
            crop_boxes_N4=self.crop_boxes_N4[rows],
        )


class SAM2AutomaticMaskGenerator:
    """The official mask generator."""

    def __init__(
        self,
        model: SAM2Base,
        points_per_side: int | None = 32,
        points_per_batch: int = 64,
        pred_iou_thresh: float = 0.8,
        stability_score_thresh: float = 0.95,
        stability_score_offset: float = 1.0,
        mask_threshold: float = 0.0,
        box_nms_thresh: float = 0.7,
        crop_n_layers: int = 0,
        crop_nms_thresh: float = 0.7,
        crop_overlap_ratio: float = 512 / 1500,
        crop_n_points_downscale_factor: int = 1,
        point_grids: list[np.ndarray] | None = None,
        min_mask_region_area: int = 0,
        output_mode: str = "binary_mask",
        use_m2m: bool = False,
        multimask_output: bool = True,
        **kwargs: Any,
    ) -> None:
        """`points_per_side`: clicks along each side of the image (or give `point_grids`, 0..1, one for
        each layer). Masks pass by predicted IoU and by stability, the IoU between thresholds
        `stability_score_offset` above and below `mask_threshold`. Boxes that overlap by more than
        `box_nms_thresh` in a crop, or `crop_nms_thresh` between crops, count as the same mask.
        `crop_n_layers` runs on 2^i crops a side too, with fewer clicks by the downscale factor.
        `min_mask_region_area`: smaller holes and specks go, in low-res pixels. `use_m2m` refines
        each mask once with itself as a prompt. Other arguments are ignored."""
        if (points_per_side is None) == (point_grids is None):
            raise ValueError("Exactly one of points_per_side or point_grid must be provided.")
        if output_mode not in OUTPUT_MODES:
            raise ValueError(f"Unknown output_mode {output_mode}; it is one of {', '.join(OUTPUT_MODES)}.")
        if points_per_batch < 1 or (points_per_side is not None and points_per_side < 1):
            raise ValueError("points_per_side and points_per_batch must be at least 1")
        if points_per_side is not None:
            point_grids = build_all_layer_point_grids(
                points_per_side, crop_n_layers, crop_n_points_downscale_factor
            )
        if len(point_grids) <= crop_n_layers:
            raise ValueError(f"point_grids has {len(point_grids)} grids for {crop_n_layers + 1} layers")
        self.predictor = SAM2ImagePredictor(
            model, max_hole_area=min_mask_region_area, max_sprinkle_area=min_mask_region_area
        )
        self.point_grids = point_grids
        self.points_per_batch = points_per_batch
        self.pred_iou_thresh = pred_iou_thresh
        self.stability_score_thresh = stability_score_thresh
        self.stability_score_offset = stability_score_offset
        self.mask_threshold = mask_threshold
        self.box_nms_thresh = box_nms_thresh
        self.crop_n_layers = crop_n_layers
        self.crop_nms_thresh = crop_nms_thresh
        self.crop_overlap_ratio = crop_overlap_ratio
        self.crop_n_points_downscale_factor = crop_n_points_downscale_factor
        self.min_mask_region_area = min_mask_region_area
        self.output_mode = output_mode
        self.use_m2m = use_m2m
        self.multimask_output = multimask_output

    @classmethod
    def from_pretrained(cls, model_id: str, **kwargs: Any) -> SAM2AutomaticMaskGenerator:
        """A generator with a released model, by its Hugging Face id."""
        return cls(build_sam2_hf(model_id, **kwargs), **kwargs)

    @torch.no_grad()
    def generate(self, image: np.ndarray) -> list[dict[str, Any]]:
        """Masks of an RGB image [H, W, 3], best first: dictionaries with `segmentation` (as
        `output_mode` says), `area` in pixels, `bbox` and `crop_box` (x, y, width, height; floats),
        `predicted_iou`, `stability_score` and `point_coords` ([[x, y]]). None found is an empty list."""
        if not isinstance(image, np.ndarray) or image.ndim != 3:
            raise ValueError("image must be an array of shape (height, width, 3)")
        found = self._find_masks(image)
        return [
            {
                "segmentation": self._as_output(rle),
                "area": area_from_rle(rle),
                "bbox": box_xyxy_to_xywh(found.boxes_N4[row].float()).tolist(),
                "predicted_iou": found.ious_N[row].item(),
                "point_coords": [found.points_N2[row].tolist()],
                "stability_score": found.stability_scores_N[row].item(),
                "crop_box": box_xyxy_to_xywh(found.crop_boxes_N4[row].float()).tolist(),
            }
            for row, rle in enumerate(found.rles)
        ]

    def _as_output(self, rle: Rle) -> np.ndarray | Rle:
        if self.output_mode == "binary_mask":
            return rle_to_mask(rle)
        return coco_encode_rle(rle) if self.output_mode == "coco_rle" else rle

    def _find_masks(self, image: np.ndarray) -> FoundMasks:
        """All masks of the image and its crops; of the same mask in two crops, the smaller crop's."""
        crop_boxes, layers = generate_crop_boxes(image.shape[:2], self.crop_n_layers, self.crop_overlap_ratio)
        found = FoundMasks.joined(
            [
                self._find_in_crop(image, crop_box, self.point_grids[layer])
                for crop_box, layer in zip(crop_boxes, layers, strict=True)
            ]
        )
        if len(crop_boxes) > 1 and found.rles:
            preference = 1 / box_area(found.crop_boxes_N4)
            found = found.kept(nms(found.boxes_N4, preference, self.crop_nms_thresh))
        return found

    def _find_in_crop(self, image: np.ndarray, crop_box: list[int], grid: np.ndarray) -> FoundMasks:
        x0, y0, x1, y1 = crop_box
        self.predictor.set_image(image[y0:y1, x0:x1])
        points = torch.as_tensor(grid * np.array([[x1 - x0, y1 - y0]]), dtype=torch.float32)
        parts = []
        for batch in points.split(self.points_per_batch):
            parts += self._find_at_points(batch, crop_box, image.shape[:2])
        self.predictor.reset_predictor()
        found = FoundMasks.joined(parts)
        return found.kept(nms(found.boxes_N4, found.ious_N, self.box_nms_thresh))

    def _find_at_points(
        self, points_N2: Tensor, crop_box: list[int], orig_hw: tuple[int, int]
    ) -> list[FoundMasks]:
        candidates = self._candidates(points_N2.to(self.predictor.device))
        if self.use_m2m:
            candidates = self._refined(candidates)
        if self.pred_iou_thresh > 0:
            # Before any work at the image's size, which is most of the work.
            candidates = candidates[candidates.ious_N > self.pred_iou_thresh]
        crop_area = (crop_box[2] - crop_box[0]) * (crop_box[3] - crop_box[1])
        at_once = max(1, PIXELS_AT_ONCE // crop_area)
        return [
            self._at_full_size(candidates[start : start + at_once], crop_box, orig_hw)
            for start in range(0, len(candidates), at_once)
        ]

    def _decoder_batches(self, count: int) -> Iterator[slice]:
        on_cpu = self.predictor.device.type == "cpu"
        size = min(self.points_per_batch, PROMPTS_AT_ONCE_ON_CPU) if on_cpu else self.points_per_batch
        return (slice(start, start + size) for start in range(0, count, size))

    def _to_model(self, points_N2: Tensor) -> tuple[Tensor, Tensor]:
        """Clicks in pixels of the crop to points [N, 1, 2] and labels [N, 1] for the model."""
        orig_hw = self.predictor._orig_hw[-1]
        coords = self.predictor._transforms.transform_coords(points_N2, normalize=True, orig_hw=orig_hw)
        return coords[:, None], torch.ones(len(coords), 1, dtype=torch.int, device=coords.device)

    def _candidates(self, points_N2: Tensor) -> Candidates:
        coords, labels = self._to_model(points_N2)
        answers = [
            self.predictor._predict_low_res(coords[rows], labels[rows], None, None, self.multimask_output)
            for rows in self._decoder_batches(len(coords))
        ]
        logits = torch.cat([logits for logits, _ in answers])
        ious = torch.cat([ious for _, ious in answers])
        each = logits.shape[1]
        return Candidates(logits.flatten(0, 1), ious.flatten(), points_N2.repeat_interleave(each, dim=0))

    def _refined(self, candidates: Candidates) -> Candidates:
        """Each mask again, from its click and itself as a mask prompt."""
        coords, labels = self._to_model(candidates.points_N2)
        masks = candidates.low_res_logits_NHW[:, None].clamp(-LOW_RES_LIMIT, LOW_RES_LIMIT)
        answers = [
            self.predictor._predict_low_res(coords[rows], labels[rows], None, masks[rows], False)
            for rows in self._decoder_batches(len(coords))
        ]
        logits = torch.cat([logits for logits, _ in answers])
        ious = torch.cat([ious for _, ious in answers])
        return Candidates(logits.squeeze(1), ious.squeeze(1), candidates.points_N2)

    def _at_full_size(
        self, candidates: Candidates, crop_box: list[int], orig_hw: tuple[int, int]
    ) -> FoundMasks:
        """Masks at the image's size, those that are stable and not cut off by the crop's edge."""
        height, width = orig_hw
        crop_hw = (crop_box[3] - crop_box[1], crop_box[2] - crop_box[0])
        transforms = self.predictor._transforms
        logits = transforms.postprocess_masks(candidates.low_res_logits_NHW[:, None], crop_hw)[:, 0]
        stability = calculate_stability_score(logits, self.mask_threshold, self.stability_score_offset)
        keep = torch.ones_like(stability, dtype=torch.bool)
        if self.stability_score_thresh > 0:
            keep = stability >= self.stability_score_thresh
        candidates, stability, masks = candidates[keep], stability[keep], logits[keep] > self.mask_threshold
        boxes = batched_mask_to_box(masks)
        inside = ~is_box_near_crop_edge(boxes, crop_box, [0, 0, width, height])
        candidates, boxes = candidates[inside], boxes[inside]
        return FoundMasks(
            rles=mask_to_rle_pytorch(uncrop_masks(masks[inside], crop_box, height, width)),
            ious_N=candidates.ious_N.float().cpu(),
            points_N2=uncrop_points(candidates.points_N2, crop_box).cpu(),
            stability_scores_N=stability[inside].cpu(),
            boxes_N4=uncrop_boxes_xyxy(boxes, crop_box).cpu(),
            crop_boxes_N4=torch.tensor([crop_box]).expand(len(boxes), 4),
        )

    @torch.no_grad()
    def refine_with_m2m(
        self, points: Tensor, point_labels: Tensor, low_res_masks: Tensor, points_per_batch: int
    ) -> tuple[Tensor, Tensor]:
        """Masks again, each from its click and itself as a prompt: logits at the image's size [N, 1, H, W]
        and IoUs [N, 1]. Points [N, 2] are in the model's own pixels, masks low-res logits [N, h, w]. (An
        official helper; the image must be set in `predictor`. `generate` filters before it resizes.)"""
        answers = [
            self.predictor._predict(
                coords[:, None], labels[:, None], None, masks[:, None], False, return_logits=True
            )
            for coords, labels, masks in batch_iterator(points_per_batch, points, point_labels, low_res_masks)
        ]
        return torch.cat([masks for masks, _, _ in answers]), torch.cat([ious for _, ious, _ in answers])

    @staticmethod
    def postprocess_small_regions(mask_data: MaskData, min_area: int, nms_thresh: float) -> MaskData:
        """Removes small holes and islands of `mask_data["rles"]` at full size, then duplicates that this
        makes, those that were changed first. (An official helper that `generate` does not call.)"""
        if not mask_data["rles"]:
            return mask_data
        masks, scores = [], []
        for rle in mask_data["rles"]:
            mask, holes_filled = remove_small_regions(rle_to_mask(rle), min_area, mode="holes")
            mask, islands_removed = remove_small_regions(mask, min_area, mode="islands")
            masks.append(torch.as_tensor(np.ascontiguousarray(mask)))
            scores.append(float(not (holes_filled or islands_removed)))
        boxes = batched_mask_to_box(torch.stack(masks))
        keep = nms(boxes, torch.as_tensor(scores), nms_thresh)
        for row in keep.tolist():
            if scores[row] == 0.0:
                mask_data["rles"][row] = mask_to_rle_pytorch(masks[row][None])[0]
                mask_data["boxes"][row] = boxes[row]
        mask_data.filter(keep)
        return mask_data
