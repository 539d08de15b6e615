"""A change of a session while it is being written, and what is worth knowing of it beyond its rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import Connection, update

from backend.domain.once import Answer
from backend.domain.session import Propagation
from backend.domain.stale import Thing
from backend.store import edits
from backend.store.tables import sessions


@dataclass
class Notes:
    """For the log, and for what becomes of accepted objects."""

    silent: bool = False  # not for the log: an engine answers what was noted already, or nothing changed
    ended: Propagation | None = None  # the Track that this write is the last of
    clicks: Counter[int] = field(default_factory=Counter)  # by object id
    corrections: Counter[int] = field(default_factory=Counter)
    same_masks: bool = False  # mask rows change, and what they show does not
    subject_id: str | None = None
    value: str | None = None


@dataclass
class Write:
    """A write under way: the session's row is locked, `version` is what it will carry."""

    connection: Connection
    session_id: str
    version: int
    answer: Answer | None = None  # what a repeat is to get; None: the version
    notes: Notes = field(default_factory=Notes)
    first_version: int = field(init=False)

    def __post_init__(self) -> None:
        self.first_version = self.version

    def change(self, seen: int | None, *things: Thing) -> None:
        """The caller changes these now. Raises Stale where somebody else did after `seen`."""
        self.check(seen, *things)
        self.touch(*things)

    def check(self, seen: int | None, *things: Thing) -> None:
        edits.check_seen(self.connection, self.session_id, seen, things)

    def touch(self, *things: Thing) -> None:
        edits.touch(self.connection, self.session_id, self.version, things)

    def next_version(self) -> int:
        """One more version in the same transaction: what is written from here on answers what was before."""
        self.version += 1
        of_it = sessions.c.session_id == self.session_id
        self.connection.execute(update(sessions).where(of_it).values(version=self.version))
        return self.version
