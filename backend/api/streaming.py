"""Responses that last as long as the client likes."""

from __future__ import annotations

from contextlib import aclosing

from starlette.responses import StreamingResponse
from starlette.types import Send


class ClosingStream(StreamingResponse):
    """Closes its generator as soon as the client goes, also while it waits for the client to read."""

    async def stream_response(self, send: Send) -> None:
        async with aclosing(self.body_iterator):
            await super().stream_response(send)
