"""What can be said of a weights file without loading it."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FileStamp:
    """A file as it is now: what was found out about it holds as long as this does not change."""

    path: Path
    nbytes: int
    changed_ns: int


def stamp_of(path: Path) -> FileStamp | None:
    """None where there is no such file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return FileStamp(path, status.st_size, status.st_mtime_ns)


def what_is_wrong(weights: Path) -> str | None:
    """A sentence, or None. PyTorch writes a zip file, whose table of contents comes last: so a file that
    was cut off shows, whatever its size. Weights that do not fit their model show when they are loaded."""
    if not weights.is_file():
        return f"{weights.name} is no file; put the checkpoint itself there."
    try:
        with zipfile.ZipFile(weights) as archive:
            names = archive.namelist()
    except OSError as error:
        return f"{weights.name} cannot be read: {error.strerror}; make it readable for the server."
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return f"{weights.name} is cut off, or no checkpoint: delete it and download or copy it again."
    if not any(name.endswith("/data.pkl") or name == "data.pkl" for name in names):
        return f"{weights.name} is a zip file without weights: put a PyTorch checkpoint there."
    return None
