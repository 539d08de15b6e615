"""Files that are there whole or not at all, also when the machine stops; and what people are told of a disk.

A file counts as kept when its bytes are on disk and its folder knows its name: that takes an `fsync` of each.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.domain.errors import Unavailable

DISK_FULL = "The disk is full: free some space where Masklet keeps its data, then try again."
NOT_WRITABLE = "Masklet cannot write its data folder: make it writable."
DISK_ERRORS = {
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: DISK_FULL,
    errno.EFBIG: DISK_FULL,
    errno.EROFS: NOT_WRITABLE,
    errno.EACCES: NOT_WRITABLE,
    errno.EPERM: NOT_WRITABLE,
    errno.EIO: "The disk with Masklet's data reports an error: check it, then try again.",
}


def sync(path: Path) -> None:
    """Have the file or folder on disk before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move_into_place(source: Path, target: Path) -> None:
    """Replace `target` by `source` at once and for good; both on one disk."""
    sync(source)
    os.replace(source, target)
    sync(target.parent)


@contextmanager
def disk_errors() -> Iterator[None]:
    """A full or failing disk becomes a sentence."""
    try:
        yield
    except OSError as error:
        sentence = DISK_ERRORS.get(error.errno)
        if sentence is None:
            raise
        raise Unavailable(sentence) from error
