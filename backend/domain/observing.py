"""What the server tells of its own work, for metrics and logs. Who computes calls; `app` wires who listens.

Every method may be called from any thread, returns at once and never raises.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Protocol

# The request that a piece of work is done for; empty: nobody's, such as an import after a restart. Threads do
# not have it by themselves: take `contextvars.copy_context()` where the work is asked for, and run the work
# in that, so that its log lines carry the id.
request_id: ContextVar[str] = ContextVar("request_id", default="")


class Observer(Protocol):
    """Times are seconds, sizes bytes. There are no ids in it: each would be a time series for ever."""

    def click_answered(self, waited_s: float) -> None:
        """A prompt drew its masks and they are stored, so long after the host was told of it."""
        ...

    def frame_tracked(self, took_s: float, objects: int) -> None:
        """A propagation walked one frame with so many objects."""
        ...

    def queue(self, waiting: int, tracking: int) -> None:
        """So many commands wait for the engine now, and so many propagations share it."""
        ...

    def live(self, states: int, nbytes: int) -> None:
        """So many sessions are held in memory now, with so many bytes."""
        ...

    def evicted(self) -> None:
        """A live session was put away for want of memory."""
        ...

    def out_of_memory(self) -> None:
        """The device had no memory left, whether the second try then succeeded or not."""
        ...

    def imported(self, took_s: float, succeeded: bool) -> None:
        """An upload became a video, or was refused."""
        ...


class Unobserved:
    """An Observer that nobody listens to."""

    def click_answered(self, waited_s: float) -> None: ...
    def frame_tracked(self, took_s: float, objects: int) -> None: ...
    def queue(self, waiting: int, tracking: int) -> None: ...
    def live(self, states: int, nbytes: int) -> None: ...
    def evicted(self) -> None: ...
    def out_of_memory(self) -> None: ...
    def imported(self, took_s: float, succeeded: bool) -> None: ...
