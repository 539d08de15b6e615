"""The OpenID Connect provider that vouches for people, as the settings name it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from backend.domain.people import Role

ISSUER, CLIENT_ID = "MASKLET_OIDC_ISSUER", "MASKLET_OIDC_CLIENT_ID"
CLIENT_SECRET = "MASKLET_OIDC_CLIENT_SECRET"
CLIENT_SECRET_FILE = "MASKLET_OIDC_CLIENT_SECRET_FILE"  # instead: environments are shown to too many
ROLE = "MASKLET_OIDC_ROLE"


@dataclass(frozen=True)
class Provider:
    """`role` is what everyone gets on the whole server who signs in; None: an owner gives each their role."""

    issuer: str  # an https address, as the provider itself writes it
    client_id: str
    client_secret: str = field(repr=False)
    role: Role | None = None


def provider_of(given: Mapping[str, str]) -> Provider | None:
    """None where no provider is named. Raises ValueError."""
    if ISSUER not in given:
        return None
    secret = _secret(given)
    for name, value in ((CLIENT_ID, given.get(CLIENT_ID)), (CLIENT_SECRET, secret)):
        if not value:
            raise ValueError(f"{name} is missing: the provider at {ISSUER} gave it to you.")
    role = given.get(ROLE, "").lower()
    if role and role not in set(Role):
        raise ValueError(f"{ROLE}={role!r} is none of {', '.join(Role)}.")
    issuer = given[ISSUER]
    if not is_safe(issuer):
        raise ValueError(f"{ISSUER}={issuer!r} is not of the form https://name/path.")
    return Provider(issuer, given[CLIENT_ID], secret, Role(role) if role else None)


def _secret(given: Mapping[str, str]) -> str:
    """Empty where there is none."""
    if CLIENT_SECRET_FILE not in given:
        return given.get(CLIENT_SECRET, "")
    try:
        return Path(given[CLIENT_SECRET_FILE]).read_text().strip()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ValueError(
            f"{CLIENT_SECRET_FILE}={given[CLIENT_SECRET_FILE]!r} cannot be read ({why})."
        ) from None


def is_safe(address: str) -> bool:
    """By https; without it only to this very machine."""
    parts = urlsplit(address)
    if not parts.hostname or parts.query or parts.fragment or parts.username:
        return False
    if parts.scheme == "https":
        return True
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return parts.scheme == "http" and parts.hostname == "localhost"
