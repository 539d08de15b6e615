"""The peer that anyone can install: `transformers`' SAM 2, with the weights of one of our models.

An independent implementation, so it judges ours in the tests, and is what the benchmark compares with.
Importing this module imports `transformers`, which the library itself does not need.

Every weight of ours must find its place, and every weight of theirs must be given: the load is strict.
"""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import Tensor
from transformers import Sam2Config, Sam2Model, Sam2VideoConfig, Sam2VideoModel

from sam2.modeling.sam2_base import SAM2Base

# Official name to theirs, applied in this order.
RENAMES = (
    (r"^image_encoder\.trunk\.", "vision_encoder.backbone."),
    (r"^image_encoder\.neck\.convs\.(\d)\.conv\.", r"vision_encoder.neck.convs.\1."),
    (r"patch_embed\.proj\.", "patch_embed.projection."),
    (r"^sam_prompt_encoder\.mask_downscaling\.0\.", "prompt_encoder.mask_embed.conv1."),
    (r"^sam_prompt_encoder\.mask_downscaling\.1\.", "prompt_encoder.mask_embed.layer_norm1."),
    (r"^sam_prompt_encoder\.mask_downscaling\.3\.", "prompt_encoder.mask_embed.conv2."),
    (r"^sam_prompt_encoder\.mask_downscaling\.4\.", "prompt_encoder.mask_embed.layer_norm2."),
    (r"^sam_prompt_encoder\.mask_downscaling\.6\.", "prompt_encoder.mask_embed.conv3."),
    (r"^sam_prompt_encoder\.", "prompt_encoder."),
    (r"^sam_mask_decoder\.output_upscaling\.0\.", "mask_decoder.upscale_conv1."),
    (r"^sam_mask_decoder\.output_upscaling\.1\.", "mask_decoder.upscale_layer_norm."),
    (r"^sam_mask_decoder\.output_upscaling\.3\.", "mask_decoder.upscale_conv2."),
    (r"^sam_mask_decoder\.", "mask_decoder."),
    (r"^memory_encoder\.mask_downsampler\.encoder\.12\.", "memory_encoder.mask_downsampler.final_conv."),
    (r"^memory_encoder\.pix_feat_proj\.", "memory_encoder.feature_projection."),
    (r"^memory_encoder\.fuser\.", "memory_encoder.memory_fuser."),
    (r"^memory_encoder\.out_proj\.", "memory_encoder.projection."),
    (r"\.dwconv\.", ".depthwise_conv."),
    (r"\.pwconv(\d)\.", r".pointwise_conv\1."),
    (r"\.gamma$", ".scale"),
    (r"^obj_ptr_proj\.", "object_pointer_proj."),
    (r"^obj_ptr_tpos_proj\.", "temporal_positional_encoding_projection_layer."),
    (r"^maskmem_tpos_enc$", "memory_temporal_positional_encoding"),
    (r"^no_mem_embed$", "no_memory_embedding"),
    (r"^no_mem_pos_enc$", "no_memory_positional_encoding"),
    (r"^no_obj_ptr$", "no_object_pointer"),
    (r"^no_obj_embed_spatial$", "occlusion_spatial_embedding_parameter"),
    (r"^(memory_encoder\.memory_fuser.*)\.norm\.", r"\1.layer_norm."),
    (r"^memory_attention\.norm\.", "memory_attention.layer_norm."),
    (r"\.norm_final_attn\.", ".layer_norm_final_attn."),
    (r"\.norm(\d)\.", r".layer_norm\1."),
    (r"\.out_proj\.", ".o_proj."),
)
# Multi-layer perceptrons: theirs name the first and the last layer.
TWO_LAYERS = {"0": "proj_in", "1": "proj_out"}
THREE_LAYERS = {"0": "proj_in", "1": "layers.0", "2": "proj_out"}
GAUSSIAN = "sam_prompt_encoder.pe_layer.positional_encoding_gaussian_matrix"


