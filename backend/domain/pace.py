"""How a running propagation gets on, as the host that walks it sees it now. Never stored."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """`frames_per_s` and `remaining_s` None: it has not walked long enough to tell."""

    beside: int  # other propagations that take turns with this one
    place: int = 0  # where memory does not hold all: its place among those who wait; 0: it is at work
    loading: bool = False  # its engine is being loaded
    frames_per_s: float | None = None
    remaining_s: float | None = None
