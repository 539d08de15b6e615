"""Copy everything that Masklet keeps while it serves and tracks, and bring it back elsewhere.

In this order, so that a backup is what a `kill -9` at one moment would have left:

1. Saved states are given second names. They are caches, but with them tracking goes on exactly as if nothing
   had happened, so they belong to it. A state may be older than the database, never newer.
2. The database, as of one moment.
3. Every other file. A video's files never change once it is ready; what comes later is not in the database.
4. The inventory, which makes all this a backup.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backend.domain.durable import disk_errors, move_into_place, sync
from backend.domain.errors import Conflict, Unavailable
from backend.store.backups.copies import check_empty, contents_of, copy_database, filled_database
from backend.store.backups.inventory import Inventory, KeptFile
from backend.store.backups.reading import chosen, existing_backup, read_into
from backend.store.backups.vault import Vault, drop_old, new_backup
from backend.store.database import sqlite_file

DATABASE = "masklet.sqlite"
STATES = "states"
STAGING = ".backup-"  # begins the name of a folder in the data folder, while a backup is made
LOCK = "masklet.lock"
LEFT_OUT = (LOCK, "tmp")  # what only a running server needs
STATE_TRIES = 5


@dataclass(frozen=True)
class Installation:
    """What to copy, or where to restore: a data folder and the address of its database."""

    data: Path
    database: str


def back_up(source: Installation, target: Path, keep: int | None = None) -> Inventory:
    """Copy everything to `target`, a folder that may hold earlier backups or a new `.tar` file.

    `keep`: how many backups may stay in a folder, this one among them.
    """
    if not source.data.is_dir():
        raise Unavailable(f"There is no data folder {source.data}: set MASKLET_DATA to the one to copy.")
    if target.resolve().is_relative_to(source.data.resolve()):
        raise Conflict("A backup inside the data folder would be lost with it: name another place.")
    with new_backup(target) as vault, _states_by_second_names(source.data) as states:
        copy = vault.work / DATABASE
        copy_database(source.database, copy)
        contents = contents_of(copy)
        database = vault.keep(copy, DATABASE)
        copy.unlink()
        left_out = {*LEFT_OUT, STATES, *_database_names(source)}
        files = [
            *_keep_all(vault, states, STATES, frozenset()),
            *_keep_all(vault, source.data, "", left_out),
        ]
        _check_videos(contents.ready_videos, files)
        now_s = time.time()
        name = time.strftime("%Y%m%dT%H%M%S", time.gmtime(now_s)) + f"-{round(now_s % 1 * 1e6):06d}Z"
        inventory = Inventory(
            name, database, tuple(files), contents.revision, contents.videos, contents.sessions
        )
        vault.finish(inventory)
    if keep is not None and target.is_dir():
        drop_old(target, max(1, keep))
    return inventory


def check(source: Path, name: str | None = None) -> Inventory:
    """Read every content of a backup. Raises a sentence where one is damaged."""
    with existing_backup(source) as reader:
        inventory = chosen(reader, name)
        for file in (inventory.database, *inventory.files):
            read_into(reader, file, None)
        return inventory


def restore(source: Path, target: Installation, name: str | None = None) -> Inventory:
    """Bring a backup back into an empty place, all or nothing. `name` None: the newest."""
    with disk_errors(), existing_backup(source) as reader:
        inventory = chosen(reader, name)
        check_empty(target.database)
        target.data.mkdir(parents=True, exist_ok=True)
        with _held_empty(target.data), _staging(target.data) as staging:
            copy, files = staging / "database" / DATABASE, staging / "files"
            read_into(reader, inventory.database, copy)
            files.mkdir()
            for file in inventory.files:
                read_into(reader, file, files / file.path)
            place = sqlite_file(target.database)
            if place is None:
                with filled_database(copy, target.database):
                    _move_up(files, target.data)
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                kept = place.with_name(f"{place.name}.restoring")
                shutil.move(copy, kept)
                _move_up(files, target.data)
                move_into_place(kept, place)  # last: until then nothing was restored
        return inventory


def _check_videos(ready: tuple[str, ...], files: list[KeptFile]) -> None:
    there = {file.path.split("/")[1] for file in files if file.path.startswith("videos/")}
    for video_id in ready:
        if video_id not in there:
            raise Unavailable(
                f"The files of video {video_id} are not in the data folder: was it removed just now, or is "
                "MASKLET_DATA another one than the server's? Start the backup again."
            )


def _database_names(source: Installation) -> set[str]:
    """Of the database's files, if they are right in the data folder."""
    file = sqlite_file(source.database)
    if file is None or file.absolute().parent != source.data.absolute():
        return set()
    return {file.name + suffix for suffix in ("", "-wal", "-shm", "-journal")}