def _rename(key: str) -> str:
    match = re.match(r"^memory_encoder\.mask_downsampler\.encoder\.(\d+)\.(\w+)$", key)
    if match and int(match[1]) < 12:
        layer, part = divmod(int(match[1]), 3)
        return f"memory_encoder.mask_downsampler.layers.{layer}.{('conv', 'layer_norm')[part]}.{match[2]}"
    for pattern, replacement in RENAMES:
        key = re.sub(pattern, replacement, key)
    if ".mlp.layers." in key:
        return re.sub(r"\.mlp\.layers\.(\d)", lambda m: f".mlp.{TWO_LAYERS[m[1]]}", key)
    perceptrons = r"(_mlps\.\d|_head|^object_pointer_proj)\.layers\.(\d)"
    return re.sub(perceptrons, lambda m: f"{m[1]}.{THREE_LAYERS[m[2]]}", key)


def converted_weights(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """A state dict with official keys under the keys of the oracle."""
    weights = dict(weights)
    gaussian = weights.pop(GAUSSIAN)
    points = [weights.pop(f"sam_prompt_encoder.point_embeddings.{label}.weight") for label in range(4)]
    converted = {_rename(key): value for key, value in weights.items()}
    converted["prompt_encoder.point_embed.weight"] = torch.cat(points)
    converted["prompt_encoder.shared_embedding.positional_embedding"] = gaussian
    converted["shared_image_embedding.positional_embedding"] = gaussian
    return converted


def vision_config(model: SAM2Base) -> dict[str, Any]:
    """Their image encoder's configuration for one of our models."""
    trunk, size = model.image_encoder.trunk, model.image_size
    ends = trunk.stage_ends
    backbone = {
        "model_type": "sam2_hiera_det_model",
        "hidden_size": trunk.blocks[0].dim,
        "num_attention_heads": trunk.blocks[0].attn.num_heads,
        "image_size": [size, size],
        "window_positional_embedding_background_size": list(trunk.window_pos_embed_bkg_spatial_size),
        "blocks_per_stage": [end - start for start, end in zip([-1, *ends[:-1]], ends, strict=True)],
        "embed_dim_per_stage": [trunk.blocks[end].dim_out for end in ends],
        "num_attention_heads_per_stage": [trunk.blocks[end].attn.num_heads for end in ends],
        "window_size_per_stage": list(trunk.window_spec),
        "global_attention_blocks": list(trunk.global_att_blocks),
    }
    return {
        "model_type": "sam2_vision_model",
        "backbone_config": backbone,
        "backbone_channel_list": list(trunk.channel_list),
        "backbone_feature_sizes": [[size // stride] * 2 for stride in (4, 8, 16)],
    }


def oracle_config(model: SAM2Base) -> Sam2VideoConfig:
    """Their configuration for one of our models."""
    size = model.image_size
    has_pointer_times = model.add_tpos_enc_to_obj_ptrs
    return Sam2VideoConfig(
        vision_config=vision_config(model),
        prompt_encoder_config={"image_size": size},
        mask_decoder_config={},
        image_size=size,
        memory_attention_rope_feat_sizes=[size // 16] * 2,
        enable_occlusion_spatial_embedding=model.no_obj_embed_spatial is not None,
        enable_temporal_pos_encoding_for_object_pointers=has_pointer_times,
    )


def build_oracle(model: SAM2Base) -> Sam2VideoModel:
    """Their model with our weights, on the CPU, in evaluation mode."""
    oracle = Sam2VideoModel(oracle_config(model))
    oracle.load_state_dict(converted_weights(model.state_dict()), strict=True)
    return oracle.eval()


def build_image_oracle(model: SAM2Base) -> Sam2Model:
    """Their model for single images with our weights, on the CPU, in evaluation mode."""
    oracle = Sam2Model(
        Sam2Config(
            vision_config=vision_config(model),
            prompt_encoder_config={"image_size": model.image_size},
            mask_decoder_config={},
        )
    )
    weights = converted_weights(model.state_dict())
    oracle.load_state_dict({key: weights[key] for key in oracle.state_dict()}, strict=True)
    return oracle.eval()
