"""Short hands for people of a team, and for what they do, in tests of review."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from backend.domain.ledger import doing
from backend.domain.people import Caller, Grant, Person, Role, Scope, acting
from tests.backend.annotating import SESSION


def somebody(name: str, role: Role, scope: Scope = Scope.session(SESSION)) -> Caller:  # noqa: B008 - frozen
    return Caller(Person(name.lower(), name), (Grant(scope, role),))


ANA = somebody("Ana", Role.ANNOTATOR)
REX = somebody("Rex", Role.REVIEWER)
OTTO = somebody("Otto", Role.OWNER)


@contextmanager
def as_person(caller: Caller | None, what: str = "") -> Iterator[None]:
    """What is done inside is done by them, through that mutation."""
    who, name = acting.set(caller), doing.set(what)
    try:
        yield
    finally:
        acting.reset(who)
        doing.reset(name)


class Clock:
    """Seconds since 1970 that move when they are told to."""

    def __init__(self, now_s: float = 1000.0) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s

    def wait(self, seconds: float) -> None:
        self.now_s += seconds
