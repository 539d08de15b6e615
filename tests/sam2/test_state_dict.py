"""Every key and shape of the eight released checkpoints, on the meta device (no memory, no arithmetic)."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
import torch
from hydra.utils import instantiate
from transformers import Sam2VideoModel

from sam2.build_sam import load_config
from sam2.modeling.sam2_base import SAM2Base
from tests.sam2.oracle import converted_weights, oracle_config
from tests.sam2.sharp_weights import config_name

SIZES = {"t": "tiny", "s": "small", "b+": "base_plus", "l": "large"}
COUNTS = {"t": 471, "s": 519, "b+": 615, "l": 903}
ONLY_IN_2_1 = 3
MODELS = list(itertools.product(SIZES, ("2", "2.1")))


def _expand(line: str) -> list[str]:
    """Brace notation to the names that it stands for."""
    parts = re.split(r"\{([^}]*)\}", line)
    choices = []
    for index, part in enumerate(parts):
        if index % 2 == 0:
            choices.append([part])
        elif ".." in part:
            first, last = map(int, part.split(".."))
            choices.append([str(number) for number in range(first, last + 1)])
        else:
            choices.append(part.split(","))
    return ["".join(choice) for choice in itertools.product(*choices)]


def expected_shapes(size: str, version: str) -> dict[str, tuple[int, ...]]:
    """The keys and shapes of a released checkpoint, from `state_dict_keys.txt`."""
    shapes: dict[str, tuple[int, ...]] = {}
    section = ""
    for line in (Path(__file__).parent / "state_dict_keys.txt").read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#") and section in ("all", SIZES[size], version):
            names, shape = line.split()
            for name in _expand(names):
                assert name not in shapes, f"{name} is listed twice"
                shapes[name] = tuple(map(int, shape.split("x")))
    return shapes


def _on_meta(size: str, version: str) -> SAM2Base:
    with torch.device("meta"):
        return instantiate(load_config(config_name(size, version)).model, _recursive_=True)


@pytest.mark.parametrize("size, version", MODELS)
def test_keys_and_shapes_are_the_official_ones(size: str, version: str) -> None:
    found = {key: tuple(value.shape) for key, value in _on_meta(size, version).state_dict().items()}
    assert found == expected_shapes(size, version)
    assert len(found) == COUNTS[size] - (0 if version == "2.1" else ONLY_IN_2_1)


@pytest.mark.parametrize("size, version", MODELS)
def test_the_list_agrees_with_an_independent_implementation(size: str, version: str) -> None:
    with torch.device("meta"):
        oracle = Sam2VideoModel(oracle_config(_on_meta(size, version)))
        listed = {key: torch.empty(shape) for key, shape in expected_shapes(size, version).items()}
    theirs = {key: tuple(value.shape) for key, value in oracle.state_dict().items()}
    assert {key: tuple(value.shape) for key, value in converted_weights(listed).items()} == theirs


def test_the_number_of_weights_of_tiny() -> None:
    assert sum(parameter.numel() for parameter in _on_meta("t", "2.1").parameters()) == 38_962_498


@pytest.mark.parametrize("size", SIZES)
def test_legacy_names_give_the_same_configuration(size: str) -> None:
    assert load_config(f"sam2_hiera_{size}.yaml") == load_config(config_name(size, "2"))
