"""The default host: the session actor on a thread of the server's process."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Protocol

from backend.domain.engines import EngineInfo
from backend.domain.observing import Observer, Unobserved
from backend.domain.pace import Pace
from backend.domain.ports import SessionStore
from backend.domain.rle import Rle
from backend.domain.session import FramePrompt, Propagation
from backend.host.standstill import StandstillWatch
from backend.host.writer import ResultWriter
from backend.worker.actor import SessionActor
from backend.worker.live_pool import Budget
from backend.worker.ports import EngineLoader, FrameOpener
from backend.worker.runner import SessionRunner
from backend.worker.saved_states import SavedStates

RECENT_SESSIONS = 20  # looked at after a start for clicks that a crash left without an answer

logger = logging.getLogger(__name__)


class EngineMenu(EngineLoader, Protocol):
    """Engines to choose from. `backend.host.catalog.EngineCatalog` is one."""

    def engines(self) -> tuple[EngineInfo, ...]: ...


class ThreadHost:
    """A `backend.domain.ports.Host`. Starting it goes on with what a crash interrupted: Tracks and clicks."""

    def __init__(
        self,
        store: SessionStore,
        menu: EngineMenu,
        open_frames: FrameOpener,
        states: Path,
        budget: Budget = Budget(),  # noqa: B008 - frozen
        mine: Callable[[str], bool] = lambda session_id: True,
        observer: Observer = Unobserved(),  # noqa: B008 - it has no state
        keeps_edges: bool = True,
    ) -> None:
        """`mine`: which sessions are computed here, where several servers share a store. `keeps_edges`: with
        each mask how soft its border is, for mattes."""
        self._menu = menu
        self._closing = threading.Lock()
        self._writer = ResultWriter(store)
        runner = SessionRunner(
            store, self._writer, menu, open_frames, SavedStates(states), budget, observer, keeps_edges
        )
        self._actor = SessionActor(store, runner, observer)
        for session_id, propagation in store.running_propagations():
            if mine(session_id):
                logger.info("Going on with a propagation of session %s", session_id)
                self._actor.track(session_id, propagation)
        for session in store.sessions()[:RECENT_SESSIONS]:
            if mine(session.session_id):
                self._actor.refresh(session.session_id)  # where all is answered, this does nothing
        self._standstill = StandstillWatch(store, mine, self._actor.track)

    def engines(self) -> tuple[EngineInfo, ...]:
        return self._menu.engines()

    def refresh(self, session_id: str) -> Future[int]:
        return self._actor.refresh(session_id)

    def track(self, session_id: str, propagation: Propagation) -> None:
        self._actor.track(session_id, propagation)

    def cancel(self, session_id: str) -> Future[int]:
        return self._actor.cancel(session_id)

    def pace(self, session_id: str) -> Pace | None:
        return self._actor.pace(session_id)

    def preview(self, session_id: str, prompt: FramePrompt) -> Future[Rle | None]:
        return self._actor.preview(session_id, prompt)

    def forget(self, session_id: str) -> Future[int]:
        return self._actor.forget(session_id)

    def working(self) -> bool:
        return self._actor.working()

    def close(self) -> None:
        with self._closing:
            self._actor.close()  # first: it stops after the frame in hand, however long the others take
            self._standstill.close()
            self._writer.close()
