"""What a fine-tuning can be told on the command line. Without torch, so that `masklet` starts quickly."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--base", default="sam2.1_hiera_tiny", help="weights to begin with, in the checkpoints folder")
    add("--name", required=True, help="of the new weights, which the app then offers")
    add("--checkpoints", type=Path, default=Path("checkpoints"))
    add("--work", type=Path, help="logs and the run's state (default: sam2_logs/NAME)")
    add("--epochs", type=int, default=10)
    add("--learning-rate", type=float, default=5e-6)
    add("--resolution", type=int, help="default: the base's own")
    add("--held-out", type=float, default=0.2, help="share of each video's frames to test on")
    add("--freeze-encoder", action="store_true", help="leave the image encoder as it is")
    add("--lora", type=int, metavar="RANK", help="train low-rank adapters in the trunk instead of it")
    add("--device", choices=("cuda", "cpu"), help="default: cuda where there is one")
    add("--workers", type=int, default=4, help="processes that read frames")


def work_folder(args: argparse.Namespace) -> Path:
    return args.work or Path("sam2_logs") / args.name


def as_arguments(args: argparse.Namespace) -> list[str]:
    """The same options for another process."""
    values = {
        "--base": args.base,
        "--name": args.name,
        "--checkpoints": args.checkpoints,
        "--work": work_folder(args),
        "--epochs": args.epochs,
        "--learning-rate": args.learning_rate,
        "--resolution": args.resolution,
        "--held-out": args.held_out,
        "--lora": args.lora,
        "--device": args.device,
        "--workers": args.workers,
    }
    given = [text for flag, value in values.items() if value is not None for text in (flag, str(value))]
    return [*given, *(["--freeze-encoder"] if args.freeze_encoder else [])]
