"""`POST /api/sessions/{session_id}/here`: a page says that it is open, and what it looks at.

A route of its own, not a mutation: it is asked several times a second, so it has its own limit
(`client_limits`), reads no query, and as a rule touches no store.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from backend.api.context import Service
from backend.api.errors import failure_of
from backend.domain.errors import InvalidInput, MaskletError
from backend.domain.leases import Page, editor
from backend.domain.people import LOCAL, acting
from backend.domain.presence import (
    Face,
    Sight,
    Spot,
    View,
    checked_face,
    checked_holds,
    checked_sight,
)

MAX_BYTES = 4096


async def here(service: Service, request: Request) -> Response:
    try:
        said = _json_of(await _body(request))
        return await _answer(service, request.path_params["session_id"], said)
    except MaskletError as error:
        failure = failure_of(error)
        return JSONResponse({"error": failure.sentence, "code": failure.code}, failure.status)


async def _answer(service: Service, session_id: str, said: Mapping[str, Any]) -> Response:
    page = asking_page()
    if _said(said, "gone", bool, False):
        service.presence.leave(session_id, page)
        return Response(status_code=204)
    face, sight = _face(said), _sight(said)
    holds = checked_holds(_ids(said))
    if not service.presence.knows(session_id, page):
        await service.read(lambda s: s.sessions.session(session_id))  # there is such a session
    welcome = service.presence.beat(session_id, page, face, sight, holds)
    answer = {**asdict(welcome), "names_itself": _names_itself()}
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def asking_page() -> Page:
    """The page that asks, or a sentence for what is none."""
    asking = editor.get()
    if asking is None or not asking.page.page_id:
        raise InvalidInput("Only an open page can be here: send X-Masklet-Page with a random id of its own.")
    return asking.page


async def _body(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BYTES:
            raise InvalidInput(f"A page says where it is in at most {MAX_BYTES} bytes.")
    return body


def _json_of(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise InvalidInput("The body is to be a JSON object with frame_idx.")
    return said


def _face(said: Mapping[str, Any]) -> Face:
    """Of somebody who is signed in, what the server knows; of others, what they say."""
    caller = acting.get()
    if caller is None or _names_itself():
        return checked_face(_said(said, "name", str, ""))
    return Face(caller.person.name, caller.person.colour)


def _names_itself() -> bool:
    """Is it for the page to say who its person is?"""
    caller = acting.get()
    return caller is None or caller.person.person_id == LOCAL.person.person_id


def _sight(said: Mapping[str, Any]) -> Sight:
    cursor, view = _numbers(said, "cursor", 2), _numbers(said, "view", 3)
    return checked_sight(
        Sight(
            _said(said, "frame_idx", int),
            Spot(*cursor) if cursor else None,
            View(*view) if view else None,
            _said(said, "playing", bool, False),
        )
    )


def _ids(said: Mapping[str, Any]) -> list[int]:
    ids = _said(said, "holds", list, [])
    if not all(type(one) is int for one in ids):
        raise InvalidInput("holds is to be a list of object ids.")
    return ids


def _numbers(said: Mapping[str, Any], name: str, count: int) -> list[float] | None:
    numbers = _said(said, name, list, [])
    if not numbers:
        return None
    if len(numbers) != count or not all(type(one) in (int, float) for one in numbers):
        raise InvalidInput(f"{name} is to be {count} numbers.")
    try:
        return [float(one) for one in numbers]
    except OverflowError:
        raise InvalidInput(f"{name} is to be {count} numbers of a sensible size.") from None


def _said(said: Mapping[str, Any], name: str, kind: type, otherwise: Any = None) -> Any:
    """`otherwise` where it is left out or null; None: it must be there."""
    value = said.get(name)
    if value is None and otherwise is not None:
        return otherwise
    if type(value) is not kind:
        raise InvalidInput(f"{name} is to be a JSON {_JSON_NAMES[kind]}.")
    return value


_JSON_NAMES = {str: "text", int: "whole number", bool: "true or false", list: "list"}
