"""What a format cannot hold, told before anything is written."""

from __future__ import annotations

from collections.abc import Sequence

from backend.domain.errors import InvalidInput
from backend.domain.session import TrackedObject


def check_ids(objects: Sequence[TrackedObject], highest: int, what: str) -> None:
    high = max((tracked.object_id for tracked in objects), default=0)
    if high > highest:
        raise InvalidInput(f"{what} holds object ids up to {highest}, not {high}: choose another format.")


def check_count(count: int, most: int, things: str, what: str) -> None:
    if count > most:
        raise InvalidInput(f"{what} holds {most} {things}, not {count}: choose another format.")
