"""Whose frame is next. Prompts and cancels go before all of this: see `actor.py`."""

from __future__ import annotations

from collections import deque

from backend.worker.walk import Walk


class RoundRobin:
    """One frame of each running propagation in turn."""

    def __init__(self) -> None:
        self._turns: deque[Walk] = deque()

    def __bool__(self) -> bool:
        return bool(self._turns)

    def add(self, walk: Walk) -> None:
        """Its turn comes after everyone else's."""
        self._turns.append(walk)

    def next(self) -> Walk:
        """The walk whose turn it is; it goes to the back of the row."""
        self._turns.rotate(-1)
        return self._turns[-1]

    def remove(self, session_id: str) -> None:
        self._turns = deque(walk for walk in self._turns if walk.session_id != session_id)
