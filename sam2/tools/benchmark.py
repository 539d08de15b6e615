"""How fast the video predictor is, alone or beside `transformers`' SAM 2.

    python -m sam2.tools.benchmark                        # FPS, as the official benchmark prints them
    python -m sam2.tools.benchmark --compare              # ratios to the peer: same weights, same frames

Times are CPU seconds of the process on a CPU (one thread by default), which other work on the machine
does not change, and wall time on a GPU. `--compare` runs both in one process, a frame of one and then a
frame of the other. Weights are random unless `--checkpoint` is given: the work is the same.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from statistics import median

import numpy as np
import torch

from sam2.build_sam import build_sam2_video_predictor
from sam2.sam2_video_predictor import SAM2VideoPredictor
from sam2.tracking.edge import NormalisedFrames
from sam2.tracking.frames import InMemoryFrames, open_frames
from sam2.tracking.prefetch import FrameReader
from sam2.tracking.prompts import FramePrompts, PointPrompt
from sam2.tracking.state import VideoState

CONFIGS = {"tiny": "t", "small": "s", "base_plus": "b+", "large": "l"}
PEER_OVER_OFFICIAL = 1.06
"""On a tracked frame the peer was measured 6 % slower than the official code (CPU, float32)."""
PEER_OVER_OFFICIAL_CLICK = 2.05
"""On a click it was measured at 0.37 s and the official code at 0.18 s: it encodes the memory at once."""
OFFICIAL_FRAME_BYTES = 3 * 4
"""The official predictor keeps three float32 values for each pixel of the model's input."""
GEMM_SIDE = 1024


@dataclass
class Stopwatch:
    """Seconds that pass inside `with watch.lap():`, lap by lap."""

    device: torch.device
    laps: list[float] = field(default_factory=list)

    @contextmanager
    def lap(self) -> Iterator[None]:
        begin = self._now()
        yield
        self.laps.append(self._now() - begin)

    def _now(self) -> float:
        if self.device.type == "cpu":
            return time.process_time()
        torch.cuda.synchronize(self.device)
        return time.perf_counter()


@dataclass(frozen=True)
class Comparison:
    """One line of the table."""

    what: str
    ours: float
    theirs: float
    unit: str = "s"
    theirs_over_official: float = 1.0
    """1 where `theirs` is what the official code does."""

    def line(self) -> str:
        ratio = self.theirs / self.ours if self.ours else float("inf")
        return (
            f"| {self.what} | {self.ours:.4g} {self.unit} | {self.theirs:.4g} {self.unit} | "
            f"{ratio:.2f} | {ratio / self.theirs_over_official:.2f} |"
        )


def moving_discs(num_frames: int, size: int) -> InMemoryFrames:
    """A clip of the model's input size, so that no time goes into resizing."""
    rng, (ys, xs) = np.random.default_rng(0), np.mgrid[:size, :size]
    frames = []
    for t in range(num_frames):
        frame = rng.integers(40, 120, (size, size, 3), dtype=np.uint8)
        inside = (xs - size * (0.3 + 0.4 * t / num_frames)) ** 2 + (ys - size / 2) ** 2 < (size / 6) ** 2
        frame[inside] = (220, 40, 40)
        frames.append(frame)
    return InMemoryFrames(frames)


