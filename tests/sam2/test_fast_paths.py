"""The rewrites that save time give what the plain formulas give, and notice when weights change."""

from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from sam2.modeling.backbones import hieradet
from sam2.modeling.sam import transformer
from sam2.modeling.sam2_base import SAM2Base
from sam2.modeling.sam2_utils import LayerNorm2d
from sam2.modeling.types import MaskPrediction, MemoryTokens, Prompts
from tests.sam2.sharp_weights import build_sharp

SIDE, MAP = 128, 8
CLICK = Prompts(torch.tensor([[[40.0, 70.0]], [[90.0, 20.0]]]), torch.ones(2, 1, dtype=torch.int32))


@pytest.fixture(scope="module")
def model() -> SAM2Base:
    torch.set_num_threads(1)
    return build_sharp("t", image_size=SIDE)


@pytest.fixture(scope="module")
def pixels() -> Tensor:
    return torch.randn(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))


def _bank(num_pointers: int = 16) -> MemoryTokens:
    generator = torch.Generator().manual_seed(2)
    return MemoryTokens(
        maskmem_BFCHW=torch.randn(2, 7, 64, MAP, MAP, generator=generator).bfloat16(),
        slots_BF=torch.tensor([[6, 5, 4, 3, 2, 1, 0]] * 2),
        obj_ptrs_BPC=torch.randn(2, 16, 256, generator=generator)[:, :num_pointers],
        ptr_times_norm_BP=torch.linspace(0, 1, 16).expand(2, -1)[:, :num_pointers],
    )


def _track(model: SAM2Base, pixels: Tensor, bank: MemoryTokens, prompts: Prompts) -> MaskPrediction:
    features = model.encode_image(pixels)
    return model.decode(model.condition(features, bank), features.high_res, prompts, multimask=True)


@pytest.mark.parametrize("prompts", [CLICK, Prompts()], ids=["click", "tracked"])
def test_the_same_with_and_without_gradients(model: SAM2Base, pixels: Tensor, prompts: Prompts) -> None:
    with torch.inference_mode():
        fast = _track(model, pixels, _bank(), prompts)
    plain = _track(model, pixels, _bank(), prompts)
    assert plain.low_res_logits_B1HW.requires_grad
    assert (fast.low_res_logits_B1HW - plain.low_res_logits_B1HW).abs().max() <= 1e-4
    assert (fast.obj_ptr_BC - plain.obj_ptr_BC).abs().max() <= 1e-4


def test_gradients_reach_the_weights(model: SAM2Base, pixels: Tensor) -> None:
    model = copy.deepcopy(model).train()
    features = model.encode_image(pixels)
    prediction = model.decode(model.condition(features, _bank()), features.high_res, CLICK, True)
    memory = model.encode_memory(features, prediction.low_res_logits_B1HW, torch.ones(2, 1), True)
    (prediction.multimask_logits_BMHW.sum() + prediction.obj_ptr_BC.sum() + memory.float().sum()).backward()
    for name in (
        "image_encoder.trunk.pos_embed",
        "image_encoder.neck.convs.3.conv.weight",  # the finest level, folded away in inference
        "sam_mask_decoder.conv_s0.weight",
        "memory_attention.layers.0.cross_attn_image.v_proj.weight",
        "memory_encoder.fuser.layers.1.gamma",
        "obj_ptr_tpos_proj.weight",
        "maskmem_tpos_enc",
    ):
        gradient = model.get_parameter(name).grad
        assert gradient is not None and gradient.abs().max() > 0, name


@torch.inference_mode()
def test_the_features_are_those_of_forward_image(model: SAM2Base, pixels: Tensor) -> None:
    features = model.encode_image(pixels)
    official = model.forward_image(pixels)
    for ours, theirs in zip([*features.high_res, features.embed_BCHW], official["backbone_fpn"], strict=True):
        assert (ours - theirs).abs().max() <= 1e-5
    _, maps, encodings, sizes = model._prepare_backbone_features(official)
    assert sizes == [(32, 32), (16, 16), (8, 8)]
    assert [tuple(level.shape) for level in maps] == [(1024, 1, 32), (256, 1, 64), (64, 1, 256)]
    assert all(encoding.shape[2] == 256 for encoding in encodings)


