"""Downloads of a session's masks, written from the event loop: they may be large, and a client slow."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import islice

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from backend.api.context import Service
from backend.api.errors import failure_of
from backend.api.streaming import ClosingStream
from backend.domain.video import Video

PIECES = 64  # of JSON, written at once


@dataclass(frozen=True)
class _Export:
    video: Video
    pieces: Iterator[str]


async def export_coco(service: Service, request: Request) -> Response:
    """The first piece is made before the answer begins, so that what fails early is told as an error."""
    session_id = request.path_params["session_id"]
    try:
        export = await service.read(lambda s: _coco(s, session_id))
        first = await service.read(lambda s: _next(export))
    except Exception as error:
        failure = failure_of(error)
        return JSONResponse({"error": failure.sentence}, failure.status)
    name = download_name(export.video.title)
    return ClosingStream(
        _written(service, export, first),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def download_name(title: str) -> str:
    """Letters, digits, dot, dash and underscore: safe in a header and on every file system."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", title.rsplit(".", 1)[0]).strip("-")[:60]
    return f"{stem or 'masklet'}.coco.json"


def _coco(service: Service, session_id: str) -> _Export:
    session = service.sessions.session(session_id)
    video = service.videos.video(session.video_id)
    objects = service.sessions.objects(session_id)
    return _Export(video, service.write_coco(session, video, objects, service.sessions.masks(session_id)))


def _next(export: _Export) -> bytes:
    return "".join(islice(export.pieces, PIECES)).encode()


async def _written(service: Service, export: _Export, first: bytes) -> AsyncIterator[bytes]:
    chunk = first
    while chunk:
        yield chunk
        chunk = await service.read(lambda s: _next(export))
