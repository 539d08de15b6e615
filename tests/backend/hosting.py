"""A host on a real store for the host tests: watched, held between two frames, crashed and started again."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from backend.domain.commands import SessionCommands
from backend.domain.engines import EngineInfo
from backend.domain.observing import Observer, Unobserved
from backend.domain.session import (
    FrameMask,
    FramePrompt,
    MaskOrigin,
    PointPrompt,
    PropagationState,
    Session,
)
from backend.domain.video import Video, VideoState
from backend.host.thread_host import EngineMenu, ThreadHost
from backend.store.backups.copies import copy_database
from backend.store.database import open_database
from backend.store.sessions import SqlSessionStore
from backend.store.videos import SqlVideoStore
from backend.worker.engine import Engine, EngineSession, FrameSource, ObjectMask
from backend.worker.live_pool import Budget

PATIENCE_S = 60.0
FRAMES = 14
HEIGHT, WIDTH = 72, 96


class Discs:
    """Two discs that cross a speckled ground: `red` to the right, `blue` to the left."""

    num_frames, height, width = FRAMES, HEIGHT, WIDTH

    def __init__(self) -> None:
        self.open = True
        self._ground = np.random.default_rng(7).integers(60, 90, (HEIGHT, WIDTH, 3), np.uint8)

    def read(self, frame_idx: int) -> np.ndarray:
        if not self.open:
            raise ValueError("the frames are closed")
        if not 0 <= frame_idx < FRAMES:
            raise IndexError(f"frame_idx {frame_idx} is outside 0..{FRAMES - 1}")
        image = self._ground.copy()
        y, x = np.ogrid[:HEIGHT, :WIDTH]
        for (centre_x, centre_y), colour in (
            (red(frame_idx), (220, 40, 30)),
            (blue(frame_idx), (30, 60, 230)),
        ):
            image[np.hypot(x - centre_x, y - centre_y) <= 11] = colour
        return image

    def nbytes(self) -> int:
        return 0

    def close(self) -> None:
        self.open = False


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def red(frame_idx: int) -> tuple[int, int]:
    return 20 + 3 * frame_idx, 22


def blue(frame_idx: int) -> tuple[int, int]:
    return 76 - 3 * frame_idx, 50


class Gate:
    """Every step passes here. Held, it lets through only as many as it is told to."""

    def __init__(self) -> None:
        self.steps: list[tuple[int, int]] = []  # (number of the frame source, frame index), as they begin
        self.failure: Exception | None = None
        self._allowed: int | None = None
        self._changed = threading.Condition()

    def hold(self) -> None:
        with self._changed:
            self._allowed = 0

    def let(self, steps: int = 1) -> None:
        with self._changed:
            self._allowed = (self._allowed or 0) + steps
            self._changed.notify_all()

    def open(self) -> None:
        with self._changed:
            self._allowed = None
            self._changed.notify_all()

    def wait_for(self, steps: int) -> None:
        """Until that many steps have begun."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.steps) >= steps, PATIENCE_S), self.steps

    def enter(self, who: int, frame_idx: int) -> None:
        with self._changed:
            self.steps.append((who, frame_idx))
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: self._allowed is None or self._allowed > 0, PATIENCE_S)
            if self._allowed is not None:
                self._allowed -= 1
            if self.failure is not None:
                raise self.failure


@dataclass
class WatchedSession:
    """An engine's session whose steps go through the gate."""

    inner: EngineSession
    gate: Gate
    who: int

    def apply(self, prompt: FramePrompt) -> list[ObjectMask]:
        return self.inner.apply(prompt)

    def preview(self, prompt: FramePrompt) -> ObjectMask:
        return self.inner.preview(prompt)

    def remove_object(self, object_id: int) -> None:
        self.inner.remove_object(object_id)

    def step(self, object_ids: Sequence[int], frame_idx: int, reverse: bool) -> list[ObjectMask]:
        self.gate.enter(self.who, frame_idx)
        return self.inner.step(object_ids, frame_idx, reverse)

    def remember(self, frame_idx: int, masks: Sequence[ObjectMask]) -> None:
        self.inner.remember(frame_idx, masks)

    def remembers(self, object_id: int, frame_idx: int) -> bool:
        return self.inner.remembers(object_id, frame_idx)

    def save(self, folder: Path) -> None:
        self.inner.save(folder)

    def nbytes(self) -> int:
        return self.inner.nbytes()

    def close(self) -> None:
        self.inner.close()


@dataclass
class WatchedEngine:
    inner: Engine
    gate: Gate
    sources: list[FrameSource]

    @property
    def info(self) -> EngineInfo:
        return self.inner.info

    def open(self, frames: FrameSource, saved: Path | None = None) -> EngineSession:
        return WatchedSession(self.inner.open(frames, saved), self.gate, self.sources.index(frames))


