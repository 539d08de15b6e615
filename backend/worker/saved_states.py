"""Inference states on disk: a cache that makes restart and eviction exact and quick.

`states/<session_id>/<n>/` holds what the engine wrote, `states/<session_id>/note.json` says which `n`
counts and what is in it. The note is replaced atomically and last, so a process that dies while saving
leaves the state before. Whatever does not fit is treated as not there: the store has everything.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from backend.worker.live_session import LiveSession, Progress

logger = logging.getLogger(__name__)

NOTE = "note.json"
FORMAT = 1


@dataclass(frozen=True)
class SavedNote:
    """What a saved state is and what it has taken in."""

    engine_id: str
    weights_sha256: str | None
    seen: tuple[tuple[int, int, int], ...]  # (object id, frame index, prompt version)
    drawn: tuple[tuple[int, int], ...]
    progress: Progress | None
    number: int  # the folder of the engine's files
    files: dict[str, int]  # path below that folder -> bytes

    @classmethod
    def of(cls, live: LiveSession, number: int, files: dict[str, int]) -> SavedNote:
        info = live.engine.info
        seen = tuple(sorted((*place, version) for place, version in live.seen.items()))
        return cls(
            info.id, info.weights_sha256, seen, tuple(sorted(live.drawn)), live.progress, number, files
        )

    def to_json(self) -> str:
        return json.dumps({"format": FORMAT, **asdict(self)})

    @classmethod
    def from_json(cls, text: str) -> SavedNote:
        """Raises ValueError, KeyError or TypeError where the text is no note of this format."""
        fields: dict[str, Any] = json.loads(text)
        if fields.pop("format") != FORMAT:
            raise ValueError("the note is of another format")
        progress = fields.pop("progress")
        seen = tuple((int(o), int(f), int(v)) for o, f, v in fields.pop("seen"))
        drawn = tuple((int(o), int(f)) for o, f in fields.pop("drawn"))
        return cls(seen=seen, drawn=drawn, progress=Progress(**progress) if progress else None, **fields)


class SavedStates:
    """The states folder. Session ids are ours, so they are safe as names; a check says so all the same."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, live: LiveSession) -> None:
        """Save a session beside its last state, then let the new one count. Raises OSError."""
        home = self._home(live.session_id)
        home.mkdir(parents=True, exist_ok=True)
        number = 1 + max((int(p.name) for p in home.iterdir() if p.name.isdigit()), default=0)
        folder = home / str(number)
        folder.mkdir()
        try:
            live.state.save(folder)
            files = {str(p.relative_to(folder)): _flush(p) for p in folder.rglob("*") if p.is_file()}
            _replace(home / NOTE, SavedNote.of(live, number, files).to_json())
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        for old in home.iterdir():
            if old.name.isdigit() and old != folder:
                shutil.rmtree(old, ignore_errors=True)

    def note(self, session_id: str) -> SavedNote | None:
        """The note of a state that is whole, as far as sizes tell; None where there is none."""
        home = self._home(session_id)
        try:
            note = SavedNote.from_json((home / NOTE).read_text())
            folder = home / str(note.number)
            sizes = {name: (folder / name).stat().st_size for name in note.files}
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.warning("The saved state of session %s cannot be read: %s", session_id, error)
            return None
        return note if note.files and sizes == note.files else None

    def folder(self, session_id: str, note: SavedNote) -> Path:
        return self._home(session_id) / str(note.number)

    def drop(self, session_id: str) -> None:
        shutil.rmtree(self._home(session_id), ignore_errors=True)

    def _home(self, session_id: str) -> Path:
        if not session_id or Path(session_id).name != session_id:
            raise ValueError(f"{session_id!r} is no session id")
        return self._root / session_id


def _flush(path: Path) -> int:
    """Size in bytes of a file that is now on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        return os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)


def _replace(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    _flush(fresh)
    os.replace(fresh, path)
