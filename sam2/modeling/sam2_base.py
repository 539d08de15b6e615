"""SAM 2 itself: the parts put together, and the verbs that a tracker calls (see `types.py`)."""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sam2.modeling.backbones.image_encoder import FpnNeck, ImageEncoder
from sam2.modeling.memory_attention import MemoryAttention
from sam2.modeling.memory_encoder import MemoryEncoder
from sam2.modeling.overrides import attend_officially, is_plain
from sam2.modeling.parts import SAM2Parts
from sam2.modeling.sam2_utils import get_1d_sine_pe
from sam2.modeling.types import NO_OBJ_SCORE, ImageFeatures, MaskPrediction, MemoryTokens, Prompts

__all__ = ["NO_OBJ_SCORE", "SAM2Base"]

NEVER_CALLED = frozenset(
    "track_step _track_step _forward_sam_heads _use_mask_as_output _prepare_memory_conditioned_features "
    "_encode_new_memory _encode_memory_in_output _use_multimask _apply_non_overlapping_constraints "
    "_get_image_feature _run_single_frame_inference _run_memory_encoder _get_orig_video_res_output "
    "_consolidate_temp_output_across_obj _reset_tracking_results _get_maskmem_pos_enc".split()
)
"""Methods of the official classes that trackers override, and that have no counterpart of that name here."""

MASK_PROMPT_SCALE, MASK_PROMPT_BIAS = 20.0, -10.0
"""A mask prompt of 0s and 1s becomes logits of -10 and +10."""


