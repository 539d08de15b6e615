"""Which servers may use a data folder, and a SQLite file, at the same time.

Each holds locks (`flock`) that go with its last process, also after `kill -9`. On SQLite it is the only one
of its folder and of its file. On PostgreSQL all that use one database may share a folder, and no others: each
sweeps away what its own database knows nothing of.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from pathlib import Path

from backend.domain.errors import MaskletError
from backend.settings import Settings
from backend.store.database import place_of, sqlite_file

PATIENCE_S = 3.0  # a server that was just stopped, or killed, needs a moment to let go
LOOK_S = 0.1
LOCK_NAME = "masklet.lock"


class CannotStart(Exception):
    """Its text is printed as it is."""


def lock_installation(settings: Settings) -> None:
    """For as long as this process lives, and those that it forks."""
    try:
        file, place = sqlite_file(settings.database), place_of(settings.database)
    except MaskletError as error:
        raise CannotStart(str(error)) from error
    if file is None:
        share_data_folder(settings.data, place)
        return
    lock_data_folder(settings.data)
    if file.absolute().parent != settings.data.absolute():
        _lock_sqlite_file(file.absolute())


def lock_data_folder(data: Path) -> None:
    """For nobody else."""
    _hold(data / LOCK_NAME, fcntl.LOCK_EX, _taken(data))


def share_data_folder(data: Path, place: str) -> None:
    """With those whose database is the same. The lock's file says which that is."""
    mark = hashlib.sha256(place.encode()).hexdigest().encode()
    descriptor = _opened(data / LOCK_NAME)
    end = time.monotonic() + PATIENCE_S
    while True:
        if _try(descriptor, fcntl.LOCK_EX):  # nobody is here: from now on it is ours to say
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, mark, 0)
        is_shared = _try(descriptor, fcntl.LOCK_SH)
        if is_shared and os.pread(descriptor, len(mark), 0) == mark:
            return
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        if time.monotonic() > end:
            os.close(descriptor)
            raise CannotStart(_other_database(data) if is_shared else _taken(data))
        time.sleep(LOOK_S)


def _lock_sqlite_file(file: Path) -> None:
    """One outside of the data folder: nobody else uses it, whether it lies in their data folder or not."""
    refusal = f"Another Masklet uses the database {file}: stop it, or set DATABASE_URL to another file."
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _hold(file.with_name(f"{file.name}.lock"), fcntl.LOCK_EX, refusal)
        _hold(file.parent / LOCK_NAME, fcntl.LOCK_SH, refusal)
    except OSError as error:
        raise CannotStart(f"The folder {file.parent} cannot be written ({error.strerror}).") from error


def _hold(path: Path, kind: int, refusal: str) -> None:
    """The descriptor stays open until the process ends, and is the lock."""
    descriptor = _opened(path)
    end = time.monotonic() + PATIENCE_S
    while not _try(descriptor, kind):
        if time.monotonic() > end:
            os.close(descriptor)
            raise CannotStart(refusal)
        time.sleep(LOOK_S)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _taken(data: Path) -> str:
    return f"Another Masklet uses the data folder {data}: stop it, or set MASKLET_DATA elsewhere."


def _other_database(data: Path) -> str:
    return (
        f"Another Masklet uses the data folder {data} with another DATABASE_URL: write the same address for "
        "both, or set MASKLET_DATA elsewhere."
    )
