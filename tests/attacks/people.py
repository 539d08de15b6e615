"""A closed server, the people who come to it, and every secret that any of them was given."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.e2e.server import MaskletServer

HOST = "masklet.example:7262"  # the name under which a neighbour's browser reaches it
PATIENCE_S = 60.0


@dataclass
class Somebody:
    """A browser, or a program: what it sends with each request is in `http`."""

    http: httpx2.Client

    def answer(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole answer, errors and all."""
        return self.http.post("/graphql", json={"query": query, "variables": variables}).json()

    def ask(self, query: str, **variables: Any) -> Any:
        """The one field of the answer's data."""
        answer = self.answer(query, **variables)
        assert "errors" not in answer, answer
        (value,) = answer["data"].values()
        return value

    def refusal(self, query: str, **variables: Any) -> tuple[str, str]:
        """(code, sentence) of an operation that must fail."""
        answer = self.answer(query, **variables)
        assert "errors" in answer, answer
        return answer["errors"][0]["extensions"]["code"], answer["errors"][0]["message"]

    @property
    def cookie(self) -> str:
        """The value of the login's."""
        (value,) = self.http.cookies.values()
        return value


@dataclass
class Closed:
    """The server as strangers find it; `secrets` are all that a log must never hold."""

    server: MaskletServer
    secrets: set[str] = field(default_factory=set)

    @property
    def owner_key(self) -> str:
        return (self.server.folder / "data" / "owner.key").read_text().strip()

    @contextmanager
    def browser(self, address: str = "127.0.0.1", **headers: str) -> Iterator[Somebody]:
        """Somebody whom nobody let in yet, at that address of this machine's own network."""
        given = {name.replace("_", "-"): text for name, text in headers.items()}
        with httpx2.Client(
            transport=httpx2.HTTPTransport(local_address=address),
            base_url=self.server.url,
            headers={"host": HOST, **given},
            timeout=PATIENCE_S,
        ) as http:
            yield Somebody(http)

    @contextmanager
    def owner(self) -> Iterator[Somebody]:
        with self.browser(authorization=f"Bearer {self.owner_key}") as somebody:
            yield somebody

    def link(self, role: str, session_id: str | None = None, **terms: Any) -> tuple[str, str]:
        """(id, secret) of a new link."""
        wanted = (
            "mutation($r: Role!, $s: ID, $e: Float, $m: Int, $p: String)"
            " { createLink(role: $r, sessionId: $s, expiresInS: $e, maxUses: $m, passphrase: $p)"
            " { link { id } url } }"
        )
        with self.owner() as owner:
            made = owner.ask(wanted, r=role, s=session_id, **terms)
        secret = made["url"].partition("#")[2]
        self.secrets |= {secret, *filter(None, [terms.get("p")])}
        return made["link"]["id"], secret

    def join(self, somebody: Somebody, secret: str, name: str = "Ana", **more: str) -> httpx2.Response:
        """As the page /join does."""
        response = somebody.http.post("/api/join", json={"secret": secret, "name": name, **more})
        self.secrets |= set(somebody.http.cookies.values())
        return response

    @contextmanager
    def member(self, role: str, session_id: str | None = None) -> Iterator[Somebody]:
        """Somebody who came in by a link of that role."""
        with self.browser() as somebody:
            joined = self.join(somebody, self.link(role, session_id)[1], f"A {role.lower()}")
            assert joined.status_code == 200, joined.text
            yield somebody

    def in_database(self, statement: str, *values: object) -> None:
        """For what takes a month to happen by itself."""
        with closing(sqlite3.connect(self.server.folder / "data" / "masklet.sqlite", timeout=30)) as database:
            database.execute(statement, values)
            database.commit()

    def log(self) -> str:
        """All that it ever wrote, but for the one line with the owner's link."""
        lines = self.server.log.read_text().splitlines()
        return "\n".join(line for line in lines if "/join#" not in line or line.startswith("{"))


@contextmanager
def closed_server(folder: Path) -> Iterator[Closed]:
    """A real process, in whose log everything is."""
    token = secrets.token_urlsafe(32)
    server = MaskletServer(
        folder,
        gallery=False,
        MASKLET_PUBLISHED_ON="0.0.0.0",
        MASKLET_LOG="json",
        MASKLET_METRICS_TOKEN=token,
    )
    server.start()
    try:
        closed = Closed(server, {token})
        closed.secrets.add(closed.owner_key)
        yield closed
    finally:
        server.stop()
