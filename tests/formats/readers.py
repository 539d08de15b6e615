"""Running the formats' own readers: in a process beside ours, with packages that nothing else imports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
PACKAGES = Path(os.environ.get("MASKLET_READERS", Path(sys.prefix) / "readers"))


def run_reader(script: str, *arguments: object) -> list[Any]:
    """The JSON lines that a script of this folder prints."""
    if not PACKAGES.is_dir():
        pytest.skip(f"no {PACKAGES}; pip install --no-deps --target {PACKAGES} -r {HERE}/readers.txt")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(HERE / script), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(PACKAGES)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]
