"""Where a tracked frame's time goes: seconds, operations, and the share of the machine's peak, by stage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from math import prod
from statistics import median

import torch
from torch.utils.flop_counter import FlopCounterMode, sdpa_flop_count

from sam2.sam2_video_predictor import SAM2VideoPredictor
from sam2.tools.measuring import Stopwatch, clicks, moving_discs, settled

STAGES = {
    "encode_image": "image encoder",
    "condition": "memory attention",
    "decode": "mask decoder",
    "encode_memory": "memory encoder",
}
HEADER = "| stage | time | operations | at the peak rate | share of the peak |\n|---|---|---|---|---|"


@dataclass(frozen=True)
class Stage:
    """One line of the table."""

    name: str
    seconds: float
    gflop: float
    """Multiplications and additions, of matrix products, convolutions and attention."""

    def line(self, peak_gflops: float) -> str:
        """`peak_gflops`: GFLOP a second of a large matrix product."""
        floor = self.gflop / peak_gflops
        share = 100 * floor / self.seconds if self.seconds else 0.0
        return (
            f"| {self.name} | {1e3 * self.seconds:.4g} ms | {self.gflop:.4g} GFLOP | {1e3 * floor:.4g} ms | "
            f"{share:.0f} % |"
        )


def profile_stages(predictor: SAM2VideoPredictor, num_frames: int, num_objects: int) -> list[Stage]:
    """The stages of a frame with a full memory bank, and the whole of it. The last of `num_frames` (at
    least 3) is for counting. A GPU is waited for after each stage, so there the whole is slower than it
    is by itself."""
    size, device = predictor.image_size, predictor.device
    tracker = predictor.tracker
    state = tracker.open(moving_discs(num_frames, size))
    for obj_id, prompt in enumerate(clicks(num_objects, size, size)):
        tracker.prompt(state, obj_id, 0, prompt)
    tracker.commit(state)

    watches = {name: Stopwatch(device) for name in STAGES}
    seconds: dict[str, list[float]] = {name: [] for name in STAGES}
    whole = Stopwatch(device)
    with _around_stages(predictor, lambda name: watches[name].lap()):
        for frame_idx in range(1, num_frames - 1):
            with whole.lap():
                tracker.video_logits(state, tracker.step(state, frame_idx))
            for name, watch in watches.items():
                seconds[name].append(sum(watch.laps))
                watch.laps.clear()
    gflop = dict.fromkeys(STAGES, 0.0)
    with _around_stages(predictor, lambda name: _counting(gflop, name)):
        tracker.step(state, num_frames - 1)
    state.close()

    stages = [Stage(STAGES[name], median(settled(laps)), gflop[name]) for name, laps in seconds.items()]
    frame = median(settled(whole.laps))
    rest = Stage("all else", max(0.0, frame - sum(stage.seconds for stage in stages)), 0.0)
    return [*stages, rest, Stage("the frame", frame, sum(gflop.values()))]


@contextmanager
def _around_stages(
    predictor: SAM2VideoPredictor, around: Callable[[str], AbstractContextManager]
) -> Iterator[None]:
    """Calls of the model's verbs happen inside `around(name)`."""

    def wrapped(name: str) -> Callable:
        verb = getattr(predictor, name)

        def call(*args, **kwargs):
            with around(name):
                return verb(*args, **kwargs)

        return call

    for name in STAGES:
        setattr(predictor, name, wrapped(name))
    try:
        yield
    finally:
        for name in STAGES:
            delattr(predictor, name)


@dataclass
class Count:
    """Multiplications and additions, in 10^9, once the block that counted them has ended."""

    gflop: float = 0.0


def _cpu_attention_flop(query: tuple, key: tuple, value: tuple, *_args, **_kwargs) -> int:
    return sdpa_flop_count(query, key, value)


def _onednn_linear_flop(x: tuple, weight: tuple, *_args, **_kwargs) -> int:
    return 2 * prod(x) * weight[0]


@contextmanager
def counted_gflop() -> Iterator[Count]:
    """Counts the operations of what happens inside."""
    not_known_to_torch = {torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: _cpu_attention_flop}
    if hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        not_known_to_torch[torch.ops.mkldnn._linear_pointwise] = _onednn_linear_flop
    count = Count()
    with FlopCounterMode(display=False, custom_mapping=not_known_to_torch) as counter:
        yield count
    count.gflop = counter.get_total_flops() / 1e9


@contextmanager
def _counting(gflop: dict[str, float], name: str) -> Iterator[None]:
    with counted_gflop() as counted:
        yield
    gflop[name] += counted.gflop
