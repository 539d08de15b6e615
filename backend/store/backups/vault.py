"""Writing backups: a folder that holds many of them, each content once, or a single file that holds one.

    blobs/ab/ab12...            contents, named by their digest, never changed
    inventories/20261121T...    one backup: JSON, written last, so what is not whole has none

The file is a tar of the same tree. Nothing in either is executable.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from backend.domain.durable import disk_errors, move_into_place, sync
from backend.domain.errors import InvalidInput, Unavailable
from backend.store.backups.inventory import FOLDER, Inventory, KeptFile, copy_content
from backend.store.backups.reading import FolderReader, chosen, newest

WORK = ".masklet-backup-"  # begins the names of folders that are gone when a backup is done


class Vault(Protocol):
    """A backup that is being written."""

    work: Path  # a folder for what is made on the way, on the vault's disk

    def keep(self, file: Path, path: str) -> KeptFile:
        """Copy its content, unless it is there already. FileNotFoundError where the file went."""
        ...

    def finish(self, inventory: Inventory) -> None:
        """From here on it is a backup."""
        ...


class FolderVault:
    """Many backups in one folder. What is unchanged since the last one is neither read nor copied."""

    def __init__(self, root: Path, work: Path) -> None:
        self.work = work
        self._root = root
        last = newest(FolderReader(root))
        self._last = {file.path: file for file in last.files} if last else {}
        self._fresh: list[Path] = []

    def keep(self, file: Path, path: str) -> KeptFile:
        facts = file.stat()
        last = self._last.get(path)
        if last and (last.nbytes, last.mtime_ns) == (facts.st_size, facts.st_mtime_ns):
            if self._blob(last.sha256).exists():
                return replace(last, mode=facts.st_mode & 0o777)
        copied = self.work / "copied"
        with file.open("rb") as source, copied.open("wb") as target:
            sha256, nbytes = copy_content(source, target)
            target.flush()
            os.fsync(target.fileno())
        blob = self._blob(sha256)
        if blob.exists() and blob.stat().st_size == nbytes:
            copied.unlink()
        else:
            blob.parent.mkdir(parents=True, exist_ok=True)
            os.replace(copied, blob)
            self._fresh.append(blob)
        return KeptFile(path, sha256, nbytes, facts.st_mode & 0o777, facts.st_mtime_ns)

    def finish(self, inventory: Inventory) -> None:
        blobs = self._root / "blobs"
        for folder in {blob.parent for blob in self._fresh} | ({blobs} if blobs.exists() else set()):
            sync(folder)
        draft = self.work / "inventory"
        draft.write_text(inventory.as_json())
        inventories = self._root / FOLDER
        inventories.mkdir(exist_ok=True)
        move_into_place(draft, inventories / f"{inventory.name}.json")
        sync(self._root)

    def _blob(self, sha256: str) -> Path:
        return self._root / "blobs" / sha256[:2] / sha256


class TarVault:
    """One backup in one file. Each content is read twice: a tar says a member's name before its bytes."""

    def __init__(self, tar: tarfile.TarFile, work: Path) -> None:
        self.work = work
        self._tar = tar
        self._there: set[str] = set()

    def keep(self, file: Path, path: str) -> KeptFile:
        with file.open("rb") as source:
            facts = os.fstat(source.fileno())
            sha256, nbytes = copy_content(source, None)
            if sha256 not in self._there:
                source.seek(0)
                member = tarfile.TarInfo(f"blobs/{sha256[:2]}/{sha256}")
                member.size = nbytes
                self._tar.addfile(member, source)
                source.seek(0)
                if copy_content(source, None, nbytes)[0] != sha256:
                    raise Unavailable(f"{path} changed while it was copied; start the backup again.")
                self._there.add(sha256)
        return KeptFile(path, sha256, nbytes, facts.st_mode & 0o777, facts.st_mtime_ns)

    def finish(self, inventory: Inventory) -> None:
        draft = self.work / "inventory"
        draft.write_text(inventory.as_json())
        self._tar.add(draft, f"inventories/{inventory.name}.json", filter=_plain)


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nothing of who made it."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


@contextmanager
def new_backup(target: Path) -> Iterator[Vault]:
    """A backup into a folder or, where the name ends in `.tar`, into a file that is not there yet."""
    with disk_errors():
        if target.suffix == ".tar":
            if target.exists():
                raise InvalidInput(f"{target} is there already: choose another name, or a folder.")
            with _work_folder(target.parent, target.name) as work:
                draft = work / "backup.tar"
                with tarfile.open(draft, "w") as tar:
                    yield TarVault(tar, work)
                move_into_place(draft, target)
            return
        if target.exists() and not target.is_dir():
            raise InvalidInput(f"{target} is a file: name a folder, or a file that ends in .tar.")
        if target.is_dir() and not all(_is_ours(child.name) for child in target.iterdir()):
            raise InvalidInput(f"{target} holds other things: choose an empty folder for backups.")
        target.mkdir(parents=True, exist_ok=True)
        with _locked(target), _work_folder(target, "now") as work:
            yield FolderVault(target, work)


def _is_ours(name: str) -> bool:
    return name in ("blobs", FOLDER, "lock") or name.startswith(WORK)


@contextmanager
def _work_folder(parent: Path, name: str) -> Iterator[Path]:
    """Gone afterwards; what a killed backup left there goes with the next one."""
    work = parent / f"{WORK}{name}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Unavailable(f"Another backup into {folder} is under way; wait until it is done.") from error
        yield


def drop_old(root: Path, keep: int) -> int:
    """Leave the newest `keep` backups of a folder, and what they need; how many went."""
    reader = FolderReader(root)
    with disk_errors(), _locked(root):
        names = reader.names()
        needed: set[str] = set()
        for name in names[-keep:]:
            needed |= chosen(reader, name).digests
        for name in names[:-keep]:
            (root / FOLDER / f"{name}.json").unlink()
        sync(root / FOLDER)  # before their contents go
        for blob in (root / "blobs").glob("??/*"):
            if blob.name not in needed:
                blob.unlink()
        return len(names[:-keep])