def _keep_all(
    vault: Vault, root: Path, prefix: str, left_out: frozenset[str] | set[str]
) -> Iterator[KeptFile]:
    """Every file below `root`; what goes while it is copied was on its way out, or is being made."""
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        if here == root:
            folders[:] = [name for name in folders if name not in left_out]
            names = [name for name in names if name not in left_out]
        folders[:] = sorted(name for name in folders if not name.startswith("."))  # work under way
        for name in sorted(names):
            path = here / name
            if name.endswith(".part") or path.is_symlink() or not path.is_file():
                continue
            try:
                yield vault.keep(path, (Path(prefix) / path.relative_to(root)).as_posix())
            except FileNotFoundError:
                continue


@contextmanager
def _states_by_second_names(data: Path) -> Iterator[Path]:
    """The saved states as they are now, however long the copying takes and whatever is saved meanwhile."""
    with _staging(data) as staging:
        for home in sorted((data / STATES).glob("*")):
            if home.is_dir():
                _link_state(home, staging / home.name)
        yield staging


def _link_state(home: Path, target: Path) -> None:
    """One that is saved meanwhile is linked again. One that never holds still is left out, and rebuilt."""
    for _ in range(STATE_TRIES):
        before = _stamps(home)
        try:
            for path in sorted(home.rglob("*"), key=lambda path: len(path.parts)):
                if path.is_file():
                    place = target / path.relative_to(home)
                    place.parent.mkdir(parents=True, exist_ok=True)
                    _second_name(path, place)
            if _stamps(home) == before:
                return
        except FileNotFoundError:
            pass
        shutil.rmtree(target, ignore_errors=True)


def _stamps(home: Path) -> list[tuple[str, int, int]]:
    """Every save replaces a note, so this tells whether there was one."""
    return sorted((path.name, path.stat().st_ino, path.stat().st_mtime_ns) for path in home.glob("*.json"))


def _second_name(path: Path, place: Path) -> None:
    try:
        os.link(path, place)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copy2(path, place)


@contextmanager
def _staging(data: Path) -> Iterator[Path]:
    """A folder on the disk of the data. What a backup that was killed left there goes with the next one."""
    for left_over in data.glob(f"{STAGING}*"):
        if time.time() - left_over.stat().st_mtime > 24 * 3600:
            shutil.rmtree(left_over, ignore_errors=True)
    staging = data / f"{STAGING}{uuid.uuid4().hex}"
    staging.mkdir()
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def _held_empty(data: Path) -> Iterator[None]:
    """Keep a server from starting there meanwhile."""
    if any(child.name != LOCK for child in data.iterdir()):
        raise Conflict(f"{data} is not empty: restore into an empty folder, or move what is there away.")
    with (data / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict(f"A Masklet uses the data folder {data}: stop it first.") from error
        yield


def _move_up(staging: Path, data: Path) -> None:
    for child in sorted(staging.iterdir()):
        for folder, _, _ in os.walk(child):
            sync(Path(folder))
        os.replace(child, data / child.name)
    sync(data)
