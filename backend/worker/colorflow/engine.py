"""The embedded engine: always there, nothing to load."""

from __future__ import annotations

from pathlib import Path

from backend.domain.engines import EngineInfo
from backend.worker.colorflow.info import INFO
from backend.worker.colorflow.saved import load_objects
from backend.worker.colorflow.session import ColorflowSession
from backend.worker.engine import FrameSource


class ColorflowEngine:
    """See `backend.worker.engine.Engine`."""

    info: EngineInfo = INFO

    def open(self, frames: FrameSource, saved: Path | None = None) -> ColorflowSession:
        session = ColorflowSession(frames)
        if saved is not None:
            session.objects = load_objects(saved, session.grid)
        return session
