"""Masks in single images: set an image once, then prompt it as often as you like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from PIL.Image import Image
from torch import Tensor

from sam2.build_sam import build_sam2_hf
from sam2.modeling.sam2_base import SAM2Base
from sam2.utils.transforms import SAM2Transforms

LOW_RES_LIMIT = 32.0
"""Low-res logits are given out within +-32, so that they can be fed back as a mask prompt."""

Prediction = tuple[np.ndarray, np.ndarray, np.ndarray]


class SAM2ImagePredictor:
    """The official image predictor. Not for two threads at once: it holds the image that was set."""

    def __init__(
        self,
        sam_model: SAM2Base,
        mask_threshold: float = 0.0,
        max_hole_area: float = 0.0,
        max_sprinkle_area: float = 0.0,
        **kwargs: Any,
    ) -> None:
        """`mask_threshold` is the logit above which a pixel is inside. Holes and specks up to the given
        areas (in low-res pixels) are filled and removed. Other arguments are ignored."""
        self.model = sam_model
        self._transforms = SAM2Transforms(
            resolution=sam_model.image_size,
            mask_threshold=mask_threshold,
            max_hole_area=max_hole_area,
            max_sprinkle_area=max_sprinkle_area,
        )
        self.mask_threshold = mask_threshold
        self._bb_feat_sizes = [(sam_model.image_size // stride,) * 2 for stride in (4, 8, 16)]
        self.reset_predictor()

    @classmethod
    def from_pretrained(cls, model_id: str, **kwargs: Any) -> SAM2ImagePredictor:
        """A predictor with a released model, by its Hugging Face id."""
        return cls(build_sam2_hf(model_id, **kwargs), **kwargs)

    @property
    def device(self) -> torch.device:
        """Where the model is."""
        return self.model.device

    def reset_predictor(self) -> None:
        """Forgets the image."""
        self._is_image_set = False
        # The official attributes, which people save and put back to keep an image's features.
        self._features: dict[str, Any] | None = None
        self._orig_hw: list[tuple[int, int]] | None = None
        self._is_batch = False

    @torch.no_grad()
    def set_image(self, image: np.ndarray | Image) -> None:
        """Encodes an RGB image, [H, W, 3] or PIL."""
        if not isinstance(image, (np.ndarray, Image)):
            raise NotImplementedError("Image format not supported")
        sizes = [_height_width(image)]
        self._encode(self._transforms(image)[None], sizes)

    @torch.no_grad()
    def set_image_batch(self, image_list: Sequence[np.ndarray]) -> None:
        """Encodes several RGB images [H, W, 3], of any sizes, in one pass."""
        if not isinstance(image_list, (list, tuple)) or not image_list:
            raise ValueError("image_list must be a list with at least one image")
        if not all(isinstance(image, np.ndarray) for image in image_list):
            raise ValueError("Images are expected to be an np.ndarray in RGB format, and of shape  HWC")
        sizes = [_height_width(image) for image in image_list]
        self._encode(self._transforms.forward_batch(image_list), sizes)
        self._is_batch = True

    def _encode(self, images_BCHW: Tensor, sizes: list[tuple[int, int]]) -> None:
        self.reset_predictor()
        features = self.model.encode_image(images_BCHW.to(self.device))
        embed = features.embed_BCHW
        if self.model.directly_add_no_mem_embed:
            embed = embed + self.model.no_mem_embed.view(1, -1, 1, 1)
        self._features = {"image_embed": embed, "high_res_feats": list(features.high_res)}
        self._orig_hw = sizes
        self._is_image_set = True

    def get_image_embedding(self) -> Tensor:
        """The features of the image that was set: [B, 256, S/16, S/16]."""
        if not self._is_image_set:
            raise RuntimeError("An image must be set with .set_image(...) to generate an embedding.")
        return self._features["image_embed"]

    def predict(
        self,
        point_coords: np.ndarray | None = None,
        point_labels: np.ndarray | None = None,
        box: np.ndarray | None = None,
        mask_input: np.ndarray | None = None,
        multimask_output: bool = True,
        return_logits: bool = False,
        normalize_coords: bool = True,
    ) -> Prediction:
        """Masks for one object, or for several with a batch of boxes [B, 4] or points [B, N, 2].

        Points [N, 2] are x, y in pixels of the image (0..1 without `normalize_coords`), labels 1 to
        include and 0 to exclude, a box x0, y0, x1, y1, `mask_input` low-res logits [1, S/4, S/4] of an
        earlier answer. Returns masks [M, H, W] as float32 0 and 1 (logits with `return_logits`), their
        predicted IoU [M] and low-res logits [M, S/4, S/4]; with several objects each has B in front.
        """
        if not self._is_image_set:
            raise RuntimeError("An image must be set with .set_image(...) before mask prediction.")
        prompts = self._prep_prompts(point_coords, point_labels, box, mask_input, normalize_coords)
        return self._predict_numpy(prompts, multimask_output, return_logits, img_idx=-1)

    def predict_batch(
        self,
        point_coords_batch: Sequence[np.ndarray] | None = None,
        point_labels_batch: Sequence[np.ndarray] | None = None,
        box_batch: Sequence[np.ndarray] | None = None,
        mask_input_batch: Sequence[np.ndarray] | None = None,
        multimask_output: bool = True,
        return_logits: bool = False,
        normalize_coords: bool = True,
    ) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
        """`predict` for each image of `set_image_batch`; prompts are lists with one entry an image."""
        if not self._is_batch or not self._is_image_set:
            raise RuntimeError(
                "This function should only be used when in batched mode: call .set_image_batch(...) first."
            )
        count = len(self._orig_hw)
        batches = (point_coords_batch, point_labels_batch, box_batch, mask_input_batch)
        for batch in batches:
            if batch is not None and len(batch) != count:
                raise ValueError(f"a prompt list has {len(batch)} entries for {count} images")
        results = []
        for img_idx in range(count):
            own = [None if batch is None else batch[img_idx] for batch in batches]
            prompts = self._prep_prompts(*own, normalize_coords, img_idx=img_idx)
            results.append(self._predict_numpy(prompts, multimask_output, return_logits, img_idx))
        masks, ious, low_res = zip(*results, strict=True)
        return list(masks), list(ious), list(low_res)

    def _predict_numpy(
        self,
        prompts: tuple[Tensor | None, ...],
        multimask_output: bool,
        return_logits: bool,
        img_idx: int,
    ) -> Prediction:
        mask_input, coords, labels, box = prompts
        outputs = self._predict(
            coords, labels, box, mask_input, multimask_output, return_logits=return_logits, img_idx=img_idx
        )
        masks, ious, low_res = (output.squeeze(0).float().cpu().numpy() for output in outputs)
        return masks, ious, low_res

    def _prep_prompts(
        self,
        point_coords: np.ndarray | None,
        point_labels: np.ndarray | None,
        box: np.ndarray | None,
        mask_logits: np.ndarray | None,
        normalize_coords: bool,
        img_idx: int = -1,
    ) -> tuple[Tensor | None, Tensor | None, Tensor | None, Tensor | None]:
        """The prompts as tensors in the model's own space: mask [B, 1, h, w], points [B, N, 2], labels
        [B, N] and box corners [B, 2, 2]. (The official helper; the order is its own.)"""
        orig_hw = self._orig_hw[img_idx]
        coords = labels = corners = mask = None
        if point_coords is not None:
            if point_labels is None:
                raise ValueError("point_labels must be supplied if point_coords is supplied.")
            points = _floats("point_coords", point_coords, self.device)
            labels = _floats("point_labels", point_labels, self.device)
            _check_points(points, labels)
            labels = labels.int()
            coords = self._transforms.transform_coords(points, normalize=normalize_coords, orig_hw=orig_hw)
            if coords.ndim == 2:
                coords, labels = coords[None], labels[None]
        if box is not None:
            boxes = _floats("box", box, self.device)
            _check_boxes(boxes)
            corners = self._transforms.transform_boxes(boxes, normalize=normalize_coords, orig_hw=orig_hw)
            if coords is not None and coords.shape[0] != corners.shape[0]:
                raise ValueError(f"{coords.shape[0]} sets of points do not match {corners.shape[0]} boxes")
        if mask_logits is not None:
            mask = _floats("mask_input", mask_logits, self.device)
            mask = mask[None] if mask.ndim == 3 else mask
            self._check_mask_input(mask, [given.shape[0] for given in (coords, corners) if given is not None])
        return mask, coords, labels, corners

    def _check_mask_input(self, mask: Tensor, batches: list[int]) -> None:
        height, width = self.model.sam_prompt_encoder.mask_input_size
        if mask.ndim != 4 or tuple(mask.shape[1:]) != (1, height, width):
            raise ValueError(
                f"mask_input must have shape (1, {height}, {width}) or (B, 1, {height}, {width}), "
                f"not {tuple(mask.shape)}"
            )
        if batches and mask.shape[0] not in (1, batches[0]):
            raise ValueError(f"{mask.shape[0]} masks in mask_input do not match {batches[0]} sets of prompts")

    @torch.no_grad()
    def _predict(
        self,
        point_coords: Tensor | None,
        point_labels: Tensor | None,
        boxes: Tensor | None = None,
        mask_input: Tensor | None = None,
        multimask_output: bool = True,
        return_logits: bool = False,
        img_idx: int = -1,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """`predict` on tensors that are already in the model's own space (see `_prep_prompts`).

        Returns masks [B, M, H, W] (bool, or float logits), IoUs [B, M], low-res logits [B, M, S/4, S/4].
        """
        low_res, ious = self._predict_low_res(
            point_coords, point_labels, boxes, mask_input, multimask_output, img_idx
        )
        masks = self._transforms.postprocess_masks(low_res, self._orig_hw[img_idx])
        if not return_logits:
            masks = masks > self.mask_threshold
        return masks, ious, low_res.clamp(-LOW_RES_LIMIT, LOW_RES_LIMIT)

    @torch.no_grad()
    def _predict_low_res(
        self,
        point_coords: Tensor | None,
        point_labels: Tensor | None,
        boxes: Tensor | None,
        mask_input: Tensor | None,
        multimask_output: bool,
        img_idx: int = -1,
    ) -> tuple[Tensor, Tensor]:
        """Low-res logits [B, M, S/4, S/4] and IoUs [B, M], before any processing at the image's size."""
        if not self._is_image_set:
            raise RuntimeError("An image must be set with .set_image(...) before mask prediction.")
        model = self.model
        points = None if point_coords is None else (point_coords, point_labels)
        if boxes is not None:
            # A box goes in as two points, before the others.
            corners = boxes.reshape(-1, 2, 2)
            corner_labels = corners.new_tensor([2, 3]).int().expand(corners.shape[0], 2)
            if points is None:
                points = (corners, corner_labels)
            else:
                points = (
                    torch.cat([corners, points[0]], dim=1),
                    torch.cat([corner_labels, points[1]], dim=1),
                )
        sparse, dense = model.sam_prompt_encoder(points=points, boxes=None, masks=mask_input)
        low_res, ious, _, _ = model.sam_mask_decoder(
            image_embeddings=self._features["image_embed"][img_idx].unsqueeze(0),
            image_pe=model.sam_prompt_encoder.get_dense_pe(),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=multimask_output,
            repeat_image=sparse.shape[0] > 1,
            high_res_features=[level[img_idx].unsqueeze(0) for level in self._features["high_res_feats"]],
        )
        return low_res, ious


