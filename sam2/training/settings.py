"""What a trainer can be told, checked before anything is built. Keys are the official ones; ours say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Amp:
    """Mixed precision. On a CPU it is left off: it is slower there."""

    enabled: bool = False
    amp_dtype: str = "float16"

    def __post_init__(self) -> None:
        if self.amp_dtype not in ("float16", "bfloat16"):
            raise ValueError(f"trainer.optim.amp.amp_dtype is {self.amp_dtype!r}; use float16 or bfloat16")


@dataclass(frozen=True)
class Optim:
    optimizer: Any = None
    options: Mapping[str, Any] | None = None
    param_group_modifiers: Sequence[Any] | None = None
    amp: Amp = field(default_factory=Amp)
    gradient_clip: Any = None
    gradient_logger: Any = None


@dataclass(frozen=True)
class Distributed:
    backend: str | None = None
    comms_dtype: str | None = None
    find_unused_parameters: bool = False
    timeout_mins: int = 30


@dataclass(frozen=True)
class Cuda:
    cudnn_deterministic: bool = False
    cudnn_benchmark: bool = True
    allow_tf32: bool = False
    matmul_allow_tf32: bool | None = None
    cudnn_allow_tf32: bool | None = None


@dataclass(frozen=True)
class Checkpointing:
    save_dir: str
    save_freq: int = 0  # keep every n-th epoch's; 0: only the last
    save_list: Sequence[int] = ()
    save_every_steps: int = 0  # ours: also within an epoch; 0: at its end only
    model_weight_initializer: Any = None
    save_best_meters: Sequence[str] | None = None
    skip_saving_parameters: Sequence[str] = ()
    initialize_after_preemption: bool | None = None
    resume_from: str | None = None


@dataclass(frozen=True)
class Logging:
    log_dir: str
    log_freq: int = 10  # steps
    tensorboard_writer: Any = None
    log_level_primary: str = "INFO"
    log_level_secondary: str = "ERROR"
    log_scalar_frequency: int = 10
    log_visual_frequency: int = 100  # steps between contact sheets; 0: none
    scalar_keys_to_log: Any = None
    log_batch_stats: bool = False


def checked(kind: type[T], values: Mapping[str, Any] | None, where: str) -> T:
    """A settings object, or a sentence that names the key."""
    values = dict(values or {})
    known = [f.name for f in fields(kind)]
    if unknown := [name for name in values if name not in known]:
        raise ValueError(f"{where}.{unknown[0]} is unknown; {where} takes {', '.join(known)}")
    try:
        return kind(**values)
    except TypeError as error:
        raise ValueError(f"{where} lacks a key: {error}") from error
