"""What was freed goes back to the system, not only to the C library's own store."""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable

GIVE_BACK_EVERY_S = 5.0  # it takes some milliseconds


class Heap:
    """Of this process. Sessions come and go, each with thousands of arrays of all sizes. The gaps that they
    leave are seldom filled whole, so what the process holds would creep up for as long as it evicts. glibc
    gives whole free pages back when it is asked to; elsewhere nothing happens.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        library = ctypes.CDLL(None) if sys.platform.startswith("linux") else None
        self._trim = getattr(library, "malloc_trim", None)
        self._clock = clock
        self._next_s = 0.0
        self._has_gaps = False

    def freed(self) -> None:
        """Something large was just freed."""
        self._has_gaps = True

    def give_back(self) -> bool:
        """Now and then, if something was freed since; True where it was done."""
        if not self._has_gaps or self._trim is None or self._clock() < self._next_s:
            return False
        self._trim(0)
        self._has_gaps = False
        self._next_s = self._clock() + GIVE_BACK_EVERY_S
        return True
