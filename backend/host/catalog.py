"""The engines of this machine: the embedded one, and SAM 2 with whichever checkpoints lie in a folder.

Listing them imports no torch and reads no weights, only the end of each file. A file that is copied in
while the server runs shows up at the next look.
"""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from backend.domain.engines import EngineInfo
from backend.domain.errors import NotFound, Unavailable
from backend.host.machine import find_device
from backend.host.weight_files import FileStamp, stamp_of, what_is_wrong
from backend.worker.colorflow.info import INFO
from backend.worker.engine import Engine
from backend.worker.ports import BadCheckpoint

SIZES = {"tiny": "t", "small": "s", "base_plus": "b+", "large": "l"}
MAX_ID = 100  # characters
BEST_FIRST_ON_GPU = ("base_plus", "large", "small", "tiny")
BEST_FIRST_ON_CPU = ("tiny", "small", "base_plus", "large")
NEEDED = ("torch", "hydra", "safetensors")


Files = tuple[FileStamp | None, FileStamp | None]  # weights and configuration, as they were


@dataclass(frozen=True)
class Checkpoint:
    """A weights file and what builds its model."""

    info: EngineInfo
    weights: Path
    config: str | Path  # a name inside the `sam2` package, or the path of one's own YAML
    rank: int  # smaller is better on this machine


class EngineCatalog:
    """The menu, and the loader of what is on it. Safe to use from several threads."""

    def __init__(self, checkpoints_dir: Path) -> None:
        self._folder = checkpoints_dir
        self._faults: dict[FileStamp, str | None] = {}
        self._refused: dict[Files, str] = {}
        self._sums: dict[FileStamp, str] = {}
        self._lock = threading.Lock()

    def engines(self) -> tuple[EngineInfo, ...]:
        """Best choice for this machine first, those that cannot be chosen last."""
        rows = [(checkpoint.rank, checkpoint.info) for checkpoint in self._checkpoints()]
        rows.append((0 if self._device == "cpu" else 100, INFO))
        rows.sort(key=lambda row: (not row[1].available, row[0], row[1].id))
        return tuple(info for _, info in rows)

    def load(self, engine_id: str) -> Engine:
        """Load an engine. Raises NotFound or Unavailable with a sentence."""
        if engine_id == INFO.id:
            from backend.worker.colorflow.engine import ColorflowEngine

            return ColorflowEngine()
        chosen = next((c for c in self._checkpoints() if c.info.id == engine_id), None)
        if chosen is None:
            raise NotFound(f"The engine {engine_id} is gone: put {engine_id}.pt back into {self._folder}.")
        if not chosen.info.available:
            raise Unavailable(chosen.info.note)
        try:
            from backend.worker.sam2_engine import load_sam2_engine
        except ImportError as error:
            raise Unavailable(
                f"SAM 2 cannot be loaded ({error}); `make run` installs what it needs."
            ) from error
        info = replace(chosen.info, weights_sha256=self._sha256(chosen.weights))
        files = _files_of(chosen.weights, chosen.config)
        try:
            return load_sam2_engine(info, chosen.config, chosen.weights)
        except BadCheckpoint as error:
            self._refused[files] = str(error)  # the menu says so from now on
            raise

    def weights_sha256(self, engine_id: str) -> str | None:
        """Of the weights file that has this name now; None where the engine has none."""
        chosen = next((c for c in self._checkpoints() if c.info.id == engine_id), None)
        return self._sha256(chosen.weights) if chosen is not None and chosen.weights.exists() else None

    @cached_property
    def _device(self) -> str:
        return find_device()

    def _checkpoints(self) -> Iterator[Checkpoint]:
        official = [(version, size) for version in ("2.1", "2") for size in SIZES]
        for version, size in official:
            yield self._official(version, size)
        names = {_official_name(version, size) for version, size in official} | {INFO.id}
        for weights in sorted(self._folder.glob("*.pt")):
            if weights.stem not in names and len(weights.stem) <= MAX_ID:
                yield self._own(weights)

    def _official(self, version: str, size: str) -> Checkpoint:
        name = _official_name(version, size)
        weights, own_config = self._folder / f"{name}.pt", self._folder / f"{name}.yaml"
        folder = "sam2.1" if version == "2.1" else "sam2"
        config = own_config if own_config.exists() else f"configs/{folder}/{folder}_hiera_{SIZES[size]}.yaml"
        fault = self._fault(weights, config)
        if not weights.exists():
            fault = f"Its weights are not here: run checkpoints/download_ckpts.sh {name} to get them."
        best = BEST_FIRST_ON_CPU if self._device == "cpu" else BEST_FIRST_ON_GPU
        rank = 1 + best.index(size) + (10 if version == "2" else 0)
        label = f"SAM {version} {size.replace('_', ' ')}"
        return Checkpoint(self._info(name, label, fault), weights, config, rank)

    def _own(self, weights: Path) -> Checkpoint:
        config = weights.with_suffix(".yaml")
        fault = self._fault(weights, config)
        if not config.exists():
            fault = f"Put {config.name}, the configuration that it was trained with, beside {weights.name}."
        return Checkpoint(self._info(weights.stem, weights.stem, fault), weights, config, rank=50)

    def _info(self, name: str, label: str, fault: str | None) -> EngineInfo:
        if fault is None and not all(importlib.util.find_spec(package) for package in NEEDED):
            fault = "PyTorch is not installed: stop the server and type `make run`, which now installs it."
        note = fault or (
            "Finds whole things from one click; without a GPU it takes some seconds a frame."
            if self._device == "cpu"
            else "Finds whole things from one click."
        )
        stamp = stamp_of(self._folder / f"{name}.pt")
        return EngineInfo(
            name, label, self._device, fault is None, note, self._sums.get(stamp) if stamp else None
        )

    def _fault(self, weights: Path, config: str | Path) -> str | None:
        """Why these files cannot be used: as far as that shows from outside, or as loading them showed."""
        stamp = stamp_of(weights)
        if stamp is None:
            return None
        if stamp not in self._faults:
            self._faults[stamp] = what_is_wrong(weights)
        return self._faults[stamp] or self._refused.get(_files_of(weights, config))

    def _sha256(self, weights: Path) -> str:
        with self._lock:
            stamp = stamp_of(weights)
            if stamp is None:
                raise Unavailable(f"{weights.name} was taken away; put it back, or choose another engine.")
            if stamp not in self._sums:
                try:
                    with open(weights, "rb") as file:
                        self._sums[stamp] = hashlib.file_digest(file, "sha256").hexdigest()
                except OSError as error:
                    raise Unavailable(f"{weights.name} cannot be read: {error.strerror}.") from error
            return self._sums[stamp]


def _files_of(weights: Path, config: str | Path) -> Files:
    return stamp_of(weights), stamp_of(config) if isinstance(config, Path) else None


def _official_name(version: str, size: str) -> str:
    return f"sam{version}_hiera_{size}"
