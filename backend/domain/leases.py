"""Who holds an object while they edit it: a short lease, kept alive by its page, gone by itself soon after.

A lease keeps two people from pulling at one object; it is no lock. Servers that share a database tell each
other of leases and may disagree for a moment; what is stored is kept in order by versions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from backend.domain.errors import Conflict

LEASE_S = 6.0  # a page renews what it holds every LEASE_S / 3
MAX_HELD = 8  # objects a page holds at once: more are a bulk change, which holds nothing
MAX_REMEMBERED = 2000  # objects of a session whose lapsed leases are remembered


class Held(Conflict):
    """Somebody else is editing the object."""

    code = "HELD"


@dataclass(frozen=True, order=True)
class Page:
    """An open page of somebody. `who` is the same for all pages of one person, and is told to nobody."""

    who: str
    page_id: str = ""  # empty: no page, such as a script


@dataclass(frozen=True)
class Lease:
    """`term` counts the holders that an object had, so that servers agree on who was the last."""

    page: Page
    term: int
    since_s: float  # since 1970; of equal terms the earlier counts

    def beats(self, other: Lease) -> bool:
        return (-self.term, self.since_s, self.page) < (-other.term, other.since_s, other.page)


class LeaseTable:
    """The leases of one session. Time is given: `now_s` counts from anywhere. Not for several threads."""

    def __init__(self) -> None:
        self._leases: dict[int, Lease] = {}
        self._until_s: dict[int, float] = {}

    def holder(self, object_id: int, now_s: float) -> Page | None:
        return self._leases[object_id].page if self._until_s.get(object_id, 0.0) > now_s else None

    def take(self, object_id: int, page: Page, now_s: float, wall_s: float) -> None:
        """From whoever holds it. Asking first is the caller's part."""
        if self.holder(object_id, now_s) != page:
            known = self._leases.get(object_id)
            self._leases[object_id] = Lease(page, known.term + 1 if known else 1, wall_s)
        self._until_s[object_id] = now_s + LEASE_S
        held = sorted(self.held_by(page, now_s), key=lambda held_id: self._until_s[held_id])
        for too_many in held[:-MAX_HELD]:
            self._until_s[too_many] = now_s
        self._forget_lapsed(now_s)

    def renew(self, page: Page, object_ids: Iterable[int], now_s: float) -> None:
        """What the page still holds of these. What has lapsed, or went to somebody else, it has lost."""
        for object_id in object_ids:
            if self.holder(object_id, now_s) == page:
                self._until_s[object_id] = now_s + LEASE_S

    def release(self, page: Page, now_s: float) -> None:
        for object_id in self.held_by(page, now_s):
            self._until_s[object_id] = now_s

    def held_by(self, page: Page, now_s: float) -> tuple[int, ...]:
        return tuple(
            object_id
            for object_id, lease in self._leases.items()
            if lease.page == page and self._until_s[object_id] > now_s
        )

    def by_person(self, now_s: float) -> dict[str, set[int]]:
        """`Page.who` -> the objects that their pages hold."""
        held: dict[str, set[int]] = defaultdict(set)
        for object_id, lease in self._leases.items():
            if self._until_s[object_id] > now_s:
                held[lease.page.who].add(object_id)
        return dict(held)

    def lease(self, object_id: int) -> Lease:
        """Also one that has lapsed."""
        return self._leases[object_id]

    def learn(self, object_id: int, lease: Lease, now_s: float) -> None:
        """Another server says that this lease is alive."""
        known = self._leases.get(object_id)
        if known is None or known == lease or lease.beats(known):
            self._leases[object_id] = lease
            self._until_s[object_id] = now_s + LEASE_S
            self._forget_lapsed(now_s)

    def next_lapse_s(self, now_s: float) -> float:
        """When the next lease lapses unless it is renewed; infinity where there is none."""
        return min((until_s for until_s in self._until_s.values() if until_s > now_s), default=float("inf"))

    def _forget_lapsed(self, now_s: float) -> None:
        if len(self._leases) > MAX_REMEMBERED:
            for object_id in [one for one, until_s in self._until_s.items() if until_s <= now_s]:
                del self._leases[object_id], self._until_s[object_id]


class Leases(Protocol):
    """What the commands ask. Answers at once, from memory."""

    def holder(self, session_id: str, object_id: int, page: Page) -> str | None:
        """The name of somebody else who holds the object; None: the page's person may edit it."""
        ...

    def take(self, session_id: str, object_id: int, page: Page) -> str | None:
        """Hold the object for this page, if it is open in that session; else nothing. If somebody else holds
        it, their name, and nothing is taken."""
        ...


@dataclass(frozen=True)
class Editor:
    """The page that asks, and who knows what others hold."""

    page: Page
    leases: Leases


# Of this request; None: nobody's, such as a walk after a restart, or a script on the machine of an open
# server. It travels as `people.acting` does.
editor: ContextVar[Editor | None] = ContextVar("editor", default=None)


def holder_of(session_id: str, object_id: int) -> str | None:
    """The name of somebody else than this request's person who holds the object."""
    asking = editor.get()
    return asking.leases.holder(session_id, object_id, asking.page) if asking else None


def refuse_held(session_id: str, object_id: int, object_name: str) -> None:
    """Raises Held where somebody else holds the object. For each change of it."""
    if name := holder_of(session_id, object_id):
        raise held_by(name, object_name)


def take_lease(session_id: str, object_id: int, object_name: str) -> None:
    """For a change that more will follow: from now on this page holds the object, or Held is raised."""
    asking = editor.get()
    if asking and (name := asking.leases.take(session_id, object_id, asking.page)):
        raise held_by(name, object_name)


def held_by(name: str, object_name: str) -> Held:
    return Held(f"{name} is editing {object_name}: wait a moment, or take it over.")
