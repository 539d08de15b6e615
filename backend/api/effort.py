"""The effort of a session as a table for spreadsheets."""

from __future__ import annotations

import csv
import io

from starlette.requests import Request
from starlette.responses import Response

from backend.api.context import Service
from backend.api.errors import failure_of
from backend.api.refusing import both_shapes
from backend.domain.session import TrackedObject

COLUMNS = (
    "object_id",
    "name",
    "class",
    "state",
    "clicks",
    "corrections",
    "tracked_frames",
    "active_seconds",
    "people",
)
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


async def export_effort(service: Service, request: Request) -> Response:
    session_id = request.path_params["session_id"]
    try:
        text = await service.read(lambda s: effort_csv(s, session_id))
    except Exception as error:
        failure = failure_of(error)
        return both_shapes(failure.sentence, failure.code, failure.status)
    headers = {"Content-Disposition": 'attachment; filename="effort.csv"', "Cache-Control": "no-store"}
    return Response(text, media_type="text/csv", headers=headers)


def effort_csv(service: Service, session_id: str) -> str:
    """A line for each object, then one for what named none. Removed objects have no name any more."""
    known = {tracked.object_id: tracked for tracked in service.sessions.objects(session_id)}
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(COLUMNS)
    for one in service.ledger.effort(session_id):
        tracked = known.get(one.object_id) if one.object_id is not None else None
        writer.writerow(
            [
                one.object_id if one.object_id is not None else "",
                *_described(tracked),
                one.clicks,
                one.corrections,
                one.tracked_frames,
                round(one.active_s, 1),
                one.people,
            ]
        )
    return lines.getvalue()


def _described(tracked: TrackedObject | None) -> tuple[str, str, str]:
    if tracked is None:
        return "", "", ""
    return _harmless(tracked.name), _harmless(tracked.label), tracked.review.state.value


def _harmless(text: str) -> str:
    """A spreadsheet would run what looks like a formula."""
    return f"'{text}" if text.startswith(FORMULAS) else text
