"""Short texts to every other process on a PostgreSQL database, by NOTIFY and LISTEN.

They wake and ask; what they are about is in the tables. So one that is lost costs time, never work: feeds
look for themselves every few seconds, and what was asked is asked again.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

import psycopg

from backend.store.database import postgresql_address

CHANNEL = "masklet"
RETRY_S = 1.0
LOOK_UP_S = 0.5  # how often the listener looks whether it is to stop
WAITING = 10_000  # texts; beyond these new ones are dropped
MAX_BYTES = 7_900  # PostgreSQL takes less than 8000

log = logging.getLogger(__name__)


class PostgresNotices:
    """Implements `backend.host.shared_host.Notices`. `receive` is called on the listener's thread."""

    def __init__(self, url: str) -> None:
        self._address = postgresql_address(url)
        self._texts: queue.Queue[str] = queue.Queue(WAITING)
        self._sender_pid = 0
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._receive: Callable[[str], None] = lambda text: None
        self._missed: Callable[[], None] = lambda: None

    def listen(self, receive: Callable[[str], None], missed: Callable[[], None]) -> None:
        """Begin. `missed` is called when texts may have been lost, such as after a broken connection."""
        self._receive, self._missed = receive, missed
        listening = threading.Event()
        for name, work in (("send", self._send_all), ("listen", lambda: self._listen_all(listening))):
            thread = threading.Thread(target=work, name=f"masklet-notices-{name}", daemon=True)
            thread.start()
            self._threads.append(thread)
        listening.wait(RETRY_S)

    def send(self, text: str) -> None:
        """To all others. Never waits; equal texts that wait go out once."""
        if len(text.encode()) > MAX_BYTES:
            raise ValueError(f"a notice of {len(text.encode())} bytes does not fit; at most {MAX_BYTES}")
        try:
            self._texts.put_nowait(text)
        except queue.Full:
            log.warning("Too many notices wait for the database server; one was dropped")

    def close(self) -> None:
        """Idempotent."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _send_all(self) -> None:
        waiting: dict[str, None] = {}
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._address, autocommit=True) as connection:
                    self._sender_pid = connection.info.backend_pid
                    while not self._stopping.is_set():
                        waiting |= self._taken()
                        with connection.pipeline():
                            for text in waiting:
                                connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, text))
                        waiting = {}
            except psycopg.OperationalError as error:
                log.warning("Notices cannot be sent (%s); trying again", _first_line(error))
                self._stopping.wait(RETRY_S)

    def _taken(self) -> dict[str, None]:
        """What waits, each text once; empty after a while without any."""
        taken: dict[str, None] = {}
        try:
            taken[self._texts.get(timeout=LOOK_UP_S)] = None
            while True:
                taken[self._texts.get_nowait()] = None
        except queue.Empty:
            return taken

    def _listen_all(self, listening: threading.Event) -> None:
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._address, autocommit=True) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    listening.set()
                    self._missed()
                    while not self._stopping.is_set():
                        for notice in connection.notifies(timeout=LOOK_UP_S):
                            if notice.pid != self._sender_pid:
                                self._take_in(notice.payload)
            except psycopg.OperationalError as error:
                log.warning("Notices cannot be heard (%s); trying again", _first_line(error))
                self._stopping.wait(RETRY_S)

    def _take_in(self, text: str) -> None:
        try:
            self._receive(text)
        except Exception:
            log.exception("A notice could not be taken in: %s", text[:200])


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
