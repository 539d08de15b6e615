"""One look at each request as it comes and goes: its id, its line in the log, its time."""

from __future__ import annotations

import logging
import re
import time
import uuid
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.api.monitor.metrics import Metrics
from backend.api.monitor.routes import ASSETS, route_of
from backend.domain.observing import request_id

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
UNLOGGED = frozenset({"/health", "/metrics", "/api/sessions/here", ASSETS})  # unless they fail
CLIENT_LEFT = 499  # as nginx writes it; never sent

log = logging.getLogger("masklet.requests")


@dataclass
class Traffic:
    """`unanswered` requests came in whole, and their answer has not begun: a stop waits for them."""

    unanswered: int = 0


class RequestWatch:
    """Around everything, the gate too: who is refused is seen as well."""

    def __init__(self, app: ASGIApp, metrics: Metrics, traffic: Traffic) -> None:
        self._app = app
        self._metrics = metrics
        self._traffic = traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get(HEADER.lower(), "")
        request_id.set(given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex[:16])
        has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        one = _One(scope, self._metrics, self._traffic)
        if not has_body:
            one.came_in()

        async def receiving() -> Message:
            message = await receive()
            if not message.get("more_body", False):
                one.came_in()
            return message

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(raw=message.setdefault("headers", []))[HEADER] = request_id.get()
                one.answers(message["status"])
            await send(message)

        try:
            await self._app(scope, receiving, sending)
        finally:
            one.ends()


class _One:
    """A request from its first to its last byte."""

    def __init__(self, scope: Scope, metrics: Metrics, traffic: Traffic) -> None:
        self._method: str = scope["method"]
        self._route = route_of(scope["path"])
        self._client = (scope.get("client") or ("",))[0]
        self._metrics = metrics
        self._traffic = traffic
        self._began_s = time.perf_counter()
        self._waits = False
        self._status: int | None = None

    def came_in(self) -> None:
        if not self._waits and self._status is None:
            self._waits = True
            self._traffic.unanswered += 1

    def answers(self, status: int) -> None:
        self._status = status
        self._stop_waiting()
        self._metrics.answered(self._route, self._method, status, time.perf_counter() - self._began_s)

    def ends(self) -> None:
        self._stop_waiting()
        status = self._status or CLIENT_LEFT
        if status < 400 and self._route in UNLOGGED:
            return
        log.log(
            logging.WARNING if status >= 500 else logging.INFO,
            "%s %s %d",
            self._method,
            self._route,
            status,
            extra={
                "fields": {
                    "event": "request",
                    "method": self._method,
                    "route": self._route,
                    "status": status,
                    "seconds": round(time.perf_counter() - self._began_s, 4),
                    "client": self._client,
                }
            },
        )

    def _stop_waiting(self) -> None:
        if self._waits:
            self._waits = False
            self._traffic.unanswered -= 1
