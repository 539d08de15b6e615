"""The one door of the server: every request passes here, whatever serves it behind."""

from __future__ import annotations

import asyncio
import html
from contextvars import Token
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.api.access import COOKIE, Ask, Policy
from backend.api.context import Service
from backend.api.doorman import Doorman
from backend.api.errors import failure_of
from backend.api.permissions.admission import Admission, admission
from backend.api.permissions.rules import CLOSED
from backend.api.refusing import both_shapes
from backend.api.team.ways_in import asked_at
from backend.domain.errors import MaskletError
from backend.domain.people import LOCAL, acting

RECHECK_S = 1.0  # how often a request that lasts is judged again
HANG_UP_S = 2.0  # for the last bytes of an answer to a client that may not be reading
# The app needs no inline script; masks and frames are decoded in workers and blobs of its own.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self'; "
    "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self' blob:; font-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
EXPOSED = (
    "Location, Tus-Resumable, Upload-Offset, Upload-Length, Upload-Expires, Masklet-Video-Id, Retry-After, "
    "X-Request-ID"
)
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-site",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
}


class Gate:
    """Refuses, or passes on, with the headers that every answer carries. Finds out who asks; strangers pass
    too, since the app's pages are for them, and everything else asks `permissions`. `doorman` None: the
    server is open, and whoever reaches it is its owner. WebSockets are not spoken here."""

    def __init__(self, app: ASGIApp, policy: Policy, service: Service, doorman: Doorman | None) -> None:
        self._app = app
        self._policy = policy
        self._service = service
        self._doorman = doorman

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = Headers(scope=scope)
        ask = _ask(scope, headers)
        shared = ask.origin if ask.origin and self._policy.origin_allowed(ask.origin, ask.host) else None
        answer = _Answer(send, shared)
        if refusal := self._policy.refusal(ask):
            page = "text/html" in headers.get("accept", "")
            await _refuse(refusal.status, refusal.sentence, page)(scope, receive, answer.send)
        elif ask.preflight:
            await _preflight(headers)(scope, receive, answer.send)
        else:
            asked_at.set(f"{scope.get('scheme', 'http')}://{ask.host or ''}")
            await self._let_in(ask, scope, receive, answer)

    async def _let_in(self, ask: Ask, scope: Scope, receive: Receive, answer: _Answer) -> None:
        try:
            admitted = await self._doorman.admit(ask.cookie, ask.bearer) if self._doorman else None
        except MaskletError as error:  # the database does not answer
            failure = failure_of(error)
            await both_shapes(failure.sentence, failure.code, failure.status)(scope, receive, answer.send)
            return
        is_owner = self._doorman is None or self._policy.may_measure(ask)
        who = acting.set(LOCAL if is_owner else admitted.caller if admitted else None)
        what: Token[Admission | None] = admission.set(admitted)
        try:
            if admitted is None:
                await self._app(scope, receive, answer.send)
            else:
                await self._for_as_long(admitted, scope, receive, answer)
        finally:
            acting.reset(who)
            admission.reset(what)

    async def _for_as_long(
        self, admitted: Admission, scope: Scope, receive: Receive, answer: _Answer
    ) -> None:
        """Answer while they may have the answer: feeds, streams, uploads and downloads may last for long."""
        work = asyncio.create_task(self._app(scope, receive, answer.send))
        try:
            while not (await asyncio.wait({work}, timeout=RECHECK_S))[0]:
                if not await admitted.still_holds(self._service):
                    await self._break_off(work, scope, receive, answer)
                    return
        except asyncio.CancelledError:
            work.cancel()
            await asyncio.wait({work})
            raise
        await work

    async def _break_off(
        self, work: asyncio.Task[None], scope: Scope, receive: Receive, answer: _Answer
    ) -> None:
        answer.is_cut = True
        work.cancel()
        await asyncio.wait({work})
        if not work.cancelled():
            work.exception()  # whatever it died of: nobody is let in any more
        try:
            await asyncio.wait_for(answer.end(scope, receive), HANG_UP_S)
        except TimeoutError:
            pass  # the client does not read; its connection is closed when this returns


class _Answer:
    """What goes back, with the headers of every answer. Once cut, nothing more does."""

    def __init__(self, send: Send, shared: str | None) -> None:
        self._send = send
        self._shared = shared
        self._has_begun = False
        self._has_length = False
        self._is_complete = False
        self.is_cut = False

    async def send(self, message: Message) -> None:
        if self.is_cut:
            return
        await self._pass_on(message)

    async def end(self, scope: Scope, receive: Receive) -> None:
        """As well as it can be ended: a refusal, or the end of a stream; a file breaks off."""
        if not self._has_begun:
            await _refuse(401, CLOSED, False)(scope, receive, self._pass_on)
        elif not self._is_complete and not self._has_length:
            await self._pass_on({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            _add_headers(headers, self._shared)
            self._has_begun, self._has_length = True, "content-length" in headers
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            self._is_complete = True
        await self._send(message)


def _ask(scope: Scope, headers: Headers) -> Ask:
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    return Ask(
        scope["method"],
        scope["path"],
        headers.get("host"),
        headers.get("origin"),
        headers.get("sec-fetch-site"),
        cookie_of(headers),
        bearer.strip() if scheme.lower() == "bearer" else None,
        _is_preflight(scope, headers),
    )


def _is_preflight(scope: Scope, headers: Headers) -> bool:
    return scope["method"] == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers


def cookie_of(headers: Headers, name: str = COOKIE) -> str | None:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return morsel.value if morsel else None


def _refuse(status: int, sentence: str, wants_page: bool) -> Response:
    if wants_page:
        return HTMLResponse(f"<!doctype html><title>Masklet</title><p>{html.escape(sentence)}</p>", status)
    return both_shapes(sentence, "UNAUTHENTICATED" if status == 401 else "FORBIDDEN", status)


def _preflight(headers: Headers) -> Response:
    asked = headers.get("access-control-request-headers")
    response = Response(status_code=200)
    response.headers["Access-Control-Allow-Methods"] = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
    if asked:
        response.headers["Access-Control-Allow-Headers"] = asked
    return response


def _add_headers(headers: MutableHeaders, shared: str | None) -> None:
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    if shared:
        headers["Access-Control-Allow-Origin"] = shared
        headers["Access-Control-Allow-Credentials"] = "true"
        headers["Access-Control-Expose-Headers"] = EXPOSED
        headers.add_vary_header("Origin")
