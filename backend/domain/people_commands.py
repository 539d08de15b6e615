"""Commands on people: who comes in by what, and who gives whom which role."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol
from zlib import crc32

from backend.domain.colours import light_colour_of
from backend.domain.errors import Conflict, Forbidden, InvalidInput
from backend.domain.link_errors import NoLink, PassphraseNeeded, PassphraseWrong, TooManyTries
from backend.domain.membership import BY_OWNER, ApiToken, Credential, Link, Member, PeopleStore
from backend.domain.people import LOCAL, SERVER, Caller, Grant, May, Person, Role, Scope, ScopeKind
from backend.domain.secret import digest, is_passphrase, new_secret, passphrase_hash

LOGIN_S = 30 * 24 * 3600.0  # a login ends when it was not used for so long
MAX_NAME, MAX_LABEL, MAX_PASSPHRASE = 60, 120, 200
MIN_PASSPHRASE = 6
MAX_LINKS, MAX_TOKENS = 200, 100  # of one place; of one person
WRONG_AT_MOST, WRONG_WAIT_S = 10, 15 * 60.0  # passphrases in a row, then nobody joins by the link for a while
LONGEST_S = 10 * 366 * 24 * 3600.0  # of a link or a token that has an end
TOKEN_MARK = "masklet_"  # so that people and scanners know one when they find it


@dataclass(frozen=True)
class Joined:
    """`secret` of the new login; None: the login that they came with goes on."""

    person: Person
    scope: Scope
    secret: str | None


class NewLink(NamedTuple):
    """The secret is told once: only its digest is kept."""

    link: Link
    secret: str


class NewApiToken(NamedTuple):
    token: ApiToken
    secret: str


class Key(Protocol):
    """The owner's, as it is now. Whoever joins by it owns the server for as long as it is the key."""

    @property
    def key_id(self) -> str:
        """Of this very key; what it gave hangs on it."""
        ...

    def matches(self, given: str) -> bool: ...


