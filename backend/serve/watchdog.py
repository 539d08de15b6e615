"""A worker whose master is gone ends at once, so that the next start finds port and data free."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Lifeline:
    """A pipe that only the master holds open for writing. Nothing is ever written to it."""

    reading: int
    writing: int

    @classmethod
    def make(cls) -> Lifeline:
        """In the master, before it forks."""
        return cls(*os.pipe())

    def hold(self) -> None:
        """In a worker, after the fork: from now on the end of the master is the end of this process."""
        os.close(self.writing)
        threading.Thread(target=self._wait, name="lifeline", daemon=True).start()

    def _wait(self) -> None:
        os.read(self.reading, 1)  # returns when the last writer is gone, however it went
        os._exit(1)  # no clean-up: everything acknowledged is on disk already
