"""Two servers on one PostgreSQL database: who is on one is seen on the other, and holds objects on both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from backend.domain.leases import Held, Page
from backend.domain.presence import Face, Sight, Spot, View
from backend.host.presence import PresenceRegistry
from backend.sharing import Among
from tests.backend.databases import PostgreSQLServer
from tests.backend.hosting import wait_until

pytest.importorskip("psycopg", reason="the PostgreSQL driver is not installed: `make test` installs it")

ANA, BEN = Page("ana", "page-1"), Page("ben", "page-1")


class Silent:
    """A doorbell without readers."""

    def ring(self, session_id: str, version: int = 0) -> None: ...
    def ring_all(self) -> None: ...


@pytest.fixture
def pair(empty_postgresql: PostgreSQLServer) -> Iterator[tuple[PresenceRegistry, PresenceRegistry]]:
    with ExitStack() as undo:
        registries = []
        for _ in range(2):
            sharing = Among(empty_postgresql.url, Silent())  # type: ignore[arg-type]  # it only rings it
            undo.callback(sharing.close)
            registries.append(PresenceRegistry(lambda session_id: None))
            sharing.carry(registries[-1])
        yield registries[0], registries[1]


def names(registry: PresenceRegistry) -> list[str]:
    return [one.name for one in registry.people("s")]


def test_people_on_two_servers_see_each_other(pair: tuple[PresenceRegistry, PresenceRegistry]) -> None:
    one, two = pair
    sight = Sight(3, Spot(1.5, 2.5), View(4.0, 5.0, 2.0), playing=True)
    one.beat("s", ANA, Face("Ana", "#123456"), sight)
    wait_until(lambda: names(two) == ["Ana"])
    (ana,) = two.people("s")
    assert ana.sight == sight and ana.colour == "#123456"
    two.beat("s", BEN, Face("", ""), Sight(0))
    wait_until(lambda: names(one) == ["Ana", "Guest 1"])
    two.leave("s", BEN)
    wait_until(lambda: names(one) == ["Ana"])


def test_what_is_held_on_one_server_is_refused_and_taken_over_on_the_other(
    pair: tuple[PresenceRegistry, PresenceRegistry],
) -> None:
    one, two = pair
    one.beat("s", ANA, Face("Ana", ""), Sight(0))
    two.beat("s", BEN, Face("Ben", ""), Sight(0))
    assert one.take("s", 1, ANA) is None
    wait_until(lambda: two.holder("s", 1, BEN) == "Ana")
    with pytest.raises(Held, match="Ana is editing Dog"):
        two.hold("s", 1, "Dog", BEN, takes_over=False)
    two.hold("s", 1, "Dog", BEN, takes_over=True)
    wait_until(lambda: one.holder("s", 1, ANA) == "Ben")
    one.leave("s", ANA)
    two.leave("s", BEN)
    wait_until(lambda: one.people("s") == two.people("s") == ())
