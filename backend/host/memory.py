"""How much memory the live sessions may hold together: what somebody set, or a share of what there is."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
BINARY_UNITS = {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}
DEFAULT_SHARE = {"cuda": 0.5, "mps": 0.25, "cpu": 0.25}  # a model takes the rest, and other programs
LEAST_BYTES = 64 * 2**20
CGROUP_LIMITS = (  # of version 2 and 1, as a container sees its own
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
ASK_GPU = ("nvidia-smi", "--query-gpu=memory.free", "--format=csv,noheader,nounits")  # MiB a GPU


def parse_amount(text: str) -> int | float:
    """Bytes, or a share above 0 and up to 1: "8GB", "512 MiB", "75%". Raises ValueError with a sentence."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%|[KMGT]I?B)", text.strip().upper())
    if match is None:
        raise ValueError(f"{text!r} is neither an amount such as 8GB nor a share such as 75%.")
    number, unit = float(match[1]), match[2]
    if unit == "%":
        if not 0 < number <= 100:
            raise ValueError(f"{text!r} is no share: use 1% to 100%.")
        return number / 100
    nbytes = int(number * (UNITS | BINARY_UNITS)[unit])
    if nbytes < LEAST_BYTES:
        raise ValueError(f"{text!r} is too little for one session: use 64MiB or more.")
    return nbytes


def memory_budget(
    amount: int | float | None, device: str, there_is: Callable[[str], int] | None = None
) -> int:
    """Bytes. `amount` as `parse_amount` gives it; None: the usual share of what the device has."""
    if isinstance(amount, int):
        return amount
    total = (there_is or memory_of)(device)
    return max(LEAST_BYTES, int((DEFAULT_SHARE[device] if amount is None else amount) * total))


def memory_of(device: str) -> int:
    """Bytes: what is free now on the GPU; else what this machine, or container, has."""
    return (_free_on_gpu() if device == "cuda" else None) or machine_memory()


def machine_memory(limits: tuple[Path, ...] = CGROUP_LIMITS) -> int:
    """Bytes, as far as a container may use them."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in limits:
        try:
            text = path.read_text().strip()
        except OSError:
            continue
        if text.isdigit():  # "max": no limit
            total = min(total, int(text))
    return total


def _free_on_gpu() -> int | None:
    """None where it cannot be told. Of several GPUs the first, which is the one that is used."""
    try:
        answer = subprocess.run(ASK_GPU, capture_output=True, text=True, timeout=20, check=True).stdout
        return int(answer.splitlines()[0]) * 2**20
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None
