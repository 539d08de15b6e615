"""How much memory the C library keeps for itself."""

from __future__ import annotations

import ctypes
import os
import sys

M_ARENA_MAX = -8  # of glibc's <malloc.h>
ARENAS = 2


def share_arenas() -> None:
    """Have all threads take memory from a few arenas. glibc gives each thread its own, up to eight a core;
    what one thread frees there another cannot use, so a server of many threads holds memory that nobody
    needs. Measured in docs/performance.md. Nothing happens without glibc, or where somebody chose a number.
    """
    if not sys.platform.startswith("linux") or "MALLOC_ARENA_MAX" in os.environ:
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    if mallopt is not None:
        mallopt(M_ARENA_MAX, ARENAS)