class PeopleCommands:
    """`key` None: the server is open, and has none. All calls block."""

    def __init__(
        self,
        store: PeopleStore,
        key: Key | None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._key = key
        self._clock = clock
        self._listeners: list[Callable[[], None]] = []

    def listen(self, changed: Callable[[], None]) -> None:
        """Have it called, from any thread, when somebody's rights may have changed."""
        self._listeners.append(changed)

    def _changed(self) -> None:
        for changed in self._listeners:
            changed()

    # Who asks

    def caller(self, credential: Credential) -> Caller | None:
        """None: it opens nothing, or not any more."""
        found = self._store.person_by(credential, self._clock())
        if found is None:
            return None
        person, within = found
        return Caller(person, self._store.grants_of(person.person_id, self._key_id(), self._clock()), within)

    def note_use(self, credential: Credential) -> None:
        """A login lasts as long as it is used. Call now and then, not at each request."""
        now_s = self._clock()
        self._store.note_use(credential, now_s, now_s + LOGIN_S)

    # Coming in and going

    def join(self, secret: str, name: str, passphrase: str | None, known: Caller | None) -> Joined:
        """By a link, or by the owner's key. `known`: they have a login already, which then goes on.

        Raises one of `link_errors`.
        """
        grant, given_by = self._opened_by(secret, passphrase, known)
        person = known.person if known else _new_person(name or ("Owner" if given_by != BY_OWNER else ""))
        if known is not None and name.strip() and _name(name) != person.name:
            person = self.rename(known, name)
        self._store.join(person, grant, given_by, self._clock())
        self._changed()
        return Joined(person, grant.scope, None if known else self.new_login(person))

    def leads_to(self, secret: str, passphrase: str | None) -> Scope:
        """Where a link leads, for who may go there anyway. Raises as `join` does."""
        return self._opened_by(secret, passphrase, LOCAL)[0].scope

    def _opened_by(self, secret: str, passphrase: str | None, known: Caller | None) -> tuple[Grant, str]:
        """What it gives, and what that hangs on."""
        if self._key is not None and self._key.matches(secret):
            return Grant(SERVER, Role.OWNER), self._key.key_id
        link = self._store.link_by(digest(secret))
        if link is None:
            raise NoLink
        link.check(self._clock(), for_newcomer=known is None)
        if link.passphrase_hash is not None:
            self._check_passphrase(link, passphrase)
        return link.grant, link.link_id

    def _check_passphrase(self, link: Link, given: str | None) -> None:
        assert link.passphrase_hash is not None
        if not given:
            raise PassphraseNeeded
        # Counted before it is looked at: who tries a hundred at once must not be told of a hundred.
        if not self._store.begin_try(link.link_id, self._clock(), WRONG_AT_MOST, WRONG_WAIT_S):
            raise TooManyTries
        if not is_passphrase(given[:MAX_PASSPHRASE], link.passphrase_hash):
            raise PassphraseWrong
        self._store.was_right(link.link_id)

    def sign_in(self, issuer: str, subject: str, name: str, role: Role | None) -> str:
        """Somebody whom a provider vouches for. The login's secret; `role`: on the whole server, for all."""
        newcomer = _new_person(name or "Somebody")
        grant = None if role is None else Grant(SERVER, role)
        return self.new_login(self._store.sign_in(issuer, subject, newcomer, grant, self._clock()))

    def new_login(self, person: Person) -> str:
        secret, now_s = new_secret(), self._clock()
        self._store.add_login(digest(secret), person.person_id, now_s, now_s + LOGIN_S)
        return secret

    def sign_out(self, credential: Credential) -> None:
        self._store.remove_login(credential.digest)
        self._changed()

    def rename(self, caller: Caller, name: str) -> Person:
        person = replace(caller.person, name=_name(name))
        if caller.person == LOCAL.person:
            raise Conflict("You are alone here, without a login: there is nobody to tell your name to.")
        self._store.rename(person.person_id, person.name)
        self._changed()
        return person

    def _key_id(self) -> str | None:
        return None if self._key is None else self._key.key_id

    # Links

    def links(self, scope: Scope) -> Sequence[Link]:
        return self._store.links(scope)

    def link(self, link_id: str) -> Link:
        return self._store.link(link_id)

    def create_link(
        self,
        caller: Caller,
        grant: Grant,
        label: str = "",
        expires_in_s: float | None = None,
        max_uses: int | None = None,
        passphrase: str | None = None,
    ) -> NewLink:
        if max_uses is not None and max_uses < 1:
            raise InvalidInput("A link can be used once or more often.")
        if passphrase is not None and not MIN_PASSPHRASE <= len(passphrase) <= MAX_PASSPHRASE:
            raise InvalidInput(f"A passphrase has {MIN_PASSPHRASE} to {MAX_PASSPHRASE} characters.")
        if len(self._store.links(grant.scope)) >= MAX_LINKS:
            raise Conflict(f"There are {MAX_LINKS} links to this place already: revoke some first.")
        now_s = self._clock()
        link = Link(
            uuid.uuid4().hex,
            grant,
            _clean(label)[:MAX_LABEL],
            now_s,
            caller.person.person_id,
            _ends(now_s, expires_in_s),
            max_uses,
            passphrase_hash=None if passphrase is None else passphrase_hash(passphrase),
        )
        secret = new_secret()
        self._store.add_link(link, digest(secret))
        return NewLink(link, secret)

    def revoke_link(self, link_id: str) -> None:
        """All who joined by it lose what it gave them."""
        self._store.link(link_id)
        self._store.revoke_link(link_id, self._clock())
        self._changed()

    # Members

    def members(self, scopes: Sequence[Scope]) -> list[Member]:
        """Who has a role in one of these places. An open server's one person is among them."""
        found = list(self._store.members(scopes, self._key_id(), self._clock()))
        if self._key_id() is None:
            found.insert(0, Member(LOCAL.person, LOCAL.grants[0]))
        return found

    def people_in(self, places: Collection[Scope]) -> Sequence[Person]:
        """Who may look at what lies in these places, by name."""
        found = self.members([*places, SERVER])
        return list(dict.fromkeys(member.person for member in found))

    def without_role(self) -> Sequence[Person]:
        return self._store.without_role()

    def set_role(self, person_id: str, grant: Grant) -> None:
        if person_id == LOCAL.person.person_id:
            raise Conflict("Who sits at the server's own machine owns it: that cannot be changed.")
        self._store.set_role(person_id, grant, self._clock())
        self._changed()

    def remove_member(self, person_id: str, scope: Scope) -> None:
        self._store.remove_member(person_id, scope)
        self._changed()

    # API tokens

    def tokens(self, caller: Caller) -> Sequence[ApiToken]:
        return self._store.tokens(caller.person.person_id)

    def create_token(
        self,
        caller: Caller,
        name: str,
        grant: Grant,
        places: Sequence[Scope],
        expires_in_s: float | None = None,
    ) -> NewApiToken:
        """Of no more than the caller may do themselves in `places`, now; and whenever it is used."""
        beyond = Caller(caller.person, (grant,)).mays(places) - caller.mays(places)
        if beyond or May.LOOK not in caller.mays(places):
            raise Forbidden("A token cannot do more here than you can: choose a smaller role.")
        if len(self._store.tokens(caller.person.person_id)) >= MAX_TOKENS:
            raise Conflict(f"You have {MAX_TOKENS} tokens already: revoke some first.")
        now_s = self._clock()
        if caller.person == LOCAL.person:  # their rights come from where they sit, so that they outlast it
            self._store.join(LOCAL.person, LOCAL.grants[0], self._key_id() or BY_OWNER, now_s)
        token = ApiToken(
            uuid.uuid4().hex, caller.person.person_id, _name(name), grant, now_s, _ends(now_s, expires_in_s)
        )
        secret = TOKEN_MARK + new_secret()
        self._store.add_token(token, digest(secret))
        return NewApiToken(token, secret)

    def revoke_token(self, caller: Caller, token_id: str) -> None:
        self._store.remove_token(token_id, caller.person.person_id)
        self._changed()


def scope_of(project_id: str | None, session_id: str | None) -> Scope:
    """The place that is named; with neither, the server."""
    if project_id is not None and session_id is not None:
        raise InvalidInput("Name a project or a session, not both.")
    if session_id is not None:
        return Scope.session(session_id)
    return SERVER if project_id is None else Scope.project(project_id)


def place_names(scope: Scope) -> tuple[str | None, str | None]:
    """(project id, session id) of a place."""
    return (
        scope.id if scope.kind is ScopeKind.PROJECT else None,
        scope.id if scope.kind is ScopeKind.SESSION else None,
    )


def _new_person(name: str) -> Person:
    person_id = uuid.uuid4().hex
    return Person(person_id, _name(name), light_colour_of(crc32(person_id.encode()) % 1000))


def _name(text: str) -> str:
    name = _clean(text)[:MAX_NAME].strip()
    if not name:
        raise InvalidInput("Say a name first.")
    return name


def _clean(text: str) -> str:
    """One line that can be shown: no control characters, no marks that turn text around."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _ends(now_s: float, expires_in_s: float | None) -> float | None:
    if expires_in_s is None:
        return None
    if not 0 < expires_in_s <= LONGEST_S:
        raise InvalidInput("It must last for more than no time, and for ten years at most; or have no end.")
    return now_s + expires_in_s
