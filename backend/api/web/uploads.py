"""`POST /api/videos?name=&project=`: the body is the file, so that a browser can show how far it is."""

from __future__ import annotations

import time
from typing import BinaryIO

from flask import Blueprint, Response, jsonify, request

from backend.api.context import Service
from backend.api.sizes import size_text
from backend.api.web.failures import failure
from backend.domain.errors import Unavailable
from backend.domain.projects import HOME

CHUNK_BYTES = 1024 * 1024
LINGER_S = 2.0


def uploads_blueprint(service: Service) -> Blueprint:
    blueprint = Blueprint("uploads", __name__)
    limit = service.settings.max_upload_bytes

    @blueprint.post("/api/videos")
    def upload_video() -> Response:
        length = request.content_length
        if length is None:
            return failure("Send the file with its Content-Length.", 411)
        if length > limit:
            linger(request.stream)
            return failure(f"The file is larger than {size_text(limit)}; see MAX_UPLOAD_BYTES.", 413)
        project_id = request.args.get("project", HOME)
        service.projects.project(project_id)  # before the bytes come
        body = ExactBody(request.stream, length)
        try:
            video = service.library.receive(body, request.args.get("name", ""), length, project_id)
        except Unavailable as error:
            return failure(str(error), 507)  # what keeps a file from being stored is the disk
        response = jsonify(videoId=video.video_id)
        response.status_code = 201
        return response

    return blueprint


class ExactBody:
    """The request's body, which is whole or an error: a client that went away must not leave half a file."""

    def __init__(self, stream: BinaryIO, length: int) -> None:
        self._stream = stream
        self._left = length

    def read(self, size: int = -1) -> bytes:
        wanted = min(self._left, CHUNK_BYTES if size < 0 else size)
        chunk = self._stream.read(wanted) if wanted else b""
        if wanted and not chunk:
            raise ConnectionAbortedError("The upload was cut off; send the file again.")
        self._left -= len(chunk)
        return chunk


def linger(stream: BinaryIO) -> None:
    """Read on for a while: a browser that is still sending would not see an answer before the end."""
    end = time.monotonic() + LINGER_S
    while time.monotonic() < end and stream.read(CHUNK_BYTES):
        pass
