"""The engines of an actor, loaded beside its work: a model takes seconds, and no tracking waits for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection

from backend.worker.engine import Engine
from backend.worker.ports import EngineLoader

logger = logging.getLogger(__name__)

CLOSING_S = 10.0  # how long `close` waits for a model that is being loaded


class EngineShelf:
    """Used from the actor's thread only."""

    def __init__(self, loader: EngineLoader) -> None:
        self._loader = loader
        self._engines: dict[str, Engine] = {}
        self._failures: dict[str, Exception] = {}
        self._loading: dict[str, threading.Thread] = {}

    def is_at_hand(self, engine_id: str) -> bool:
        """Would `take` answer now, with the engine or with what went wrong?"""
        return engine_id not in self._loading and (engine_id in self._engines or engine_id in self._failures)

    def load(self, engine_id: str, in_use: Collection[str], on_loaded: Callable[[str], None]) -> None:
        """Begin to load, unless that is under way. Engines that are not `in_use` make room for it.

        `on_loaded` is called from the thread that loads, whether it succeeded or not.
        """
        if engine_id in self._loading:
            return
        self._failures.pop(engine_id, None)
        self._engines = {id_: engine for id_, engine in self._engines.items() if id_ in in_use}
        loading = threading.Thread(
            target=self._load, args=[engine_id, on_loaded], name=f"masklet-load-{engine_id}", daemon=True
        )
        self._loading[engine_id] = loading
        loading.start()

    def arrived(self, engine_id: str) -> Exception | None:
        """To be called after `on_loaded`; returns what loading raised."""
        self._loading.pop(engine_id).join()
        return self._failures.get(engine_id)

    def take(self, engine_id: str) -> Engine:
        """Raises what loading it raised."""
        if engine_id in self._failures:
            raise self._failures[engine_id]
        return self._engines[engine_id]

    def forget_failure(self, engine_id: str) -> None:
        """The next one tries again."""
        self._failures.pop(engine_id, None)

    def close(self) -> None:
        for loading in self._loading.values():
            loading.join(CLOSING_S)
        self._engines.clear()

    def _load(self, engine_id: str, on_loaded: Callable[[str], None]) -> None:
        try:
            self._engines[engine_id] = self._loader.load(engine_id)
        except Exception as error:
            self._failures[engine_id] = error
        on_loaded(engine_id)
