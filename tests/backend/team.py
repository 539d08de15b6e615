"""A closed server with a team on it: people who were given roles, each with a browser of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2

from backend.api.access import COOKIE
from backend.api.owner_key import owner_key
from backend.domain.people import SERVER, Grant, Person, Role, Scope
from backend.domain.projects import Project
from backend.domain.session import Session
from tests.backend.live import CLIP, PATIENCE_S, Live, live

LAN = "192.0.2.7:7262"  # the name under which browsers reach the server


@dataclass(frozen=True)
class Place:
    """A project with a session in it, on a video that was uploaded to it."""

    project_id: str
    session_id: str
    video_id: str

    @property
    def scope(self) -> Scope:
        return Scope.project(self.project_id)


@dataclass
class Member:
    """Somebody with a browser, signed in or not."""

    person: Person | None
    client: httpx2.Client

    def post(self, query: str, **variables: Any) -> httpx2.Response:
        return self.client.post("/graphql", json={"query": query, "variables": variables})

    def ask(self, query: str, **variables: Any) -> Any:
        """The one field of the answer's data."""
        answer = self.post(query, **variables).json()
        assert "errors" not in answer, answer
        (value,) = answer["data"].values()
        return value

    def code(self, query: str, **variables: Any) -> str | None:
        """Of the refusal; None: it was no refusal."""
        errors = self.post(query, **variables).json().get("errors")
        return errors[0]["extensions"]["code"] if errors else None

    def join(self, secret: str, name: str = "Ada", **more: str) -> httpx2.Response:
        return self.client.post("/api/join", json={"secret": secret, "name": name, **more})


@dataclass
class Team:
    server: Live
    clients: list[httpx2.Client] = field(default_factory=list)
    places: int = 0

    @property
    def store(self) -> Any:
        return self.server.service.people._store

    def browser(self, **headers: str) -> httpx2.Client:
        client = httpx2.Client(base_url=self.server.url, headers={"host": LAN, **headers}, timeout=PATIENCE_S)
        self.clients.append(client)
        return client

    def stranger(self) -> Member:
        return Member(None, self.browser())

    def owner(self) -> Member:
        """By the key, as programs on the server's own machine do it."""
        key = owner_key(self.server.service.settings.data)
        return Member(None, self.browser(authorization=f"Bearer {key}"))

    def member(self, name: str, role: Role | None = None, scope: Scope = SERVER) -> Member:
        """A person who is signed in, with that role in that place."""
        person = Person(name.lower().replace(" ", "-"), name)
        self.store.sign_in("tests", person.person_id, person, None, 0.0)
        if role is not None:
            self.give(person, role, scope)
        client = self.browser()
        client.cookies.set(COOKIE, self.server.service.people.new_login(person))
        return Member(person, client)

    def give(self, person: Person, role: Role, scope: Scope) -> None:
        self.server.service.people.set_role(person.person_id, Grant(scope, role))

    def place(self) -> Place:
        """A new one."""
        self.places += 1
        service, named = self.server.service, f"{self.places}"
        place = Place(f"project-{named}", f"session-{named}", f"{self.places:032x}")
        service.projects._projects.add_project(Project(place.project_id, f"Project {named}", 1.0))
        video = replace(CLIP, video_id=place.video_id, in_gallery=False)
        service.videos.put_video(video)
        service.videos.add_to_project(place.video_id, place.project_id)
        engine = service.host.engines()[0].id
        service.sessions.add_session(
            Session(place.session_id, place.video_id, engine, 1.0, project_id=place.project_id)
        )
        return place


@contextmanager
def team(folder: Path, **settings: Any) -> Iterator[Team]:
    with live(folder, **{"host": "0.0.0.0", **settings}) as server:
        made = Team(server)
        try:
            yield made
        finally:
            for client in made.clients:
                client.close()
