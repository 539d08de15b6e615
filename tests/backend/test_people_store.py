"""People and what lets them in, on SQLite and PostgreSQL, and with two servers on one database."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from backend.domain.errors import NotFound
from backend.domain.link_errors import LinkExpired, LinkRevoked, LinkUsedUp
from backend.domain.membership import BY_OWNER, BY_PROVIDER, ApiToken, Credential, Link
from backend.domain.people import SERVER, Caller, Grant, May, Person, Role, Scope
from backend.domain.secret import digest, is_passphrase, passphrase_hash
from backend.store.database import Database
from backend.store.people import SqlPeopleStore
from backend.store.shelf import SqlShelfStore
from tests.backend.annotating import SESSION
from tests.backend.databases import PostgreSQLServer
from tests.backend.released.story import tell
from tests.backend.team import team
from tests.backend.test_team_access import ENDS_S, LOOK, watch

ADA, BEN = Person("ada-2", "Ada"), Person("ben-2", "Ben")
HERE = Scope.session(SESSION)


def a_link(link_id: str = "l", **more: Any) -> Link:
    return Link(link_id, Grant(HERE, Role.ANNOTATOR), "", 1.0, "local", **more)


@pytest.fixture
def store(database: Database) -> SqlPeopleStore:
    return SqlPeopleStore(database)


def test_what_gave_a_grant_takes_it_along(store: SqlPeopleStore) -> None:
    store.add_link(a_link("link", expires_s=100.0), "d")
    store.join(ADA, a_link().grant, "link", 2.0)
    store.join(ADA, Grant(SERVER, Role.OWNER), "key:1", 2.0)
    store.set_role(ADA.person_id, Grant(Scope.project("p"), Role.VIEWER), 3.0)

    def roles(key_id: str | None = "key:1", now_s: float = 50.0) -> set[Role]:
        return {grant.role for grant in store.grants_of(ADA.person_id, key_id, now_s)}

    assert roles() == {Role.ANNOTATOR, Role.OWNER, Role.VIEWER}
    assert roles(now_s=100.0) == {Role.OWNER, Role.VIEWER}
    assert roles(key_id="key:2") == roles(key_id=None) == {Role.ANNOTATOR, Role.VIEWER}
    store.revoke_link("link", 51.0)
    assert roles() == {Role.OWNER, Role.VIEWER}
    store.remove_member(ADA.person_id, Scope.project("p"))
    assert roles() == {Role.OWNER}


def test_a_link_says_why_it_lets_nobody_in_and_then_nothing_is_kept(store: SqlPeopleStore) -> None:
    store.add_link(a_link("once", max_uses=1), "a")
    store.join(ADA, a_link().grant, "once", 2.0)
    store.join(ADA, a_link().grant, "once", 3.0)
    assert store.link("once").uses == 1
    with pytest.raises(LinkUsedUp):
        store.join(BEN, a_link().grant, "once", 4.0)
    store.add_link(a_link("late", expires_s=5.0), "b")
    with pytest.raises(LinkExpired):
        store.join(BEN, a_link().grant, "late", 5.0)
    store.revoke_link("late", 6.0)
    with pytest.raises(LinkRevoked):
        store.join(BEN, a_link().grant, "late", 4.0)
    assert not [one for one in store.members([HERE], None, 4.0) if one.person == BEN]
    with pytest.raises(NotFound):
        store.set_role(BEN.person_id, a_link().grant, 7.0)


def test_a_last_use_goes_to_one_of_many(store: SqlPeopleStore) -> None:
    store.add_link(a_link("few", max_uses=3), "a")
    came: list[str] = []

    def come(number: int) -> None:
        try:
            store.join(Person(f"p{number}", "x"), a_link().grant, "few", 2.0)
            came.append(f"p{number}")
        except LinkUsedUp:
            pass

    threads = [threading.Thread(target=come, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(came) == store.link("few").uses == 3
    assert {one.person.person_id for one in store.members([HERE], None, 3.0)} == set(came)


def test_logins_and_tokens_end(store: SqlPeopleStore) -> None:
    store.join(ADA, Grant(SERVER, Role.VIEWER), BY_OWNER, 1.0)
    store.add_login("cookie", ADA.person_id, 1.0, 10.0)
    token = ApiToken("t", ADA.person_id, "x", Grant(HERE, Role.VIEWER), 1.0, 10.0)
    store.add_token(token, "token")
    cookie, bearer = Credential("cookie"), Credential("token", is_token=True)
    assert store.person_by(cookie, 9.0) == (ADA, None)
    assert store.person_by(bearer, 9.0) == (ADA, token.grant)
    assert store.person_by(cookie, 10.0) is store.person_by(bearer, 10.0) is None
    assert store.person_by(Credential("token"), 9.0) is None, "a token is no cookie"
    store.note_use(cookie, 9.0, 20.0)
    assert store.person_by(cookie, 15.0) == (ADA, None)
    store.remove_login("cookie")
    store.remove_token("t", ADA.person_id)
    assert store.person_by(cookie, 2.0) is store.person_by(bearer, 2.0) is None


def test_a_provider_knows_a_person_by_one_name(store: SqlPeopleStore) -> None:
    first = store.sign_in("i", "42", ADA, Grant(SERVER, Role.VIEWER), 1.0)
    again = store.sign_in("i", "42", BEN, None, 2.0)
    assert first == again == ADA
    assert store.grants_of(ADA.person_id, None, 3.0) == () and ADA in store.without_role()
    assert store.sign_in("another", "42", BEN, None, 2.0) == BEN
    assert BY_PROVIDER != BY_OWNER


def test_what_is_for_a_session_goes_with_it(database: Database, store: SqlPeopleStore) -> None:
    tell(database)
    shelf = SqlShelfStore(database)
    assert store.members([HERE], None, 20.0)
    shelf.set_session_removed(SESSION, 5.0)
    shelf.purge_session(SESSION)
    assert not store.members([HERE], None, 20.0) and store.link_by(digest("the link's secret")) is None


def test_a_token_cuts_down_what_its_person_may() -> None:
    project = Scope.project("p")
    owner = Caller(ADA, (Grant(project, Role.OWNER),), within=Grant(HERE, Role.ANNOTATOR))
    assert owner.mays({HERE, project}) == {May.LOOK, May.COMMENT, May.EDIT}
    assert owner.mays({project}) == owner.mays(()) == frozenset()
    assert owner.may_somewhere(May.EDIT) and not owner.may_somewhere(May.MANAGE)
    viewer = Caller(ADA, (Grant(project, Role.VIEWER),), within=Grant(SERVER, Role.OWNER))
    assert viewer.mays({project}) == {May.LOOK} and viewer.mays(()) == frozenset()


def test_tries_of_a_passphrase_are_counted_until_one_is_right(store: SqlPeopleStore) -> None:
    store.add_link(a_link("a"), "a")
    tries = [store.begin_try("a", now_s, 2, 60.0) for now_s in (1.0, 2.0, 3.0, 61.0, 62.0, 63.0)]
    assert tries == [True, True, False, False, True, False], "one a minute after two in a row"
    store.was_right("a")
    assert [store.begin_try("a", 64.0, 2, 60.0) for _ in range(3)] == [True, True, False]


def test_a_passphrase_is_kept_with_salt() -> None:
    kept = passphrase_hash("correct horse")
    assert kept != passphrase_hash("correct horse") and "correct" not in kept
    assert is_passphrase("correct horse", kept) and not is_passphrase("correct", kept)


def test_access_that_one_server_ends_is_over_on_the_other(
    tmp_path: Path, empty_postgresql: PostgreSQLServer
) -> None:
    """Two on one PostgreSQL database, as behind a load balancer."""
    at = {"database_url": empty_postgresql.url.replace("+psycopg", "")}
    with team(tmp_path / "a", **at) as here, team(tmp_path / "b", **at) as there:
        place = here.place()
        here.server.service.commands.add_object(place.session_id)
        ada = here.member("Ada", Role.VIEWER, place.scope)
        elsewhere = there.browser()
        elsewhere.cookies.update(ada.client.cookies)
        reader = type(ada)(ada.person, elsewhere)
        ended = watch(reader, place.session_id)
        here.server.service.people.remove_member("ada", place.scope)
        assert ended.wait(ENDS_S)
        assert reader.code(LOOK, s=place.session_id) == "NOT_FOUND"
