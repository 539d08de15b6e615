"""Who is sending which upload in this process, and how a newcomer takes over from one that went silent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import anyio

from backend.api.threads import Threads
from backend.api.tus.protocol import Refused
from backend.api.tus.shelf import Busy, Part, Shelf

SILENT_S = 5.0  # a connection that broke may not be noticed for minutes: whoever comes again takes over
GIVE_UP_S = 60.0  # without a byte, a request ends
LETTING_GO_S = 5.0


@dataclass
class Writer:
    """One request that sends. `scope` is cancelled to end it; what it received is kept all the same."""

    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    heard_s: float = field(default_factory=anyio.current_time)
    gone: anyio.Event = field(default_factory=anyio.Event)
    why: str = "The upload was silent for too long; go on with it."

    def heard(self) -> None:
        self.heard_s = anyio.current_time()
        self.scope.deadline = self.heard_s + GIVE_UP_S

    @property
    def is_silent(self) -> bool:
        return anyio.current_time() - self.heard_s > SILENT_S

    def stop(self, why: str) -> None:
        self.why = why
        self.scope.cancel()


class Writers:
    """Used on the event loop only."""

    def __init__(self, shelf: Shelf, threads: Threads) -> None:
        self._shelf = shelf
        self._threads = threads
        self._active: dict[str, Writer] = {}
        self._closed = False

    @asynccontextmanager
    async def hold(
        self, upload_id: str, provisional: bool = False, evict: bool = False
    ) -> AsyncIterator[tuple[Writer, Part]]:
        """Be the one writer. A silent one makes room; a lively one only if `evict`, else Refused (423)."""
        part = await self._open(upload_id, provisional, evict)
        writer = self._active[upload_id] = Writer()
        try:
            if self._closed:
                raise stopping()
            yield writer, part
        finally:
            del self._active[upload_id]
            writer.gone.set()
            part.close()

    def close(self) -> None:
        """The server stops: every sender is told so, and goes on when it is back."""
        self._closed = True
        for writer in self._active.values():
            writer.stop(str(stopping()))

    async def _open(self, upload_id: str, provisional: bool, evict: bool) -> Part:
        opening = partial(self._shelf.open, upload_id, provisional)
        try:
            return await self._threads.command(opening)
        except Busy:
            writer = self._active.get(upload_id)
            if writer is None or not (evict or writer.is_silent):
                raise _busy() from None
        writer.stop("Somebody else goes on with this upload.")
        with anyio.move_on_after(LETTING_GO_S):
            await writer.gone.wait()
        try:
            return await self._threads.command(opening)
        except Busy:
            raise _busy() from None


def _busy() -> Refused:
    return Refused(423, "This file is being sent from another tab or window already.", {"Retry-After": "5"})


def stopping() -> Refused:
    return Refused(503, "The server is stopping; the upload goes on when it is back.", {"Retry-After": "2"})
