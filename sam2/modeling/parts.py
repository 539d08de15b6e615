"""What SAM 2 is made of: its parts, put together as a configuration says. `sam2_base` puts them to work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from sam2.modeling.sam.mask_decoder import MaskDecoder
from sam2.modeling.sam.prompt_encoder import PromptEncoder
from sam2.modeling.sam.transformer import TwoWayTransformer
from sam2.modeling.sam2_utils import MLP

COARSEST_STRIDE = 32
"""Pixels of the input for each of the trunk's coarsest map."""


class SAM2Parts(nn.Module):
    """The parts of a `SAM2Base` under their official names, and its settings."""

    def __init__(
        self,
        image_encoder: nn.Module,
        memory_attention: nn.Module,
        memory_encoder: nn.Module,
        num_maskmem: int = 7,
        image_size: int = 512,
        backbone_stride: int = 16,
        sigmoid_scale_for_mem_enc: float = 1.0,
        sigmoid_bias_for_mem_enc: float = 0.0,
        binarize_mask_from_pts_for_mem_enc: bool = False,
        use_mask_input_as_output_without_sam: bool = False,
        max_cond_frames_in_attn: int = -1,
        directly_add_no_mem_embed: bool = False,
        use_high_res_features_in_sam: bool = False,
        multimask_output_in_sam: bool = False,
        multimask_min_pt_num: int = 1,
        multimask_max_pt_num: int = 1,
        multimask_output_for_tracking: bool = False,
        use_multimask_token_for_obj_ptr: bool = False,
        iou_prediction_use_sigmoid: bool = False,
        memory_temporal_stride_for_eval: int = 1,
        non_overlap_masks_for_mem_enc: bool = False,
        use_obj_ptrs_in_encoder: bool = False,
        max_obj_ptrs_in_encoder: int = 16,
        add_tpos_enc_to_obj_ptrs: bool = True,
        proj_tpos_enc_in_obj_ptrs: bool = False,
        use_signed_tpos_enc_to_obj_ptrs: bool = False,
        only_obj_ptrs_in_the_past_for_eval: bool = False,
        pred_obj_scores: bool = False,
        pred_obj_scores_mlp: bool = False,
        fixed_no_obj_ptr: bool = False,
        soft_no_obj_ptr: bool = False,
        use_mlp_for_obj_ptr_proj: bool = False,
        no_obj_embed_spatial: bool = False,
        sam_mask_decoder_extra_args: Mapping[str, Any] | None = None,
        compile_image_encoder: bool = False,
    ) -> None:
        super().__init__()
        if fixed_no_obj_ptr and not (pred_obj_scores and use_obj_ptrs_in_encoder):
            raise ValueError("fixed_no_obj_ptr needs pred_obj_scores and use_obj_ptrs_in_encoder")
        if proj_tpos_enc_in_obj_ptrs and not add_tpos_enc_to_obj_ptrs:
            raise ValueError("proj_tpos_enc_in_obj_ptrs needs add_tpos_enc_to_obj_ptrs")
        if image_size % COARSEST_STRIDE:
            raise ValueError(f"image_size is {image_size}; it must be a multiple of {COARSEST_STRIDE}")
        self.image_encoder = image_encoder
        self.use_high_res_features_in_sam = use_high_res_features_in_sam
        self.num_feature_levels = 3 if use_high_res_features_in_sam else 1
        self.image_size = image_size
        self.backbone_stride = backbone_stride

        self.use_obj_ptrs_in_encoder = use_obj_ptrs_in_encoder
        self.max_obj_ptrs_in_encoder = max_obj_ptrs_in_encoder
        self.add_tpos_enc_to_obj_ptrs = add_tpos_enc_to_obj_ptrs
        self.proj_tpos_enc_in_obj_ptrs = proj_tpos_enc_in_obj_ptrs
        self.use_signed_tpos_enc_to_obj_ptrs = use_signed_tpos_enc_to_obj_ptrs
        self.only_obj_ptrs_in_the_past_for_eval = only_obj_ptrs_in_the_past_for_eval
        self.pred_obj_scores = pred_obj_scores
        self.pred_obj_scores_mlp = pred_obj_scores_mlp
        self.fixed_no_obj_ptr = fixed_no_obj_ptr
        self.soft_no_obj_ptr = soft_no_obj_ptr
        self.use_mlp_for_obj_ptr_proj = use_mlp_for_obj_ptr_proj

        self.memory_attention = memory_attention
        self.hidden_dim = image_encoder.neck.d_model
        self.memory_encoder = memory_encoder
        projection = getattr(memory_encoder, "out_proj", None)
        self.mem_dim = projection.weight.shape[0] if hasattr(projection, "weight") else self.hidden_dim
        self.num_maskmem = num_maskmem
        self.max_cond_frames_in_attn = max_cond_frames_in_attn
        self.memory_temporal_stride_for_eval = memory_temporal_stride_for_eval
        self.directly_add_no_mem_embed = directly_add_no_mem_embed
        self.sigmoid_scale_for_mem_enc = sigmoid_scale_for_mem_enc
        self.sigmoid_bias_for_mem_enc = sigmoid_bias_for_mem_enc
        self.binarize_mask_from_pts_for_mem_enc = binarize_mask_from_pts_for_mem_enc
        self.non_overlap_masks_for_mem_enc = non_overlap_masks_for_mem_enc
        self.use_mask_input_as_output_without_sam = use_mask_input_as_output_without_sam

        self.multimask_output_in_sam = multimask_output_in_sam
        self.multimask_min_pt_num = multimask_min_pt_num
        self.multimask_max_pt_num = multimask_max_pt_num
        self.multimask_output_for_tracking = multimask_output_for_tracking
        self.use_multimask_token_for_obj_ptr = use_multimask_token_for_obj_ptr
        self.iou_prediction_use_sigmoid = iou_prediction_use_sigmoid
        self.sam_mask_decoder_extra_args = sam_mask_decoder_extra_args

        self._build_memory_parameters(no_obj_embed_spatial)
        self._build_sam_heads()
        self.compile_image_encoder = compile_image_encoder
        if compile_image_encoder:
            for way in ("forward", "project"):
                if hasattr(image_encoder, way):  # one of somebody's own has but the first
                    compiled = torch.compile(getattr(image_encoder, way), mode="max-autotune", dynamic=False)
                    setattr(image_encoder, way, compiled)

    def _build_memory_parameters(self, no_obj_embed_spatial: bool) -> None:
        def embedding(*shape: int) -> nn.Parameter:
            return nn.Parameter(nn.init.trunc_normal_(torch.zeros(shape), std=0.02))

        self.maskmem_tpos_enc = embedding(self.num_maskmem, 1, 1, self.mem_dim)
        self.no_mem_embed = embedding(1, 1, self.hidden_dim)
        self.no_mem_pos_enc = embedding(1, 1, self.hidden_dim)
        if self.pred_obj_scores and self.use_obj_ptrs_in_encoder:
            self.no_obj_ptr = embedding(1, self.hidden_dim)
        self.no_obj_embed_spatial = embedding(1, self.mem_dim) if no_obj_embed_spatial else None

    def _build_sam_heads(self) -> None:
        dim = self.hidden_dim
        self.sam_prompt_embed_dim = dim
        self.sam_image_embedding_size = self.image_size // self.backbone_stride
        side = self.sam_image_embedding_size
        self.sam_prompt_encoder = PromptEncoder(
            embed_dim=dim,
            image_embedding_size=(side, side),
            input_image_size=(self.image_size, self.image_size),
            mask_in_chans=16,
        )
        self.sam_mask_decoder = MaskDecoder(
            num_multimask_outputs=3,
            transformer=TwoWayTransformer(depth=2, embedding_dim=dim, mlp_dim=2048, num_heads=8),
            transformer_dim=dim,
            iou_head_depth=3,
            iou_head_hidden_dim=256,
            use_high_res_features=self.use_high_res_features_in_sam,
            iou_prediction_use_sigmoid=self.iou_prediction_use_sigmoid,
            pred_obj_scores=self.pred_obj_scores,
            pred_obj_scores_mlp=self.pred_obj_scores_mlp,
            use_multimask_token_for_obj_ptr=self.use_multimask_token_for_obj_ptr,
            **(self.sam_mask_decoder_extra_args or {}),
        )
        if self.use_obj_ptrs_in_encoder:
            # Brings a mask prompt to the size of low-res logits for the pass that makes its pointer.
            self.mask_downsample = nn.Conv2d(1, 1, kernel_size=4, stride=4)
        if not self.use_obj_ptrs_in_encoder:
            self.obj_ptr_proj = nn.Identity()
        elif self.use_mlp_for_obj_ptr_proj:
            self.obj_ptr_proj = MLP(dim, dim, dim, 3)
        else:
            self.obj_ptr_proj = nn.Linear(dim, dim)
        has_projection = self.proj_tpos_enc_in_obj_ptrs
        self.obj_ptr_tpos_proj = nn.Linear(dim, self.mem_dim) if has_projection else nn.Identity()

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.maskmem_tpos_enc.device

    def forward(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError(
            "call a SAM2VideoPredictor or SAM2ImagePredictor for inference, or SAM2Train to train"
        )
