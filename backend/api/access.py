"""Which requests are taken at all: pure rules over one request's headers. `gate` applies them.

What must be kept out here are other web pages: by the Host header (DNS rebinding, on an open server) and the
Origin header (cross-site requests). Who asks is found out after that, and what they may do by `permissions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from backend.domain.secret import same
from backend.settings import is_loopback

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
COOKIE = "masklet_login"
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
    """`is_open`: for this machine only, without any login."""

    is_open: bool
    allowed_origins: frozenset[str] = frozenset()
    allowed_hosts: frozenset[str] = frozenset()
    metrics_token: str = ""  # opens METRICS to its bearer; empty: only what opens all the rest does

    def refusal(self, ask: Ask) -> Refusal | None:
        if self.is_open and not self._host_is_ours(ask.host):
            return Refusal(
                403, "This Masklet serves its own machine only: open it as http://localhost:<port>."
            )
        if ask.method not in SAFE_METHODS or ask.method == "OPTIONS":
            if ask.origin is not None and not self.origin_allowed(ask.origin, ask.host):
                return Refusal(403, "Another web page may not use this Masklet; see MASKLET_ALLOWED_ORIGINS.")
            if ask.origin is None and ask.fetch_site == "cross-site":
                return Refusal(403, "Another web page may not use this Masklet.")
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
        return self.is_open and is_loopback(parts.hostname)

    def may_measure(self, ask: Ask) -> bool:
        """Has it the token that opens METRICS, and asks for nothing else?"""
        if ask.path != METRICS or ask.method not in SAFE_METHODS or not self.metrics_token:
            return False
        return ask.bearer is not None and same(ask.bearer, self.metrics_token)

    def _host_is_ours(self, host: str | None) -> bool:
        if host is None:
            return False
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return is_loopback(name) or name in self.allowed_hosts
