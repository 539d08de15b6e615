"""How fast procedural video is drawn, and whether the training of `nano` waits for it.

    python -m sam2.tools.procedural                                # on a CPU, one thread
    python -m sam2.tools.procedural --device cuda --workers 0 8    # and drawn by a GPU

Frames a second are of the process's CPU time on a CPU, which other work on the machine does not change, and
of wall time on a GPU. What a step takes and what it waits is wall time.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import torch

from sam2.procedural.samples import Samples
from sam2.procedural.tensors.frames import render
from sam2.procedural.tensors.packed import pack
from sam2.tools.measuring import Stopwatch
from sam2.training.config import load_training_config
from sam2.training.train import build_trainer

FRAMES = 4  # of a snippet, as `nano` is trained
CONFIGS = {"loader": "configs/nano/train.yaml", "device": "configs/nano/train_on_device.yaml"}
"""By who draws the frames."""


def print_rate(name: str, draw: Callable[[int], object], snippets: int, device: torch.device) -> None:
    """Frames a second, after two snippets that find libraries and caches cold."""
    watch = Stopwatch(device)
    for index in range(snippets + 2):
        with watch.lap():
            draw(index)
    seconds = sum(watch.laps[2:]) / (snippets * FRAMES)
    print(f"{name}: {1 / seconds:.0f} frames/s, {1e3 * seconds:.1f} ms a frame", flush=True)


def print_rates(args: argparse.Namespace) -> None:
    cpu, device = torch.device("cpu"), torch.device(args.device)
    by_chance = Samples(0, FRAMES, args.size, args.size, themed_share=0)
    themed = Samples(0, FRAMES, args.size, args.size, themed_share=1)
    themed.paint_themes(args.snippets + 2)
    scenes = [by_chance.by_chance(index) for index in range(args.snippets + 2)]
    packed = [pack(sample.scene, sample.times) for sample in scenes]
    print_rate("throwing the dice", by_chance.by_chance, args.snippets, cpu)
    print_rate("frames by chance, OpenCV", lambda i: by_chance.sample(i).render(), args.snippets, cpu)
    print_rate("frames of themes, OpenCV", lambda i: themed.sample(i).render(), args.snippets, cpu)
    print_rate(
        f"frames by chance, tensors on {device}",
        lambda i: render(packed[i].to(device)),
        args.snippets,
        device,
    )


def print_training(args: argparse.Namespace, drawer: str, workers: int) -> None:
    """One line: what a step of `nano` takes, and which share of the time it waits."""
    with tempfile.TemporaryDirectory() as folder:
        changes = [
            "scratch.images=1",  # too few for a batch: snippets only
            f"scratch.videos={args.steps * args.batch}",
            f"scratch.video_batch={args.batch}",
            f"scratch.num_frames={FRAMES}",
            f"scratch.num_workers={workers}",
            "scratch.num_epochs=1",
            f"model.image_size={args.size}",
            f"trainer.accelerator={torch.device(args.device).type}",
            "+trainer.logging.log_scalar_frequency=1",
            f"launcher.experiment_log_dir={folder}",
        ]
        if args.device != "cpu":
            changes += ["trainer.optim.amp.enabled=true", "trainer.data.train.pin_memory=true"]
        trainer = build_trainer(load_training_config(CONFIGS[drawer], changes))
        trainer.run()
        lines = (Path(folder) / "logs" / "scalars.jsonl").read_text().splitlines()
    step_s = trainer.progress.elapsed_s / trainer.progress.steps
    waiting = json.loads(lines[-1])["train/waiting"]
    print(
        f"training, drawn by the {drawer}, {workers} workers: {step_s:.2f} s a step of "
        f"{args.batch} x {FRAMES} frames, "
        f"{100 * waiting:.1f}% of the time waiting for data",
        flush=True,
    )


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu", help="where tensors are drawn and nano is trained")
    parser.add_argument("--size", type=int, default=256, help="of a frame, pixels")
    parser.add_argument("--snippets", type=int, default=50, help="to draw for a rate")
    parser.add_argument("--steps", type=int, default=12, help="of training; 0: only draw")
    parser.add_argument("--batch", type=int, default=2, help="snippets in a step")
    parser.add_argument("--workers", type=int, nargs="+", default=[0, 1], help="processes that load data")
    parser.add_argument("--threads", type=int, default=1, help="of this process on a CPU")
    return parser


def main(argv: Sequence[str] | None = None) -> None:
    args = build_parser().parse_args(argv)
    threads = torch.get_num_threads(), cv2.getNumThreads()
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(args.threads)
    try:
        print_rates(args)
        for drawer in CONFIGS if args.steps else ():
            for workers in args.workers:
                print_training(args, drawer, workers)
    finally:
        torch.set_num_threads(threads[0])
        cv2.setNumThreads(threads[1])


if __name__ == "__main__":
    main()
