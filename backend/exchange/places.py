"""Where exports and what is imported lie below the data folder. No client's string becomes a path."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Protocol

from backend.domain.durable import disk_errors
from backend.domain.errors import InvalidInput, NotFound

ID = re.compile(r"[0-9a-f]{32}")
CHUNK_BYTES = 2**20


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Places:
    """`exports/<job>.zip` are results; `imports/` has `<upload>-<whose>`, a file, and `<job>.work`, what was
    read. A file is there for who sent it alone: it is found by both ids."""

    def __init__(self, root: Path, max_upload_bytes: int) -> None:
        self._exports = root / "exports"
        self._imports = root / "imports"
        self._max_upload_bytes = max_upload_bytes

    def make(self) -> None:
        with disk_errors():
            self._exports.mkdir(parents=True, exist_ok=True)
            self._imports.mkdir(exist_ok=True)

    def export(self, job_id: str) -> Path:
        return self._exports / f"{_checked(job_id)}.zip"

    def work(self, job_id: str) -> Path:
        """What an import's child leaves for the server."""
        return self._imports / f"{_checked(job_id)}.work"

    def upload(self, upload_id: str, owner: str) -> Path:
        """Raises NotFound, also where somebody else sent it."""
        path = self._upload(_checked(upload_id), owner)
        if not path.is_file():
            raise NotFound("The uploaded file is not here any more: upload it again.")
        return path

    def _upload(self, upload_id: str, owner: str) -> Path:
        return self._imports / f"{upload_id}-{hashlib.sha256(owner.encode()).hexdigest()[:32]}"

    def receive(self, stream: Readable, expected_bytes: int, owner: str) -> str:
        """Keep a file to import; its id."""
        if expected_bytes > self._max_upload_bytes:
            raise InvalidInput("This file is larger than uploads may be: bring in parts of it.")
        upload_id = uuid.uuid4().hex
        self.make()
        part = self._imports / f"{upload_id}.part"
        try:
            with disk_errors(), part.open("wb") as file:
                received = 0
                while chunk := stream.read(CHUNK_BYTES):
                    received += len(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            if received != expected_bytes or received == 0:
                raise InvalidInput("The file is empty or was cut off: upload it again.")
            os.replace(part, self._upload(upload_id, owner))
        finally:
            part.unlink(missing_ok=True)
        return upload_id

    def tidy(self, job_id: str) -> None:
        """What a run that was cut off has left."""
        _remove(self.work(job_id))
        for suffix in (".part", ".work"):
            _remove(self.export(job_id).with_suffix(suffix))

    def forget(self, job_id: str) -> None:
        """All that there is of a job."""
        self.tidy(job_id)
        _remove(self.export(job_id))

    def sweep(self, known_jobs: Collection[str], before_s: float) -> None:
        """Remove uploads from before that time, and what no job knows of."""
        for path in _inside(self._imports):
            if path.suffix != ".work" and _time_of(path) < before_s:
                _remove(path)
        for path in (*_inside(self._exports), *_inside(self._imports)):
            of_a_job = path.suffix in (".zip", ".work") or path.parent == self._exports
            if of_a_job and path.name.partition(".")[0] not in known_jobs:
                _remove(path)


def _checked(an_id: str) -> str:
    if not ID.fullmatch(an_id):
        raise NotFound("There is no such export or import; old ones are removed after some days.")
    return an_id


def _inside(folder: Path) -> Iterator[Path]:
    return iter(list(folder.iterdir()) if folder.is_dir() else ())


def _time_of(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
