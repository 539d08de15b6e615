"""How much of the machine one file may take. Decoding keeps to it in a process of its own."""

from __future__ import annotations

import json
import math
import resource
from dataclasses import asdict, dataclass

GIB = 2**30
GRACE_S = 5  # between SIGXCPU, which says why, and SIGKILL


@dataclass(frozen=True)
class MediaLimits:
    """What is refused with a sentence, and what ends the process that decodes."""

    max_frames: int = 500_000  # 4.6 hours at 30 frames a second
    max_duration_s: float = 24 * 3600.0
    max_pixels: int = 8192 * 8192  # of a frame
    memory_bytes: int = 4 * GIB  # of address space; frames of 8192 x 8192 in 8 bits fit
    cpu_s: int = 12 * 3600  # in one process
    stall_s: float = 300.0  # without a sign of life for so long, the process is ended

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> MediaLimits:
        return cls(**json.loads(text))

    def hold_this_process(self) -> None:
        """From now on the system itself refuses more memory, and ends the process after its time."""
        _lower(resource.RLIMIT_AS, self.memory_bytes)
        _lower(resource.RLIMIT_CPU, self.cpu_s, GRACE_S)
        _lower(resource.RLIMIT_CORE, 0)


def _lower(kind: int, wanted: int, grace: int = 0) -> None:
    """Set the soft limit, and the hard one `grace` above it; never above those that hold already."""
    soft, hard = (_or_endless(limit) for limit in resource.getrlimit(kind))
    new_soft, new_hard = min(wanted, soft), min(wanted + grace, hard)
    resource.setrlimit(kind, (int(new_soft), int(new_hard)))


def _or_endless(limit: int) -> float:
    return math.inf if limit == resource.RLIM_INFINITY else limit