@dataclass
class WatchedMenu:
    inner: EngineMenu
    gate: Gate
    sources: list[FrameSource]
    loads: int = 0

    def engines(self) -> tuple[EngineInfo, ...]:
        return self.inner.engines()

    def load(self, engine_id: str) -> WatchedEngine:
        self.loads += 1
        return WatchedEngine(self.inner.load(engine_id), self.gate, self.sources)


@dataclass
class LoadedOnce:
    """Spares tests the loading of a model, which keeps nothing of a session."""

    inner: EngineMenu
    _loaded: dict[str, Engine] = field(default_factory=dict)

    def engines(self) -> tuple[EngineInfo, ...]:
        return self.inner.engines()

    def load(self, engine_id: str) -> Engine:
        if engine_id not in self._loaded:
            self._loaded[engine_id] = self.inner.load(engine_id)
        return self._loaded[engine_id]


@dataclass
class Rig:
    """A server's inside on a data folder, without the web."""

    folder: Path
    menu_of: Callable[[], EngineMenu]
    budget: Budget = field(default_factory=Budget)
    observer: Observer = field(default_factory=Unobserved)
    gate: Gate = field(default_factory=Gate)
    sources: list[FrameSource] = field(default_factory=list)
    database_url: str = ""  # empty: SQLite in the folder
    keeps_edges: bool = True

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.database = open_database(self.database_url or f"sqlite:///{self.folder / 'masklet.sqlite'}")
        self.finished: dict[str, threading.Event] = {}
        self.store = SqlSessionStore(self.database, self._on_change)
        self.videos = SqlVideoStore(self.database)
        self.videos.put_video(
            Video(
                "discs",
                "Discs",
                "0" * 64,
                VideoState.READY,
                WIDTH,
                HEIGHT,
                tuple(i / 25 for i in range(FRAMES)),
            )
        )
        self.menu = WatchedMenu(self.menu_of(), self.gate, self.sources)
        self.start()

    def start(self) -> None:
        self.host = ThreadHost(
            self.store,
            self.menu,
            self._open,
            self.folder / "states",
            self.budget,
            observer=self.observer,
            keeps_edges=self.keeps_edges,
        )
        self.commands = SessionCommands(self.store, self.videos, self.host)

    def crashed(self, folder: Path, held: bool = False) -> Rig:
        """What a `kill -9` at this moment leaves on disk, started again elsewhere. Hold the gate before.

        The files are copied when the writer has nothing more to do, since no copy of a database that is being
        written is whole. `held`: the gate of the new one is, too, before it goes on with anything.
        """
        some_session = self.store.sessions()[0].session_id
        for _ in range(2):  # what was put before the first is stored before the second is
            self.host._writer.put(some_session, []).result(PATIENCE_S)
        shutil.copytree(self.folder, folder)
        if self.database_url:
            copy_database(self.database_url, folder / "masklet.sqlite")
        gate = Gate()
        if held:
            gate.hold()
        return Rig(folder, self.menu_of, self.budget, gate=gate)

    def close(self) -> None:
        self.gate.open()
        self.host.close()
        self.database.close()

    def session(self) -> Session:
        return self.commands.create_session("discs", self.host.engines()[0].id)

    def click(
        self,
        session: Session,
        object_id: int,
        frame_idx: int,
        *points: tuple[float, float],
        include: bool = True,
    ) -> int:
        """Click an object, which is added where it is new."""
        with suppress(Exception):
            self.commands.add_object(session.session_id, object_id=object_id)
        clicks = tuple(PointPrompt(x, y, include) for x, y in points)
        return self.commands.set_prompt(session.session_id, FramePrompt(object_id, frame_idx, clicks))

    def wait_until_ended(self, session: Session) -> PropagationState:
        """Until the latest propagation has ended."""
        done = self.finished.setdefault(session.session_id, threading.Event())
        self._on_change(session.session_id, 0)
        assert done.wait(PATIENCE_S), self.store.propagation(session.session_id)
        propagation = self.store.propagation(session.session_id)
        assert propagation is not None
        return propagation.state

    def track(self, session: Session, **how: object) -> PropagationState:
        self.finished.pop(session.session_id, None)
        self.commands.track(session.session_id, **how)
        return self.wait_until_ended(session)

    def masks(self, session: Session) -> dict[tuple[int, int], FrameMask]:
        return {(mask.object_id, mask.frame_idx): mask for mask in self.store.masks(session.session_id)}

    def drawn(self, session: Session) -> dict[tuple[int, int], tuple[str, MaskOrigin]]:
        """What must be equal whatever happened in between."""
        return {
            place: (mask.rle.counts, mask.origin) for place, mask in self.masks(session).items() if mask.rle
        }

    def _open(self, video_id: str) -> FrameSource:
        self.videos.video(video_id)
        self.sources.append(Discs())
        return self.sources[-1]

    def _on_change(self, session_id: str, version: int) -> None:
        event = self.finished.get(session_id)
        if event is not None:
            propagation = self.store.propagation(session_id)
            if propagation is not None and propagation.state is not PropagationState.RUNNING:
                event.set()
