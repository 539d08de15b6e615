"""Wakes the readers of a session when it changed. It carries no message: the store is the log."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Rings:
    """How often a session has rung while someone read it, and who reads it."""

    count: int = 0
    bells: set[Bell] = field(default_factory=set)


class Bell:
    """One reader's doorbell. `ring` from any thread; the rest on the reader's event loop."""

    def __init__(self, rings: Rings) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()
        self._pending = False
        self._rings = rings

    def ring(self) -> None:
        if self._pending:  # once is enough until the reader looks: a fast tracker cannot flood the loop
            return
        self._pending = True
        try:
            self._loop.call_soon_threadsafe(self._rung.set)
        except RuntimeError:
            pass  # the loop is closed, and its readers with it

    def reset(self) -> int:
        """Call before reading, so that what changes while reading rings again. Returns how often the session
        has rung: a read that began at the same count, or later, knows what this reader was woken for."""
        self._rung.clear()
        self._pending = False
        return self._rings.count

    async def wait(self, timeout_s: float) -> None:
        try:
            await asyncio.wait_for(self._rung.wait(), timeout_s)
        except TimeoutError:
            pass


class Doorbell:
    """The bells of every session that someone is reading."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: dict[str, Rings] = {}
        self.closed = False

    def ring(self, session_id: str, version: int = 0) -> None:
        """A store's `on_change`. Cheap, never blocks for long, safe from any thread."""
        with self._lock:
            rings = self._sessions.get(session_id)
            bells = _rung(rings) if rings else ()
        for bell in bells:
            bell.ring()

    def knock(self, session_id: str) -> None:
        """Readers look up, but the store has nothing new: somebody came, moved or went."""
        with self._lock:
            rings = self._sessions.get(session_id)
            bells = tuple(rings.bells) if rings else ()
        for bell in bells:
            bell.ring()

    @contextmanager
    def listen(self, session_id: str) -> Iterator[Bell]:
        with self._lock:
            rings = self._sessions.setdefault(session_id, Rings())
            bell = Bell(rings)
            rings.bells.add(bell)
        try:
            yield bell
        finally:
            with self._lock:
                rings.bells.discard(bell)
                if not rings.bells:
                    del self._sessions[session_id]

    def readers(self) -> int:
        with self._lock:
            return sum(len(rings.bells) for rings in self._sessions.values())

    def ring_all(self) -> None:
        """What changed is not known: everyone looks."""
        with self._lock:
            bells = [bell for rings in self._sessions.values() for bell in _rung(rings)]
        for bell in bells:
            bell.ring()

    def close(self) -> None:
        """End every reader: the server is going down."""
        self.closed = True
        self.ring_all()


def _rung(rings: Rings) -> tuple[Bell, ...]:
    rings.count += 1
    return tuple(rings.bells)
