"""Single images equal an independent SAM 2 with the same (sharp) weights, for each kind of prompt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import Tensor
from transformers import Sam2VideoModel

from sam2.sam2_image_predictor import SAM2ImagePredictor
from tests.sam2.oracle import build_oracle
from tests.sam2.sharp_weights import build_sharp

SIDE = 128
TOLERANCE = 1e-4
HEIGHT, WIDTH = 96, 160
POINTS = [[40.0, 30.0], [90.0, 60.0], [120.0, 20.0]]
MODELS = [("t", "2.1"), ("t", "2"), ("s", "2.1"), ("b+", "2.1"), ("l", "2.1")]


def _image() -> np.ndarray:
    """A smooth picture with a bright disc in it."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    disc = (x - 90) ** 2 + (y - 50) ** 2 < 25**2
    channels = [np.sin(x / 17) * 60 + 120, np.cos(y / 11) * 70 + 110, np.where(disc, 220, 40)]
    return np.stack(channels, axis=-1).astype(np.uint8)


@dataclass(frozen=True)
class Pair:
    """Our predictor with the image set, the oracle, and its features of the same pixels."""

    name: str
    predictor: SAM2ImagePredictor
    oracle: Sam2VideoModel
    features: list[Tensor]


@pytest.fixture(scope="module", params=MODELS, ids="-".join)
def pair(request: pytest.FixtureRequest) -> Pair:
    torch.set_num_threads(1)
    size, version = request.param
    model = build_sharp(size, version, SIDE)
    predictor = SAM2ImagePredictor(model)
    predictor.set_image(_image())
    oracle = build_oracle(model)
    pixels = predictor._transforms(_image())[None]
    with torch.inference_mode():
        features = oracle.get_image_embeddings(pixels)
    return Pair(f"{version} {size}", predictor, oracle, features)


def _to_model(coords: list, per_row: int = 2) -> Tensor:
    scale = torch.tensor([SIDE / WIDTH, SIDE / HEIGHT]).repeat(per_row // 2)
    return torch.tensor(coords, dtype=torch.float32) * scale


def _mask_prompt() -> np.ndarray:
    y, x = np.mgrid[: SIDE // 4, : SIDE // 4]
    return (6.0 - 0.5 * np.hypot(x - 18, y - 16))[None].astype(np.float32)


PROMPTS = {
    "point": (POINTS[:1], [1], None, False),
    "points": (POINTS, [1, 1, 0], None, False),
    "box": (None, None, [30.0, 20.0, 130.0, 80.0], False),
    "box and points": (POINTS[:2], [1, 0], [30.0, 20.0, 130.0, 80.0], False),
    "mask": (POINTS[:1], [1], None, True),
}


def _ask_oracle(pair: Pair, prompt: tuple, multimask: bool) -> tuple[Tensor, Tensor]:
    """Their low-res logits [M, S/4, S/4] and IoUs [M]."""
    oracle, features = pair.oracle, pair.features
    points, labels, box, with_mask = prompt
    coords = torch.zeros(0, 2) if points is None else _to_model(points)
    names = torch.tensor([] if labels is None else labels, dtype=torch.int32)
    if box is not None:
        coords = torch.cat([_to_model(box, per_row=4).view(2, 2), coords])
        names = torch.cat([torch.tensor([2, 3], dtype=torch.int32), names])
    mask = torch.from_numpy(_mask_prompt())[None] if with_mask else None
    sparse, dense = oracle.prompt_encoder(
        input_points=coords[None, None], input_labels=names[None, None], input_boxes=None, input_masks=mask
    )
    logits, ious, _, _ = oracle.mask_decoder(
        image_embeddings=features[-1],
        image_positional_embeddings=oracle.get_image_wide_positional_embeddings(),
        sparse_prompt_embeddings=sparse,
        dense_prompt_embeddings=dense,
        multimask_output=multimask,
        high_resolution_features=features[:-1],
    )
    return logits[0, 0], ious[0, 0]


def test_features_are_equal(pair: Pair) -> None:
    features = pair.predictor._features
    ours = [*features["high_res_feats"], features["image_embed"]]
    for mine, other in zip(ours, pair.features, strict=True):
        assert mine.shape == other.shape
        assert (mine - other).abs().max() <= TOLERANCE * other.abs().max()


@pytest.mark.parametrize("multimask", [True, False], ids=["three", "one"])
@pytest.mark.parametrize("kind", PROMPTS)
def test_masks_are_equal(pair: Pair, kind: str, multimask: bool) -> None:
    points, labels, box, with_mask = PROMPTS[kind]
    logits, ious, low_res = pair.predictor.predict(
        point_coords=None if points is None else np.array(points),
        point_labels=None if labels is None else np.array(labels),
        box=None if box is None else np.array(box),
        mask_input=_mask_prompt() if with_mask else None,
        multimask_output=multimask,
        return_logits=True,
    )
    with torch.inference_mode():
        their_low_res, their_ious = _ask_oracle(pair, PROMPTS[kind], multimask)
    theirs = torch.nn.functional.interpolate(their_low_res[None], (HEIGHT, WIDTH), mode="bilinear")[0]
    difference = np.abs(low_res - their_low_res.clamp(-32, 32).numpy()).max()
    flipped = int(((logits > 0) != (theirs.numpy() > 0)).sum())
    amplitude = float(their_low_res.abs().max())
    print(
        f"\n{pair.name:6} {kind:14} {'three' if multimask else 'one':5} "
        f"max |dlogit| {difference:.1e} of {amplitude:.1f}, {flipped} of {logits.size} pixels flipped"
    )
    assert amplitude > 1  # or the comparison would say nothing
    assert difference <= TOLERANCE
    assert np.abs(ious - their_ious.numpy()).max() <= TOLERANCE
    assert flipped <= 2
