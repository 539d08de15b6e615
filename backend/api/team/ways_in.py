"""Where people come in: the addresses of the pages and routes for that."""

from __future__ import annotations

from contextvars import ContextVar

from backend.settings import Settings

SIGN_IN = "/api/sign-in"

# The origin under which whoever asks reaches this server; the gate sets it. For links that they are given.
asked_at: ContextVar[str] = ContextVar("asked_at", default="")


def join_url(base: str, secret: str) -> str:
    """What people are given. The secret stands behind `#`, which browsers send to nobody: no log has it."""
    return f"{base}/join#{secret}"


def sign_in_url(settings: Settings) -> str | None:
    return SIGN_IN if settings.oidc is not None and not settings.open_here else None
