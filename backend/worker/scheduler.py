"""Whose frame is next. Prompts and cancels go before all of this: see `actor.py`."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from backend.worker.walk import Walk

SWAP_EVERY_S = 2.0  # where memory is short: how long those who have it keep the turns among them


class RoundRobin:
    """One frame of each running propagation in turn.

    Where memory does not hold them all, the ones that are live share the turns, and every few seconds the
    one that has waited longest comes in for the one that was served longest ago. So a state is not written
    and read back for every single frame. Used from the actor's thread; the two tuples may be read by any.
    """

    def __init__(self, is_live: Callable[[str], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._is_live = is_live
        self._clock = clock
        self._turns: deque[Walk] = deque()  # served longest ago first
        self._next_swap_s = 0.0
        self._entries = 0
        self._entered: dict[str, int] = {}  # in which order those that had to wait came into memory
        self.running: tuple[Walk, ...] = ()
        self.waiting: tuple[Walk, ...] = ()  # for memory, longest first

    def __bool__(self) -> bool:
        return bool(self._turns)

    def add(self, walk: Walk) -> None:
        """Its turn comes after everyone else's."""
        self._turns.append(walk)
        self.running = (*self.running, walk)

    def next(self) -> Walk:
        """The walk whose turn it is; it goes to the back of the row."""
        waiting = tuple(walk for walk in self._turns if not self._is_live(walk.session_id))
        live = [walk for walk in self._turns if walk not in waiting]
        if waiting and (not live or (self._clock() >= self._next_swap_s and self._is_longest_in(live))):
            self._next_swap_s = self._clock() + SWAP_EVERY_S
            chosen, waiting = waiting[0], waiting[1:]
            self._entries += 1
            self._entered[chosen.session_id] = self._entries
        else:
            chosen = live[0]
        self._turns.remove(chosen)
        self._turns.append(chosen)
        self.waiting = waiting
        return chosen

    def _is_longest_in(self, live: list[Walk]) -> bool:
        """Is the one that makes room, since it was served longest ago, also the longest in memory?"""
        return live[0] is min(live, key=lambda walk: self._entered.get(walk.session_id, 0))

    def remove(self, session_id: str) -> None:
        self._turns = deque(walk for walk in self._turns if walk.session_id != session_id)
        self.running = tuple(walk for walk in self.running if walk.session_id != session_id)
        self.waiting = tuple(walk for walk in self.waiting if walk.session_id != session_id)
        self._entered.pop(session_id, None)
