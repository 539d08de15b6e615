"""Alone, or several servers on one PostgreSQL database and one data folder: what `app` wires for either."""

from __future__ import annotations

import logging
import os
from typing import Protocol

from backend.api.doorbell import Doorbell
from backend.domain.ports import Host, SessionStore
from backend.host.notes import Changed, PageGone, PageHere, note_of, text_of
from backend.host.presence import PresenceRegistry
from backend.host.shared_host import Claims, SharedHost
from backend.settings import Settings

log = logging.getLogger(__name__)


class Sharing(Protocol):
    """This process among those that use its database."""

    def changed(self, session_id: str, version: int) -> None:
        """A store's `on_change`: wake whoever reads the session."""
        ...

    def mine(self, name: str) -> bool:
        """May this process do what only one may? From then on no other one may while this one lives."""
        ...

    def holds(self, session_id: str) -> bool:
        """Does this process compute the session?"""
        ...

    def around(self, local: Host, store: SessionStore) -> Host:
        """The host to ask, whoever computes a session."""
        ...

    def carry(self, presence: PresenceRegistry) -> None:
        """Have all servers know who is here, on whichever."""
        ...

    def close(self) -> None:
        """After the host. Idempotent."""
        ...


def open_sharing(settings: Settings, doorbell: Doorbell) -> Sharing:
    """A SQLite file belongs to one server, which holds a lock on its folder."""
    return Alone(doorbell) if settings.sqlite else Among(settings.database, doorbell)


class Alone:
    def __init__(self, doorbell: Doorbell) -> None:
        self.changed = doorbell.ring

    def mine(self, name: str) -> bool:
        return True

    def holds(self, session_id: str) -> bool:
        return True

    def around(self, local: Host, store: SessionStore) -> Host:
        return local

    def carry(self, presence: PresenceRegistry) -> None:
        pass

    def close(self) -> None:
        pass


class Among:
    """One of several on a PostgreSQL database."""

    def __init__(self, database_url: str, doorbell: Doorbell) -> None:
        from backend.store.claims import PostgresClaims  # psycopg is installed where it is used
        from backend.store.notices import PostgresNotices

        self._claims: Claims = PostgresClaims(database_url, on_lost=_end)
        self._notices = PostgresNotices(database_url)
        self._doorbell = doorbell
        self._host: SharedHost | None = None
        self._presence: PresenceRegistry | None = None
        self._notices.listen(self._receive, doorbell.ring_all)

    def changed(self, session_id: str, version: int) -> None:
        self._doorbell.ring(session_id)
        self._notices.send(text_of(Changed(session_id)))

    def mine(self, name: str) -> bool:
        return self._claims.take(name)

    def holds(self, session_id: str) -> bool:
        return self._claims.holds(session_id)

    def around(self, local: Host, store: SessionStore) -> Host:
        self._host = SharedHost(local, store, self._claims, self._notices)
        return self._host

    def carry(self, presence: PresenceRegistry) -> None:
        self._presence = presence
        presence.carried_by(lambda note: self._notices.send(text_of(note)))

    def close(self) -> None:
        self._notices.close()
        self._claims.close()

    def _receive(self, text: str) -> None:
        match note_of(text):
            case Changed(session_id):
                self._doorbell.ring(session_id)
            case PageHere() | PageGone() as note:
                if self._presence is not None:
                    self._presence.receive(note)
            case None:
                pass
            case note if self._host is not None:
                self._host.receive(note)


def _end() -> None:
    """Another process computes what this one does: end at once, so that the two do not mix.

    The master starts a new one; everything acknowledged is in the store.
    """
    log.critical("Another Masklet took over this one's sessions while the database was away; starting anew")
    os._exit(1)