def clicks(num_objects: int, size: int) -> list[FramePrompts]:
    """One click for each object."""
    side = int(np.ceil(np.sqrt(num_objects)))
    centres = [
        ((idx % side + 0.5) / side * size, (idx // side + 0.5) / side * size) for idx in range(num_objects)
    ]
    return [FramePrompts(points=(PointPrompt(x, y),)) for x, y in centres]


class Ours:
    """Our predictor, frame by frame."""

    def __init__(self, predictor: SAM2VideoPredictor, frames: InMemoryFrames, prompts: list[FramePrompts]):
        self.tracker = predictor.tracker
        self.state: VideoState = self.tracker.open(frames)
        for obj_id, prompt in enumerate(prompts):
            self.tracker.prompt(self.state, obj_id, 0, prompt)
        self.tracker.commit(self.state)

    def step(self, frame_idx: int) -> torch.Tensor:
        return self.tracker.video_logits(self.state, self.tracker.step(self.state, frame_idx))

    def click_again(self, prompt: FramePrompts) -> torch.Tensor:
        self.tracker.clear(self.state, 0, 0)
        return self.tracker.video_logits(self.state, self.tracker.prompt(self.state, 0, 0, prompt))


class Theirs:
    """The peer, frame by frame."""

    def __init__(self, peer, pixels: torch.Tensor, prompts: list[FramePrompts]):
        from transformers.models.sam2_video.modeling_sam2_video import Sam2VideoInferenceSession

        self.peer = peer
        size = pixels.shape[-1]
        self.session = Sam2VideoInferenceSession(
            video=pixels,
            video_height=size,
            video_width=size,
            inference_device=pixels.device,
            inference_state_device=pixels.device,
            video_storage_device=pixels.device,
            dtype=torch.float32,
        )
        for obj_id, prompt in enumerate(prompts):
            self._add(obj_id, prompt)
        self.step(0)

    def _add(self, obj_id: int, prompt: FramePrompts) -> None:
        (point,) = prompt.points
        self.session.add_point_inputs(
            self.session.obj_id_to_idx(obj_id),
            0,
            {
                "point_coords": torch.tensor([[[[point.x, point.y]]]], dtype=torch.float32),
                "point_labels": torch.tensor([[[1]]], dtype=torch.int32),
            },
        )
        self.session.obj_with_new_inputs.append(obj_id)

    @torch.inference_mode()
    def step(self, frame_idx: int) -> torch.Tensor:
        low_res = self.peer(self.session, frame_idx=frame_idx).pred_masks
        size = (self.session.video_height, self.session.video_width)
        return torch.nn.functional.interpolate(low_res, size=size, mode="bilinear", align_corners=False)

    def click_again(self, prompt: FramePrompts) -> torch.Tensor:
        self.session.frames_tracked_per_obj[0].clear()
        self._add(0, prompt)
        return self.step(0)


def compare_tracking(
    predictor: SAM2VideoPredictor, peer, num_frames: int, num_objects: int, image_size: int
) -> Iterator[Comparison]:
    """A tracked frame, and a second click on an encoded frame. The peer is its laps' median over frames
    whose memory bank is full (from frame 7 on), or over the second half of a shorter walk."""
    frames, prompts = moving_discs(num_frames, image_size), clicks(num_objects, image_size)
    ours = Ours(predictor, frames, prompts)
    pixels = torch.stack([ours.state["images"][t] for t in range(num_frames)])
    theirs = Theirs(peer, pixels, prompts)
    watches = Stopwatch(predictor.device), Stopwatch(predictor.device)
    if num_objects == 1:
        yield _lap_by_lap(
            "second click on an encoded frame",
            watches,
            [lambda: ours.click_again(prompts[0])] * 4,
            [lambda: theirs.click_again(prompts[0])] * 4,
            skip=1,
            theirs_over_official=PEER_OVER_OFFICIAL_CLICK,
        )
        ours.tracker.commit(ours.state)
    watches = Stopwatch(predictor.device), Stopwatch(predictor.device)
    walk = range(1, num_frames)
    objects = "1 object" if num_objects == 1 else f"{num_objects} objects"
    yield _lap_by_lap(
        f"a tracked frame, {objects}",
        watches,
        [lambda t=t: ours.step(t) for t in walk],
        [lambda t=t: theirs.step(t) for t in walk],
        skip=min(6, (num_frames - 1) // 2),
        theirs_over_official=PEER_OVER_OFFICIAL,
    )
    ours.state.close()


def _lap_by_lap(
    what: str,
    watches: tuple[Stopwatch, Stopwatch],
    ours: Sequence[Callable[[], object]],
    theirs: Sequence[Callable[[], object]],
    skip: int,
    theirs_over_official: float,
) -> Comparison:
    for mine, other in zip(ours, theirs, strict=True):
        with watches[0].lap():
            mine()
        with watches[1].lap():
            other()
    medians = (median(watch.laps[skip:]) for watch in watches)
    return Comparison(what, *medians, theirs_over_official=theirs_over_official)


def compare_opening(clip: str, image_size: int, device: torch.device) -> Comparison:
    """Opening a video file lazily, and loading all of it as the official predictor does."""
    watches = Stopwatch(device), Stopwatch(device)
    with watches[0].lap():
        open_frames(clip)
    with watches[1].lap():
        images = NormalisedFrames(FrameReader(open_frames(clip), image_size), torch.device("cpu"))
        torch.stack([images[t] for t in range(len(images))])
    return Comparison("init_state", watches[0].laps[0], watches[1].laps[0])


def memory_per_frame(predictor: SAM2VideoPredictor, num_frames: int, image_size: int) -> Comparison | None:
    """What a frame of video more costs in RAM: how much more the state holds at the end of a walk than when
    its memory window was full. None if the walk is too short to tell."""
    ours = Ours(predictor, moving_discs(num_frames, image_size), clicks(1, image_size))
    full = ours.tracker.rules.window + 2
    if num_frames <= full + 1:
        ours.state.close()
        return None
    held = []
    for frame_idx in range(1, num_frames):
        ours.step(frame_idx)
        held.append(ours.state.nbytes())
    ours.state.close()
    per_frame = (held[-1] - held[full - 1]) / (num_frames - 1 - full)
    official = OFFICIAL_FRAME_BYTES * image_size**2
    return Comparison("RAM for a frame of video more", per_frame / 1e6, official / 1e6, "MB")


def gemm_rate(device: torch.device) -> float:
    """GFLOP a second of a float32 matrix product: what times on this machine are to be read against."""
    a, watch = torch.randn(GEMM_SIDE, GEMM_SIDE, device=device), Stopwatch(device)
    for _ in range(5):
        with watch.lap():
            for _ in range(4):
                a @ a
    return 4 * 2 * GEMM_SIDE**3 / max(min(watch.laps), 1e-9) / 1e9


def print_fps(predictor: SAM2VideoPredictor, args: argparse.Namespace) -> None:
    """Frames a second, for each number of objects."""
    for num_objects in args.objects:
        frames = open_frames(args.video) if args.video else moving_discs(args.frames, args.image_size)
        ours, watch = Ours(predictor, frames, clicks(num_objects, frames.width)), Stopwatch(predictor.device)
        for frame_idx in range(1, min(args.frames, frames.num_frames)):
            with watch.lap():
                ours.step(frame_idx)
        ours.state.close()
        settled = watch.laps[min(6, len(watch.laps) // 2) :]
        print(f"{args.size}, {num_objects} objects: {len(settled) / sum(settled):.2f} FPS", flush=True)


def print_ratios(predictor: SAM2VideoPredictor, args: argparse.Namespace) -> None:
    """The table of ratios. Above 1 is faster (or smaller) than the peer; the last column is the estimate
    for the official code."""
    from sam2.tools.peer import build_oracle

    peer = build_oracle(predictor).to(predictor.device)
    print("| what | ours | theirs | ratio to the peer | ratio to the official code |\n|---|---|---|---|---|")
    for num_objects in args.objects:
        for row in compare_tracking(predictor, peer, args.frames, num_objects, args.image_size):
            print(row.line(), flush=True)
    if (row := memory_per_frame(predictor, args.frames, args.image_size)) is not None:
        print(row.line(), flush=True)
    if args.video:
        print(compare_opening(args.video, args.image_size, predictor.device).line(), flush=True)


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--compare", action="store_true", help="beside transformers' SAM 2, which must be installed"
    )
    parser.add_argument("--size", choices=CONFIGS, default="tiny", help="which released model (default tiny)")
    parser.add_argument("--checkpoint", help="path of its weights (default: random ones)")
    parser.add_argument(
        "--image-size", type=int, default=1024, help="side of the model's input (default 1024)"
    )
    parser.add_argument("--frames", type=int, default=12, help="frames to track (default 12)")
    parser.add_argument(
        "--objects", type=int, nargs="+", default=[1, 3], help="numbers of objects (default 1 3)"
    )
    parser.add_argument("--video", help="a video file: for FPS on it, and for the time that opening takes")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=1, help="threads of arithmetic on a CPU (default 1)")
    parser.add_argument("--vos-optimized", action="store_true", help="compile the model (FPS only)")
    return parser


def main(argv: Sequence[str] | None = None) -> None:
    args = build_parser().parse_args(argv)
    if args.frames < 3:
        raise SystemExit(f"--frames {args.frames} is too few to track; give at least 3")
    device = torch.device(args.device)
    if device.type == "cpu":
        torch.set_num_threads(args.threads)
    predictor = build_sam2_video_predictor(
        f"configs/sam2.1/sam2.1_hiera_{CONFIGS[args.size]}.yaml",
        args.checkpoint,
        device=device,
        hydra_overrides_extra=[f"++model.image_size={args.image_size}"],
        vos_optimized=args.vos_optimized and not args.compare,
    )
    time_of = "CPU seconds" if device.type == "cpu" else "wall seconds, bf16 autocast"
    print(
        f"SAM 2.1 {args.size}, {args.image_size} px, {device}, {time_of}; "
        f"matrix product {gemm_rate(device):.0f} GFLOP/s",
        flush=True,
    )
    with torch.autocast("cuda", torch.bfloat16) if device.type == "cuda" else nullcontext():
        (print_ratios if args.compare else print_fps)(predictor, args)


if __name__ == "__main__":
    main()
