"""One process at a time, also among several that serve one data folder."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ASK_EVERY_S = 0.5


class LockInterrupted(Exception):
    """The process is closing while another one still holds the lock."""


@contextmanager
def folder_lock(folder: Path, closing: threading.Event) -> Iterator[None]:
    """Hold a folder; it is free again when the process ends, however it ends. A missing one needs no lock."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        yield
        return
    try:
        while not _taken(descriptor):
            if closing.wait(ASK_EVERY_S):
                raise LockInterrupted
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
