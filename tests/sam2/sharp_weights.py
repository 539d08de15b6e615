"""Random weights under which every part of SAM 2 matters.

With plain random weights attention is nearly uniform and embeddings nearly zero, so that a model
without rotary embeddings passes any tolerance. These are scaled so that each ingredient moves the mask
logits by far more than rounding does.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sam2.build_sam import build_sam2, build_sam2_video_predictor

SCALES = {
    "memory_attention.*.q_proj": 4.0,
    "memory_attention.*.k_proj": 4.0,
    "sam_mask_decoder.transformer.*.q_proj": 2.0,
    "sam_mask_decoder.transformer.*.k_proj": 2.0,
    "maskmem_tpos_enc": 25.0,
    "obj_ptr_tpos_proj": 4.0,
    "obj_ptr_proj.layers.2": 5.0,
    "sam_mask_decoder.output_hypernetworks_mlps.*.layers.2": 20.0,
}


def _scale_of(name: str) -> float:
    for pattern, scale in SCALES.items():
        start, _, end = pattern.partition(".*")
        if name.startswith(start) and end in name:
            return scale
    return 1.0


def _unsettle(value: Tensor, noise: Tensor) -> Tensor:
    """Noise for a parameter whose entries are all equal, as norms, biases and layer scales are."""
    constant = value.flatten()[0].item()
    if constant == 0.0:
        return 0.02 * noise
    if abs(constant) < 1e-3:
        return 0.1 + 0.02 * noise
    return value * (1 + 0.05 * noise)


@torch.no_grad()
def sharpen(model: nn.Module, seed: int = 0) -> nn.Module:
    """Gives a model sharp random weights, in place. The same seed gives the same weights."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in sorted(model.named_parameters()):
        noise = torch.randn(parameter.shape, generator=generator)
        if parameter.numel() > 1 and (parameter == parameter.flatten()[0]).all():
            parameter.copy_(_unsettle(parameter, noise))
        parameter.mul_(_scale_of(name))
        if ".attn.qkv." in name and "trunk" in name:
            parameter[: 2 * parameter.shape[0] // 3].mul_(2.0)
        if name == "sam_mask_decoder.pred_obj_score_head.layers.2.bias":
            parameter.fill_(10.0)
    return model


def config_name(size: str = "t", version: str = "2.1") -> str:
    """The configuration of a released model; `size` is t, s, b+ or l."""
    folder = "sam2.1" if version == "2.1" else "sam2"
    return f"configs/{folder}/{folder}_hiera_{size}.yaml"


def build_sharp(
    size: str = "t",
    version: str = "2.1",
    image_size: int = 128,
    video: bool = False,
    seed: int = 0,
    overrides: tuple[str, ...] = (),
) -> nn.Module:
    """A model (or video predictor) with sharp weights, on the CPU, in evaluation mode."""
    build = build_sam2_video_predictor if video else build_sam2
    torch.manual_seed(seed)
    model = build(
        config_name(size, version),
        device="cpu",
        hydra_overrides_extra=[f"++model.image_size={image_size}", *overrides],
    )
    return sharpen(model, seed)
