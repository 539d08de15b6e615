"""Who may ask: pure rules over one request's headers. `gate` applies them.

Open on loopback, closed on the network. On loopback there is no login, so what must be kept out are
other web pages: by the Host header (DNS rebinding) and the Origin header (cross-site requests).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import urlsplit

from backend.settings import is_loopback

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
COOKIE = "masklet_key"
FOR_ALL = frozenset({"/healthy", "/healthz", "/readyz"})  # health checks come without a key
METRICS = "/metrics"


@dataclass(frozen=True)
class Ask:
    """What the rules look at. `None`: the header is absent."""

    method: str
    path: str
    host: str | None
    origin: str | None = None
    fetch_site: str | None = None
    cookie: str | None = None  # the value of our cookie
    bearer: str | None = None  # of the Authorization header
    preflight: bool = False  # a browser asks whether it may; it sends no key with that, and gets no data


@dataclass(frozen=True)
class Refusal:
    status: int
    sentence: str


@dataclass(frozen=True)
class Policy:
    """`owner_key` None: open, for this machine only."""

    owner_key: str | None
    allowed_origins: frozenset[str] = frozenset()
    allowed_hosts: frozenset[str] = frozenset()
    metrics_token: str = ""  # opens METRICS to its bearer; empty: only what opens all the rest does

    def refusal(self, ask: Ask) -> Refusal | None:
        if self.owner_key is None and not self._host_is_ours(ask.host):
            return Refusal(
                403, "This Masklet serves its own machine only: open it as http://localhost:<port>."
            )
        if ask.method in SAFE_METHODS and (ask.path in FOR_ALL or self._may_measure(ask)):
            return None
        if ask.method not in SAFE_METHODS or ask.method == "OPTIONS":
            if ask.origin is not None and not self.origin_allowed(ask.origin, ask.host):
                return Refusal(403, "Another web page may not use this Masklet; see MASKLET_ALLOWED_ORIGINS.")
            if ask.origin is None and ask.fetch_site == "cross-site":
                return Refusal(403, "Another web page may not use this Masklet.")
        if self.owner_key is not None and not ask.preflight and not self._knows_key(ask):
            return Refusal(401, "This Masklet is closed: open the link that it printed when it started.")
        return None

    def origin_allowed(self, origin: str, host: str | None) -> bool:
        """The server's own pages, pages it was told of and, on an open server, any page of this machine."""
        parts = urlsplit(origin.lower())
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return False  # among them "null", of sandboxed frames and files
        if host is not None and parts.netloc == host.lower():
            return True
        if f"{parts.scheme}://{parts.netloc}" in self.allowed_origins:
            return True
        return self.owner_key is None and is_loopback(parts.hostname)

    def is_owner_key(self, key: str) -> bool:
        return self.owner_key is not None and _same(key, self.owner_key)

    def cookie_value(self) -> str:
        """What the owner's browser keeps: it opens this server, but is not the key itself."""
        assert self.owner_key is not None
        return hmac.new(self.owner_key.encode(), b"cookie", hashlib.sha256).hexdigest()

    def _may_measure(self, ask: Ask) -> bool:
        if ask.path != METRICS or not self.metrics_token or ask.bearer is None:
            return False
        return _same(ask.bearer, self.metrics_token)

    def _knows_key(self, ask: Ask) -> bool:
        by_cookie = ask.cookie is not None and _same(ask.cookie, self.cookie_value())
        return by_cookie or (ask.bearer is not None and self.is_owner_key(ask.bearer))

    def _host_is_ours(self, host: str | None) -> bool:
        if host is None:
            return False
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return is_loopback(name) or name in self.allowed_hosts


def _same(given: str, expected: str) -> bool:
    """Takes equally long wherever they differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())
