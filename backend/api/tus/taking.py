"""One PATCH: bytes from a socket to the disk."""

from __future__ import annotations

import hmac

import anyio
from starlette.requests import ClientDisconnect, Request

from backend.api.context import Service
from backend.api.tus import protocol
from backend.api.tus.protocol import ALGORITHMS, Checksum, Refused
from backend.api.tus.shelf import Part
from backend.api.tus.writers import Writer

FLUSH_BYTES = 2**20  # so much is received before a thread is asked to write,
FLUSH_S = 1.0  # or for so long


class Taking:
    """Receives until the request's end, a stop, or a client that went away."""

    def __init__(self, service: Service, writer: Writer, part: Part, promise: Checksum | None) -> None:
        self._service = service
        self._writer = writer
        self._part = part
        self._promise = promise
        self._body = ALGORITHMS[promise.algorithm]() if promise else None
        self._buffer = bytearray()
        self._flushed_s = anyio.current_time()

    async def run(self, request: Request) -> None:
        """Raises Refused, ClientDisconnect, OSError. What came in counts, unless a checksum was promised."""
        try:
            with self._writer.scope as scope:
                self._writer.heard()
                async for chunk in request.stream():
                    self._writer.heard()
                    await self._receive(chunk)
        except ClientDisconnect:
            await self._settle(whole=False)
            raise
        await self._settle(whole=not scope.cancelled_caught)
        if scope.cancelled_caught:
            raise Refused(503, self._writer.why, {"Retry-After": "2"})

    async def _receive(self, chunk: bytes) -> None:
        if self._part.offset + len(self._buffer) + len(chunk) > self._part.upload.length:
            raise too_much()
        self._buffer += chunk
        due = len(self._buffer) >= FLUSH_BYTES or anyio.current_time() - self._flushed_s >= FLUSH_S
        if due:
            with anyio.CancelScope(shield=True):  # the thread would go on writing
                await self._write()

    async def _write(self) -> None:
        data = bytes(self._buffer)
        self._buffer.clear()
        self._flushed_s = anyio.current_time()

        def write(service: Service) -> None:
            if self._body is not None:
                self._body.update(data)
            self._part.write(data)
            service.metrics.uploaded(len(data))

        if data:
            await self._service.command(write)

    async def _settle(self, whole: bool) -> None:
        """Keep what was received; with a checksum, only if all of it came and is right."""
        with anyio.CancelScope(shield=True):
            await self._write()
            if self._promise is not None and not whole:
                return
            if (
                self._promise
                and self._body
                and not hmac.compare_digest(self._body.digest(), self._promise.digest)
            ):
                sentence = "These bytes were changed on their way; send them again."
                raise Refused(protocol.CHECKSUM_MISMATCH, sentence)
            await self._service.command(lambda s: self._part.keep())


def too_much() -> Refused:
    return Refused(413, "These are more bytes than Upload-Length said; choose the same file again.")