def _height_width(image: np.ndarray | Image) -> tuple[int, int]:
    if isinstance(image, np.ndarray):
        if image.ndim != 3:
            raise ValueError(f"an image has shape (height, width, 3), not {image.shape}")
        height, width = image.shape[:2]
    else:
        width, height = image.size
    if height == 0 or width == 0:
        raise ValueError(f"the image is empty ({width} x {height})")
    return height, width


def _floats(name: str, values: np.ndarray, device: torch.device) -> Tensor:
    try:
        values = values if isinstance(values, Tensor) else np.asarray(values)
        tensor = torch.as_tensor(values, dtype=torch.float, device=device)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} is no array of numbers; give a numpy array or a tensor") from error
    if not tensor.isfinite().all():
        raise ValueError(f"{name} holds values that are not finite")
    return tensor


def _check_boxes(boxes: Tensor) -> None:
    if boxes.shape[-1:] != (4,) or boxes.ndim > 2 or boxes.numel() == 0:
        raise ValueError(f"box must have shape (4,) or (B, 4), not {tuple(boxes.shape)}")
    if (boxes[..., 2:] < boxes[..., :2]).any():
        raise ValueError("box is out of order; give x0, y0, x1, y1 with x0 <= x1 and y0 <= y1")


def _check_points(points: Tensor, labels: Tensor) -> None:
    if points.ndim not in (2, 3) or points.shape[-1] != 2:
        raise ValueError(f"point_coords must have shape (N, 2) or (B, N, 2), not {tuple(points.shape)}")
    if labels.shape != points.shape[:-1]:
        raise ValueError(
            f"point_labels has shape {tuple(labels.shape)} for points of shape {tuple(points.shape)}; "
            "give one label a point"
        )
    if ((labels != 0) & (labels != 1)).any():
        raise ValueError("point_labels must be 1 (include) or 0 (exclude); a box goes into box=")
