"""To whom work can be given: those who may edit or review in its place, each once."""

from __future__ import annotations

from collections.abc import Sequence

from backend.domain.membership import Member
from backend.domain.people import SERVER, Grant, Person, Role, Scope
from backend.domain.project_commands import Members

ANA, BEN, CAI, DEE = (Person(name.lower(), name) for name in ("Ana", "Ben", "Cai", "Dee"))
HERE, THERE = Scope.project("here"), Scope.project("there")
EVERYONE = [
    Member(ANA, Grant(SERVER, Role.OWNER)),
    Member(ANA, Grant(HERE, Role.VIEWER)),
    Member(BEN, Grant(HERE, Role.VIEWER)),
    Member(CAI, Grant(HERE, Role.REVIEWER)),
    Member(DEE, Grant(THERE, Role.ANNOTATOR)),
]


def members(scopes: Sequence[Scope]) -> list[Member]:
    return [one for one in EVERYONE if one.grant.scope in scopes]


def test_who_only_looks_on_is_given_no_work() -> None:
    roster = Members(members)
    assert roster.people_in({HERE}) == (ANA, CAI)
    assert roster.people_in({THERE}) == (ANA, DEE)
    assert roster.people_in({Scope.session("s"), HERE}) == (ANA, CAI)
