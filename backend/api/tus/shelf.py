"""Uploads that are not whole yet, on disk: they outlive the connection, the browser tab and this process.

Each has two files under a random id: `<id>.part`, the bytes, and `<id>.json`, what is known of it. The
offset in the latter moves only once the bytes before it are on disk (fsync), so it is true after a power cut
too; what lies beyond it in the part is sent again. One writer at a time holds the part's lock (`flock`),
which goes with its process however that ends.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from backend.domain.durable import sync
from backend.domain.errors import NotFound
from backend.domain.people import LOCAL, acting
from backend.domain.projects import HOME

ID_PATTERN = re.compile(r"[0-9a-f]{32}")
CHECKPOINT_BYTES = 16 * 2**20  # at most so much is sent again after a crash,
CHECKPOINT_S = 2.0  # or what came in so long


NO_UPLOAD = "There is no such upload; it may have expired. Send the file again."


class Busy(Exception):
    """Another writer holds this upload."""


@dataclass(frozen=True)
class Upload:
    """`offset` bytes of `length` are safe. `video_id`: what it became, in that project; None until it is
    whole."""

    upload_id: str
    title: str
    length: int
    offset: int
    touched_s: float  # seconds since 1970, of the last byte
    video_id: str | None = None
    project_id: str = HOME
    owner: str = LOCAL.person.person_id  # who sends it, and nobody else goes on with it

    @property
    def is_whole(self) -> bool:
        return self.offset == self.length


@dataclass
class _Digest:
    """SHA-256 of the first `position` bytes: spares reading the file again if this process saw all of it."""

    sha256: hashlib._Hash
    position: int = 0


class Shelf:
    """All calls block. Safe to use from several threads, and from several processes."""

    def __init__(self, folder: Path, keep_s: float, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._keep_s = keep_s
        self._clock = clock
        self._digests: dict[str, _Digest] = {}

    def create(self, title: str, length: int, project_id: str = HOME) -> Upload:
        self._folder.mkdir(parents=True, exist_ok=True)
        upload_id, owner = secrets.token_hex(16), (acting.get() or LOCAL).person.person_id
        upload = Upload(upload_id, title, length, 0, self._clock(), project_id=project_id, owner=owner)
        self.part_path(upload.upload_id).touch(0o600)
        self.record(upload)
        return upload

    def find(self, upload_id: str) -> Upload:
        """Raises NotFound, also for one that has expired, or is not of who asks."""
        upload = self._read(upload_id) if ID_PATTERN.fullmatch(upload_id) else None
        caller = acting.get()  # None: no request, but a start that goes on
        theirs = caller is None or (upload is not None and upload.owner == caller.person.person_id)
        if upload is None or not theirs or self.expires_s(upload) < self._clock():
            raise NotFound(NO_UPLOAD)
        return upload

    def all(self) -> Iterator[Upload]:
        for path in self._folder.glob("*.json"):
            if ID_PATTERN.fullmatch(path.stem) and (upload := self._read(path.stem)):
                yield upload

    def expires_s(self, upload: Upload) -> float:
        """Seconds since 1970."""
        return upload.touched_s + self._keep_s

    def free_bytes(self) -> int:
        self._folder.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self._folder).free

    def record(self, upload: Upload) -> None:
        """Durable when this returns."""
        path = self._record_path(upload.upload_id)
        draft = path.with_suffix(f".{secrets.token_hex(4)}")
        try:
            with draft.open("w") as file:
                json.dump(asdict(upload), file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
        sync(self._folder)

    def remove(self, upload_id: str) -> None:
        """Idempotent. Hold an unfinished one while you do."""
        self._digests.pop(upload_id, None)
        self._record_path(upload_id).unlink(missing_ok=True)
        self.part_path(upload_id).unlink(missing_ok=True)

    def sweep(self) -> int:
        """Remove what was abandoned, and drafts that a crash left; how many uploads went."""
        gone = [upload for upload in self.all() if self.expires_s(upload) < self._clock()]
        for upload in gone:
            self.remove(upload.upload_id)
        for path in self._folder.glob("*.*"):
            is_ours = path.suffix in (".json", ".part") and self._record_path(path.stem).exists()
            with suppress(FileNotFoundError):
                if not is_ours and path.stat().st_mtime + self._keep_s < self._clock():
                    path.unlink()
        return len(gone)

    def open(self, upload_id: str, provisional: bool = False) -> Part:
        """Hold the upload for writing. Raises Busy if somebody does, NotFound if it is gone."""
        upload = self.find(upload_id)
        try:
            descriptor = os.open(self.part_path(upload_id), os.O_RDWR)
        except FileNotFoundError:
            if upload.video_id is not None:
                raise Busy from None  # whole: its bytes have moved on
            raise NotFound("The beginning of this upload is lost; send the file again.") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            upload = self.find(upload_id)  # again: who held it before has moved the offset
        except BaseException as error:
            os.close(descriptor)
            raise (Busy() if isinstance(error, BlockingIOError) else error) from None
        return Part(self, upload, descriptor, self._clock, provisional)

    def digest_at(self, upload_id: str, offset: int) -> _Digest | None:
        """A copy to go on with; None where this process has not seen every byte before `offset`."""
        known = self._digests.get(upload_id) if offset else _Digest(hashlib.sha256())
        if known is None or known.position != offset:
            return None
        return _Digest(known.sha256.copy(), offset)

    def keep_digest(self, upload_id: str, digest: _Digest | None) -> None:
        if digest is not None:
            self._digests[upload_id] = digest

    def sha256(self, upload: Upload) -> str | None:
        """Of the whole upload, where it is known without reading it."""
        digest = self.digest_at(upload.upload_id, upload.length)
        return digest.sha256.hexdigest() if digest else None

    def part_path(self, upload_id: str) -> Path:
        return self._folder / f"{upload_id}.part"

    def _record_path(self, upload_id: str) -> Path:
        return self._folder / f"{upload_id}.json"

    def _read(self, upload_id: str) -> Upload | None:
        try:
            return Upload(**json.loads(self._record_path(upload_id).read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None


class Part:
    """One writer's hold on an upload. `provisional`: nothing counts before `keep`. Close it."""

    def __init__(
        self, shelf: Shelf, upload: Upload, descriptor: int, clock: Callable[[], float], provisional: bool
    ) -> None:
        self._shelf = shelf
        self._safe = upload  # as recorded
        self._descriptor = descriptor
        self._clock = clock
        self._provisional = provisional
        self._kept_s = time.monotonic()
        self._digest = shelf.digest_at(upload.upload_id, upload.offset)
        self.offset = upload.offset
        os.ftruncate(descriptor, upload.offset)

    @property
    def upload(self) -> Upload:
        """As it is on disk."""
        return self._safe

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            written = os.pwrite(self._descriptor, view, self.offset)
            if self._digest is not None:
                self._digest.sha256.update(view[:written])
                self._digest.position += written
            self.offset += written
            view = view[written:]
        due = self.offset - self._safe.offset >= CHECKPOINT_BYTES
        if not self._provisional and (due or time.monotonic() - self._kept_s >= CHECKPOINT_S):
            self.keep()

    def keep(self) -> Upload:
        """Everything written is safe when this returns."""
        if self.offset != self._safe.offset:
            os.fsync(self._descriptor)
            moved = replace(self._safe, offset=self.offset, touched_s=self._clock())
            self._shelf.record(moved)
            self._shelf.keep_digest(moved.upload_id, self._digest)
            self._safe = moved
            self._digest = self._shelf.digest_at(moved.upload_id, moved.offset)
        self._kept_s = time.monotonic()
        return self._safe

    def finish(self, video_id: str) -> Upload:
        """The bytes are a video now: only the note stays, for a client that missed the answer."""
        self._safe = replace(self._safe, video_id=video_id, touched_s=self._clock())
        self._shelf.record(self._safe)
        self._shelf.part_path(self._safe.upload_id).unlink(missing_ok=True)
        return self._safe

    def close(self) -> None:
        """Let the next writer in. What `keep` did not see does not count."""
        os.close(self._descriptor)
