"""No request is larger than its route allows, whether it says its length or not; nor is its head."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.api.refusing import both_shapes

UPLOADS = ("/api/videos", "/api/uploads/", "/api/imports")
FORM_SLACK_BYTES = 1024 * 1024  # the text around an uploaded file


class BodyTooLarge(HTTPException):
    """Raised where the body is read."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, f"The request is larger than {limit} bytes.")


class BodyLimit:
    """For all routes but uploads, which count for themselves and write as they read.

    `max_bytes` is for a request that is no file: a mask prompt of an 8k frame takes less than 2 MB.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, max_upload_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._max_upload_bytes = max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(UPLOADS):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_form = headers.get("content-type", "").startswith("multipart/form-data")
        limit = self._max_upload_bytes + FORM_SLACK_BYTES if is_form else self._max_bytes
        announced = headers.get("content-length", "0")
        if announced.isdigit() and int(announced) > limit:
            await as_sentence(Request(scope), BodyTooLarge(limit))(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise BodyTooLarge(limit)
            return message

        await self._app(scope, counted, send)


class HeadLimit:
    """No head is larger than `max_bytes`. The HTTP parser itself only limits those that come in parts."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _head_bytes(scope) > self._max_bytes:
            sentence = f"The head of the request is larger than {self._max_bytes} bytes."
            await both_shapes(sentence, "INVALID_INPUT", 431)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _head_bytes(scope: Scope) -> int:
    fields = sum(len(name) + len(value) + len(": \r\n") for name, value in scope["headers"])
    return fields + len(scope["path"]) + len(scope["query_string"])


def as_sentence(request: Request, error: Exception) -> Response:
    """Starlette's own refusals, in the shape of the plain routes."""
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


def as_nothing(request: Request, error: Exception) -> Response:
    """The client left in the middle of its own request: nobody reads this."""
    return Response(status_code=400)
