"""Zip files: packed as they are written, unpacked as if a stranger had made them."""

from __future__ import annotations

import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from backend.domain.errors import InvalidInput

CHUNK_BYTES = 2**20
STORED = frozenset({".png", ".jpg", ".jpeg", ".mp4", ".webm", ".mov", ".exr"})  # small as they are
FIXED_TIME = (2020, 1, 1, 0, 0, 0)  # the same export is the same file
MAX_NAME_BYTES = 240


@dataclass(frozen=True)
class Limits:
    """Of what a zip may unpack to."""

    entries: int = 400_000
    total_bytes: int = 32 * 2**30
    ratio: int = 200  # unpacked to packed, beyond `free_bytes`; text of many equal masks reaches 50
    free_bytes: int = 64 * 2**20


def pack(folder: Path, target: Path, progress: Callable[[float], None] = lambda done: None) -> None:
    """Put the folder's files into a zip; each goes as soon as it is in, so that the disk holds one of it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    total = sum(path.stat().st_size for path in files) or 1
    done = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), FIXED_TIME)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_STORED if path.suffix in STORED else zipfile.ZIP_DEFLATED
            size = path.stat().st_size
            with path.open("rb") as source, archive.open(entry, "w", force_zip64=size >= 2**31) as packed:
                while chunk := source.read(CHUNK_BYTES):
                    packed.write(chunk)
                    done += len(chunk)
                    progress(done / total)
            path.unlink()


def unpack(source: Path, folder: Path, limits: Limits | None = None) -> None:
    """Unpack into the empty folder. Raises InvalidInput before anything is written where an entry is no
    plain file, wants to lie elsewhere, or where there is far too much of it."""
    limits = limits or Limits()
    try:
        with zipfile.ZipFile(source) as archive:
            entries = list(_checked(archive, limits))
            _check_amount(entries, limits)
            left = min(limits.total_bytes, _allowed_bytes(entries, limits))
            for entry, place in entries:
                target = folder / place
                target.parent.mkdir(parents=True, exist_ok=True)
                left -= _unpack_one(archive, entry, target, left)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise InvalidInput("The zip file is damaged or locked by a password: pack it again.") from error
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise InvalidInput("The zip file holds a file and a folder of one name: pack it again.") from error


def _checked(archive: zipfile.ZipFile, limits: Limits) -> Iterator[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """Each file and where it goes below the folder."""
    names: set[str] = set()
    if len(archive.infolist()) > limits.entries:
        raise InvalidInput(f"The zip file has more than {limits.entries} entries: bring in parts of it.")
    for entry in archive.infolist():
        name = entry.filename.replace("\\", "/")
        place = PurePosixPath(name)
        shown = "".join(c for c in name if c.isprintable())[:80]
        unsafe = place.is_absolute() or ".." in place.parts or ":" in name.partition("/")[0]
        if unsafe or not place.parts or any(unicodedata.category(c) == "Cc" for c in name):
            raise InvalidInput(f"The zip file's entry {shown!r} would lie outside its folder: pack it again.")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise InvalidInput(f"The zip file's entry {shown!r} is a link, not a file: pack it again.")
        if entry.is_dir() or place.parts[0] == "__MACOSX" or place.name in (".DS_Store", "Thumbs.db"):
            continue
        if any(len(part.encode()) > MAX_NAME_BYTES for part in place.parts) or len(place.parts) > 16:
            raise InvalidInput(f"The zip file's entry {shown!r} has too long a name: pack it again.")
        if name.casefold() in names:
            raise InvalidInput(f"The zip file has two entries named {shown!r}: pack it again.")
        names.add(name.casefold())
        yield entry, place


def _check_amount(entries: list[tuple[zipfile.ZipInfo, PurePosixPath]], limits: Limits) -> None:
    """By what the entries claim; `_unpack_one` holds them to it."""
    total = sum(entry.file_size for entry, _ in entries)
    if total > limits.total_bytes:
        raise InvalidInput(f"The zip file unpacks to {total / 2**30:.0f} GB: bring in parts of it.")
    if total > _allowed_bytes(entries, limits):
        raise InvalidInput("The zip file unpacks to hundreds of times its size: that is no annotation.")


def _allowed_bytes(entries: list[tuple[zipfile.ZipInfo, PurePosixPath]], limits: Limits) -> int:
    return limits.free_bytes + limits.ratio * sum(entry.compress_size for entry, _ in entries)


def _unpack_one(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, allowed: int) -> int:
    written = 0
    with archive.open(entry) as packed, target.open("xb") as file:
        while chunk := packed.read(CHUNK_BYTES):
            written += len(chunk)
            if written > min(allowed, entry.file_size):
                raise InvalidInput("The zip file holds more than it says: that is no annotation.")
            file.write(chunk)
    return written
