"""Which parameter gets which learning rate and weight decay, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import torch
from hydra.utils import get_class, instantiate
from torch import nn

from sam2.training.schedules import Schedule

LrScales = dict[str, float]  # parameter name -> what its learning rate is multiplied by


@dataclass(frozen=True)
class GradientClipper:
    """All gradients together are made at most `max_norm` long; None leaves them alone."""

    max_norm: float | None = 1.0
    norm_type: float = 2

    def __call__(self, model: nn.Module) -> float:
        """The length before."""
        limit = float("inf") if self.max_norm is None else float(self.max_norm)
        return float(nn.utils.clip_grad_norm_(model.parameters(), limit, self.norm_type))


def layer_decay_param_modifier(
    model: nn.Module,
    layer_decay_value: float,
    layer_decay_min: float | None = None,
    apply_to: str = "image_encoder.trunk",
    overrides: Iterable[Mapping[str, Any]] = (),
) -> LrScales:
    """Early layers of the trunk learn more slowly: by `layer_decay_value` a layer from the last one down."""
    trunk = model.get_submodule(apply_to)
    last = trunk.get_num_layers() + 1
    scales = {}
    for name, _ in trunk.named_parameters():
        scale = layer_decay_value ** (last - trunk.get_layer_id(name))
        if layer_decay_min is not None:
            scale = max(scale, layer_decay_min)
        for override in overrides:
            if fnmatchcase(name, override["pattern"]):
                scale = float(override["value"])
        scales[f"{apply_to}.{name}"] = scale
    return scales


@dataclass(frozen=True)
class Group:
    """What a group of parameters has in common: a schedule an option, and a scale of the learning rate."""

    schedules: dict[str, Schedule]
    lr_scale: float


class ScheduledOptimizer:
    """A PyTorch optimiser whose options follow their schedules."""

    def __init__(self, optimizer: torch.optim.Optimizer, groups: Sequence[Group]) -> None:
        self.optimizer = optimizer
        self._groups = groups
        self.set(0.0)

    def set(self, where: float) -> None:
        """The options of this point of the run, 0..1."""
        for group, values in zip(self._groups, self.optimizer.param_groups, strict=True):
            for option, schedule in group.schedules.items():
                values[option] = schedule(where) * (group.lr_scale if option == "lr" else 1.0)

    @property
    def highest_lr(self) -> float:
        return max(values["lr"] for values in self.optimizer.param_groups)


def construct_optimizer(
    model: nn.Module,
    optimizer_conf: Mapping[str, Any],
    options_conf: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    param_group_modifiers_conf: Sequence[Mapping[str, Any]] = (),
) -> ScheduledOptimizer:
    """`options_conf` gives each option (lr, weight_decay) schedules with `param_names` patterns or
    `module_cls_names`; one without either is for all other parameters. Frozen parameters are left out."""
    names = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    if not names:
        raise ValueError("every parameter is frozen; there is nothing to train")
    chosen = {
        option: _choose(option, entries, model, names) for option, entries in (options_conf or {}).items()
    }
    schedules = {
        option: [instantiate(entry["scheduler"]) for entry in entries]
        for option, entries in (options_conf or {}).items()
    }
    scales: LrScales = {}
    for modifier in param_group_modifiers_conf or ():
        scales |= instantiate(modifier)(model=model)
    members: dict[tuple, list[str]] = defaultdict(list)
    for name in names:
        members[(*(chosen[option].get(name) for option in chosen), scales.get(name, 1.0))].append(name)
    groups = [
        Group(
            {
                option: schedules[option][entry]
                for option, entry in zip(chosen, key[:-1], strict=True)
                if entry is not None
            },
            key[-1],
        )
        for key in members
    ]
    parameters = dict(model.named_parameters())
    param_groups = [{"params": [parameters[name] for name in of_group]} for of_group in members.values()]
    optimizer = instantiate(optimizer_conf, param_groups, _convert_="all")
    if unknown := set(chosen) - set(optimizer.defaults):
        raise ValueError(f"optim.options.{sorted(unknown)[0]} is no option of {type(optimizer).__name__}")
    return ScheduledOptimizer(optimizer, groups)


def _choose(
    option: str, entries: Sequence[Mapping[str, Any]], model: nn.Module, names: Sequence[str]
) -> dict[str, int]:
    """Which entry each parameter follows."""
    chosen: dict[str, int] = {}
    rest: list[int] = []
    for number, entry in enumerate(entries):
        if "param_names" not in entry and "module_cls_names" not in entry:
            rest.append(number)
            continue
        for name in _matching(option, entry, model, names):
            if chosen.setdefault(name, number) != number:
                raise ValueError(
                    f"two schedules of optim.options.{option} fit the parameter {name}; make one narrower"
                )
    if len(rest) > 1:
        raise ValueError(f"optim.options.{option} has two schedules without param_names; one is for the rest")
    return {name: chosen.get(name, rest[0]) for name in names} if rest else chosen


def _matching(option: str, entry: Mapping[str, Any], model: nn.Module, names: Sequence[str]) -> set[str]:
    every = [name for name, _ in model.named_parameters()]
    found: set[str] = set()
    for pattern in entry.get("param_names") or ():
        fits = {name for name in every if fnmatchcase(name, pattern)}
        if not fits:
            raise ValueError(
                f"optim.options.{option}: param_names {pattern!r} fits no parameter of the model"
            )
        found |= fits
    for class_name in entry.get("module_cls_names") or ():
        owner: Callable = get_class(class_name)
        fits = {
            f"{path}.{name}" if path else name
            for path, module in model.named_modules()
            if type(module) is owner
            for name, _ in module.named_parameters(recurse=False)
        }
        if not fits:
            raise ValueError(
                f"optim.options.{option}: module_cls_names {class_name!r} fits no module of the model"
            )
        found |= fits
    return found & set(names)
