"""Memories that left RAM, on disk, one small file each.

A record is written once and never changed, so whatever was committed last stays readable: a new
value for the same frame is a new record, and a record that the last commit names is only deleted
after the next one. Nothing in a folder needs pickle. Writing happens in a thread, so that a step waits
neither for the disk nor for a copy from the GPU.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

DEFAULT_MAX_BYTES = 16 << 30
MAX_WAITING = 32
"""Records that may wait for the disk before `put` waits too."""
STATE_FILE = "state.safetensors"
RECORDS = "records"
SIZES = "records"
"""Tensor of the state file: [n, 2] each record that belongs to it, and its bytes."""


class MemorySpill:
    """A folder of records, at most `max_bytes` of them: the oldest are dropped first.

    Without a folder a temporary one is made when the first record is written, and deleted with the
    spill. One process owns a folder at a time.
    """

    def __init__(self, folder: Path | None = None, max_bytes: int = DEFAULT_MAX_BYTES):
        self.folder = None if folder is None else Path(folder)
        self.max_bytes = max_bytes
        self._temporary: tempfile.TemporaryDirectory | None = None
        self._live: OrderedDict[int, int] = OrderedDict()  # record -> bytes, oldest first
        self._committed: set[int] = set()
        self._doomed: set[int] = set()  # forgotten, but named by the last commit
        self._waiting: dict[int, dict[str, Tensor]] = {}  # not on disk yet
        self._writing: dict[int, Future[int]] = {}  # those of them that the thread has
        self._pool: ThreadPoolExecutor | None = None
        self._kept: set[int] = set()
        self._next = 0
        self.nbytes = 0

    def __contains__(self, record: int | None) -> bool:
        return record in self._live

    def put(self, tensors: dict[str, Tensor]) -> int:
        """Begin to write a record and return its number. The tensors must not change any more.

        Raises the OSError of an earlier write that failed; what that was to write is kept, and tried
        again with the next one.
        """
        self._collect()
        if len(self._writing) >= MAX_WAITING:
            wait([next(iter(self._writing.values()))])
            self._collect()
        for record in [*self._waiting.keys() - self._writing.keys()]:
            self._begin(record)
        record, self._next = self._next, self._next + 1
        self._waiting[record] = tensors
        self._begin(record)
        self._add(record, sum(t.nbytes for t in tensors.values()))
        return record

    def get(self, record: int) -> dict[str, Tensor]:
        """Read a record back, bit for bit."""
        if record in self._waiting:
            return self._waiting[record]
        try:
            return load_file(self.path(record))
        except (OSError, SafetensorError) as error:
            raise RuntimeError(
                f"{self.path(record)} cannot be read back ({error}); track these frames again"
            ) from error

    def keep(self, record: int) -> None:
        """Never drop this record for want of room."""
        self._kept.add(record)

    def flush(self) -> None:
        """Wait until everything is written. What failed before is tried again; raises the OSError if it
        fails again."""
        wait(self._writing.values())
        for record in list(self._waiting):
            if record not in self._writing or self._writing[record].exception() is not None:
                self._begin(record)
        wait(self._writing.values())
        self._collect()

    def forget(self, record: int) -> None:
        """The record is not needed any more, apart from the last commit, if that names it."""
        if record not in self._live:
            return
        if record in self._committed:
            self.nbytes -= self._live.pop(record)
            self._doomed.add(record)
        else:
            self._drop(record)

    def commit(self, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
        """Replace the folder's state file in one step. Every live record counts as named by it."""
        self.flush()
        home = self._home()
        home.mkdir(parents=True, exist_ok=True)
        part = home / (STATE_FILE + ".part")
        sizes = torch.tensor(list(self._live.items()), dtype=torch.int64).view(-1, 2)
        try:
            save_file({**tensors, SIZES: sizes}, part, metadata=metadata)
            _sync(part)
            if self._writes_last and (home / RECORDS).is_dir():
                _sync(home / RECORDS)
            os.replace(part, home / STATE_FILE)
            if self._writes_last:
                _sync(home)
        except (OSError, SafetensorError) as error:
            part.unlink(missing_ok=True)
            raise OSError(f"{part} cannot be written ({error}); free some space in {home}") from error
        self._committed = set(self._live)
        for record in self._doomed:
            self.path(record).unlink(missing_ok=True)
        self._doomed.clear()

    def take(self, other: MemorySpill, record_there: int) -> int:
        """Make a record of another spill's record: a hard link where the disk allows it."""
        other.flush()
        record, self._next = self._next, self._next + 1
        target = self.path(record)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(other.path(record_there), target)
        except OSError:
            shutil.copyfile(other.path(record_there), target)
        self._add(record, target.stat().st_size)
        return record

    def path(self, record: int) -> Path:
        """The file of a record."""
        return self._home() / RECORDS / f"{record:09d}.safetensors"

    def close(self) -> None:
        """Delete the temporary folder; a folder that was given stays."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
        self._writing.clear()
        self._waiting.clear()
        if self._temporary is not None:
            self._temporary.cleanup()
            self._temporary = None
            self.folder = None
        self._live.clear()
        self.nbytes = 0

    @classmethod
    def reopen(
        cls, folder: Path, tensors: dict[str, Tensor], max_bytes: int = DEFAULT_MAX_BYTES
    ) -> MemorySpill:
        """The spill that a folder's state file, read by `read_state`, speaks of. Records that it does
        not name are deleted. ValueError if one is cut off."""
        spill, sizes = cls(folder, max_bytes), dict(tensors[SIZES].tolist())
        files = spill._files()
        for record, path in sorted(files.items()):
            if record not in sizes:
                continue
            if path.stat().st_size != sizes[record]:
                raise ValueError(f"{path} is cut off or damaged; track the video again")
            spill._live[record] = sizes[record]  # what is over the budget is dropped at the next `put`
            spill.nbytes += sizes[record]
        for record in files.keys() - sizes.keys():
            files[record].unlink(missing_ok=True)
        spill._committed = set(spill._live)
        spill._next = max(files, default=-1) + 1
        return spill

    @classmethod
    def replacing(cls, folder: Path, max_bytes: int = DEFAULT_MAX_BYTES) -> MemorySpill:
        """A spill whose first commit replaces all that the folder holds, and nothing before it does."""
        spill = cls(folder, max_bytes)
        spill._doomed = set(spill._files())
        spill._next = max(spill._doomed, default=-1) + 1
        return spill

    def _files(self) -> dict[int, Path]:
        """Record files in the folder by number. What a write that was cut short left is deleted."""
        home, files = self._home() / RECORDS, {}
        for path in home.iterdir() if home.is_dir() else ():
            if path.suffix == ".safetensors" and path.stem.isdecimal():
                files[int(path.stem)] = path
            elif path.suffix == ".part":
                path.unlink(missing_ok=True)
        return files

    @property
    def _writes_last(self) -> bool:
        """A folder that was given is there after a power cut; a temporary one is gone with the process."""
        return self._temporary is None

    def _home(self) -> Path:
        if self.folder is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="sam2-memory-", ignore_cleanup_errors=True)
            weakref.finalize(self, self._temporary.cleanup)
            self.folder = Path(self._temporary.name)
        return self.folder

    def _begin(self, record: int) -> None:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="memory-spill")
            weakref.finalize(self, self._pool.shutdown, wait=False)
        path = self.path(record)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writing[record] = self._pool.submit(_write, path, self._waiting[record], self._writes_last)

    def _collect(self) -> None:
        """Take note of the writes that have ended; raises the error of one that failed."""
        failed = None
        for record in [record for record, write in self._writing.items() if write.done()]:
            write = self._writing.pop(record)
            failed = failed or write.exception()
            if write.exception() is None:
                del self._waiting[record]
                self.nbytes += write.result() - self._live[record]
                self._live[record] = write.result()
        self._keep_within_budget()
        if failed is not None:
            raise failed

    def _add(self, record: int, nbytes: int) -> None:
        self._live[record] = nbytes
        self.nbytes += nbytes
        self._keep_within_budget()

    def _keep_within_budget(self) -> None:
        while self.nbytes > self.max_bytes and len(self._live) > 1:
            oldest = next((record for record in self._live if record not in self._kept), None)
            if oldest is None:
                return
            self._drop(oldest)

    def _drop(self, record: int) -> None:
        """Delete a record at once."""
        if record in self._writing and not self._writing[record].cancel():
            wait([self._writing[record]])
        self._writing.pop(record, None)
        self._waiting.pop(record, None)
        self.nbytes -= self._live.pop(record)
        self._committed.discard(record)
        self._kept.discard(record)
        self.path(record).unlink(missing_ok=True)


def _write(path: Path, tensors: dict[str, Tensor], lasting: bool) -> int:
    """Write a record in one step; its size in bytes. `lasting`: its bytes are on disk when this returns."""
    part = path.with_suffix(".part")
    try:
        save_file({name: t.detach().to("cpu").contiguous() for name, t in tensors.items()}, part)
        if lasting:
            _sync(part)
        os.replace(part, path)
    except (OSError, SafetensorError) as error:
        part.unlink(missing_ok=True)
        raise OSError(f"{path} cannot be written ({error}); free some space in {path.parent}") from error
    return path.stat().st_size


def _sync(path: Path) -> None:
    """Have a file's bytes, or a folder's names, on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_state(folder: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors and the metadata that `commit` wrote last."""
    path = Path(folder) / STATE_FILE
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist; save a state there first")
    try:
        with safe_open(path, "pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{path} is damaged ({error}); it cannot be loaded") from error
