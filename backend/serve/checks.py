"""What must be true before the server starts; each failure is one sentence that says what to do."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import time
from pathlib import Path

from backend.domain.errors import MaskletError
from backend.settings import Settings
from backend.store.database import open_database

PATIENCE_S = 3.0  # a server that was just stopped, or killed, needs a moment to let go
PROBE_BYTES = 1024 * 1024
LOCK_NAME = "masklet.lock"


class CannotStart(Exception):
    """Its text is printed as it is."""


def check_data_folder(data: Path) -> None:
    probe = data / f".probe-{os.getpid()}"
    try:
        data.mkdir(parents=True, exist_ok=True)
        with probe.open("wb") as file:
            file.write(bytes(PROBE_BYTES))
            os.fsync(file.fileno())
    except OSError as error:
        raise CannotStart(_why_no_data(data, error)) from error
    finally:
        try:
            probe.unlink(missing_ok=True)
        except OSError:
            pass  # told above


def _why_no_data(data: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk of the data folder {data} is full: free some space, or set MASKLET_DATA elsewhere."
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return f"{data} is a file, not a folder: set MASKLET_DATA to a folder."
    return f"The data folder {data} cannot be written ({error.strerror}): set MASKLET_DATA elsewhere."


def lock_data_folder(data: Path) -> int:
    """Hold the folder for this server and the workers it forks; the file descriptor of the lock.

    The lock goes with the last process that has it, also after `kill -9`.
    """
    descriptor = os.open(data / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except OSError as error:
            if time.monotonic() > end:
                os.close(descriptor)
                raise CannotStart(
                    f"Another Masklet uses the data folder {data}: stop it, or set MASKLET_DATA elsewhere."
                ) from error
        time.sleep(0.1)


def check_port(settings: Settings) -> None:
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            _bind_once(settings.host, settings.port)
            return
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > end:
                raise CannotStart(_why_no_port(settings, error)) from error
        time.sleep(0.1)


def _bind_once(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn will
        probe.bind((host, port))
        probe.listen(1)


def _why_no_port(settings: Settings, error: OSError) -> str:
    port = settings.port
    if error.errno == errno.EADDRINUSE:
        other = port % 65535 + 1
        return f"Port {port} is taken by another program: set PORT to another number, such as {other}."
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for the administrator: set PORT to a number above 1023."
    return f"This machine has no address {settings.host}: set HOST to 127.0.0.1, or to 0.0.0.0 for all."


def check_database(settings: Settings) -> None:
    """Open and migrate it once, before workers do, so that what is wrong is said plainly."""
    try:
        open_database(settings.database).close()
    except MaskletError as error:
        raise CannotStart(str(error)) from error
