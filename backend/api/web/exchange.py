"""Files of exports and imports: `GET /api/jobs/<id>/download`, `POST /api/imports` with the file as body."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from backend.api.context import Service
from backend.api.sizes import size_text
from backend.api.web.failures import failure
from backend.api.web.sendfile import ASK_AGAIN, stored_file
from backend.api.web.uploads import ExactBody, linger

ZIP = "application/zip"


def exchange_blueprint(service: Service) -> Blueprint:
    blueprint = Blueprint("exchange", __name__)
    limit = service.settings.max_upload_bytes

    @blueprint.get("/api/jobs/<job_id>/download")
    def download(job_id: str) -> Response:
        path, name = service.jobs.result(job_id)
        response = stored_file(path, ZIP, ASK_AGAIN)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'  # letters, digits, dashes
        return response

    @blueprint.post("/api/imports")
    def upload() -> Response:
        length = request.content_length
        if length is None:
            return failure("Send the file with its Content-Length.", 411)
        if length > limit:
            linger(request.stream)
            return failure(f"The file is larger than {size_text(limit)}; see MAX_UPLOAD_BYTES.", 413)
        upload_id = service.jobs.receive(ExactBody(request.stream, length), length)
        response = jsonify(uploadId=upload_id)
        response.status_code = 201
        return response

    return blueprint
