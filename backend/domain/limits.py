"""How much a session may hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SessionLimits:
    """Far more than a person draws by hand; against accidents of scripts."""

    objects: int = 1000
    points: int = 256  # of one object on one frame
