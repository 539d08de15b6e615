"""What one client may do: requests a minute, and feeds at once. It is told by its address; behind a proxy
that is trusted (FORWARDED_ALLOW_IPS), by the address that the proxy saw.

A bucket for each client holds a minute's requests and fills up steadily, so a burst is no offence. Video,
images and the app's files are not counted, nor are pieces of uploads: they are many, and cheap. Pages that
say where they are (`presence.here`) have a bucket of their own, so that they never use up what work needs.
"""

from __future__ import annotations

import ipaddress
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.api.monitor.routes import route_of
from backend.api.refusing import both_shapes

CODE = "TOO_MANY_REQUESTS"
HERE = "/api/sessions/here"
BEATS_PER_MINUTE = (
    12_000  # of an address: an office full of pages that move (`presence.BEATS_PER_S` each session)
)
CLIENTS = 10_000  # remembered; of more, those that were silent longest begin anew
COUNTED = frozenset(
    {
        "/graphql",
        "/propagate_in_video",
        "/api/videos",
        "/api/jobs",
        "/api/imports",
        "/api/people",
        "/api/sessions/export",
    }
)


@dataclass
class _Bucket:
    left: float
    filled_s: float


class Buckets:
    """Token buckets, one for each client. `per_minute` 0: no limit."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def is_empty(self, client: str) -> bool:
        """Would it have to wait? Takes none."""
        bucket = self._buckets.get(client)
        if bucket is None or not self._per_minute:
            return False
        return bucket.left + (self._clock() - bucket.filled_s) * self._per_minute / 60 < 1

    def wait_s(self, client: str) -> float:
        """Take one; 0 if there was one, else seconds until there is."""
        if not self._per_minute:
            return 0.0
        now_s = self._clock()
        bucket = self._buckets.setdefault(client, _Bucket(self._per_minute, now_s))
        self._buckets.move_to_end(client)
        while len(self._buckets) > CLIENTS:
            self._buckets.popitem(last=False)
        per_s = self._per_minute / 60
        bucket.left = min(self._per_minute, bucket.left + (now_s - bucket.filled_s) * per_s)
        bucket.filled_s = now_s
        if bucket.left < 1:
            return (1 - bucket.left) / per_s
        bucket.left -= 1
        return 0.0


class ClientLimits:
    """Behind the gate: strangers are refused before they are counted."""

    def __init__(self, app: ASGIApp, per_minute: int, feeds: int) -> None:
        self._app = app
        self._per_minute = per_minute
        self._buckets = Buckets(per_minute)
        self._beats = Buckets(BEATS_PER_MINUTE if per_minute else 0)
        self._max_feeds = feeds
        self._feeds: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = route_of(scope["path"]) if scope["type"] == "http" else ""
        if route == HERE and (wait_s := self._beats.wait_s(client_of(scope))):
            await self._too_many(wait_s)(scope, receive, send)
        elif route not in COUNTED:
            await self._app(scope, receive, send)
        elif _is_feed(scope):
            await self._feed(scope, receive, send)
        elif wait_s := self._buckets.wait_s(client_of(scope)):
            await self._too_many(wait_s)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _feed(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = client_of(scope)
        if self._max_feeds and self._feeds[client] >= self._max_feeds:
            sentence = f"There are {self._max_feeds} feeds open from here already: close some pages."
            await both_shapes(sentence, CODE, 429, {"Retry-After": "5"})(scope, receive, send)
            return
        self._feeds[client] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._feeds[client] -= 1
            if not self._feeds[client]:
                del self._feeds[client]

    def _too_many(self, wait_s: float) -> Response:
        sentence = f"More than {self._per_minute} requests a minute came from here: wait a moment."
        return both_shapes(sentence, CODE, 429, {"Retry-After": str(int(wait_s) + 1)})


def client_of(scope: Scope) -> str:
    """An address; of IPv6 the network, of which one client has as many addresses as it likes."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if address.version == 4:
        return host
    return str(ipaddress.ip_network((address, 64), strict=False))


def _is_feed(scope: Scope) -> bool:
    return "text/event-stream" in Headers(scope=scope).get("accept", "")
