"""The key of a closed server: made once, kept in the data folder, readable by its owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

NAME = "owner.key"


def owner_key(data: Path) -> str:
    """The key, made on the first call. Deleting the file makes a new one at the next start."""
    path = data / NAME
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    draft = data / f"{NAME}.{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # fails if another process was first: then its key is the key
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)
    return _read(path)


def _read(path: Path) -> str:
    key = path.read_text().strip()
    if len(key) < 32:
        raise ValueError(f"{path} holds no usable key; delete it and start again to get a new one.")
    path.chmod(0o600)
    return key
