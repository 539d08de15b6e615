"""What benchmarks are made of: a clock, a yardstick, a look at memory, and material to work on."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from sam2.modeling.linear import linear
from sam2.tracking.frames import InMemoryFrames
from sam2.tracking.prompts import FramePrompts, PointPrompt

GEMM_SIDE_CPU, GEMM_SIDE = 2048, 8192
FULL_BANK, FULL_POINTERS = 7, 17
"""Frames after which a released model's memory bank has its final size but for object pointers, and with
them."""


@dataclass
class Stopwatch:
    """Seconds that pass inside `with watch.lap():`, lap by lap: of the process's CPU time on a CPU, which
    other work on the machine does not change, and of wall time on any other device."""

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
        torch.accelerator.synchronize(self.device)
        return time.perf_counter()


def settled(laps: list[float]) -> list[float]:
    """Of the frames 1, 2, ... those with a full memory bank (with all pointers too, where the walk is long
    enough: until then a compiled model meets new shapes), or else the second half."""
    for full in (FULL_POINTERS, FULL_BANK):
        if len(laps) >= full + 1:
            return laps[full - 1 :]
    return laps[len(laps) // 2 :]


def gemm_rate(device: torch.device) -> float:
    """GFLOP a second of a matrix product, in float32 on a CPU (by the quicker of its libraries) and else as
    autocast has it: what other figures of this machine are to be read against."""
    side = GEMM_SIDE_CPU if device.type == "cpu" else GEMM_SIDE
    a, watch = torch.randn(side, side, device=device), Stopwatch(device)
    with torch.no_grad():
        a = a @ a  # in the precision that products have here
        linear(a, a, None)
        for _ in range(5):
            with watch.lap():
                a @ a
            with watch.lap():
                linear(a, a, None)
    return 2 * side**3 / max(min(watch.laps), 1e-9) / 1e9


def resident_bytes() -> int | None:
    """What this process holds in RAM now, or None where the system does not say so (it is no Linux)."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return None


def peak_bytes(device: torch.device) -> int:
    """The most memory used so far: of a CUDA device, else of the process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


class DiscFrames:
    """A red disc crosses noise. Frames are drawn when they are read, so that they take no memory."""

    def __init__(self, num_frames: int, height: int, width: int):
        self.num_frames, self.height, self.width = num_frames, height, width

    def read(self, frame_idx: int) -> np.ndarray:
        noise = np.random.default_rng(frame_idx)
        frame = noise.integers(40, 120, (self.height, self.width, 3), dtype=np.uint8)
        ys, xs = np.ogrid[: self.height, : self.width]
        x = self.width * (0.3 + 0.4 * frame_idx / self.num_frames)
        frame[(xs - x) ** 2 + (ys - self.height / 2) ** 2 < (self.height / 6) ** 2] = (220, 40, 40)
        return frame


def moving_discs(num_frames: int, size: int) -> InMemoryFrames:
    """A clip of the model's input size, drawn beforehand: no time goes into reading or resizing it."""
    frames = DiscFrames(num_frames, size, size)
    return InMemoryFrames([frames.read(t) for t in range(num_frames)])


def write_clip(path: Path, num_frames: int, height: int, width: int, fps: int) -> Path:
    """The disc as an H.264 file."""
    import av

    frames = DiscFrames(num_frames, height, width)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for frame_idx in range(num_frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frames.read(frame_idx), "rgb24")))
        container.mux(stream.encode())
    return path


def clicks(num_objects: int, width: int, height: int) -> list[FramePrompts]:
    """One click for each object, on a grid."""
    side = int(np.ceil(np.sqrt(num_objects)))
    places = [((idx % side + 0.5) / side, (idx // side + 0.5) / side) for idx in range(num_objects)]
    return [FramePrompts(points=(PointPrompt(x * width, y * height),)) for x, y in places]
