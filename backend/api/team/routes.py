"""Coming in by a link or by the owner's key, and going: `POST /api/join`, `POST /api/sign-out`."""

from __future__ import annotations

import json
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.api.access import COOKIE
from backend.api.client_limits import Buckets, client_of
from backend.api.context import Service
from backend.api.doorman import credential_of
from backend.api.errors import failure_of
from backend.domain.errors import Conflict, Forbidden, InvalidInput, MaskletError, NotFound
from backend.domain.link_errors import TooManyTries
from backend.domain.people import LOCAL, Caller, Scope, ScopeKind, acting

COOKIE_AGE_S = 400 * 24 * 3600  # as long as browsers keep one: when a login ends, the server decides
WRONG_PER_MINUTE = 20  # from one address, whatever it tries
MAX_BODY_BYTES = 4096


@dataclass(frozen=True)
class _Asked:
    secret: str
    name: str
    passphrase: str | None


class Joining:
    """The routes, and what they share."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._wrong = Buckets(WRONG_PER_MINUTE)

    def routes(self) -> list[Route]:
        return [
            Route("/api/join", self._join, methods=["POST"]),
            Route("/api/sign-out", self._sign_out, methods=["POST"]),
        ]

    async def _join(self, request: Request) -> Response:
        client = client_of(request.scope)
        if self._wrong.is_empty(client):
            return _refused(TooManyTries(), 429, {"Retry-After": "60"})
        try:
            asked = _asked(await request.body())
            return await self._joined(request, asked)
        except (Forbidden, NotFound) as error:
            self._wrong.wait_s(client)
            return _refused(error, failure_of(error).status)
        except TooManyTries as error:
            return _refused(error, 429, {"Retry-After": "900"})
        except (InvalidInput, Conflict) as error:
            return _refused(error, failure_of(error).status)

    async def _joined(self, request: Request, asked: _Asked) -> Response:
        service = self._service
        if service.settings.open_here:
            scope = await service.read(lambda s: s.people.leads_to(asked.secret, asked.passphrase))
            return _told({"to": page_of(scope)})
        known = _who_has_a_login(acting.get())
        joined = await service.command(
            lambda s: s.people.join(asked.secret, asked.name, asked.passphrase, known)
        )
        response = _told({"to": page_of(joined.scope)})
        if joined.secret is not None:
            remember(response, request, joined.secret)
        return response

    async def _sign_out(self, request: Request) -> Response:
        """The login ends here and now, not only its cookie."""
        credential = credential_of(request.cookies.get(COOKIE), None)
        if credential is not None:
            await self._service.command(lambda s: s.people.sign_out(credential))
        response = _told({})
        response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=is_https(request))
        return response


def page_of(scope: Scope) -> str:
    """Where whoever was let into a place begins."""
    match scope.kind:
        case ScopeKind.SESSION:
            return f"/s/{scope.id}"
        case ScopeKind.PROJECT:
            return f"/p/{scope.id}"
    return "/"


def remember(response: Response, request: Request, secret: str) -> None:
    """The login's cookie: no script reads it, and no other site's request carries it."""
    response.set_cookie(
        COOKIE, secret, max_age=COOKIE_AGE_S, httponly=True, samesite="strict", secure=is_https(request)
    )
    response.headers["Cache-Control"] = "no-store"


def is_https(request: Request) -> bool:
    return request.url.scheme == "https"


def _who_has_a_login(caller: Caller | None) -> Caller | None:
    """Neither the owner's key itself nor an API token is somebody who could join."""
    return None if caller is None or caller.person == LOCAL.person or caller.within else caller


def _asked(body: bytes) -> _Asked:
    if len(body) > MAX_BODY_BYTES:
        raise InvalidInput("This is longer than a link, a name and a passphrase.")
    try:
        given = json.loads(body)
        secret, name, passphrase = given["secret"], given.get("name", ""), given.get("passphrase")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InvalidInput("Send a JSON object with secret and name.") from None
    if not isinstance(secret, str) or not isinstance(name, str):
        raise InvalidInput("secret and name are texts.")
    if passphrase is not None and not isinstance(passphrase, str):
        raise InvalidInput("passphrase is a text.")
    return _Asked(secret, name, passphrase)


def _told(content: dict[str, str]) -> JSONResponse:
    return JSONResponse(content, headers={"Cache-Control": "no-store"})


def _refused(error: MaskletError, status: int, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": str(error), "code": error.code}, status, headers)
