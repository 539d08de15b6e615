"""Signing in by an OpenID Connect provider: `GET /api/sign-in` leads there, `/api/sign-in/back` comes back.

The authorization code flow with PKCE. What must be remembered in between is in the browser's own cookie, so
any process of a server may answer; state, nonce and verifier are all made of it.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from dataclasses import dataclass
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry, decode
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from backend.api.context import Service
from backend.api.errors import failure_of
from backend.api.team.routes import is_https, remember
from backend.api.team.ways_in import SIGN_IN, asked_at
from backend.domain.errors import Forbidden, MaskletError, NotFound, Unavailable
from backend.domain.secret import new_secret, same
from backend.provider import Provider, is_safe

BACK = f"{SIGN_IN}/back"
COOKIE = "masklet_sign_in"
COOKIE_AGE_S = 600
TIMEOUT_S = 10.0
KEEP_S = 600.0  # how long what the provider says of itself is remembered
CLOCK_SKEW_S = 60
ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]  # none of those where our own secret would sign
MAX_BYTES = 2**20  # of an answer


@dataclass(frozen=True)
class _Endpoints:
    """As the provider's own description names them."""

    authorization: str
    token: str
    keys: str
    looked_s: float


class SignIn:
    """The routes, and what they share. On the event loop."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._endpoints: _Endpoints | None = None
        self._lock = asyncio.Lock()

    def routes(self) -> list[Route]:
        return [Route(SIGN_IN, self._begin, methods=["GET"]), Route(BACK, self._back, methods=["GET"])]

    async def _begin(self, request: Request) -> Response:
        try:
            provider = self._provider()
            endpoints = await self._described(provider)
        except MaskletError as error:
            return _page(error)
        secret = new_secret()
        async with self._client(provider) as client:
            address, _ = client.create_authorization_url(
                endpoints.authorization,
                state=_made_of(secret, "state"),
                nonce=_made_of(secret, "nonce"),
                code_verifier=_made_of(secret, "verifier"),
            )
        response = RedirectResponse(address, 303, {"Cache-Control": "no-store"})
        # Lax, since the way back begins at the provider; it opens nothing by itself.
        response.set_cookie(
            COOKIE,
            secret,
            max_age=COOKIE_AGE_S,
            path=SIGN_IN,
            httponly=True,
            samesite="lax",
            secure=is_https(request),
        )
        return response

    async def _back(self, request: Request) -> Response:
        try:
            provider = self._provider()
            claims = await self._vouched_for(provider, request)
            name = next(
                (str(claims[key]) for key in ("name", "preferred_username", "email") if claims.get(key)), ""
            )
            secret = await self._service.command(
                lambda s: s.people.sign_in(provider.issuer, str(claims["sub"]), name, provider.role)
            )
        except MaskletError as error:
            return _page(error)
        # A page, not a redirect: after one that came from elsewhere a browser keeps back a Strict cookie.
        response = HTMLResponse('<!doctype html><meta http-equiv="refresh" content="0;url=/">')
        response.delete_cookie(COOKIE, path=SIGN_IN, httponly=True, samesite="lax", secure=is_https(request))
        remember(response, request, secret)
        return response

    async def _vouched_for(self, provider: Provider, request: Request) -> dict[str, Any]:
        """Who the provider says it is. Raises Forbidden for whatever was not begun by this browser."""
        given, secret = request.query_params, request.cookies.get(COOKIE, "")
        if not secret or not same(given.get("state", ""), _made_of(secret, "state")):
            raise Forbidden("This sign-in was not begun here, or too long ago: begin again.")
        if "code" not in given:
            raise Forbidden("The provider did not let you in.")
        endpoints = await self._described(provider)
        try:
            async with self._client(provider) as client:
                token = await client.fetch_token(
                    endpoints.token, code=given["code"], code_verifier=_made_of(secret, "verifier")
                )
                keys = KeySet.import_key_set(await _json(client, endpoints.keys))
            claims = decode(str(token["id_token"]), keys, algorithms=ALGORITHMS).claims
            _registry(provider, _made_of(secret, "nonce")).validate(claims)
        except (httpx2.HTTPError, AuthlibBaseError, JoseError, ValueError, KeyError, TypeError) as error:
            raise Forbidden("The provider's answer could not be trusted: begin again.") from error
        return claims

    async def _described(self, provider: Provider) -> _Endpoints:
        """The provider's own description, which lies at an address that the standard fixes."""
        async with self._lock:
            known = self._endpoints
            if known is not None and time.monotonic() < known.looked_s + KEEP_S:
                return known
            address = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
            try:
                async with httpx2.AsyncClient(timeout=TIMEOUT_S) as client:
                    said = await _json(client, address)
                if said["issuer"] != provider.issuer:
                    raise ValueError("another issuer")
                named = [str(said[f"{one}_endpoint"]) for one in ("authorization", "token")]
                named.append(str(said["jwks_uri"]))
            except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
                raise Unavailable(
                    "The sign-in provider does not answer: try again, or use a link."
                ) from error
            if not all(is_safe(one) for one in named):
                raise Unavailable("The sign-in provider names an address without https.")
            self._endpoints = _Endpoints(*named, time.monotonic())
            return self._endpoints

    def _client(self, provider: Provider) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            provider.client_id,
            provider.client_secret,
            scope="openid profile email",
            redirect_uri=f"{self._service.settings.api_url or asked_at.get()}{BACK}",
            code_challenge_method="S256",
            timeout=TIMEOUT_S,
        )

    def _provider(self) -> Provider:
        settings = self._service.settings
        if settings.oidc is None or settings.open_here:
            raise NotFound("There is no sign-in here: people come in by links.")
        return settings.oidc


def _registry(provider: Provider, nonce: str) -> JWTClaimsRegistry:
    return JWTClaimsRegistry(
        leeway=CLOCK_SKEW_S,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        nonce={"essential": True, "value": nonce},
        exp={"essential": True},
        sub={"essential": True},
    )


async def _json(client: httpx2.AsyncClient, address: str) -> dict[str, Any]:
    """Follows no redirect: what is fetched is what the provider named."""
    async with client.stream("GET", address) as answer:
        answer.raise_for_status()
        body = b""
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > MAX_BYTES:
                raise ValueError("the answer is too long")
    return httpx2.Response(200, content=body).json()


def _made_of(secret: str, purpose: str) -> str:
    """43 letters or more, as PKCE wants of a verifier; none of them tells the secret, nor another one."""
    return hmac.new(secret.encode("utf-8", "replace"), purpose.encode(), "sha256").hexdigest()


def _page(error: MaskletError) -> Response:
    """For a person: they came here by an address, not by a script."""
    page = f'<!doctype html><title>Masklet</title><p>{error}</p><p><a href="/">Masklet</a></p>'
    return HTMLResponse(page, failure_of(error).status, {"Cache-Control": "no-store"})
