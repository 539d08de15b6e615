"""Somebody's own classes, replaced forwards and hooks take part; what nothing would call is told."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from sam2.modeling.memory_attention import MemoryAttention
from sam2.modeling.memory_encoder import MemoryEncoder
from sam2.sam2_video_predictor import SAM2VideoPredictor
from tests.sam2.moving_shapes import moving_discs
from tests.sam2.sharp_weights import build_sharp


@pytest.fixture(scope="module")
def plain() -> SAM2VideoPredictor:
    torch.set_num_threads(1)
    return build_sharp("t", video=True)


def tracked(predictor: SAM2VideoPredictor) -> Tensor:
    state = predictor.init_state(moving_discs(3))
    predictor.add_new_points_or_box(state, 0, 1, points=[[40, 60]], labels=[1])
    predictor.add_new_points_or_box(state, 0, 2, box=[60, 50, 110, 100])
    masks = [masks for _, _, masks in predictor.propagate_in_video(state)]
    state.close()
    return torch.stack(masks)


class OwnAttention(MemoryAttention):
    calls = 0

    def forward(self, *args, **kwargs):
        OwnAttention.calls += 1
        return super().forward(*args, **kwargs)


class OwnEncoder(MemoryEncoder):
    calls = 0

    def forward(self, *args, **kwargs):
        OwnEncoder.calls += 1
        return super().forward(*args, **kwargs)


class OwnPredictor(SAM2VideoPredictor):
    calls = 0

    def forward_image(self, img_batch):
        OwnPredictor.calls += 1
        return super().forward_image(img_batch)


def _own_class(predictor: SAM2VideoPredictor) -> Callable[[], bool]:
    predictor.memory_attention.__class__, predictor.memory_encoder.__class__ = OwnAttention, OwnEncoder
    predictor.__class__ = OwnPredictor
    return lambda: (OwnAttention.calls, OwnEncoder.calls, OwnPredictor.calls) == (2, 3, 3)


def _replaced_forward(predictor: SAM2VideoPredictor) -> Callable[[], bool]:
    seen: list[nn.Module] = []

    def replace(part: nn.Module) -> None:
        original = part.forward
        part.forward = lambda *args, **kwargs: (seen.append(part), original(*args, **kwargs))[1]

    for part in (predictor.image_encoder, predictor.memory_attention, predictor.memory_encoder):
        replace(part)
    return lambda: len(seen) == 3 + 2 + 3


def _hooks(predictor: SAM2VideoPredictor) -> Callable[[], bool]:
    seen: list[nn.Module] = []
    parts = (predictor.image_encoder.neck, predictor.memory_attention, predictor.memory_encoder)
    for part in parts:
        part.register_forward_hook(lambda module, args, output: seen.append(module))
    return lambda: set(seen) == set(parts)


@pytest.mark.parametrize("change", [_own_class, _replaced_forward, _hooks])
def test_takes_part(plain: SAM2VideoPredictor, change: Callable) -> None:
    changed = copy.deepcopy(plain)
    took_part = change(changed)
    assert (tracked(changed) - tracked(plain)).abs().max() < 1e-3
    assert took_part()


def test_an_override_that_nothing_calls_is_told() -> None:
    """Officially it changes the masks; here it would silently not."""
    with pytest.warns(UserWarning, match="Samurai defines _forward_sam_heads, which nothing in this package"):

        class Samurai(SAM2VideoPredictor):
            def _forward_sam_heads(self, *args, **kwargs):
                raise NotImplementedError

    with warnings.catch_warnings():
        warnings.simplefilter("error")

        class Quiet(SAM2VideoPredictor):
            def forward_image(self, img_batch):
                return super().forward_image(img_batch)
