"""The browser app's files, as Vite built them, and `/healthy`."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from flask import Blueprint, Response, abort

from backend.api.web.sendfile import ASK_AGAIN, FOREVER, stored_file

NOT_BUILT = (
    "<!doctype html><title>Masklet</title><p>The browser app is not built yet: run <code>make run</code>, "
    "or <code>npm ci && npm run build</code> in <code>frontend/</code>, then load this page again.</p>"
)
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}


def pages_blueprint(dist: Path) -> Blueprint:
    blueprint = Blueprint("pages", __name__)

    @blueprint.get("/healthy")
    def healthy() -> Response:
        return Response("OK", mimetype="text/html")

    @blueprint.get("/")
    @blueprint.get("/sessions")
    @blueprint.get("/review")
    @blueprint.get("/s/<session_id>")
    @blueprint.get("/join")
    @blueprint.get("/projects")
    @blueprint.get("/p/<project_id>")
    def app_page(session_id: str = "", project_id: str = "") -> Response:
        """One page for every address of the app: which session it shows is the page's own business."""
        index = dist / "index.html"
        if not index.is_file():
            return Response(NOT_BUILT, status=503, mimetype="text/html")
        return stored_file(index, TYPES[".html"], ASK_AGAIN)

    @blueprint.get("/<path:name>")
    def app_file(name: str) -> Response:
        path = _built_files(dist).get(name)
        if path is None:
            abort(404)
        # Vite puts a hash of the content in the name of what is under assets/.
        return stored_file(path, _type_of(path), FOREVER if name.startswith("assets/") else ASK_AGAIN)

    return blueprint


def _built_files(dist: Path) -> dict[str, Path]:
    """By the name in the URL. A look-up, so that no client's string becomes a path."""
    shown = (path for path in dist.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(dist).as_posix(): path for path in shown}


def _type_of(path: Path) -> str:
    return TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
