"""`project.json`, in the export of a project: which folder is which session, and what was left out."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from backend.domain.durable import sync
from backend.domain.errors import InvalidInput
from backend.domain.session import Session

NAME = "project.json"


@dataclass(frozen=True)
class WrittenSession:
    """Each folder has a manifest of its own, with which `masklet verify` proves it."""

    folder: str
    session_id: str
    title: str  # empty: it goes by its video's
    video: str


@dataclass(frozen=True)
class LeftOut:
    """A session without a mask on the chosen frames, or one that was deleted meanwhile."""

    session_id: str
    why: str  # a sentence


@dataclass
class Contents:
    """What has come together so far."""

    project: str  # its title
    sessions: list[WrittenSession] = field(default_factory=list)
    without: list[LeftOut] = field(default_factory=list)

    def written(self, folder: str, session: Session, video_title: str) -> None:
        self.sessions.append(WrittenSession(folder, session.session_id, session.title, video_title))

    def left_out(self, session_id: str, why: str) -> None:
        self.without.append(LeftOut(session_id, why))

    def save(self, folder: Path) -> None:
        """Raises InvalidInput where nothing was written at all."""
        if not self.sessions:
            raise InvalidInput(f"No session of {self.project} has a mask on these frames: track some first.")
        path = folder / NAME
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", "utf-8")
        sync(path)