@torch.inference_mode()
def test_strips_of_the_trunk(model: SAM2Base, pixels: Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = model.image_encoder.trunk(pixels)
    monkeypatch.setattr(hieradet, "STRIP_BYTES", 1)
    block = model.image_encoder.trunk.blocks[0]
    assert block._rows_at_once(whole[0]) == block.window_size  # as thin as they can be
    for thin, expected in zip(model.image_encoder.trunk(pixels), whole, strict=True):
        assert (thin - expected).abs().max() <= 1e-4


@torch.no_grad()
@pytest.mark.parametrize("block", [1, 16, 1024])
@pytest.mark.parametrize("sharpness", [1, 30])
def test_narrow_attention(block: int, sharpness: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """In blocks what it is at once, also where one block has all of the attention."""
    monkeypatch.setattr(transformer, "BLOCK", block)
    generator = torch.Generator().manual_seed(0)
    q, k, v = (torch.randn(2, *shape, generator=generator) for shape in ((33, 16), (50, 16), (50, 4)))
    expected = F.scaled_dot_product_attention(sharpness * q, k, v)
    assert (transformer.attend_narrow(sharpness * q, k, v) - expected).abs().max() <= 5e-6


def test_layer_norm_over_channels() -> None:
    norm = LayerNorm2d(5)
    torch.nn.init.normal_(norm.weight)
    torch.nn.init.normal_(norm.bias)
    x = torch.randn(2, 5, 3, 4)
    centred = x - x.mean(1, keepdim=True)
    expected = centred / (centred.pow(2).mean(1, keepdim=True) + 1e-6).sqrt()
    expected = expected * norm.weight[:, None, None] + norm.bias[:, None, None]
    assert (norm(x) - expected).abs().max() <= 1e-6


@torch.no_grad()
def test_kept_tensors_follow_the_weights(model: SAM2Base, pixels: Tensor) -> None:
    model = copy.deepcopy(model)
    before = model.encode_image(pixels).embed_BCHW
    dense = model.sam_prompt_encoder.get_dense_pe()
    assert model.sam_prompt_encoder.get_dense_pe() is dense
    model.image_encoder.trunk.pos_embed.mul_(-20)
    assert (model.encode_image(pixels).embed_BCHW - before).abs().max() > 0.01
    other = build_sharp("t", image_size=SIDE, seed=1)
    model.load_state_dict(other.state_dict())
    assert torch.equal(model.encode_image(pixels).embed_BCHW, other.encode_image(pixels).embed_BCHW)
    assert not torch.equal(model.sam_prompt_encoder.get_dense_pe(), dense)


@torch.inference_mode()
def test_half_precision_agrees_roughly(model: SAM2Base, pixels: Tensor) -> None:
    exact = _track(model, pixels, _bank(), CLICK)
    with torch.autocast("cpu", torch.bfloat16):
        rough = _track(model, pixels, _bank(), CLICK)
        memory = model.encode_memory(
            model.encode_image(pixels), rough.low_res_logits_B1HW, torch.ones(2, 1), False
        )
    assert memory.dtype == torch.bfloat16
    assert rough.low_res_logits_B1HW.dtype == torch.float32
    # Compared as a whole: sharp weights magnify rounding.
    assert (
        F.cosine_similarity(rough.low_res_logits_B1HW.flatten(), exact.low_res_logits_B1HW.flatten(), dim=0)
        > 0.95
    )


@torch.inference_mode()
def test_sharp_weights_notice_each_ingredient(
    model: SAM2Base, pixels: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the parity tests, which allow 1e-3, would say little."""

    def logits(bank: MemoryTokens) -> Tensor:
        return _track(model, pixels, bank, Prompts()).low_res_logits_B1HW

    bank, expected = _bank(), logits(_bank())
    shifted = MemoryTokens(
        bank.maskmem_BFCHW, bank.slots_BF.roll(1, 1), bank.obj_ptrs_BPC, bank.ptr_times_norm_BP
    )
    timeless = MemoryTokens(bank.maskmem_BFCHW, bank.slots_BF, bank.obj_ptrs_BPC, 0 * bank.ptr_times_norm_BP)
    changed = {"slots": shifted, "pointer times": timeless, "15 pointers": _bank(15)}
    moved = {name: (logits(other) - expected).abs().max().item() for name, other in changed.items()}
    monkeypatch.setattr(transformer.RoPEAttention, "_rotate", lambda self, x, turns, num_rope: x)
    moved["no rotary embedding"] = (logits(bank) - expected).abs().max().item()
    print("\n" + ", ".join(f"{name}: {value:.1e}" for name, value in moved.items()))
    assert min(moved.values()) > 2e-3
