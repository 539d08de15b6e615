"""Wakes the readers of a session when it changed. It carries no message: the store is the log."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Bell:
    """One reader's doorbell. `ring` from any thread; the rest on the reader's event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()
        self._pending = False

    def ring(self) -> None:
        if self._pending:  # once is enough until the reader looks: a fast tracker cannot flood the loop
            return
        self._pending = True
        try:
            self._loop.call_soon_threadsafe(self._rung.set)
        except RuntimeError:
            pass  # the loop is closed, and its readers with it

    def reset(self) -> None:
        """Call before reading, so that what changes while reading rings again."""
        self._rung.clear()
        self._pending = False

    async def wait(self, timeout_s: float) -> None:
        try:
            await asyncio.wait_for(self._rung.wait(), timeout_s)
        except TimeoutError:
            pass


class Doorbell:
    """The bells of every session that someone is reading."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bells: dict[str, set[Bell]] = {}
        self.closed = False

    def ring(self, session_id: str, version: int = 0) -> None:
        """A store's `on_change`. Cheap, never blocks for long, safe from any thread."""
        with self._lock:
            bells = tuple(self._bells.get(session_id, ()))
        for bell in bells:
            bell.ring()

    @contextmanager
    def listen(self, session_id: str) -> Iterator[Bell]:
        bell = Bell()
        with self._lock:
            self._bells.setdefault(session_id, set()).add(bell)
        try:
            yield bell
        finally:
            with self._lock:
                self._bells[session_id].discard(bell)
                if not self._bells[session_id]:
                    del self._bells[session_id]

    def readers(self) -> int:
        with self._lock:
            return sum(len(bells) for bells in self._bells.values())

    def ring_all(self) -> None:
        """What changed is not known: everyone looks."""
        with self._lock:
            bells = [bell for bells in self._bells.values() for bell in bells]
        for bell in bells:
            bell.ring()

    def close(self) -> None:
        """End every reader: the server is going down."""
        self.closed = True
        self.ring_all()
