"""Inference states on disk: a cache that makes restart and eviction exact and quick.

`states/<session_id>/engine/` is the engine's: its files there are replaced in one step by `save`, and what
lies in folders below is its own business. `note.json` beside it says what that state has taken in, and
names the engine's files by their digests. A process may die between the engine's step and the note, so
the coming note is written first, as `next.json`: if the engine's files are no longer those that it is to
replace, it is the one that fits. Whatever does not fit counts as not there: the store has everything.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import time
from collections.abc import Collection
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from backend.domain.durable import sync
from backend.worker.live_session import LiveSession, Progress

logger = logging.getLogger(__name__)

FORMAT = 1
MAX_BYTES = 32 << 30  # of disk for all saved states; those that were saved longest ago go first
TRIM_EVERY_S = 3600.0


@dataclass(frozen=True)
class SavedNote:
    """What a saved state is and what it has taken in."""

    engine_id: str
    weights_sha256: str | None
    seen: tuple[tuple[int, int, int], ...]  # (object id, frame index, prompt version)
    drawn: tuple[tuple[int, int], ...]
    progress: Progress | None
    digests: dict[str, str]  # of the engine's files: in `note.json` its own, in `next.json` those before

    @classmethod
    def of(cls, live: LiveSession, digests: dict[str, str]) -> SavedNote:
        info = live.engine.info
        seen = tuple(sorted((*place, version) for place, version in live.seen.items()))
        return cls(info.id, info.weights_sha256, seen, tuple(sorted(live.drawn)), live.progress, digests)

    def write(self, path: Path) -> None:
        """Replace the file in one step; on disk when this returns."""
        fresh = path.with_suffix(".part")
        with open(fresh, "w") as file:
            json.dump({"format": FORMAT, **asdict(self)}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
        sync(path.parent)

    @classmethod
    def read(cls, path: Path) -> SavedNote | None:
        """None where there is no note, or none of this format."""
        try:
            fields: dict[str, Any] = json.loads(path.read_text())
            if fields.pop("format") != FORMAT:
                return None
            progress = fields.pop("progress")
            seen = tuple((int(o), int(f), int(v)) for o, f, v in fields.pop("seen"))
            drawn = tuple((int(o), int(f)) for o, f in fields.pop("drawn"))
            return cls(seen=seen, drawn=drawn, progress=Progress(**progress) if progress else None, **fields)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.warning("%s cannot be read: %s", path, error)
            return None


class SavedStates:
    """The states folder. Session ids are ours, so they are safe as names; a check says so all the same."""

    def __init__(self, root: Path, max_bytes: int = MAX_BYTES) -> None:
        self._root = root
        self._max_bytes = max_bytes
        self._next_trim_s = 0.0  # on the monotonic clock

    def write(self, live: LiveSession) -> None:
        """Save a session in place of its last state. Raises OSError."""
        folder = self.folder(live.session_id)
        if not folder.exists():
            folder.mkdir(parents=True)
            for new in (folder.parent, self._root, self._root.parent):
                sync(new)
        note, coming = self._notes(live.session_id)
        SavedNote.of(live, _digests(folder)).write(coming)
        live.state.save(folder)
        SavedNote.of(live, _digests(folder)).write(note)
        coming.unlink()

    def note(self, session_id: str) -> SavedNote | None:
        """The note that fits what the engine saved last; None where there is none."""
        digests = _digests(self.folder(session_id))
        note, coming = map(SavedNote.read, self._notes(session_id))
        if not digests:
            return None
        if note is not None and note.digests == digests:
            return note
        if coming is not None and coming.digests != digests:
            return coming
        return None

    def folder(self, session_id: str) -> Path:
        """The engine's folder of a session."""
        return self._home(session_id) / "engine"

    def drop(self, session_id: str) -> None:
        shutil.rmtree(self._home(session_id), ignore_errors=True)

    def trim(self, keep: Collection[str]) -> None:
        """Delete old states beyond the allowance, now and then. Their sessions are rebuilt when needed."""
        if time.monotonic() < self._next_trim_s:
            return
        self._next_trim_s = time.monotonic() + TRIM_EVERY_S
        homes = [home for home in self._root.glob("*") if home.is_dir()]
        newest_first = sorted(homes, key=_saved_s, reverse=True)
        nbytes = 0
        for home in newest_first:
            nbytes += sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
            if nbytes > self._max_bytes and home.name not in keep:
                logger.info("The saved state of session %s makes room for newer ones", home.name)
                shutil.rmtree(home, ignore_errors=True)

    def _notes(self, session_id: str) -> tuple[Path, Path]:
        home = self._home(session_id)
        return home / "note.json", home / "next.json"

    def _home(self, session_id: str) -> Path:
        if session_id in ("", ".", "..") or Path(session_id).name != session_id:
            raise ValueError(f"{session_id!r} is no session id")
        return self._root / session_id


def _saved_s(home: Path) -> float:
    """When the state was saved last; 0 where it never was."""
    try:
        return (home / "note.json").stat().st_mtime
    except OSError:
        return 0.0


def _digests(folder: Path) -> dict[str, str]:
    """Of each file right in the folder, without what a write that was cut short left."""
    files = sorted(path for path in folder.glob("*") if path.is_file() and path.suffix != ".part")
    return {path.name: blake2b(path.read_bytes(), digest_size=16).hexdigest() for path in files}
