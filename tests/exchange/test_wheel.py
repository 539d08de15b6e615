"""The wheel holds the `masklet` package and command, and both work where only the wheel's files are."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path


def test_a_wheel_brings_the_package_and_the_command(repository: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(repository / name, tree / name)
    for name in ("backend", "sam2"):
        shutil.copytree(repository / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "."]
    subprocess.run(build, cwd=tree, check=True, timeout=300)
    (wheel,) = tree.glob("*.whl")
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    entry_points = next(unpacked.glob("*.dist-info/entry_points.txt")).read_text()
    assert "masklet = backend.cli:main" in entry_points
    code = "import masklet; print(masklet.__file__); print(masklet.Client('http://x'))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=unpacked, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.startswith(str(unpacked)), done.stderr
