"""Flask decides which file to send; the event loop sends it, in the way of X-Sendfile.

A browser opens a video and stops reading when it has enough, often for minutes. Sent by Flask, each such
tab would hold one of its threads; sent from the event loop it costs an open file.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from a2wsgi import WSGIMiddleware
from flask import Response, request
from starlette.datastructures import Headers
from starlette.responses import FileResponse
from starlette.types import Message, Receive, Scope, Send

HEADER = "x-masklet-file"
FOREVER = "private, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


def stored_file(path: Path, media_type: str, cache: str, etag: str | None = None) -> Response:
    """A file of ours. `etag` where its content is known by name; else its size and time do."""
    stat = path.stat()
    response = Response(status=200, mimetype=media_type)
    response.headers["Content-Type"] = media_type  # fixed: never guessed from what is inside
    response.headers["Cache-Control"] = cache
    response.set_etag(etag or f"{stat.st_mtime_ns:x}-{stat.st_size:x}")
    response.last_modified = stat.st_mtime
    response.make_conditional(request)
    if response.status_code == 200:
        response.headers[HEADER] = str(path)
    return response


class FlaskMount:
    """The Flask app as ASGI; where an answer names a file, that file is sent instead, with ranges."""

    def __init__(self, wsgi: WSGIMiddleware) -> None:
        self._wsgi = wsgi

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        file: FileResponse | None = None

        async def unless_file(message: Message) -> None:
            nonlocal file
            if message["type"] == "http.response.start":
                headers = Headers(raw=message["headers"])
                if path := headers.get(HEADER):
                    kept = {k: v for k, v in headers.items() if k not in (HEADER, "content-length")}
                    file = FileResponse(path, headers=kept)
            if file is None:
                await send(message)

        # Flask's thread cannot be broken off: where its request is, it ends by itself, and nobody hears it.
        answering = asyncio.ensure_future(self._wsgi(scope, receive, unless_file))
        answering.add_done_callback(_look_at)
        await asyncio.shield(answering)
        if file is not None:
            await file(scope, receive, send)


def _look_at(done: asyncio.Future[None]) -> None:
    """What it died of was told, or there is nobody left to tell."""
    if not done.cancelled():
        done.exception()
