"""Memory encoder and memory attention equal an independent SAM 2, with full banks and batches of objects."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from transformers import Sam2VideoModel

from sam2.modeling.sam2_base import SAM2Base
from sam2.modeling.types import ImageFeatures, MemoryTokens
from tests.sam2.oracle import build_oracle
from tests.sam2.sharp_weights import build_sharp

SIDE, OBJECTS, FRAMES, POINTERS = 128, 3, 7, 16
MAP = SIDE // 16
BFLOAT16_STEP = 2.0**-7
"""Memories are below 2 in size and rounded to bfloat16, so a rounding flip is at most this."""


@pytest.fixture(scope="module", params=["2.1", "2"])
def models(request: pytest.FixtureRequest) -> tuple[SAM2Base, Sam2VideoModel]:
    torch.set_num_threads(1)
    binarize = "++model.binarize_mask_from_pts_for_mem_enc=true"  # as the oracle always does
    model = build_sharp("t", request.param, SIDE, overrides=(binarize,))
    return model, build_oracle(model)


@pytest.fixture(scope="module")
def pixels() -> Tensor:
    return torch.randn(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(3))


def _sequence(embed_BCHW: Tensor) -> Tensor:
    return embed_BCHW.flatten(2).permute(2, 0, 1)


@pytest.mark.parametrize("from_points", [True, False], ids=["prompted", "tracked"])
@torch.inference_mode()
def test_memories_are_equal(models, pixels: Tensor, from_points: bool) -> None:
    model, oracle = models
    generator = torch.Generator().manual_seed(4)
    features = model.encode_image(pixels)
    logits = 5 * torch.randn(OBJECTS, 1, SIDE // 4, SIDE // 4, generator=generator)
    scores = torch.tensor([[1.0], [-1.0], [2.0]])  # the second object is absent
    ours = model.encode_memory(features, logits, scores, from_points)
    sequence = _sequence(features.embed_BCHW).expand(-1, OBJECTS, -1)
    theirs, _ = oracle._encode_new_memory(
        sequence, model.resize_to_model(logits), scores[..., None], from_points
    )
    theirs = theirs.permute(1, 2, 0).unflatten(2, (MAP, MAP))
    assert ours.dtype == torch.bfloat16
    difference = (ours.float() - theirs.float()).abs()
    assert difference.max() <= BFLOAT16_STEP
    assert (difference > 0).float().mean() < 0.01  # only rounding flips


def _bank(num_pointers: int) -> MemoryTokens:
    generator = torch.Generator().manual_seed(5)
    maskmem = torch.randn(OBJECTS, FRAMES, 64, MAP, MAP, generator=generator).bfloat16()
    slots = torch.tensor([6, 5, 4, 3, 2, 1, 0]).expand(OBJECTS, -1)
    pointers = torch.randn(OBJECTS, num_pointers, 256, generator=generator)
    times = torch.linspace(-0.4, 1.0, num_pointers).expand(OBJECTS, -1)
    return MemoryTokens(maskmem, slots, pointers, times)


def _their_attention(
    model: SAM2Base, oracle: Sam2VideoModel, features: ImageFeatures, bank: MemoryTokens
) -> Tensor:
    place = oracle.memory_encoder.position_encoding((1, 64, MAP, MAP), torch.device("cpu"), torch.float32)
    tokens = [_sequence(memory).float() for memory in bank.maskmem_BFCHW.unbind(1)]
    encodings = [
        _sequence(place).expand(-1, OBJECTS, -1) + oracle.memory_temporal_positional_encoding[slot]
        for slot in bank.slots_BF[0].tolist()
    ]
    num_pointer_tokens = 0
    if bank.obj_ptrs_BPC.shape[1]:
        times = bank.ptr_times_norm_BP[0]
        times = times if model.use_signed_tpos_enc_to_obj_ptrs else times.abs()
        pointers, when = oracle._process_object_pointers(
            (times * 15).tolist(), list(bank.obj_ptrs_BPC.unbind(1)), 16, OBJECTS, 256, torch.device("cpu")
        )
        tokens.append(pointers)
        encodings.append(when)
        num_pointer_tokens = pointers.shape[0]
    position = model.image_encoder.neck.position_encoding(features.embed_BCHW)
    attended = oracle.memory_attention(
        _sequence(features.embed_BCHW).expand(-1, OBJECTS, -1),
        torch.cat(tokens),
        _sequence(position).expand(-1, OBJECTS, -1),
        torch.cat(encodings),
        num_pointer_tokens,
    )
    return attended[0].transpose(1, 2).unflatten(2, (MAP, MAP))


@pytest.mark.parametrize("num_pointers", [POINTERS, 1, 0])
@torch.inference_mode()
def test_conditioned_features_are_equal(models, pixels: Tensor, num_pointers: int) -> None:
    model, oracle = models
    features = model.encode_image(pixels)
    bank = _bank(num_pointers)
    ours = model.condition(features, bank)
    theirs = _their_attention(model, oracle, features, bank)
    difference = (ours - theirs).abs().max()
    print(f"\nmemory attention, {num_pointers:2} pointers: max difference {difference:.1e}")
    assert difference <= 1e-4
    assert theirs.abs().max() > 1


@torch.inference_mode()
def test_objects_in_one_batch_do_not_see_each_other(models, pixels: Tensor) -> None:
    model, _ = models
    features = model.encode_image(pixels)
    bank = _bank(POINTERS)
    together = model.condition(features, bank)
    for index in range(OBJECTS):
        row = slice(index, index + 1)
        alone = MemoryTokens(
            bank.maskmem_BFCHW[row], bank.slots_BF[row], bank.obj_ptrs_BPC[row], bank.ptr_times_norm_BP[row]
        )
        assert (model.condition(features, alone) - together[row]).abs().max() <= 1e-5
