"""What one backup holds: the file that makes it one, written last.

Contents are named by their SHA-256, so that the next backup copies only what is new.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

CHUNK = 1 << 20
FOLDER = "inventories"
FORMAT = "masklet backup 1"
NAME = re.compile(r"\d{8}T\d{6}-\d{6}Z")
DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class KeptFile:
    """A file as it was: its place below the data folder, and what was in it."""

    path: str  # with slashes, relative
    sha256: str
    nbytes: int
    mode: int  # permission bits
    mtime_ns: int


@dataclass(frozen=True)
class Inventory:
    """One backup. The database is a SQLite file whatever it came from."""

    name: str  # the moment in UTC: 20261121T030405-000123Z
    database: KeptFile
    files: tuple[KeptFile, ...]
    revision: str  # of the tables
    videos: int
    sessions: int

    @property
    def digests(self) -> set[str]:
        return {file.sha256 for file in (self.database, *self.files)}

    def as_json(self) -> str:
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Inventory:
        """Raises ValueError where it is none, or names a file outside the data folder."""
        try:
            fields = json.loads(text)
            if fields.pop("format") != FORMAT:
                raise ValueError("another version of Masklet wrote it")
            database = KeptFile(**fields.pop("database"))
            files = tuple(KeptFile(**file) for file in fields.pop("files"))
            inventory = cls(database=database, files=files, **fields)
        except (KeyError, TypeError, AttributeError, UnicodeDecodeError) as error:
            raise ValueError(f"it is damaged: {error}") from error
        for file in (database, *files):
            if not DIGEST.fullmatch(file.sha256) or not _stays_inside(file.path):
                raise ValueError(f"it is damaged: it names {file.path!r}")
        return inventory


def _stays_inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and ".." not in parts


def copy_content(source: BinaryIO, target: BinaryIO | None, nbytes: int | None = None) -> tuple[str, int]:
    """Copy, or only read, to the end or `nbytes`; the SHA-256 and the length of what was read."""
    digest, done = hashlib.sha256(), 0
    for chunk in _chunks(source, nbytes):
        digest.update(chunk)
        done += len(chunk)
        if target is not None:
            target.write(chunk)
    return digest.hexdigest(), done


def _chunks(source: BinaryIO, nbytes: int | None) -> Iterable[bytes]:
    left = nbytes
    while left is None or left > 0:
        chunk = source.read(CHUNK if left is None else min(CHUNK, left))
        if not chunk:
            return
        left = None if left is None else left - len(chunk)
        yield chunk
