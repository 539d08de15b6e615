"""What a person can set: environment variables, read once, checked with sentences."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from backend.host.memory import parse_amount
from backend.limits import Limits, limit_settings
from backend.provider import Provider, provider_of

GIB = 1024**3
MIN_TOKEN = 24
LOG_FORMATS = ("auto", "text", "json")


class SettingsError(ValueError):
    """A setting cannot be meant. Its text says which one, and what would do."""


@dataclass(frozen=True)
class Settings:
    """Defaults are those of a newcomer's `make run`: this machine only, everything under ./data."""

    host: str = "127.0.0.1"  # the address to listen on
    port: int = 7262
    data: Path = Path("data")  # database, videos, caches, the owner's key
    database_url: str = ""  # empty: SQLite in `data`
    checkpoints: Path = Path("checkpoints")
    frontend: Path = Path(__file__).parent.parent / "frontend" / "dist"
    max_upload_bytes: int = 8 * GIB
    published_on: str | None = None  # in a container: the outer address that its port is published on
    allowed_origins: tuple[str, ...] = ()  # other web pages that may use this server, "https://host:port"
    allowed_hosts: tuple[str, ...] = ()  # further names under which people reach an open server
    api_url: str = ""  # prefix of the video URLs that the official demo's frontend gets
    gallery: bool = True  # offer clips that Masklet draws itself
    soft_edges: bool = True  # keep with each mask how soft its border is
    default_video_path: str = ""  # the clip that the official demo's frontend opens first
    log_format: str = "auto"  # one of LOG_FORMATS; auto: text at a terminal, else JSON
    metrics_token: str = field(default="", repr=False)  # opens /metrics, and nothing else, to its bearer
    memory_budget: int | float | None = None  # for live sessions: bytes, or a share; None: the device's usual
    stop_s: int = 10  # how long requests may take to finish once the server is told to stop
    oidc: Provider | None = None  # who vouches for people that sign in
    limits: Limits = Limits()

    @property
    def open_here(self) -> bool:
        """Reachable from this machine only, so there is no login."""
        return is_loopback(self.published_on or self.host)

    @property
    def sqlite(self) -> bool:
        return self.database.startswith("sqlite")

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data.absolute() / 'masklet.sqlite'}"

    @property
    def address(self) -> str:
        """The URL to open in a browser on this machine."""
        if self.host in ("127.0.0.1", "localhost", "0.0.0.0", "::", "::1"):
            return f"http://localhost:{self.port}"
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def public_url(self) -> str:
        return self.api_url.rstrip("/") or self.address


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Raises SettingsError. An empty value counts as not set."""
    given = {name: value.strip() for name, value in environ.items() if value.strip()}
    host = given.get("HOST", Settings.host)
    published_on = given.get("MASKLET_PUBLISHED_ON")
    _check_address("HOST", host)
    if published_on is not None:
        _check_address("MASKLET_PUBLISHED_ON", published_on)
    return Settings(
        host=host,
        port=_whole_number(given, "PORT", Settings.port, 1, 65535),
        data=Path(given.get("MASKLET_DATA", "data")),
        database_url=_database_url(given.get("DATABASE_URL", "")),
        checkpoints=Path(given.get("CHECKPOINTS_DIR", "checkpoints")),
        max_upload_bytes=_whole_number(given, "MAX_UPLOAD_BYTES", Settings.max_upload_bytes, 1, 2**50),
        published_on=published_on,
        allowed_origins=tuple(
            _origin("MASKLET_ALLOWED_ORIGINS", text) for text in _items(given, "MASKLET_ALLOWED_ORIGINS")
        ),
        allowed_hosts=tuple(name.lower() for name in _items(given, "MASKLET_ALLOWED_HOSTS")),
        api_url=_origin("API_URL", given["API_URL"]) if "API_URL" in given else "",
        gallery=_yes_or_no(given, "MASKLET_GALLERY", Settings.gallery),
        soft_edges=_yes_or_no(given, "MASKLET_SOFT_EDGES", Settings.soft_edges),
        default_video_path=given.get("DEFAULT_VIDEO_PATH", ""),
        log_format=_one_of(given, "MASKLET_LOG", LOG_FORMATS),
        metrics_token=_token(given, "MASKLET_METRICS_TOKEN"),
        memory_budget=_amount(given, "MASKLET_MEMORY_BUDGET"),
        stop_s=_whole_number(given, "MASKLET_STOP_SECONDS", Settings.stop_s, 1, 3600),
        oidc=_provider(given),
        limits=Limits(
            **{
                one.field: _whole_number(given, one.name, one.default, one.low, one.high)
                for one in limit_settings()
            }
        ),
    )


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _check_address(name: str, value: str) -> None:
    if value == "localhost":
        return
    try:
        ipaddress.ip_address(value)
    except ValueError:
        raise SettingsError(
            f"{name}={value!r} is not an address: use 127.0.0.1 for this machine only, or 0.0.0.0 for all."
        ) from None


def _whole_number(given: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = given.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise SettingsError(f"{name}={text!r} is not a whole number from {low} to {high}.")
    return int(text)


def _yes_or_no(given: Mapping[str, str], name: str, default: bool) -> bool:
    text = given.get(name, "yes" if default else "no").lower()
    if text not in ("yes", "no"):
        raise SettingsError(f"{name}={text!r} is neither yes nor no.")
    return text == "yes"


def _one_of(given: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    text = given.get(name, choices[0]).lower()
    if text not in choices:
        raise SettingsError(f"{name}={text!r} is none of {', '.join(choices)}.")
    return text


def _token(given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "")
    if text and (len(text) < MIN_TOKEN or not text.isascii() or not text.isprintable() or " " in text):
        raise SettingsError(f"{name} must be {MIN_TOKEN} letters or digits or more; make one at random.")
    return text


def _amount(given: Mapping[str, str], name: str) -> int | float | None:
    if name not in given:
        return None
    try:
        return parse_amount(given[name])
    except ValueError as error:
        raise SettingsError(f"{name}={error}") from None


def _provider(given: Mapping[str, str]) -> Provider | None:
    try:
        return provider_of(given)
    except ValueError as error:
        raise SettingsError(str(error)) from None


def _database_url(text: str) -> str:
    if text and urlsplit(text).scheme.split("+")[0] not in ("sqlite", "postgresql", "postgres"):
        raise SettingsError("DATABASE_URL must begin with sqlite:// or postgresql://.")
    return text


def _items(given: Mapping[str, str], name: str) -> list[str]:
    return [item.strip() for item in given.get(name, "").split(",") if item.strip()]


def _origin(name: str, text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise SettingsError(f"{name}={text!r} is not of the form https://name:port.")
    usual_port = ":443" if parts.scheme == "https" else ":80"  # which browsers leave out
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(usual_port)}"
