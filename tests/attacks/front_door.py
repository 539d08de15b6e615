"""The team's services started by hand as docker-compose.yaml starts them: Caddy with our file, and Masklet.

Clients come from addresses of their own (all of 127.0.0.0/8 is this machine), so that who is who can be told.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.e2e.server import REPOSITORY, MaskletServer, free_port

DOMAIN = "masklet.test"
PATIENCE_S = 60.0


@dataclass(frozen=True)
class FrontDoor:
    """A closed Masklet that is reached as https://DOMAIN:port."""

    masklet: MaskletServer
    https_port: int
    http_port: int
    folder: Path

    @property
    def origin(self) -> str:
        return f"https://{DOMAIN}:{self.https_port}"

    @property
    def host(self) -> str:
        return f"{DOMAIN}:{self.https_port}"

    @property
    def key(self) -> str:
        """The owner's."""
        return (self.masklet.folder / "data" / "owner.key").read_text().strip()

    def trust(self) -> ssl.SSLContext:
        """As somebody's browser who was given the authority's certificate."""
        root = self.folder / "caddy" / "caddy" / "pki" / "authorities" / "local" / "root.crt"
        return ssl.create_default_context(cafile=root)

    def client(self, address: str = "127.0.0.2", **headers: str) -> httpx2.Client:
        """Somebody at that address; `headers` go with each request."""
        return httpx2.Client(
            transport=_Named(httpx2.HTTPTransport(local_address=address, verify=self.trust())),
            base_url=f"https://127.0.0.1:{self.https_port}",
            headers={"host": self.host} | {name.replace("_", "-"): text for name, text in headers.items()},
            timeout=PATIENCE_S,
        )

    @contextmanager
    def raw(self, server_name: str = DOMAIN, protocol: str = "http/1.1") -> Iterator[ssl.SSLSocket]:
        """A connection to write on by hand."""
        trust = self.trust()
        trust.set_alpn_protocols([protocol])
        with (
            socket.create_connection(("127.0.0.1", self.https_port), PATIENCE_S) as plain,
            trust.wrap_socket(plain, server_hostname=server_name) as opened,
        ):
            yield opened

    def logged(self) -> list[dict[str, Any]]:
        """The requests that Masklet's log tells of."""
        lines = self.masklet.log.read_text().splitlines()
        told = [json.loads(line) for line in lines if line.startswith("{")]
        return [line for line in told if line.get("event") == "request"]

    def logs(self) -> str:
        """All that either of them wrote, but for the line with the owner's link."""
        masklet = self.masklet.log.read_text().splitlines()
        kept = [line for line in masklet if not line.startswith("It is closed to others.")]
        return "\n".join(kept) + (self.folder / "caddy.log").read_text()


class _Named(httpx2.BaseTransport):
    """Says the domain's name in the handshake, and takes a certificate for that name alone."""

    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.extensions["sni_hostname"] = DOMAIN
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


@contextmanager
def front_door(folder: Path, **environment: str) -> Iterator[FrontDoor]:
    """Skips where Caddy is not installed. `environment` is Masklet's."""
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("Caddy is not installed (Debian, Ubuntu: apt-get install caddy)")
    https_port, http_port = free_port(), free_port()
    closed = {"MASKLET_PUBLISHED_ON": "0.0.0.0", "MASKLET_LOG": "json", "FORWARDED_ALLOW_IPS": "127.0.0.1"}
    api_url = {"API_URL": f"https://{DOMAIN}:{https_port}"}
    masklet = MaskletServer(folder / "masklet", gallery=False, **(closed | api_url | environment))
    config = folder / "Caddyfile"
    ours = (REPOSITORY / "Caddyfile").read_text()
    config.write_text(ours.replace("admin off", "admin off\n\tdefault_bind 127.0.0.1", 1))
    settings = {
        "MASKLET_DOMAIN": DOMAIN,
        "MASKLET_CERTIFICATE": "internal",
        "MASKLET_UPSTREAM": f"127.0.0.1:{masklet.port}",
        "HTTP_PORT": str(http_port),
        "HTTPS_PORT": str(https_port),
        "XDG_DATA_HOME": str(folder / "caddy"),
        "XDG_CONFIG_HOME": str(folder / "caddy"),
    }
    masklet.start()
    with (folder / "caddy.log").open("wb") as log:
        proxy = subprocess.Popen(
            [caddy, "run", "--adapter", "caddyfile", "--config", str(config)],
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    opened = FrontDoor(masklet, https_port, http_port, folder)
    try:
        _wait_for(opened, proxy)
        yield opened
    finally:
        proxy.terminate()
        proxy.wait(PATIENCE_S)
        masklet.stop()


def _wait_for(door: FrontDoor, proxy: subprocess.Popen[bytes]) -> None:
    """Until there is a certificate, and what is behind answers."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and proxy.poll() is None:
        try:
            with door.client() as client:
                if client.get("/healthz").status_code == 200:
                    return
        except (OSError, httpx2.HTTPError):
            pass
        time.sleep(0.1)
    raise RuntimeError(f"Caddy did not start:\n{(door.folder / 'caddy.log').read_text()[-4000:]}")
