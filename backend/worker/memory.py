"""Telling that memory ran out, whichever library says so, without importing any of them."""

from __future__ import annotations

from backend.domain.errors import Unavailable

SIGNS = (
    "DefaultCPUAllocator",  # PyTorch on the CPU
    "out of memory",  # CUDA, MPS
    "CUBLAS_STATUS_ALLOC_FAILED",
    "Insufficient memory",  # OpenCV
)


class OutOfMemory(Unavailable):
    """There was no room for this, even with everything else put away."""


def is_out_of_memory(error: BaseException | None) -> bool:
    """Did this fail for want of memory, or because something else did?"""
    while error is not None:
        if isinstance(error, MemoryError | OutOfMemory) or any(sign in str(error) for sign in SIGNS):
            return True
        error = error.__cause__
    return False


def no_room(error: BaseException) -> OutOfMemory:
    """What people are told. An engine's own sentence goes before this general one."""
    if isinstance(error, OutOfMemory):
        return error
    return OutOfMemory(
        "There is too little memory for this, even with all other sessions put away: work on fewer objects "
        "at once or close other programs, then go on."
    )
