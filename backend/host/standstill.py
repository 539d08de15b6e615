"""Looks now and then for propagations that should run and do not, as after a disk was full for a while."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from backend.domain.errors import MaskletError
from backend.domain.ports import SessionStore
from backend.domain.session import Propagation

LOOK_EVERY_S = 5.0

logger = logging.getLogger(__name__)


class StandstillWatch:
    """Calls `go_on` for each running propagation of ours that has not moved since the last look."""

    def __init__(
        self,
        store: SessionStore,
        mine: Callable[[str], bool],
        go_on: Callable[[str, Propagation], None],
    ) -> None:
        """`go_on` must do no harm where a propagation is only slow."""
        self._store = store
        self._mine = mine
        self._go_on = go_on
        self._stopping = threading.Event()
        self._seen: set[tuple[str, str, int]] = set()  # session, propagation, frames done
        self._thread = threading.Thread(target=self._run, name="masklet-standstill", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Idempotent."""
        self._stopping.set()
        self._thread.join()

    def look(self) -> None:
        running = [(s, p) for s, p in self._store.running_propagations() if self._mine(s)]
        before, self._seen = self._seen, {(s, p.propagation_id, p.frames_done) for s, p in running}
        for session_id, propagation in running:
            if (session_id, propagation.propagation_id, propagation.frames_done) in before:
                self._go_on(session_id, propagation)

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            try:
                self.look()
            except MaskletError as error:
                logger.warning("%s", error)  # the database is away; it is looked again in a moment
            except Exception:
                logger.exception("The look for propagations that stand still failed once")