class SAM2Base(SAM2Parts):
    """The network with its configuration. Constructor arguments are the official ones (see `SAM2Parts`)."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Tells the author of a tracker whose methods would silently never be called."""
        super().__init_subclass__(**kwargs)
        if ignored := [name for name in vars(cls) if name in NEVER_CALLED]:
            warnings.warn(
                f"{cls.__name__} defines {', '.join(ignored)}, which nothing in this package calls; what to "
                "override or call instead stands in sam2/DECISIONS.md, under Tracking through a video",
                stacklevel=2,
            )

    # ---- the image encoder ----------------------------------------------------------------------

    def forward_image(self, img_batch: Tensor) -> dict[str, Any]:
        """The image encoder's official dictionary for [B, 3, S, S] normalised images, with conv_s0 and
        conv_s1 already applied to the two finer levels."""
        out = self.image_encoder(img_batch)
        if self.use_high_res_features_in_sam:
            finest, fine, *rest = out["backbone_fpn"]
            decoder = self.sam_mask_decoder
            out["backbone_fpn"] = [decoder.conv_s0(finest), decoder.conv_s1(fine), *rest]
        return out

    def _prepare_backbone_features(self, backbone_out: dict[str, Any]) -> tuple[Any, ...]:
        """The official view of `forward_image`: (the dictionary, [H * W, B, C] features and position
        encodings of the levels in use, finest first, and their (H, W))."""
        maps = backbone_out["backbone_fpn"][-self.num_feature_levels :]
        encodings = backbone_out["vision_pos_enc"][-self.num_feature_levels :]
        sizes = [tuple(encoding.shape[-2:]) for encoding in encodings]
        features = [level.flatten(2).permute(2, 0, 1) for level in maps]
        encodings = [encoding.flatten(2).permute(2, 0, 1) for encoding in encodings]
        return {**backbone_out}, features, encodings, sizes

    def encode_image(self, images_BCHW: Tensor) -> ImageFeatures:
        """Normalised float images [B, 3, S, S] to their features. The dearest step; once a frame.

        The same as `forward_image`, but the two finer levels go from the trunk to what the decoder
        reads of them in one step, where nothing else reads them.
        """
        encoder = self.image_encoder
        if not self._can_skip_finer_levels():
            maps = self.forward_image(images_BCHW)["backbone_fpn"][-self.num_feature_levels :]
            return ImageFeatures(embed_BCHW=maps[-1], high_res=tuple(maps[:-1]))
        decoder = self.sam_mask_decoder
        finest, fine, embed = encoder.project(images_BCHW, after=(decoder.conv_s0, decoder.conv_s1))
        return ImageFeatures(embed_BCHW=embed, high_res=(finest, fine))

    def _can_skip_finer_levels(self) -> bool:
        encoder = self.image_encoder
        neck = encoder.neck
        return (
            self.use_high_res_features_in_sam
            and (is_plain(encoder, ImageEncoder) or self._is_compiled_by_us(encoder))
            and is_plain(neck, FpnNeck)
            and type(self).forward_image is SAM2Base.forward_image
            and "forward_image" not in vars(self)
            and len(neck.convs) - encoder.scalp == self.num_feature_levels
            and neck.is_lateral_only(0)
            and neck.is_lateral_only(1)
        )

    def _is_compiled_by_us(self, encoder: nn.Module) -> bool:
        return self.compile_image_encoder and type(encoder) is ImageEncoder

    # ---- memory ---------------------------------------------------------------------------------

    def condition(self, features: ImageFeatures, memory: MemoryTokens | None) -> Tensor:
        """The frame's features in the light of each object's memory: [B, 256, h, w].

        Without memory (the first frame of an object, or a single image) `no_mem_embed` says so.
        """
        embed_BCHW = features.embed_BCHW
        if self.num_maskmem == 0:
            return embed_BCHW
        if memory is None and self.directly_add_no_mem_embed:
            return embed_BCHW + self.no_mem_embed.view(1, -1, 1, 1)
        if memory is None:
            tokens, encodings, num_ptr_tokens = self.no_mem_embed, self.no_mem_pos_enc, 0
        else:
            tokens, encodings, num_ptr_tokens = self._memory_sequence(memory, embed_BCHW.dtype)
        position = self.image_encoder.neck.position_encoding(embed_BCHW[:1])
        is_own = is_plain(self.memory_attention, MemoryAttention)
        attend = self.memory_attention.attend if is_own else partial(attend_officially, self.memory_attention)
        attended = attend(
            curr_BLC=embed_BCHW.flatten(2).transpose(1, 2),
            curr_pos=position.flatten(2).transpose(1, 2),
            memory_BMC=tokens,
            memory_pos=encodings,
            num_obj_ptr_tokens=num_ptr_tokens,
        )
        return attended.transpose(1, 2).unflatten(2, embed_BCHW.shape[-2:])

    def _memory_sequence(self, memory: MemoryTokens, dtype: torch.dtype) -> tuple[Tensor, Tensor, int]:
        """Memory tokens [B, M, 64] and their encodings, spatial ones first, and how many are pointers'."""
        maskmem = memory.maskmem_BFCHW
        batch = maskmem.shape[0]
        spatial = maskmem.flatten(3).transpose(2, 3).flatten(1, 2).to(dtype)
        where = self.memory_encoder.position_encoding(maskmem[:1, 0])
        when = self.maskmem_tpos_enc[:, 0, 0][memory.slots_BF]
        encodings = (where.flatten(2).transpose(1, 2)[:, None] + when[:, :, None]).flatten(1, 2)
        pointers = memory.obj_ptrs_BPC
        if not self.use_obj_ptrs_in_encoder or pointers is None or pointers.shape[1] == 0:
            return spatial, encodings, 0
        tokens_per_ptr = pointers.shape[2] // self.mem_dim
        pointer_tokens = pointers.reshape(batch, -1, self.mem_dim).to(dtype)
        pointer_pos = self._pointer_encodings(memory).repeat_interleave(tokens_per_ptr, dim=1)
        return (
            torch.cat([spatial, pointer_tokens], dim=1),
            torch.cat([encodings, pointer_pos.to(encodings.dtype)], dim=1),
            pointer_tokens.shape[1],
        )

    def _pointer_encodings(self, memory: MemoryTokens) -> Tensor:
        """How long ago each pointer was made: [B, P, 64]."""
        if not self.add_tpos_enc_to_obj_ptrs:
            return memory.obj_ptrs_BPC.new_zeros(*memory.obj_ptrs_BPC.shape[:2], self.mem_dim)
        times = memory.ptr_times_norm_BP
        if not self.use_signed_tpos_enc_to_obj_ptrs:
            times = times.abs()
        dim = self.hidden_dim if self.proj_tpos_enc_in_obj_ptrs else self.mem_dim
        return self.obj_ptr_tpos_proj(get_1d_sine_pe(times, dim=dim))

    def encode_memory(
        self,
        features: ImageFeatures,
        mask_logits_B1HW: Tensor,
        object_score_logits_B1: Tensor,
        is_mask_from_pts: bool,
    ) -> Tensor:
        """The memory of a frame, [B, 64, S/16, S/16] bfloat16, from its mask logits of any size.

        Rounding to bfloat16 is part of the model: the official predictor keeps memories so even when
        it computes in float32. It is not done while training. `is_mask_from_pts` is true for frames
        with prompts.
        """
        logits = self.resize_to_model(mask_logits_B1HW)
        if is_mask_from_pts and self.binarize_mask_from_pts_for_mem_enc and not self.training:
            mask = (logits > 0).float()
        else:
            mask = logits.sigmoid()
        mask = mask * self.sigmoid_scale_for_mem_enc + self.sigmoid_bias_for_mem_enc
        if is_plain(self.memory_encoder, MemoryEncoder):
            maskmem = self.memory_encoder.encode(features.embed_BCHW, mask)
        else:
            own = features.embed_BCHW.expand(mask.shape[0], -1, -1, -1)
            maskmem = self.memory_encoder(own, mask, skip_mask_sigmoid=True)["vision_features"]
        if self.no_obj_embed_spatial is not None:
            absent = (object_score_logits_B1 <= 0).to(maskmem.dtype)[..., None, None]
            maskmem = maskmem + absent * self.no_obj_embed_spatial[..., None, None]
        return maskmem if self.training else maskmem.to(torch.bfloat16)

    def resize_to_model(self, mask_logits_B1HW: Tensor) -> Tensor:
        """Mask logits, float32, at the model's input size [B, 1, S, S]."""
        logits = mask_logits_B1HW.float()
        size = (self.image_size, self.image_size)
        if tuple(logits.shape[-2:]) == size:
            return logits
        return F.interpolate(logits, size=size, mode="bilinear", align_corners=False)

    # ---- masks ----------------------------------------------------------------------------------

    def use_multimask(self, is_init_cond_frame: bool, num_points: int) -> bool:
        """Whether to ask for several candidates: with few clicks on an object's first frame, where
        one click is ambiguous, and on tracked frames (no clicks) if so configured."""
        return (
            self.multimask_output_in_sam
            and (is_init_cond_frame or self.multimask_output_for_tracking)
            and self.multimask_min_pt_num <= num_points <= self.multimask_max_pt_num
        )

    def decode(
        self, pix_feat: Tensor, high_res: tuple[Tensor, ...], prompts: Prompts, multimask: bool
    ) -> MaskPrediction:
        """Masks, scores and object pointers for B objects, from conditioned features [1 or B, 256, h, w]
        and their prompts (none on a tracked frame)."""
        batch = self._batch_size(pix_feat, prompts)
        sparse, dense = self._embed_prompts(prompts, batch)
        logits, ious, tokens, object_scores = self.sam_mask_decoder(
            image_embeddings=pix_feat,
            image_pe=self.sam_prompt_encoder.get_dense_pe(),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=multimask,
            repeat_image=True,
            high_res_features=high_res or None,
        )
        # Resizing needs float32; under autocast the decoder gives half precision.
        logits = logits.float()
        if self.pred_obj_scores:
            present = object_scores[:, :, None, None] > 0
            logits = torch.where(present, logits, NO_OBJ_SCORE)
        rows = torch.arange(batch, device=logits.device)
        best = ious.argmax(dim=-1)
        token = tokens[rows, best] if tokens.shape[1] > 1 else tokens[:, 0]
        pointer = self.obj_ptr_proj(token)
        if self.pred_obj_scores:
            pointer = self._mix_in_absence(pointer, self._presence(object_scores))
        return MaskPrediction(
            low_res_logits_B1HW=logits[rows, best].unsqueeze(1),
            ious_B=ious[rows, best],
            object_score_logits_B1=object_scores,
            obj_ptr_BC=pointer,
            multimask_logits_BMHW=logits,
            multimask_ious_BM=ious,
        )

    def use_mask_as_output(self, features: ImageFeatures, mask_B1HW: Tensor) -> MaskPrediction:
        """A mask prompt [B, 1, S, S] of 0s and 1s taken as it is, as logits of -10 and +10. Only its
        object pointer comes from the decoder."""
        mask = mask_B1HW.float()
        logits = mask * MASK_PROMPT_SCALE + MASK_PROMPT_BIAS
        side = logits.shape[-1] // self.backbone_stride * 4, logits.shape[-2] // self.backbone_stride * 4
        low_res = F.interpolate(logits, size=side[::-1], mode="bilinear", align_corners=False, antialias=True)
        present = mask.flatten(1).any(dim=1, keepdim=True).float()
        if self.use_obj_ptrs_in_encoder:
            prompts = Prompts(mask_logits_B1HW=self.mask_downsample(mask))
            pointer = self.decode(features.embed_BCHW, features.high_res, prompts, False).obj_ptr_BC
        else:
            pointer = mask.new_zeros(mask.shape[0], self.hidden_dim)
        if self.pred_obj_scores:
            pointer = self._mix_in_absence(pointer, present)
        ious = mask.new_ones(mask.shape[0])
        return MaskPrediction(
            low_res_logits_B1HW=low_res,
            ious_B=ious,
            object_score_logits_B1=MASK_PROMPT_SCALE * present + MASK_PROMPT_BIAS,
            obj_ptr_BC=pointer,
            multimask_logits_BMHW=low_res,
            multimask_ious_BM=ious[:, None],
        )

    @staticmethod
    def _batch_size(pix_feat: Tensor, prompts: Prompts) -> int:
        given = (prompts.points_BN2, prompts.mask_logits_B1HW, pix_feat)
        return max(tensor.shape[0] for tensor in given if tensor is not None)

    def _embed_prompts(self, prompts: Prompts, batch: int) -> tuple[Tensor, Tensor]:
        """Sparse [B, tokens, C] and dense [B, C, h, w] embeddings. No points is one place-holder point,
        to which the prompt encoder adds its own: two of them, as the model was trained."""
        encoder = self.sam_prompt_encoder
        if prompts.points_BN2 is None:
            points = torch.zeros(batch, 1, 2, device=self.device)
            labels = -torch.ones(batch, 1, dtype=torch.int32, device=self.device)
        else:
            points, labels = prompts.points_BN2, prompts.labels_BN
        mask = prompts.mask_logits_B1HW
        if mask is not None and tuple(mask.shape[-2:]) != encoder.mask_input_size:
            mask = F.interpolate(
                mask.float(),
                size=encoder.mask_input_size,
                mode="bilinear",
                align_corners=False,
                antialias=True,
            )
        return encoder(points=(points, labels), boxes=None, masks=mask)

    def _presence(self, object_score_logits_B1: Tensor) -> Tensor:
        """How much of an object there is, [B, 1] in 0..1: a yes or no unless `soft_no_obj_ptr`."""
        if self.soft_no_obj_ptr:
            return object_score_logits_B1.sigmoid()
        return (object_score_logits_B1 > 0).float()

    def _mix_in_absence(self, pointer_BC: Tensor, presence_B1: Tensor) -> Tensor:
        """The pointer of an absent object is (or, without `fixed_no_obj_ptr`, also has) `no_obj_ptr`."""
        if self.fixed_no_obj_ptr:
            pointer_BC = presence_B1 * pointer_BC
        return pointer_BC + (1 - presence_B1) * self.no_obj_ptr
