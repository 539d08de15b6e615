"""The one door of the server: every request passes here, whatever serves it behind."""

from __future__ import annotations

import html
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.api.access import COOKIE, Ask, Policy
from backend.api.refusing import both_shapes
from backend.domain.people import LOCAL, acting

COOKIE_AGE_S = 30 * 24 * 3600
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
    "Referrer-Policy": "same-origin",  # a link with a key in it must not travel on
    "Cross-Origin-Resource-Policy": "same-site",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
}


class Gate:
    """Refuses, or passes on with the headers that every answer carries. WebSockets are not spoken here."""

    def __init__(self, app: ASGIApp, policy: Policy) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = Headers(scope=scope)
        origin, host = headers.get("origin"), headers.get("host")
        shared = origin if origin and self._policy.origin_allowed(origin, host) else None

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(MutableHeaders(raw=message.setdefault("headers", [])), shared)
            await send(message)

        answer = self._answer(scope, headers)
        who = acting.set(None if answer else LOCAL)
        try:
            await (answer or self._app)(scope, receive, send_with_headers)
        finally:
            acting.reset(who)

    def _answer(self, scope: Scope, headers: Headers) -> Response | None:
        """What the gate itself says; None: the request may pass."""
        given_key = parse_qs(scope["query_string"].decode("latin-1")).get("key", [""])[0]
        if scope["method"] == "GET" and given_key and self._policy.is_owner_key(given_key):
            return _let_in(scope, self._policy.cookie_value())
        if refusal := self._policy.refusal(_ask(scope, headers)):
            return _refuse(refusal.status, refusal.sentence, "text/html" in headers.get("accept", ""))
        if _is_preflight(scope, headers):
            return _preflight(headers)
        return None


def _ask(scope: Scope, headers: Headers) -> Ask:
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    return Ask(
        scope["method"],
        scope["path"],
        headers.get("host"),
        headers.get("origin"),
        headers.get("sec-fetch-site"),
        _cookie(headers.get("cookie", "")),
        bearer.strip() if scheme.lower() == "bearer" else None,
        _is_preflight(scope, headers),
    )


def _is_preflight(scope: Scope, headers: Headers) -> bool:
    return scope["method"] == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers


def _cookie(header: str) -> str | None:
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


def _let_in(scope: Scope, cookie: str) -> Response:
    """A page, not a redirect: after one, a browser that came from elsewhere keeps back a Strict cookie."""
    response = HTMLResponse(
        f'<meta http-equiv="refresh" content="0;url={html.escape(_local(scope["path"]))}">'
    )
    secure = scope.get("scheme") == "https"
    response.set_cookie(COOKIE, cookie, max_age=COOKIE_AGE_S, httponly=True, samesite="strict", secure=secure)
    response.headers["Cache-Control"] = "no-store"
    return response


def _local(path: str) -> str:
    """Never another site: "//elsewhere" is one."""
    return "/" + path.lstrip("/\\").replace(";", "%3B")


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
