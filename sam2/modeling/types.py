"""The values that pass between the verbs of `SAM2Base`.

The five verbs, in the order in which a tracker calls them on a frame::

    features   = model.encode_image(images_BCHW)                            # once a frame
    pix_feat   = model.condition(features, memory)                          # memory may be None
    prediction = model.decode(pix_feat, features.high_res, prompts, multimask=...)
    prediction = model.use_mask_as_output(features, mask_B1HW)              # instead of condition + decode
    maskmem    = model.encode_memory(features, prediction.low_res_logits_B1HW,
                                     prediction.object_score_logits_B1, is_mask_from_pts=...)

and the one decision that belongs to the model: `model.use_multimask(is_init_cond_frame, num_points)`.

Shape letters: B objects (or images), C channels, H and W rows and columns of that map, N points,
F memory frames, P object pointers, M mask candidates. S is the model's input size (1024 for the
released models): features are S/16, low-res logits S/4. B of `ImageFeatures` is 1 or B of the rest:
one image serves any number of objects.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

NO_OBJ_SCORE = -1024.0
"""Mask logit that stands for "the object is not in this frame" (the official value)."""


@dataclass(frozen=True)
class ImageFeatures:
    """What the image encoder knows about one frame (or a batch of frames)."""

    embed_BCHW: Tensor
    """[B, 256, S/16, S/16]; without `no_mem_embed`."""
    high_res: tuple[Tensor, ...]
    """Finest first: [B, 32, S/4, S/4] and [B, 64, S/8, S/8], already through conv_s0 / conv_s1.
    Empty if the model does not use high-res features."""

    def image(self, index: int) -> ImageFeatures:
        """The features of one image of the batch, as a batch of one."""
        rows = slice(index, index + 1)
        return ImageFeatures(self.embed_BCHW[rows], tuple(level[rows] for level in self.high_res))


@dataclass(frozen=True)
class MemoryTokens:
    """What memory attention looks at, for B objects whose banks are equally long."""

    maskmem_BFCHW: Tensor
    """[B, F, 64, S/16, S/16] spatial memories as `encode_memory` returned them (bfloat16)."""
    slots_BF: Tensor
    """[B, F] int64: the row of `maskmem_tpos_enc` of each memory. 0 is the frame just before this one
    (t_rel 1), r - 1 the frame at t_rel r, and num_maskmem - 1 a conditioning frame."""
    obj_ptrs_BPC: Tensor | None = None
    """[B, P, 256] object pointers, or None (or P = 0) if there are none."""
    ptr_times_norm_BP: Tensor | None = None
    """[B, P] float: (frame - pointer's frame) / (min(num_frames, max_obj_ptrs_in_encoder) - 1), with
    the sign turned when tracking in reverse, so that the past is positive. The model takes the
    absolute value itself where its config has unsigned encodings."""


@dataclass(frozen=True)
class Prompts:
    """Clicks, a box and a mask for B objects, in the model's own pixels. No points and no mask is
    what a tracked frame has."""

    points_BN2: Tensor | None = None
    """[B, N, 2] float x, y in pixels of the S x S model input. A box is two points."""
    labels_BN: Tensor | None = None
    """[B, N] int: 1 include, 0 exclude, 2 and 3 a box's two corners, -1 padding."""
    mask_logits_B1HW: Tensor | None = None
    """[B, 1, S/4, S/4] logits of an earlier mask; other sizes are resized."""

    @property
    def num_points(self) -> int:
        """Points for each object; a box counts as two."""
        return 0 if self.points_BN2 is None else self.points_BN2.shape[1]


@dataclass(frozen=True)
class MaskPrediction:
    """The model's answer for B objects on one frame. An absent object (score <= 0) has all its
    logits at `NO_OBJ_SCORE` and the model's `no_obj_ptr` as pointer."""

    low_res_logits_B1HW: Tensor
    """[B, 1, S/4, S/4] float32: the chosen mask, > 0 inside."""
    ious_B: Tensor
    """[B] predicted IoU of the chosen mask, 0..1."""
    object_score_logits_B1: Tensor
    """[B, 1]: > 0 means the object is in the frame."""
    obj_ptr_BC: Tensor
    """[B, 256] object pointer of the chosen mask."""
    multimask_logits_BMHW: Tensor
    """[B, M, S/4, S/4]: all candidates, M = 3 with multimask, else 1."""
    multimask_ious_BM: Tensor
    """[B, M] predicted IoU of each candidate."""
