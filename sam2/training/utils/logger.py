"""Where a run writes what it measured: lines of JSON always, TensorBoard where it is installed."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

log = logging.getLogger(__name__)


class ScalarWriter(Protocol):
    def add_scalar(self, tag: str, scalar_value: float, global_step: int) -> None: ...
    def flush(self) -> None: ...
    def close(self) -> None: ...


def make_tensorboard_logger(log_dir: str, should_log: bool = True, **options: Any) -> ScalarWriter | None:
    """None without the package `tensorboardX`, with a line that says so."""
    if not should_log:
        return None
    try:
        from tensorboardX import SummaryWriter
    except ImportError:
        log.warning("TensorBoard scalars are left out: pip install tensorboardX to have them")
        return None
    return SummaryWriter(log_dir, **options)


class RunLog:
    """`scalars.jsonl` in the run's folder, one line a measurement, and a TensorBoard writer or none."""

    def __init__(self, folder: Path, writer: ScalarWriter | None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / "scalars.jsonl").open("a")
        self._writer = writer

    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        self._file.write(json.dumps({"step": step, **values}) + "\n")
        self._file.flush()
        if self._writer is not None:
            for name, value in values.items():
                self._writer.add_scalar(name, value, step)

    def close(self) -> None:
        self._file.close()
        if self._writer is not None:
            self._writer.close()
