"""Reads a training configuration: official YAML as it is, or one's own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sam2.build_sam import load_config

OTHER_HOMES = {
    "training.": "sam2.training.",
    "fvcore.common.param_scheduler.": "sam2.training.schedules.",
}
"""Where what official configurations name lies here."""

RESOLVERS = {
    "times": lambda *values: math.prod(values),
    "divide": lambda a, b: a / b,
    "add": lambda *values: sum(values),
    "subtract": lambda a, b: a - b,
    "pow": lambda a, b: a**b,
    "int": int,
    "ceil_int": math.ceil,
    "range": lambda *values: list(range(*values)),
}
"""Arithmetic in configurations: `${times:${scratch.num_epochs},2}`."""


def load_training_config(name: str | Path, overrides: Sequence[str] = ()) -> DictConfig:
    """The resolved configuration, with every `_target_` pointing into `sam2.training`."""
    for resolver, function in RESOLVERS.items():
        OmegaConf.register_new_resolver(resolver, function, replace=True)
    try:
        config = load_config(name, overrides)
    except OmegaConfBaseException as error:
        raise ValueError(f"{name}: {str(error).splitlines()[0]}") from error
    if "trainer" not in config:
        raise ValueError(f"{name} has no `trainer`; it is no training configuration")
    _retarget(config)
    return config


def _retarget(node: Any) -> None:
    if isinstance(node, ListConfig):
        for child in node:
            _retarget(child)
    elif isinstance(node, DictConfig):
        target = node.get("_target_")
        if isinstance(target, str):
            for old, new in OTHER_HOMES.items():
                if target.startswith(old):
                    node["_target_"] = new + target.removeprefix(old)
        for child in node.values():
            _retarget(child)
