"""How fast something goes, over the last seconds."""

from __future__ import annotations

import time
from collections.abc import Callable

WINDOW_S = 5.0  # the rate is that of the last one or two of these
LEAST_S = 0.7  # a rate measured over less is noise


class RateMeter:
    """Counts on one thread, tells on any."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._count = 0
        self._newer = self._older = (clock(), 0)

    def tick(self) -> None:
        self._count += 1
        now_s = self._clock()
        if now_s - self._newer[0] >= WINDOW_S:
            self._older, self._newer = self._newer, (now_s, self._count)

    def per_s(self) -> float | None:
        """None while there is nothing to measure."""
        since_s, count = self._older
        took_s = self._clock() - since_s
        if took_s < LEAST_S or self._count == count:
            return None
        return (self._count - count) / took_s
