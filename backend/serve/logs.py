"""The log: one JSON object a line for machines, one short line for people; to standard error.

Every line carries the id of the request that it was written for, if there is one. Keys and links stay out.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from gunicorn.glogging import Logger

from backend.domain.observing import request_id

# Where a text could hold what lets somebody in: in a link, in a header, in our cookies.
SECRETS = re.compile(r"([?&](?:key|token)=|[Bb]earer |masklet_\w+=|/join#)[^\s&;\"',)\\]+")


class JsonLines(logging.Formatter):
    """`fields` of a record (`extra={"fields": ...}`) become fields of the line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        if asked := request_id.get():
            line["request_id"] = asked
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["error"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """For a terminal."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        asked = request_id.get()
        return without_secrets(super().format(record)) + (f" [request {asked}]" if asked else "")


def without_secrets(text: str) -> str:
    return SECRETS.sub(r"\1***", text)


def formatter_of(log_format: str) -> logging.Formatter:
    """Of `Settings.log_format`."""
    wants_text = log_format == "text" or (log_format == "auto" and sys.stderr.isatty())
    return PlainLines() if wants_text else JsonLines()


def set_up(formatter: logging.Formatter, *more: logging.Handler) -> None:
    """For the process that serves. At a terminal only the requests that fail are worth a line."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler, *more]
    root.setLevel(logging.WARNING)
    logging.getLogger("backend").setLevel(logging.INFO)
    says_all = isinstance(formatter, JsonLines)
    logging.getLogger("masklet.requests").setLevel(logging.INFO if says_all else logging.WARNING)


def gunicorn_logger(formatter: logging.Formatter) -> Callable[[object], Logger]:
    """gunicorn's own lines in the same form."""

    class SameForm(Logger):
        def setup(self, cfg: object) -> None:
            super().setup(cfg)
            for handler in self.error_log.handlers:
                handler.setFormatter(formatter)

    return SameForm
