"""The small SAM 2 that is trained from nothing: what `docs/training.md` says of it holds."""

from __future__ import annotations

import json
from pathlib import Path

from sam2.build_sam import build_sam2, build_sam2_video_predictor
from sam2.training.config import load_training_config
from sam2.training.train import build_trainer

NAME = "configs/nano/nano.yaml"
TRAIN = "configs/nano/train.yaml"


def test_it_is_small() -> None:
    model = build_sam2(NAME, None, device="cpu")
    numbers = sum(parameter.numel() for parameter in model.parameters())
    assert 1_000_000 < numbers < 4_000_000
    assert model.image_size == 256


def test_it_learns_from_procedural_video_and_can_be_loaded(tmp_path: Path) -> None:
    few = ["images=2", "image_batch=2", "videos=1", "video_batch=1", "num_frames=2", "num_epochs=1"]
    changes = [f"scratch.{one}" for one in few] + [f"launcher.experiment_log_dir={tmp_path}"]
    build_trainer(load_training_config(TRAIN, changes)).run()
    lines = [json.loads(line) for line in (tmp_path / "logs" / "scalars.jsonl").read_text().splitlines()]
    assert lines, "a step was taken"
    build_sam2_video_predictor(NAME, str(tmp_path / "checkpoints" / "checkpoint.pt"), device="cpu")
