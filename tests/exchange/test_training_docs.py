"""Every command of docs/training.md, in order, against a running server, with a small network."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from backend import client as masklet
from tests.backend.small_video import HEIGHT, disc_x, write_small_video
from tests.exchange.working import working
from tests.sam2.training.runs import SMALL
from tests.sam2.training.test_finetune import write_small_base

REPOSITORY = Path(__file__).resolve().parents[2]
SMALLER = {
    "masklet finetune": ["--epochs", "1", "--device", "cpu", "--workers", "0", "--stride", "2"],
    "MOSE_finetune.yaml": [
        *SMALL,
        "scratch.num_epochs=1",
        "scratch.resolution=128",
        "trainer.accelerator=cpu",
        "scratch.num_train_workers=0",
        "trainer.data.train.pin_memory=false",
    ],
    "nano/train.yaml": [
        "scratch.num_epochs=1",
        "scratch.images=2",
        "scratch.image_batch=2",
        "scratch.videos=1",
        "scratch.video_batch=1",
        "scratch.num_frames=2",
    ],
    "train_on_device.yaml": [
        "scratch.num_epochs=1",
        "scratch.images=1",
        "scratch.videos=1",
        "scratch.video_batch=1",
        "scratch.num_frames=2",
    ],
    "sam2.tools.procedural": ["--snippets", "1", "--steps", "1", "--batch", "1", "--workers", "0"],
}
"""What a test adds to a command, so that it ends soon."""


def commands() -> list[list[str]]:
    text = (REPOSITORY / "docs/training.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def test_there_are_commands() -> None:
    assert len(commands()) == 10


def test_from_sessions_to_a_better_model(tmp_path: Path) -> None:
    (tmp_path / "checkpoints").mkdir()
    write_small_base(tmp_path / "checkpoints")
    video = write_small_video(tmp_path / "Disc.mp4", 16)
    with working(tmp_path / "server") as server, masklet.Client(server.url) as client:
        session = client.new_session(client.upload(video))
        session.click(disc_x(0), HEIGHT // 2, name="Disc")
        assert session.track().state is masklet.PropagationState.DONE
        for command in commands():
            told = run(command, session.id, server.url, tmp_path)
            if command[:2] == ["masklet", "sessions"]:
                assert session.id in told
            elif "finetune" in command:
                assert re.search(r"J&F on 1 held-out objects: [\d.]+ before, [\d.]+ after", told)
            elif "--engine" in command:
                assert re.search(r"^all +1 objects +[\d.]+", told, re.M)
    assert (tmp_path / "checkpoints/cells.pt").exists()
    assert (tmp_path / "sam2_logs").exists()


def run(command: list[str], session_id: str, url: str, folder: Path) -> str:
    names = {"SESSION": session_id, "OTHER": session_id, "sam2.1_hiera_tiny": "small"}
    changed = [names.get(word, word) for word in command]
    for words, more in SMALLER.items():
        if words in " ".join(command):
            changed += more
    if changed[0] == "masklet":
        changed = [sys.executable, "-m", "backend.cli", *changed[1:], "--server", url]
    else:
        changed[0] = sys.executable
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        changed, cwd=folder, env=environment, capture_output=True, text=True, timeout=400, check=False
    )
    if done.returncode != 0:
        pytest.fail(f"{' '.join(command)}: {done.stderr[-2000:]}")
    return done.stdout
