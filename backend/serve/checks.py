"""What must be true before the server starts; each failure is one sentence that says what to do."""

from __future__ import annotations

import errno
import os
import socket
import time
from pathlib import Path

from backend.domain.errors import MaskletError
from backend.serve.locks import PATIENCE_S, CannotStart
from backend.settings import Settings
from backend.store.database import open_database

PROBE_BYTES = 1024 * 1024


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
