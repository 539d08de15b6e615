"""Who does what, among several Masklets on one PostgreSQL database: advisory locks of one connection each.

The server lets go of them when the connection ends, however the process ended: nothing has to time out
before another one can go on. They are never given back while the process lives.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from hashlib import blake2b

import psycopg

from backend.domain.errors import Unavailable
from backend.store.database import postgresql_address

log = logging.getLogger(__name__)


class PostgresClaims:
    """Implements `backend.host.shared_host.Claims`. `on_lost` is told once, from any thread."""

    def __init__(self, url: str, on_lost: Callable[[], None]) -> None:
        self._address = postgresql_address(url)
        self._on_lost = on_lost
        self._lock = threading.Lock()
        self._held: set[str] = set()
        self._closed = False
        self._connection = _connect(self._address)

    def take(self, name: str) -> bool:
        """Is it ours, from before or from now on? Raises Unavailable where the server does not answer.

        A broken connection is mended by `check` only: after a restart of the database that leaves the others
        a moment to take again what was theirs.
        """
        with self._lock:
            if name in self._held:
                return True
            if self._closed:
                return False
            try:
                taken = self._try(name)
            except psycopg.OperationalError as error:
                raise Unavailable(
                    "The database server does not answer: check DATABASE_URL and that the server is running."
                ) from error
            if taken:
                self._held.add(name)
            return taken

    def holds(self, name: str) -> bool:
        with self._lock:
            return name in self._held

    def check(self) -> None:
        """Call now and then. After a broken connection everything is taken again; if another process was
        quicker, `on_lost` is told: this one may not go on."""
        with self._lock:
            if self._closed:
                return
            try:
                self._connection.execute("SELECT 1")
                return
            except psycopg.OperationalError:
                log.warning("The connection that holds this process's sessions broke; taking them again")
            try:
                self._connection = _connect(self._address)
                lost = not all([self._try(name) for name in sorted(self._held)])
            except (psycopg.OperationalError, Unavailable):
                return  # the server is away, for everyone: at the next check
        if lost:
            self._on_lost()

    def close(self) -> None:
        """Let go of everything. Idempotent."""
        with self._lock:
            self._closed = True
            self._held.clear()
            self._connection.close()

    def _try(self, name: str) -> bool:
        key = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)
        row = self._connection.execute("SELECT pg_try_advisory_lock(%s)", (key,)).fetchone()
        return bool(row and row[0])


def _connect(address: str) -> psycopg.Connection:
    try:
        return psycopg.connect(address, autocommit=True)
    except psycopg.OperationalError as error:
        raise Unavailable(
            "The database server does not answer: check DATABASE_URL and that the server is running."
        ) from error
