"""What the end of the server takes, as the worker needs to know it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Stopping:
    """`begin` ends feeds and uploads. `unanswered`: how many requests are being worked on, for which the stop
    waits up to `patience_s` seconds."""

    begin: Callable[[], None]
    unanswered: Callable[[], int]
    patience_s: float
