"""Images, points and boxes into the model's own space, and masks back out of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from PIL.Image import Image
from torch import Tensor, nn

from sam2.utils.holes import connected_components

FILL_LOGIT = 10.0
"""How far beyond the threshold the pixels of a filled hole or a removed speck are put."""


def image_to_tensor(image: np.ndarray | Image) -> Tensor:
    """An image [H, W, C] to a float tensor [C, H, W]; 8-bit values become 0..1, others stay."""
    array = np.ascontiguousarray(image)
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3:
        raise ValueError(f"an image has shape (height, width, 3), not {array.shape}")
    # A copy: PIL and read-only arrays do not lend their memory to a tensor.
    tensor = torch.from_numpy(array.copy()).permute(2, 0, 1)
    if tensor.dtype == torch.uint8:
        return tensor.float().div_(255)
    if not tensor.isfinite().all():
        raise ValueError("the image holds values that are not finite")
    return tensor.float()


def _small_components(mask_N1HW: Tensor, max_area: float) -> Tensor:
    """Where a mask's 8-connected components are no larger than `max_area` pixels."""
    labels, areas = connected_components(mask_N1HW)
    return (labels > 0) & (areas <= max_area)


class SAM2Transforms(nn.Module):
    """The official preprocessing: scale to 0..1, resize to a square (bilinear with antialiasing, as
    torchvision's Resize does on a tensor), normalise with ImageNet's mean and deviation."""

    def __init__(
        self,
        resolution: int,
        mask_threshold: float,
        max_hole_area: float = 0.0,
        max_sprinkle_area: float = 0.0,
    ) -> None:
        super().__init__()
        self.resolution = resolution
        self.mask_threshold = mask_threshold
        self.max_hole_area = max_hole_area
        self.max_sprinkle_area = max_sprinkle_area
        self.mean = [0.485, 0.456, 0.406]
        self.std = [0.229, 0.224, 0.225]

    def forward(self, image: np.ndarray | Image) -> Tensor:
        """One image to [3, S, S]."""
        return self.transforms(image_to_tensor(image))

    def transforms(self, image_CHW: Tensor) -> Tensor:
        """A float image of 0..1, [3, H, W], resized and normalised: [3, S, S]."""
        if image_CHW.shape[0] != 3:
            raise ValueError(f"an image has 3 colours, not {image_CHW.shape[0]}; convert it to RGB first")
        size = (self.resolution, self.resolution)
        if tuple(image_CHW.shape[-2:]) != size:
            image_CHW = F.interpolate(
                image_CHW[None], size=size, mode="bilinear", align_corners=False, antialias=True
            )[0]
        mean = image_CHW.new_tensor(self.mean)[:, None, None]
        std = image_CHW.new_tensor(self.std)[:, None, None]
        return (image_CHW - mean) / std

    def forward_batch(self, img_list: Sequence[np.ndarray | Image]) -> Tensor:
        """Images of any sizes to [N, 3, S, S]."""
        return torch.stack([self(image) for image in img_list])

    def transform_coords(
        self, coords: Tensor, normalize: bool = False, orig_hw: tuple[int, int] | None = None
    ) -> Tensor:
        """Points [..., 2] (x, y) to pixels of the model's input: from pixels of an image of `orig_hw`
        with `normalize`, else from 0..1."""
        if normalize:
            if orig_hw is None:
                raise ValueError("normalize=True needs orig_hw, the height and width of the image")
            height, width = orig_hw
            coords = coords / coords.new_tensor([width, height])
        return coords * self.resolution

    def transform_boxes(
        self, boxes: Tensor, normalize: bool = False, orig_hw: tuple[int, int] | None = None
    ) -> Tensor:
        """Boxes [..., 4] (x0, y0, x1, y1) to their corners [B, 2, 2], as `transform_coords`."""
        return self.transform_coords(boxes.reshape(-1, 2, 2), normalize, orig_hw)

    def postprocess_masks(self, masks: Tensor, orig_hw: tuple[int, int]) -> Tensor:
        """Low-res logits [B, M, h, w] to logits at the image's size, small holes filled and small specks
        removed first if so configured (areas in low-res pixels)."""
        masks = self.clean_masks(masks.float())
        return F.interpolate(masks, tuple(orig_hw), mode="bilinear", align_corners=False)

    def clean_masks(self, masks: Tensor) -> Tensor:
        """Logits [B, M, h, w] without small holes and specks; both are found in the mask as given."""
        inside = masks.flatten(0, 1).unsqueeze(1) > self.mask_threshold
        if self.max_hole_area > 0:
            holes = _small_components(~inside, self.max_hole_area).view_as(masks)
            masks = torch.where(holes, self.mask_threshold + FILL_LOGIT, masks)
        if self.max_sprinkle_area > 0:
            specks = _small_components(inside, self.max_sprinkle_area).view_as(masks)
            masks = torch.where(specks, self.mask_threshold - FILL_LOGIT, masks)
        return masks
