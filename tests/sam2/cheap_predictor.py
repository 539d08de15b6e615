"""A video predictor whose network is a few sums and sines: every input bit matters, and it is quick.

It tells which memories, prompts and flags the tracking code gives to the model, which is all that the
semantics and the bounded memory are about. The real network is compared in `test_video_parity.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sam2.modeling.types import ImageFeatures, MaskPrediction, MemoryTokens, Prompts
from sam2.sam2_video_predictor import SAM2VideoPredictor

SIDE = 32  # the model's input; low-res logits are 8 x 8, features 2 x 2


@dataclass
class Conditioned:
    """One call of `condition`: which memories were looked at, per object."""

    slots: list[list[int]] | None
    times: list[list[float]] | None
    maskmem: Tensor | None


@dataclass
class Decoded:
    """One call of `decode`."""

    prompts: Prompts
    multimask: bool


@dataclass
class Remembered:
    """One call of `encode_memory`."""

    logits: Tensor
    is_mask_from_pts: bool


class CheapPredictor(SAM2VideoPredictor):
    """`SAM2VideoPredictor` with a toy in place of the network. `calls` records what it was asked."""

    def __init__(self, seed: int = 0, present: bool = True, **options: Any):
        nn.Module.__init__(self)
        self.weight = nn.Parameter(torch.randn(4, generator=torch.Generator().manual_seed(seed)))
        self.image_size = SIDE
        self.present = present
        self.use_obj_ptrs_in_encoder = True
        self.use_mask_input_as_output_without_sam = True
        defaults = {
            "fill_hole_area": 0,
            "non_overlap_masks": False,
            "clear_non_cond_mem_around_input": False,
            "add_all_frames_to_correct_as_cond": False,
            "num_maskmem": 7,
            "max_cond_frames_in_attn": -1,
            "memory_temporal_stride_for_eval": 1,
            "max_obj_ptrs_in_encoder": 16,
            "only_obj_ptrs_in_the_past_for_eval": True,
        }
        for name, value in (defaults | options).items():
            setattr(self, name, value)
        self.calls: list[Conditioned | Decoded | Remembered] = []
        self.encoded = 0

    @property
    def device(self) -> torch.device:
        return torch.device("cpu")

    def called(self, kind: type) -> list[Any]:
        return [call for call in self.calls if isinstance(call, kind)]

    def encode_image(self, images_BCHW: Tensor) -> ImageFeatures:
        self.encoded += 1
        pooled = F.adaptive_avg_pool2d(images_BCHW, 2)
        return ImageFeatures(
            torch.cat([pooled, pooled.mean(1, keepdim=True)], 1) * self.weight[:, None, None], ()
        )

    def condition(self, features: ImageFeatures, memory: MemoryTokens | None) -> Tensor:
        if memory is None:
            self.calls.append(Conditioned(None, None, None))
            return features.embed_BCHW + 0.25
        times = memory.ptr_times_norm_BP
        self.calls.append(
            Conditioned(
                memory.slots_BF.tolist(), None if times is None else times.tolist(), memory.maskmem_BFCHW
            )
        )
        weights = torch.sin(memory.slots_BF + 1.0)[:, :, None, None, None]
        seen = (memory.maskmem_BFCHW.float() * weights).sum(1)
        if times is not None:
            seen = (
                seen
                + (memory.obj_ptrs_BPC * torch.cos(3 * times)[:, :, None]).sum((1, 2))[:, None, None, None]
            )
        return torch.sin(features.embed_BCHW + seen)

    def use_multimask(self, is_init_cond_frame: bool, num_points: int) -> bool:
        return num_points <= 1

    def decode(
        self, pix_feat: Tensor, high_res: tuple[Tensor, ...], prompts: Prompts, multimask: bool
    ) -> MaskPrediction:
        self.calls.append(Decoded(prompts, multimask))
        batch = pix_feat.shape[0]
        logits = F.interpolate(pix_feat, size=(8, 8), mode="bilinear").mean(1, keepdim=True)
        if prompts.points_BN2 is not None:
            signed = prompts.points_BN2 * (prompts.labels_BN[..., None] + 0.5)
            logits = logits + 0.01 * signed.sum((1, 2))[:, None, None, None]
        if prompts.mask_logits_B1HW is not None:
            logits = logits + 0.05 * prompts.mask_logits_B1HW
        logits = torch.sin(logits * 7) * 9 if self.present else torch.full_like(logits, -1024.0)
        mean = logits.mean((1, 2, 3))
        return MaskPrediction(
            low_res_logits_B1HW=logits,
            ious_B=torch.sigmoid(mean),
            object_score_logits_B1=mean[:, None] * 0 + (10.0 if self.present else -10.0),
            obj_ptr_BC=torch.sin(pix_feat.flatten(1)[:, :8] + mean[:, None]),
            multimask_logits_BMHW=logits,
            multimask_ious_BM=torch.ones(batch, 1),
        )

    def use_mask_as_output(self, features: ImageFeatures, mask_B1HW: Tensor) -> MaskPrediction:
        logits = F.interpolate(mask_B1HW * 20 - 10, size=(8, 8), mode="bilinear", antialias=True)
        return MaskPrediction(
            low_res_logits_B1HW=logits,
            ious_B=torch.ones(1),
            object_score_logits_B1=torch.full((1, 1), 10.0),
            obj_ptr_BC=torch.sin(logits.flatten(1)[:, :8]),
            multimask_logits_BMHW=logits,
            multimask_ious_BM=torch.ones(1, 1),
        )

    def encode_memory(
        self,
        features: ImageFeatures,
        mask_logits_B1HW: Tensor,
        object_score_logits_B1: Tensor,
        is_mask_from_pts: bool,
    ) -> Tensor:
        self.calls.append(Remembered(mask_logits_B1HW.clone(), is_mask_from_pts))
        mask = F.adaptive_avg_pool2d(torch.sin(mask_logits_B1HW), 2) + 0.3 * is_mask_from_pts
        return (features.embed_BCHW + mask).to(torch.bfloat16)
