"""What tus asks of every answer, whatever the method."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import anyio
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from backend.api.errors import failure_of
from backend.api.tus import protocol
from backend.api.tus.protocol import Refused

LINGER_S = 1.0

Answer = Callable[[Request], Awaitable[Response]]


@dataclass
class _Body:
    """Knows whether all of the request has been read."""

    receive_next: Receive
    is_read: bool = False

    async def receive(self) -> Message:
        message = await self.receive_next()
        self.is_read = not message.get("more_body", False)
        return message

    async def drain(self) -> None:
        """Read on for a moment: a browser that is still sending would not see the answer."""
        with anyio.move_on_after(LINGER_S), suppress(HTTPException):
            while not self.is_read:
                await self.receive()


@dataclass(frozen=True)
class Endpoint:
    """ASGI. What tus asks of every answer is done here, around the one that the method asks for."""

    by_method: dict[str, Answer]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = _Body(receive)
        try:
            response = await self._answer(Request(scope, body.receive, send))
        except Refused as refused:
            response = JSONResponse({"error": str(refused)}, refused.status, refused.headers)
        except (ClientDisconnect, HTTPException):
            raise
        except Exception as error:
            failure = failure_of(error)
            response = JSONResponse({"error": failure.sentence}, failure.status)
        if response.status_code >= 400:
            await body.drain()
        response.headers["Tus-Resumable"] = protocol.VERSION
        response.headers["Cache-Control"] = "no-store"
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        method = request.method
        if method == "POST":
            method = request.headers.get("x-http-method-override", method).upper()
        answer = self.by_method.get(method)
        if answer is None:
            raise Refused(
                405, "This address does not take that method.", {"Allow": ", ".join(self.by_method)}
            )
        if method != "OPTIONS":
            protocol.check_version(request.headers)
        return await answer(request)
