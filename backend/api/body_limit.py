"""No request body is larger than its route allows, whether it says its length or not."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

JSON_BYTES = 16 * 1024 * 1024  # a mask prompt of an 8k frame is below 2 MB
FORM_SLACK_BYTES = 1024 * 1024  # the text around an uploaded file


class BodyTooLarge(Exception):
    """Raised where the body is read."""


class BodyLimit:
    """For the routes that read a whole body into memory or a temporary file."""

    def __init__(self, app: ASGIApp, max_upload_bytes: int) -> None:
        self._app = app
        self._max_upload_bytes = max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        is_form = headers.get("content-type", "").startswith("multipart/form-data")
        limit = self._max_upload_bytes + FORM_SLACK_BYTES if is_form else JSON_BYTES
        refusal = JSONResponse({"error": f"The request is larger than {limit} bytes."}, 413)
        announced = headers.get("content-length", "0")
        if announced.isdigit() and int(announced) > limit:
            await refusal(scope, receive, send)
            return
        received = 0
        started = False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise BodyTooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, counted, noted)
        except BodyTooLarge:
            if not started:
                await refusal(scope, receive, send)
