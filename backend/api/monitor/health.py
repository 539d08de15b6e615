"""`/healthz`: the process answers. `/readyz`: it can do its work, or why not. `/metrics`: numbers."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from backend.api.context import Service

CHECK_S = 5.0
KEEP_S = 1.0  # strangers may ask: they get the last answer, and cost no disk
OK = "ok"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Readiness:
    """`ok`, or a sentence, of each part that a session needs."""

    database: str
    data_folder: str
    engine: str

    @property
    def is_ready(self) -> bool:
        return (self.database, self.data_folder, self.engine) == (OK, OK, OK)


class Health:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._checking = asyncio.Lock()
        self._last: Readiness | None = None
        self._checked_s = -KEEP_S

    def routes(self) -> list[Route]:
        return [
            Route("/healthz", self._alive),
            Route("/readyz", self._ready),
            Route("/metrics", self._metrics),
        ]

    async def readiness(self) -> Readiness:
        async with self._checking:
            if self._last is None or time.monotonic() - self._checked_s >= KEEP_S:
                self._last = await self._look()
                self._checked_s = time.monotonic()
        return self._last

    async def _look(self) -> Readiness:
        database, data_folder, engine = await asyncio.gather(
            self._check(lambda s: s.sessions.running_propagations(), "The database does not answer."),
            self._check(_write_probe, "The data folder cannot be written: see that its disk has room."),
            self._check(_engine_lives, "The engine has stopped: start the server again."),
        )
        return Readiness(database, data_folder, engine)

    async def _check(self, look: Callable[[Service], object], sentence: str) -> str:
        try:
            await asyncio.wait_for(self._service.read(look), CHECK_S)
        except Exception as error:
            log.warning("Not ready: %s (%s)", sentence, type(error).__name__)
            return sentence
        return OK

    async def _alive(self, request: Request) -> Response:
        return PlainTextResponse("OK", headers={"Cache-Control": "no-store"})

    async def _ready(self, request: Request) -> Response:
        if self._service.doorbell.closed:
            return _answer(503, {"ready": False, "stopping": "The server is stopping."})
        found = await self.readiness()
        checks = {"database": found.database, "dataFolder": found.data_folder, "engine": found.engine}
        return _answer(200 if found.is_ready else 503, {"ready": found.is_ready, **checks})

    async def _metrics(self, request: Request) -> Response:
        text = await asyncio.to_thread(self._service.metrics.text)
        return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})


def _answer(status: int, content: dict[str, object]) -> Response:
    return JSONResponse(content, status, {"Cache-Control": "no-store"})


def _write_probe(service: Service) -> None:
    probe = service.settings.data / f".ready-{os.getpid()}"
    try:
        with probe.open("wb") as file:
            file.write(b"ready")
            file.flush()
            os.fsync(file.fileno())
    finally:
        probe.unlink(missing_ok=True)


def _engine_lives(service: Service) -> None:
    if not service.host.working():
        raise RuntimeError("the engine's thread has ended")
