"""Text by object, from a walk by frame: kept in files, since it may be larger than memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

KEPT_BYTES = 2**16  # of each object, before they go to its file
READ_BYTES = 2**20


class Spill:
    """A scratch folder inside `beside`, so that it is on the disk that the result goes to."""

    def __init__(self, beside: Path) -> None:
        self._folder = tempfile.TemporaryDirectory(dir=beside, prefix=".spill-")
        self._kept: dict[str, list[str]] = {}
        self._sizes: dict[str, int] = {}

    def __enter__(self) -> Spill:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def add(self, object_id: int, text: str, of: str = "") -> None:
        """Append to the object's text; `of` tells several texts of one object apart."""
        key = f"{object_id}-{of}"
        self._kept.setdefault(key, []).append(text)
        self._sizes[key] = self._sizes.get(key, 0) + len(text)
        if self._sizes[key] > KEPT_BYTES:
            self._write(key)

    def text(self, object_id: int, of: str = "") -> Iterator[str]:
        """All that was added, in pieces."""
        key = f"{object_id}-{of}"
        self._write(key)
        path = self._path(key)
        if not path.exists():
            return
        with path.open(encoding="utf-8") as file:
            while piece := file.read(READ_BYTES):
                yield piece

    def _write(self, key: str) -> None:
        if kept := self._kept.pop(key, None):
            with self._path(key).open("a", encoding="utf-8") as file:
                file.writelines(kept)
        self._sizes[key] = 0

    def _path(self, key: str) -> Path:
        return Path(self._folder.name) / key
