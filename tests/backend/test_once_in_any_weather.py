"""Two people on one session, whose requests and answers get lost, arrive twice or die with the server: each
edit that was acknowledged was made once, in its maker's order, and none over what its maker had not seen.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.domain.people import Person
from backend.domain.stale import Stale
from backend.store.database import Database
from backend.store.once import Once
from backend.store.sessions import SqlSessionStore
from tests.backend.annotating import SESSION, click, describe, session_store
from tests.backend.test_once import Desk, edit
from tests.backend.test_store_resume import _fresh_database

FRAMES = 2
NEW_OBJECT = FRAMES  # the place of an edit that adds an object: nobody is in its way


@dataclass
class Made:
    """An edit in its maker's outbox."""

    key: str
    place: int
    x: float
    seen: int


@dataclass
class Client:
    """A page that keeps its edits until they are answered, and sends the first one only."""

    person: Person
    version: int = 2  # what it has seen
    outbox: deque[Made] = field(default_factory=deque)
    number: int = 0

    def make(self, place: int) -> None:
        self.number += 1
        waiting = [one.seen for one in self.outbox if one.place == place]
        x = self.number / 10 + (0 if self.person.person_id == "ana" else 4)
        self.outbox.append(Made(self.key(self.number), place, x, min([self.version, *waiting])))

    def key(self, number: int) -> str:
        return f"{self.person.person_id}-number-{number:03}"


class Died(Exception):
    """The server's process, before its commit."""


@dataclass
class World:
    """A server that can be started anew, and what must have become of each edit that reached it."""

    database: Database
    clients: tuple[Client, Client] = field(
        default_factory=lambda: (Client(Person("ana", "Ana")), Client(Person("ben", "Ben")))
    )
    version: int = 2
    objects: int = 1
    lasts: dict[int, tuple[int, str, float]] = field(default_factory=dict)  # place -> version, maker, x
    applied: dict[str, int | None] = field(default_factory=dict)  # key -> version; None: refused

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """What a process knows besides the database is new."""
        self.database.close()
        self.store = SqlSessionStore(self.database)
        self.desk = Desk(self.store)

    def reached(self, client: Client, made: Made) -> int | None:
        """The server gets an edit. Its answer: the version at which it was made; None: it is refused."""
        expected = self.must_become(client, made)
        with edit(made.key, f"page of {client.person.name}", client.person):
            try:
                if made.place == NEW_OBJECT:
                    answer = self.desk.add().version
                else:
                    answer = self.desk.prompt(click(1, made.place, made.x), made.seen)
            except Stale as refusal:
                assert expected is None
                _, maker, x = self.lasts[made.place]
                assert refusal.present.by == maker and refusal.present.prompt.points[0].x == x
                return None
        assert answer == expected
        return answer

    def must_become(self, client: Client, made: Made) -> int | None:
        if self.applied.get(made.key) is not None:
            return self.applied[made.key]
        last, maker, _ = self.lasts.get(made.place, (0, "", 0.0))
        if made.place != NEW_OBJECT and last > made.seen and maker != client.person.name:
            self.applied[made.key] = None
            return None
        self.version += 1
        self.objects += made.place == NEW_OBJECT
        self.lasts[made.place] = (self.version, client.person.name, made.x)
        self.applied[made.key] = self.version
        return self.version

    def check(self) -> None:
        assert self.store.session(SESSION).version == self.version, "each was made once"
        assert len(self.store.objects(SESSION)) == self.objects
        there = {prompt.frame_idx: prompt.points[0].x for prompt in self.store.prompts(SESSION)}
        assert there == {place: x for place, (_, _, x) in self.lasts.items() if place != NEW_OBJECT}

    def send(self, client: Client, fate: str) -> None:
        made = client.outbox[0]
        if fate == "request lost":
            return
        if fate == "died":
            if self.applied.get(made.key) is None:
                with mock.patch.object(Once, "keep", side_effect=Died):
                    self.try_to_die(client, made)
            self.start()
            return
        self.reached(client, made)
        if fate == "twice":
            self.reached(client, made)
        if fate != "answer lost":
            client.outbox.popleft()

    def try_to_die(self, client: Client, made: Made) -> None:
        try:
            with edit(made.key, f"page of {client.person.name}", client.person):
                if made.place == NEW_OBJECT:
                    self.desk.add()
                else:
                    self.desk.prompt(click(1, made.place, made.x), made.seen)
        except (Died, Stale):
            return
        raise AssertionError("it went through")


WHO = st.integers(0, 1)
STEPS = st.one_of(
    st.tuples(st.just("make"), WHO, st.integers(0, FRAMES)),
    st.tuples(st.just("read"), WHO, st.none()),
    st.tuples(
        st.just("send"),
        WHO,
        st.sampled_from(["answered", "answered", "answer lost", "request lost", "twice", "died"]),
    ),
    st.tuples(st.just("restart"), WHO, st.none()),
)


@given(steps=st.lists(STEPS, min_size=6, max_size=30))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_acknowledged_edit_is_made_once_and_no_stale_one(tmp_path: Path, steps: list) -> None:
    with _fresh_database(tmp_path) as database:
        session_store(database).add_object(SESSION, describe)
        here = World(database)
        for what, who, more in steps:
            client = here.clients[who]
            if what == "make":
                client.make(more)
            elif what == "read":
                client.version = here.version
            elif what == "restart":
                here.start()
            elif client.outbox:
                here.send(client, more)
            here.check()
        for client in here.clients:  # the connection stays
            while client.outbox:
                here.send(client, "answered")
        here.check()
        for client in here.clients:
            mine = [
                here.applied[f"{client.person.person_id}-number-{i + 1:03}"] for i in range(client.number)
            ]
            done = [version for version in mine if version is not None]
            assert done == sorted(done), "in the order in which they were made"
