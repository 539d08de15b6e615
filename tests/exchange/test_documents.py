"""docs/cli.md, docs/python.md and the notebook run as they are written, against a running server."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from backend import client as masklet
from tests.backend.live import Live
from tests.backend.small_video import HEIGHT, disc_x, write_small_video

DOCS = Path(__file__).resolve().parents[2] / "docs"
FRAMES = 12


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (DOCS / name).read_text(), re.M | re.S)


def run(command: list[str], folder: Path, **more: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(DOCS.parent), **more}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stdout[-500:]} {done.stderr[-2000:]}"
    return done.stdout


def test_the_command_line(server: Live, tmp_path: Path) -> None:
    write_small_video(tmp_path / "clip.mp4", FRAMES)
    with masklet.Client(server.url) as client:
        session = client.new_session(client.upload(tmp_path / "clip.mp4"))
        session.click(disc_x(0), HEIGHT // 2)
    commands = [shlex.split(line) for block in blocks("cli.md", "sh") for line in block.splitlines()]
    assert len(commands) == 13
    known = {"SESSION": session.id, "VIDEO": session.video.id}
    said: dict[str, str] = defaultdict(str)
    for name, *words in commands:
        assert name == "masklet"
        words = [known.get(word, word) for word in words]
        said[words[0]] += run(
            [sys.executable, "-m", "backend.cli", *words], tmp_path, MASKLET_SERVER=server.url
        )
    assert "Right: 12 of 12 frames" in said["verify"] and "Nothing was changed" in said["import"]
    assert "They are in session" in said["import"] and "Night shift" in said["projects"]
    assert all((tmp_path / f"{name}.zip").is_file() for name in ("masks", "clip-coco", "shift"))


def test_the_python_client(server: Live, tmp_path: Path) -> None:
    (example,) = blocks("python.md", "python")
    names = {"SERVER": server.url, "VIDEO": str(write_small_video(tmp_path / "clip.mp4", FRAMES))}
    head = "".join(f"{name} = {value!r}\n" for name, value in {**names, "FOLDER": str(tmp_path)}.items())
    (tmp_path / "example.py").write_text(head + example)
    said = run([sys.executable, "example.py"], tmp_path)
    assert "bool" in said and said.strip().endswith(".zip")


def test_the_notebook(server: Live, tmp_path: Path) -> None:
    """Its cells, one after the other in one process, as Jupyter would run them."""
    notebook = json.loads((DOCS / "from-video-to-training-set.ipynb").read_text())
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(cells) == 7 and not any(cell.get("outputs") for cell in notebook["cells"])
    (tmp_path / "cells.py").write_text("\n\n".join(cells))
    video = write_small_video(tmp_path / "clip.mp4", FRAMES)
    said = run([sys.executable, "cells.py"], tmp_path, MASKLET_SERVER=server.url, VIDEO=str(video))
    assert f"{FRAMES} masks" in said and "annotations; the first has" in said
