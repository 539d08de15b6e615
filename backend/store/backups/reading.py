"""Reading backups, and checking every byte of them."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from backend.domain.errors import InvalidInput, Unavailable
from backend.store.backups.inventory import FOLDER, NAME, Inventory, KeptFile, copy_content


class BackupReader(Protocol):
    """Backups that can be restored."""

    def names(self) -> list[str]:
        """Of the inventories, oldest first."""
        ...

    def inventory(self, name: str) -> Inventory: ...

    def open(self, sha256: str) -> BinaryIO:
        """A content; raises FileNotFoundError."""
        ...


class FolderReader:
    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self) -> list[str]:
        found = (path.stem for path in (self._root / FOLDER).glob("*.json"))
        return sorted(name for name in found if NAME.fullmatch(name))

    def inventory(self, name: str) -> Inventory:
        return Inventory.from_json((self._root / FOLDER / f"{name}.json").read_bytes())

    def open(self, sha256: str) -> BinaryIO:
        return (self._root / "blobs" / sha256[:2] / sha256).open("rb")


class TarReader:
    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._members = {member.name: member for member in tar if member.isfile()}

    def names(self) -> list[str]:
        found = (PurePosixPath(name) for name in self._members)
        return sorted(path.stem for path in found if path.parent.name == FOLDER)

    def inventory(self, name: str) -> Inventory:
        return Inventory.from_json(self._open(f"inventories/{name}.json").read())

    def open(self, sha256: str) -> BinaryIO:
        return self._open(f"blobs/{sha256[:2]}/{sha256}")

    def _open(self, name: str) -> BinaryIO:
        if name not in self._members:
            raise FileNotFoundError(name)
        content = self._tar.extractfile(self._members[name])
        assert content is not None  # only files are members here
        return content  # type: ignore[return-value]  # an IO[bytes], which is what is read from


@contextmanager
def existing_backup(source: Path) -> Iterator[BackupReader]:
    if source.is_dir():
        yield FolderReader(source)
        return
    try:
        with tarfile.open(source, "r:") as tar:
            yield TarReader(tar)
    except FileNotFoundError as error:
        raise InvalidInput(f"There is no backup at {source}.") from error
    except tarfile.TarError as error:
        raise InvalidInput(f"{source} is no backup of Masklet, or it is damaged ({error}).") from error


def chosen(reader: BackupReader, name: str | None = None) -> Inventory:
    """The inventory of that name; None: the newest."""
    names = reader.names()
    if not names:
        raise InvalidInput(
            "There is no backup in it: name the folder or the .tar that `masklet backup` wrote."
        )
    if name is not None and name not in names:
        raise InvalidInput(f"There is no backup {name}: choose one of {', '.join(names)}.")
    try:
        return reader.inventory(name or names[-1])
    except ValueError as error:
        raise Unavailable(
            f"The backup {name or names[-1]} cannot be used ({error}); choose another."
        ) from error


def newest(reader: BackupReader) -> Inventory | None:
    """None where there is none that can be read: then everything is copied anew."""
    for name in reversed(reader.names()):
        try:
            return reader.inventory(name)
        except ValueError:
            continue
    return None


def read_into(reader: BackupReader, file: KeptFile, target: Path | None) -> None:
    """Copy a content and check it; None: only check. Raises Unavailable where it is damaged."""
    try:
        with reader.open(file.sha256) as content:
            if target is None:
                sha256, nbytes = copy_content(content, None)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as copy:
                    sha256, nbytes = copy_content(content, copy)
                    copy.flush()
                    os.fsync(copy.fileno())
                target.chmod(file.mode)
                os.utime(target, ns=(file.mtime_ns, file.mtime_ns))
    except (FileNotFoundError, EOFError, tarfile.TarError) as error:
        raise _damaged(f"{file.path} is missing") from error
    if (sha256, nbytes) != (file.sha256, file.nbytes):
        raise _damaged(f"{file.path} is not as it was saved")


def _damaged(what: str) -> Unavailable:
    return Unavailable(f"The backup is damaged ({what}): nothing was restored; use another one.")
