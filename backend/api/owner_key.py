"""The key of a closed server: made once, kept in the data folder, readable by its owner only."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from backend.domain.secret import digest, same

NAME = "owner.key"
LOOK_S = 1.0


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


@dataclass(frozen=True)
class _Seen:
    file: tuple[int, int, int] | None  # inode, time, size; None: there is none
    key: str | None


class OwnerKey:
    """The key as it is now. Where its file is deleted or replaced, the old one opens nothing within seconds,
    nor does any login that it gave; a deleted one is made anew at the next start."""

    def __init__(self, data: Path, clock: Callable[[], float] = time.monotonic) -> None:
        owner_key(data)
        self._path = data / NAME
        self._clock = clock
        self._looked_s = -LOOK_S
        self._seen = _Seen(None, None)

    def matches(self, given: str) -> bool:
        key = self._now()
        return key is not None and same(given, key)

    @property
    def key_id(self) -> str:
        """What grants by the key hang on: it tells nothing of the key."""
        key = self._now()
        return "key:gone" if key is None else f"key:{digest(f'id of {key}')[:32]}"

    def _now(self) -> str | None:
        now_s = self._clock()
        if now_s - self._looked_s >= LOOK_S:
            self._seen = self._look()
            self._looked_s = now_s
        return self._seen.key

    def _look(self) -> _Seen:
        try:
            stat = self._path.stat()
            file = stat.st_ino, stat.st_mtime_ns, stat.st_size
            return self._seen if file == self._seen.file else _Seen(file, _read(self._path))
        except (OSError, ValueError):
            return _Seen(None, None)


def _read(path: Path) -> str:
    key = path.read_text().strip()
    if len(key) < 32:
        raise ValueError(f"{path} holds no usable key; delete it and start again to get a new one.")
    path.chmod(0o600)
    return key
