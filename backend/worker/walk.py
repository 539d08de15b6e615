"""A propagation that is being walked: what was sent to the store, and whether it arrived."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from backend.domain.pace import Pace
from backend.domain.session import Pass, Propagation
from backend.worker.rate import RateMeter


@dataclass(eq=False)
class Walk:
    """The actor's side of a running propagation."""

    session_id: str
    engine_id: str
    propagation: Propagation  # as it was last sent
    failure: BaseException | None = None  # the first result that could not be stored
    rate: RateMeter = field(default_factory=RateMeter)  # of frames
    _under_way: deque[Future[int]] = field(default_factory=deque)

    def advanced_to(self, frames_done: int) -> Propagation:
        """The propagation at that step. Frames that are walked again do not turn progress back."""
        self.rate.tick()
        frames_done = max(frames_done, self.propagation.frames_done)
        self.propagation = replace(self.propagation, frames_done=frames_done)
        return self.propagation

    def pace(self, beside: int, place: int) -> Pace:
        per_s = self.rate.per_s()
        left = self.propagation.frames_total - self.propagation.frames_done
        return Pace(beside, place, frames_per_s=per_s, remaining_s=left / per_s if per_s else None)

    def sent(self, stored: Future[int]) -> None:
        """Note a result on its way, and what became of those before it."""
        self._under_way.append(stored)
        while self._under_way and self._under_way[0].done():
            self._arrived(self._under_way.popleft())

    def settle(self) -> bool:
        """Wait until everything sent is stored; False if something was not."""
        while self._under_way:
            self._arrived(self._under_way.popleft())
        return self.failure is None

    def _arrived(self, stored: Future[int]) -> None:
        error = stored.exception()
        if error is not None and self.failure is None:
            self.failure = error


def steps_left(walk: Pass, frame_idx: int) -> int:
    """Steps of this pass from `frame_idx` to its end, both inclusive."""
    return abs(walk.stop - frame_idx) + 1
