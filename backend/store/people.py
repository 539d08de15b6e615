"""People and what lets them in, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, Connection, Row, Select, Table, and_, delete, exists, func, or_, select, update
from sqlalchemy.sql import ColumnElement

from backend.domain.errors import NotFound
from backend.domain.membership import BY_OWNER, BY_PROVIDER, ApiToken, Credential, Link, Member
from backend.domain.people import Grant, Person, Role, Scope
from backend.domain.people_commands import place_names, scope_of
from backend.store.database import Database
from backend.store.ledger import note_access
from backend.store.people_tables import api_tokens, grants, links, logins, people
from backend.store.rows import Values, upsert

NO_PERSON = "There is no such person here."


class SqlPeopleStore:
    """Implements `backend.domain.membership.PeopleStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Who asks

    def person_by(self, credential: Credential, now_s: float) -> tuple[Person, Grant | None] | None:
        table = api_tokens if credential.is_token else logins
        wanted = (
            select(table, people.c.name.label("person_name"), people.c.colour)
            .join(people, people.c.person_id == table.c.person_id)
            .where(table.c.digest == credential.digest)
            .where(or_(table.c.expires_s.is_(None), table.c.expires_s > now_s))
        )
        with self._database.read() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        person = Person(row.person_id, row.person_name, row.colour)
        return person, _grant_of(row) if credential.is_token else None

    def grants_of(self, person_id: str, key_id: str | None, now_s: float) -> tuple[Grant, ...]:
        wanted = _live_grants(key_id, now_s).where(grants.c.person_id == person_id)
        with self._database.read() as connection:
            return tuple(dict.fromkeys(_grant_of(row) for row in connection.execute(wanted)))

    def note_use(self, credential: Credential, now_s: float, expires_s: float) -> None:
        table = api_tokens if credential.is_token else logins
        used = {"used_s": now_s} if credential.is_token else {"expires_s": expires_s}
        with self._database.write() as connection:
            connection.execute(update(table).where(table.c.digest == credential.digest).values(used))

    # Coming in and going

    def link_by(self, digest: str) -> Link | None:
        wanted = select(links).where(links.c.digest == digest)
        with self._database.read() as connection:
            row = connection.execute(wanted).one_or_none()
        return _link_of(row) if row else None

    def begin_try(self, link_id: str, now_s: float, at_most: int, wait_s: float) -> bool:
        may_try = or_(links.c.wrong_passphrases < at_most, links.c.wrong_s <= now_s - wait_s)
        one_more = {"wrong_passphrases": links.c.wrong_passphrases + 1, "wrong_s": now_s}
        with self._database.write() as connection:
            counted = connection.execute(
                update(links).where(links.c.link_id == link_id, may_try).values(one_more)
            )
            return counted.rowcount > 0

    def was_right(self, link_id: str) -> None:
        with self._database.write() as connection:
            connection.execute(update(links).where(links.c.link_id == link_id).values(wrong_passphrases=0))

    def join(self, person: Person, grant: Grant, given_by: str, now_s: float) -> None:
        row = _grant_row(person.person_id, grant, given_by, now_s)
        with self._database.write() as connection:
            by = connection.execute(
                select(links).where(links.c.link_id == given_by).with_for_update()
            ).one_or_none()
            held = select(grants).where(*(grants.c[name] == row[name] for name in GRANT_KEY))
            is_new = connection.execute(held).first() is None
            if by is not None:
                link = _link_of(by)
                link.check(now_s, for_newcomer=is_new)
                used = {"uses": link.uses + is_new, "used_s": now_s}
                connection.execute(update(links).where(links.c.link_id == given_by).values(used))
            if connection.execute(_person(person.person_id)).first() is None:
                connection.execute(people.insert(), _person_row(person))
            upsert(connection, grants, [row])
            if is_new:
                by_what = given_by if by is not None else person.person_id
                note_access(connection, "join", grant.scope, by_what, grant.role, person)

    def sign_in(self, issuer: str, subject: str, person: Person, grant: Grant | None, now_s: float) -> Person:
        known = select(people).where(people.c.issuer == issuer, people.c.subject == subject)
        with self._database.write() as connection:
            if connection.dialect.name == "postgresql":  # two first times at once; SQLite has one writer
                connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"{issuer} {subject}"))))
            row = connection.execute(known).one_or_none()
            if row is None:
                connection.execute(
                    people.insert(), {**_person_row(person), "issuer": issuer, "subject": subject}
                )
            else:
                person = _person_of(row)
            by_provider = grants.c.person_id == person.person_id, grants.c.given_by == BY_PROVIDER
            connection.execute(delete(grants).where(*by_provider))
            if grant is not None:
                upsert(connection, grants, [_grant_row(person.person_id, grant, BY_PROVIDER, now_s)])
        return person

    def add_login(self, digest: str, person_id: str, now_s: float, expires_s: float) -> None:
        row = {"digest": digest, "person_id": person_id, "created_s": now_s, "expires_s": expires_s}
        with self._database.write() as connection:
            connection.execute(delete(logins).where(logins.c.expires_s <= now_s))
            connection.execute(logins.insert(), row)

    def remove_login(self, digest: str) -> None:
        with self._database.write() as connection:
            connection.execute(delete(logins).where(logins.c.digest == digest))

    def rename(self, person_id: str, name: str) -> None:
        with self._database.write() as connection:
            connection.execute(update(people).where(people.c.person_id == person_id).values(name=name))

    # Links

    def add_link(self, link: Link, digest: str) -> None:
        row = {
            "link_id": link.link_id,
            **_place_row(link.grant.scope),
            "role": link.grant.role.value,
            "digest": digest,
            "label": link.label,
            "created_s": link.created_s,
            "created_by": link.created_by,
            "expires_s": link.expires_s,
            "max_uses": link.max_uses,
            "uses": link.uses,
            "passphrase_hash": link.passphrase_hash,
            "wrong_passphrases": 0,
            "wrong_s": 0.0,
            "used_s": None,
            "revoked_s": None,
        }
        with self._database.write() as connection:
            connection.execute(links.insert(), row)
            note_access(connection, "createLink", link.grant.scope, link.link_id, link.grant.role)

    def link(self, link_id: str) -> Link:
        with self._database.read() as connection:
            row = connection.execute(
                select(links).where(links.c.link_id == link_id, links.c.revoked_s.is_(None))
            ).one_or_none()
        if row is None:
            raise NotFound("There is no such link; it may have been revoked.")
        return _link_of(row)

    def links(self, scope: Scope) -> list[Link]:
        wanted = select(links).where(*_in_place(links, scope), links.c.revoked_s.is_(None))
        with self._database.read() as connection:
            rows = connection.execute(wanted.order_by(links.c.created_s.desc(), links.c.link_id)).all()
        return [_link_of(row) for row in rows]

    def revoke_link(self, link_id: str, now_s: float) -> None:
        with self._database.write() as connection:
            row = connection.execute(select(links).where(links.c.link_id == link_id)).one_or_none()
            if row is None:
                return
            connection.execute(update(links).where(links.c.link_id == link_id).values(revoked_s=now_s))
            grant = _link_of(row).grant
            note_access(connection, "revokeLink", grant.scope, link_id, grant.role)

    # Members

    def members(self, scopes: Sequence[Scope], key_id: str | None, now_s: float) -> list[Member]:
        of_them = people.c.person_id == grants.c.person_id
        wanted = _live_grants(key_id, now_s, people, links.c.link_id).join(people, of_them)
        somewhere = or_(*(and_(*_in_place(grants, scope)) for scope in scopes))
        with self._database.read() as connection:
            rows = connection.execute(
                wanted.where(somewhere).order_by(people.c.name, people.c.person_id)
            ).all()
        return [Member(_person_of(row), _grant_of(row), row.link_id) for row in rows]

    def without_role(self) -> list[Person]:
        nothing = ~exists().where(grants.c.person_id == people.c.person_id)
        wanted = select(people).where(people.c.issuer.is_not(None), nothing)
        with self._database.read() as connection:
            rows = connection.execute(wanted.order_by(people.c.name, people.c.person_id)).all()
        return [_person_of(row) for row in rows]

    def set_role(self, person_id: str, grant: Grant, now_s: float) -> None:
        with self._database.write() as connection:
            if connection.execute(_person(person_id)).first() is None:
                raise NotFound(NO_PERSON)
            _take_away(connection, person_id, grant.scope)
            upsert(connection, grants, [_grant_row(person_id, grant, BY_OWNER, now_s)])
            note_access(connection, "setMemberRole", grant.scope, person_id, grant.role)

    def remove_member(self, person_id: str, scope: Scope) -> None:
        with self._database.write() as connection:
            _take_away(connection, person_id, scope)
            note_access(connection, "removeMember", scope, person_id)

    # API tokens

    def add_token(self, token: ApiToken, digest: str) -> None:
        row = {
            "token_id": token.token_id,
            "digest": digest,
            "person_id": token.person_id,
            "name": token.name,
            **_place_row(token.grant.scope),
            "role": token.grant.role.value,
            "created_s": token.created_s,
            "expires_s": token.expires_s,
            "used_s": None,
        }
        with self._database.write() as connection:
            connection.execute(api_tokens.insert(), row)
            note_access(connection, "createApiToken", token.grant.scope, token.token_id, token.grant.role)

    def tokens(self, person_id: str) -> list[ApiToken]:
        wanted = select(api_tokens).where(api_tokens.c.person_id == person_id)
        with self._database.read() as connection:
            rows = connection.execute(
                wanted.order_by(api_tokens.c.created_s.desc(), api_tokens.c.token_id)
            ).all()
        return [
            ApiToken(
                row.token_id,
                row.person_id,
                row.name,
                _grant_of(row),
                row.created_s,
                row.expires_s,
                row.used_s,
            )
            for row in rows
        ]

    def remove_token(self, token_id: str, person_id: str) -> None:
        of_it = api_tokens.c.token_id == token_id, api_tokens.c.person_id == person_id
        with self._database.write() as connection:
            row = connection.execute(select(api_tokens).where(*of_it)).one_or_none()
            if row is None:
                raise NotFound("You have no such token; it may have been revoked.")
            connection.execute(delete(api_tokens).where(*of_it))
            note_access(connection, "revokeApiToken", _grant_of(row).scope, token_id)


GRANT_KEY = ("person_id", "project_id", "session_id", "given_by")


def _live_grants(key_id: str | None, now_s: float, *more: Table | Column) -> Select:
    """Those that what gave them still gives."""
    by_link = and_(
        links.c.link_id.is_not(None),
        links.c.revoked_s.is_(None),
        or_(links.c.expires_s.is_(None), links.c.expires_s > now_s),
    )
    itself = (BY_OWNER, BY_PROVIDER) if key_id is None else (BY_OWNER, BY_PROVIDER, key_id)
    return (
        select(grants, *more)
        .select_from(grants)
        .join(links, links.c.link_id == grants.c.given_by, isouter=True)
        .where(or_(grants.c.given_by.in_(itself), by_link))
    )


def _take_away(connection: Connection, person_id: str, scope: Scope) -> None:
    connection.execute(delete(grants).where(grants.c.person_id == person_id, *_in_place(grants, scope)))


def _in_place(table: Table, scope: Scope) -> tuple[ColumnElement[bool], ...]:
    row = _place_row(scope)
    return table.c.project_id == row["project_id"], table.c.session_id == row["session_id"]


def _place_row(scope: Scope) -> Values:
    project_id, session_id = place_names(scope)
    return {"project_id": project_id or "", "session_id": session_id or ""}


def _grant_row(person_id: str, grant: Grant, given_by: str, now_s: float) -> Values:
    return {
        "person_id": person_id,
        **_place_row(grant.scope),
        "given_by": given_by,
        "role": grant.role.value,
        "since_s": now_s,
    }


def _grant_of(row: Row) -> Grant:
    return Grant(scope_of(row.project_id or None, row.session_id or None), Role(row.role))


def _person(person_id: str) -> Select:
    return select(people).where(people.c.person_id == person_id)


def _person_row(person: Person) -> Values:
    return {"person_id": person.person_id, "name": person.name, "colour": person.colour}


def _person_of(row: Row) -> Person:
    return Person(row.person_id, row.name, row.colour)


def _link_of(row: Row) -> Link:
    return Link(
        row.link_id,
        _grant_of(row),
        row.label,
        row.created_s,
        row.created_by,
        row.expires_s,
        row.max_uses,
        row.uses,
        row.passphrase_hash,
        row.wrong_passphrases,
        row.wrong_s,
        row.used_s,
        row.revoked_s,
    )
