"""How fast SAM 2 is here: frames a second, where they go, and ratios to `transformers`' SAM 2.

    python -m sam2.tools.benchmark                  # frames a second, as the official benchmark prints them
    python -m sam2.tools.benchmark --stages         # the parts of a frame, and their share of the peak
    python -m sam2.tools.benchmark --compare        # ratios: same weights, same pictures, in alternation

Times are CPU seconds of the process on a CPU (one thread by default), which other work on the machine
does not change, and wall time with bf16 autocast on a GPU. Weights are random unless `--checkpoint` is
given: the work is the same.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from statistics import median

import torch

from sam2.build_sam import build_sam2_video_predictor
from sam2.sam2_video_predictor import SAM2VideoPredictor
from sam2.tools.measuring import (
    FULL_BANK,
    FULL_POINTERS,
    Stopwatch,
    clicks,
    gemm_rate,
    moving_discs,
    peak_bytes,
    settled,
)
from sam2.tracking.frames import open_frames

CONFIGS = {"tiny": "t", "small": "s", "base_plus": "b+", "large": "l"}
MEMORY_IMAGE_SIZE = 128
"""Model input for the walk that shows how memory grows: what grows does not depend on it, and it is quick."""


def build(args: argparse.Namespace, size: str, image_size: int) -> SAM2VideoPredictor:
    return build_sam2_video_predictor(
        f"configs/sam2.1/sam2.1_hiera_{CONFIGS[size]}.yaml",
        args.checkpoint,
        device=args.device,
        hydra_overrides_extra=[f"++model.image_size={image_size}"],
        vos_optimized=args.vos_optimized,
    )


def print_fps(args: argparse.Namespace, size: str) -> None:
    """Frames a second with a full memory bank, for each number of objects."""
    predictor = build(args, size, args.image_size)
    for num_objects in args.objects:
        frames = open_frames(args.video) if args.video else moving_discs(args.frames, args.image_size)
        state, watch = predictor.init_state(frames), Stopwatch(predictor.device)
        for obj_id, prompt in enumerate(clicks(num_objects, frames.width, frames.height)):
            predictor.tracker.prompt(state, obj_id, 0, prompt)
        walk = predictor.propagate_in_video(state, max_frame_num_to_track=args.frames - 1)
        next(walk)
        for _ in range(1, min(args.frames, frames.num_frames)):
            with watch.lap():
                next(walk)
        state.close()
        objects = "1 object" if num_objects == 1 else f"{num_objects} objects"
        print(
            f"{size}, {objects}: {1 / median(settled(watch.laps)):.2f} FPS, "
            f"peak memory {peak_bytes(predictor.device) / 1e9:.2f} GB",
            flush=True,
        )


def print_stages(args: argparse.Namespace, size: str) -> None:
    """A table of stages for each number of objects."""
    from sam2.tools.stages import HEADER, profile_stages

    predictor = build(args, size, args.image_size)
    for num_objects in args.objects:
        stages = profile_stages(predictor, args.frames, num_objects)
        peak = gemm_rate(predictor.device)
        print(f"\n{size}, objects: {num_objects}; matrix product {peak:.0f} GFLOP/s\n\n{HEADER}")
        for stage in stages:
            print(stage.line(peak), flush=True)


def print_ratios(args: argparse.Namespace, size: str) -> None:
    """The table of ratios. Above 1, ours is faster or smaller."""
    from sam2.tools.comparison import (
        Row,
        compare_automatic_masks,
        compare_opening,
        compare_tracking,
        memory_per_frame,
    )
    from sam2.tools.peer import build_image_oracle, build_oracle

    predictor = build(args, size, args.image_size)
    print(f"\n{size}\n\n{Row.HEADER}", flush=True)
    # Here rather than later, while the process is small.
    if (row := memory_per_frame(build(args, size, MEMORY_IMAGE_SIZE), args.memory_frames)) is not None:
        print(row.line(), flush=True)
    print(compare_opening(args.video, args.image_size).line(), flush=True)
    peer = build_oracle(predictor).to(predictor.device)
    for num_objects in args.objects:
        is_first = num_objects == args.objects[0]
        for row in compare_tracking(predictor, peer, args.frames, num_objects, with_click=is_first):
            print(row.line(), flush=True)
    del peer
    peer = build_image_oracle(predictor).to(predictor.device)
    rate = gemm_rate(predictor.device)
    for row in compare_automatic_masks(predictor, peer, args.points_per_side, rate):
        print(row.line(), flush=True)
    print(
        f"\nmatrix product at the end {rate:.0f} GFLOP/s, "
        f"peak memory {peak_bytes(predictor.device) / 1e9:.2f} GB"
    )


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--compare", action="store_true", help="ratios to transformers' SAM 2, installed here")
    what.add_argument("--stages", action="store_true", help="time and operations of each stage of a frame")
    parser.add_argument("--size", choices=CONFIGS, nargs="+", default=["tiny"], help="models (default tiny)")
    parser.add_argument("--checkpoint", help="weights of the one model (default: random ones)")
    parser.add_argument("--image-size", type=int, default=1024, help="side of the model's input (1024)")
    parser.add_argument("--frames", type=int, help="frames to track (default 10; with a compiled model 24)")
    parser.add_argument("--objects", type=int, nargs="+", default=[1, 8], help="numbers of objects (1 8)")
    parser.add_argument("--points-per-side", type=int, default=8, help="grid of automatic masks (8)")
    parser.add_argument("--memory-frames", type=int, default=400, help="walk for memory growth (400)")
    parser.add_argument("--video", type=Path, help="a video file (default: one that is made for this)")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=1, help="threads of arithmetic on a CPU (1)")
    parser.add_argument("--vos-optimized", action="store_true", help="compile the model (not with --stages)")
    return parser


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = build_parser()
    args = parser.parse_args(argv)
    if args.frames is None:
        # A compiled model meets new shapes until the last pointer is in the bank.
        args.frames = FULL_POINTERS + 7 if args.vos_optimized else FULL_BANK + 3
    if args.frames < 3:
        parser.error(f"--frames {args.frames} is too few to track; give at least 3")
    if args.checkpoint and len(args.size) > 1:
        parser.error("--checkpoint is one model's; give one --size")
    if args.stages and args.vos_optimized:
        parser.error("--stages looks between the parts of a frame; leave out --vos-optimized")
    return args


def main(argv: Sequence[str] | None = None) -> None:
    args = parse(argv)
    device = torch.device(args.device)
    if device.type == "cpu":
        torch.set_num_threads(args.threads)
    show: Callable[[argparse.Namespace, str], None] = print_fps
    if args.compare or args.stages:
        show = print_ratios if args.compare else print_stages
    time_of = "CPU seconds" if device.type == "cpu" else "wall seconds, bf16 autocast"
    with torch.autocast("cuda", torch.bfloat16) if device.type == "cuda" else nullcontext():
        print(
            f"SAM 2.1, {args.image_size} px, {device}, {time_of}; "
            f"matrix product {gemm_rate(device):.0f} GFLOP/s",
            flush=True,
        )
        for size in args.size:
            show(args, size)


if __name__ == "__main__":
    main()
