"""Which page a request comes from. It says so in a header; who it is, is not for it to say."""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.domain.leases import Editor, Leases, Page, editor
from backend.domain.people import LOCAL, Caller, acting

HEADER = (
    "x-masklet-page"  # "<browser>.<page>", both random: the first is kept by the browser, the second is not
)
WELL_FORMED = re.compile(r"([A-Za-z0-9_-]{16,64})\.([A-Za-z0-9_-]{16,64})")


class Editors:
    """Around all routes, inside the gate: sets `editor` for the length of a request."""

    def __init__(self, app: ASGIApp, leases: Leases) -> None:
        self._app = app
        self._leases = leases

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = (
            page_of(acting.get(), Headers(scope=scope).get(HEADER, "")) if scope["type"] == "http" else None
        )
        if page is None:
            await self._app(scope, receive, send)
            return
        was = editor.set(Editor(page, self._leases))
        try:
            await self._app(scope, receive, send)
        finally:
            editor.reset(was)


def page_of(caller: Caller | None, header: str) -> Page | None:
    """Somebody who is signed in is the same on all their browsers. On an open server everybody is LOCAL, so
    there a browser is a person. A script there, which is no page, is the person whose machine it is, and
    nobody is in its way (None)."""
    said = WELL_FORMED.fullmatch(header)
    if caller is None:
        return None
    if caller.person.person_id == LOCAL.person.person_id:
        return Page(f"browser {said[1]}", said[2]) if said else None
    return Page(caller.person.person_id, f"{said[1]}.{said[2]}" if said else "")
