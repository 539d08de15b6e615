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
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from backend.worker.live_session import LiveSession, Progress

logger = logging.getLogger(__name__)

FORMAT = 1


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

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, live: LiveSession) -> None:
        """Save a session in place of its last state. Raises OSError."""
        folder = self.folder(live.session_id)
        folder.mkdir(parents=True, exist_ok=True)
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

    def _notes(self, session_id: str) -> tuple[Path, Path]:
        home = self._home(session_id)
        return home / "note.json", home / "next.json"

    def _home(self, session_id: str) -> Path:
        if not session_id or Path(session_id).name != session_id:
            raise ValueError(f"{session_id!r} is no session id")
        return self._root / session_id


def _digests(folder: Path) -> dict[str, str]:
    """Of each file right in the folder, without what a write that was cut short left."""
    files = sorted(path for path in folder.glob("*") if path.is_file() and path.suffix != ".part")
    return {path.name: blake2b(path.read_bytes(), digest_size=16).hexdigest() for path in files}
