"""What this machine can compute on, without importing torch to ask."""

from __future__ import annotations

import platform
import shutil
from importlib import metadata
from pathlib import Path


def find_device() -> str:
    """ "cuda", "mps" or "cpu". A PyTorch that was built for the CPU uses no GPU."""
    try:
        if metadata.version("torch").endswith("+cpu"):
            return "cpu"
    except metadata.PackageNotFoundError:
        pass
    if Path("/dev/nvidia0").exists() or (Path("/dev/dxg").exists() and shutil.which("nvidia-smi")):
        return "cuda"
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        return "mps"
    return "cpu"
