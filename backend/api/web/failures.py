"""Errors of the plain routes: a status and `{"error": "<one sentence>"}`."""

from __future__ import annotations

from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException

from backend.api.errors import failure_of

SENTENCES = {
    404: "There is nothing here.",
    405: "This address does not take that method.",
    416: "There are no such bytes in this file.",
}


def failure(sentence: str, status: int) -> Response:
    response = jsonify(error=sentence)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def register(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        status = error.code or 500
        return failure(SENTENCES.get(status, error.description or error.name), status)

    @app.errorhandler(ConnectionAbortedError)
    def cut_off(error: ConnectionAbortedError) -> Response:
        return failure(str(error), 400)

    @app.errorhandler(Exception)
    def any_error(error: Exception) -> Response:
        told = failure_of(error)
        return failure(told.sentence, told.status)
