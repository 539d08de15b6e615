"""A host without a model, for tests of the API and the app: moving shapes where someone clicked.

It is the thread host with an engine that draws discs and boxes, so everything but the masks is real:
durability, progress, cancel, resume. The shapes drift from frame to frame by what the engine has in
memory, so a state that is lost, or walked twice, shows.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from backend.domain.engines import EngineInfo
from backend.domain.errors import NotFound
from backend.domain.ports import SessionStore, VideoStore
from backend.domain.session import FramePrompt
from backend.host.thread_host import ThreadHost
from backend.worker.engine import EngineSession, FrameSource, ObjectMask
from backend.worker.live_pool import Budget
from backend.worker.masks import decode_mask

FAKE_ENGINE = EngineInfo("fake", "Moving shapes", "cpu", True, "Draws shapes where you click; for tests.")
NO_WEIGHTS = EngineInfo(
    "sam2.1_hiera_tiny", "SAM 2.1 tiny", "cpu", False, "Run checkpoints/download_ckpts.sh to get its weights."
)


@dataclass(frozen=True)
class Shape:
    """A disc, or a box, in pixels. `holes` are discs cut out of it, relative to its centre."""

    x: float
    y: float
    half_width: float
    half_height: float
    is_box: bool = False
    holes: tuple[tuple[float, float], ...] = ()

    def draw(self, height: int, width: int) -> np.ndarray:
        """bool [height, width]"""
        y, x = np.ogrid[:height, :width]
        across, down = (x - self.x) / self.half_width, (y - self.y) / self.half_height
        mask = np.maximum(abs(across), abs(down)) <= 1 if self.is_box else across**2 + down**2 <= 1
        for hole_x, hole_y in self.holes:
            mask &= np.hypot(x - self.x - hole_x, y - self.y - hole_y) > self.half_width / 3
        return mask

    def moved(self, dx: float, dy: float, height: int, width: int) -> Shape:
        """Drifts, and comes in at the other side."""
        return replace(self, x=(self.x + dx) % width, y=(self.y + dy) % height)


@dataclass
class FakeSession:
    """Shapes of one video. `delay_s` is spent on each step."""

    height: int
    width: int
    delay_s: float = 0.0
    prompted: dict[tuple[int, int], Shape] = field(default_factory=dict)  # by (object id, frame index)
    memory: dict[int, Shape] = field(default_factory=dict)  # where each object was last

    def apply(self, prompt: FramePrompt) -> list[ObjectMask]:
        place = (prompt.object_id, prompt.frame_idx)
        if prompt.is_empty:
            self.prompted.pop(place, None)
            return []
        self.prompted[place] = self.memory[prompt.object_id] = self._shape(prompt)
        return [self._mask(prompt.object_id, prompt.frame_idx)]

    def preview(self, prompt: FramePrompt) -> ObjectMask:
        mask = self._shape(prompt).draw(self.height, self.width)
        return ObjectMask(prompt.object_id, mask, object_score=5.0, predicted_iou=0.5)

    def remove_object(self, object_id: int) -> None:
        self.memory.pop(object_id, None)
        self.prompted = {place: shape for place, shape in self.prompted.items() if place[0] != object_id}

    def step(self, object_ids: Sequence[int], frame_idx: int, reverse: bool) -> list[ObjectMask]:
        time.sleep(self.delay_s)
        for object_id in object_ids:
            speed = -(2 + object_id % 3) if reverse else 2 + object_id % 3
            before = self.memory[object_id]
            moved = before.moved(speed, 1 + frame_idx % 2, self.height, self.width)
            self.memory[object_id] = self.prompted.get((object_id, frame_idx), moved)
        return [self._mask(object_id, frame_idx) for object_id in object_ids]

    def remember(self, frame_idx: int, masks: Sequence[ObjectMask]) -> None:
        for known in masks:
            rows, columns = np.nonzero(known.mask)
            if len(rows):
                shape = self.memory[known.object_id]
                self.memory[known.object_id] = replace(shape, x=float(columns.mean()), y=float(rows.mean()))

    def remembers(self, object_id: int, frame_idx: int) -> bool:
        return object_id in self.memory

    def save(self, folder: Path) -> None:
        prompted = [[*place, asdict(shape)] for place, shape in self.prompted.items()]
        memory = [[object_id, asdict(shape)] for object_id, shape in self.memory.items()]
        (folder / "shapes.part").write_text(json.dumps([prompted, memory]))
        os.replace(folder / "shapes.part", folder / "shapes.json")

    def load(self, folder: Path) -> None:
        prompted, memory = json.loads((folder / "shapes.json").read_text())
        self.prompted = {(object_id, frame): Shape(**shape) for object_id, frame, shape in prompted}
        self.memory = {object_id: Shape(**shape) for object_id, shape in memory}

    def nbytes(self) -> int:
        return 1024 * (1 + len(self.prompted) + len(self.memory))

    def close(self) -> None:
        pass

    def _shape(self, prompt: FramePrompt) -> Shape:
        size = max(4.0, min(self.height, self.width) / 6)
        if prompt.mask is not None:
            rows, columns = np.nonzero(decode_mask(prompt.mask))
            return Shape(
                float(columns.mean()), float(rows.mean()), max(1.0, float(np.ptp(columns) / 2)), size
            )
        if box := prompt.box:
            x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
            shape = Shape(x, y, (box.x1 - box.x0) / 2, (box.y1 - box.y0) / 2, is_box=True)
        elif included := [point for point in prompt.points if point.include]:
            x = sum(point.x for point in included) / len(included)
            y = sum(point.y for point in included) / len(included)
            size += 2 * (prompt.object_id in self.memory)  # a second click shows
            shape = Shape(x, y, size, size)
        elif prompt.object_id in self.memory:
            shape = self.memory[prompt.object_id]
        else:
            raise ValueError("Every point excludes: add one on the object first.")
        holes = [(point.x - shape.x, point.y - shape.y) for point in prompt.points if not point.include]
        return replace(shape, holes=tuple(holes))

    def _mask(self, object_id: int, frame_idx: int) -> ObjectMask:
        mask = self.memory[object_id].draw(self.height, self.width)
        return ObjectMask(object_id, mask, object_score=5.0, predicted_iou=0.5 + (frame_idx % 5) / 10)


@dataclass(frozen=True)
class FakeEngine:
    info: EngineInfo
    delay_s: float = 0.0

    def open(self, frames: FrameSource, saved: Path | None = None) -> EngineSession:
        session = FakeSession(frames.height, frames.width, self.delay_s)
        if saved is not None:
            session.load(saved)
        return session


@dataclass(frozen=True)
class FakeMenu:
    """Engines to choose from; all that are available draw shapes."""

    menu: tuple[EngineInfo, ...]
    delay_s: float

    def engines(self) -> tuple[EngineInfo, ...]:
        return self.menu

    def load(self, engine_id: str) -> FakeEngine:
        for info in self.menu:
            if info.id == engine_id and info.available:
                return FakeEngine(info, self.delay_s)
        raise NotFound(f"There is no engine {engine_id!r}.")


@dataclass(frozen=True)
class BlankFrames:
    """A video's size without its pixels."""

    num_frames: int
    height: int
    width: int

    def read(self, frame_idx: int) -> np.ndarray:
        if not 0 <= frame_idx < self.num_frames:
            raise IndexError(f"frame_idx {frame_idx} is outside 0..{self.num_frames - 1}")
        return np.zeros((self.height, self.width, 3), np.uint8)

    def nbytes(self) -> int:
        return 0

    def close(self) -> None:
        pass


class FakeHost(ThreadHost):
    """Moving shapes on the real machinery. No video file is read."""

    def __init__(
        self,
        store: SessionStore,
        videos: VideoStore,
        states: Path | None = None,
        frame_delay_s: float = 0.0,
        menu: tuple[EngineInfo, ...] = (FAKE_ENGINE, NO_WEIGHTS),
        budget: Budget = Budget(),  # noqa: B008 - frozen
    ) -> None:
        self._own_states = Path(tempfile.mkdtemp(prefix="masklet-fake-")) if states is None else None

        def blank(video_id: str) -> BlankFrames:
            video = videos.video(video_id)
            return BlankFrames(video.num_frames, video.height, video.width)

        folder = states or self._own_states or Path()
        super().__init__(store, FakeMenu(menu, frame_delay_s), blank, folder, budget)

    def close(self) -> None:
        super().close()
        if self._own_states is not None:
            shutil.rmtree(self._own_states, ignore_errors=True)
