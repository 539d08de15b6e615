"""What one reader of a feed has been told of who is here."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from backend.domain.presence import Presence
from backend.host.presence import PresenceRegistry

GAP_S = 0.1  # between two messages to one reader: smooth enough for cursors
SHARE = 0.15  # of the event loop's time, at most, for telling all readers who is here
MESSAGE_S = 0.0006  # of the event loop, for a message to one reader, and for each person in it
PERSON_S = 0.0001


class PresenceWatch:
    """Only what is new to this reader. The more readers there are, the less often each is told: cursors then
    move in larger steps, and masks come as quickly as ever."""

    def __init__(self, registry: PresenceRegistry, session_id: str, readers: Callable[[], int]) -> None:
        self._registry = registry
        self._session_id = session_id
        self._readers = readers
        self._told: dict[str, Presence] = {}
        self._due_s = -math.inf

    def news(self, now_s: float) -> tuple[Presence, ...]:
        """Who came, moved or went since the last news; nothing while it is too early for more."""
        if now_s < self._due_s:
            return ()
        people = {one.person_id: one for one in self._registry.people(self._session_id)}
        new = [one for one in people.values() if self._told.get(one.person_id) != one]
        gone = [replace(one, here=False) for one in self._told.values() if one.person_id not in people]
        if new or gone:
            self._told = people
            cost_s = self._readers() * (MESSAGE_S + PERSON_S * len(new))
            self._due_s = now_s + max(GAP_S, cost_s / SHARE)
        return (*new, *gone)

    def wait_s(self, now_s: float) -> float:
        """Until there may be news again that came too early; infinity where any would be told at once."""
        return self._due_s - now_s if self._due_s > now_s else math.inf
