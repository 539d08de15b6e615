"""How people come in: links that carry a role, logins, API tokens; and what the commands on them need.

Grants hang on what gave them. What a link gave goes when the link is revoked or runs out, what the owner's
key gave goes with the key, and a role that an owner set stays until an owner changes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from backend.domain.link_errors import LinkExpired, LinkRevoked, LinkUsedUp
from backend.domain.people import Grant, Person, Scope

# What gave a grant, where it is neither a link (its id) nor the owner's key (its id).
BY_OWNER = ""
BY_PROVIDER = "provider"  # everyone gets it who signs in


@dataclass(frozen=True)
class Link:
    """Whoever has its secret may join with the role. Times are seconds since 1970."""

    link_id: str
    grant: Grant
    label: str  # for whom it is, as its maker says
    created_s: float
    created_by: str  # a person's id
    expires_s: float | None = None
    max_uses: int | None = None
    uses: int = 0
    passphrase_hash: str | None = None
    wrong_passphrases: int = 0  # tries in a row that were not right: see `PeopleStore.begin_try`
    wrong_s: float = 0.0  # the latest of them
    used_s: float | None = None  # when somebody last joined
    revoked_s: float | None = None

    def check(self, now_s: float, for_newcomer: bool) -> None:
        """Raises why nobody may join by it. Who joined by it may come again when it is used up."""
        if self.revoked_s is not None:
            raise LinkRevoked
        if self.expires_s is not None and self.expires_s <= now_s:
            raise LinkExpired
        if for_newcomer and self.uses_left == 0:
            raise LinkUsedUp

    @property
    def uses_left(self) -> int | None:
        return None if self.max_uses is None else max(0, self.max_uses - self.uses)


@dataclass(frozen=True)
class Member:
    """Somebody's role in a place. `link_id`: the link that gave it."""

    person: Person
    grant: Grant
    link_id: str | None = None


@dataclass(frozen=True)
class ApiToken:
    """Lets a program do what its person may, as far as the token's own grant goes."""

    token_id: str
    person_id: str
    name: str
    grant: Grant
    created_s: float
    expires_s: float | None = None
    used_s: float | None = None


@dataclass(frozen=True)
class Credential:
    """What a request came in with. `digest` of a login's or a token's secret."""

    digest: str
    is_token: bool = False


class PeopleStore(Protocol):
    """Each call is one transaction. `key_id`: of the owner's key as it is now; None on an open server."""

    # Who asks

    def person_by(self, credential: Credential, now_s: float) -> tuple[Person, Grant | None] | None:
        """The person, and what a token limits them to. None: unknown, revoked or expired."""
        ...

    def grants_of(self, person_id: str, key_id: str | None, now_s: float) -> tuple[Grant, ...]: ...
    def note_use(self, credential: Credential, now_s: float, expires_s: float) -> None:
        """A token was used; a login was, so that it ends later."""
        ...

    # Coming in and going

    def link_by(self, digest: str) -> Link | None:
        """Also a revoked one. None: unknown."""
        ...

    def begin_try(self, link_id: str, now_s: float, at_most: int, wait_s: float) -> bool:
        """Count a try of its passphrase as a wrong one. False, and nothing is counted, where there were
        `at_most` in a row and the last is not `wait_s` ago. Of tries at the same moment each is counted."""
        ...

    def was_right(self, link_id: str) -> None:
        """None of the tries so far counts any more."""
        ...

    def join(self, person: Person, grant: Grant, given_by: str, now_s: float) -> None:
        """Put the person and their grant there, if they are not, and count a use of the link. Raises what
        `Link.check` does: another one may just have used it up."""
        ...

    def sign_in(self, issuer: str, subject: str, person: Person, grant: Grant | None, now_s: float) -> Person:
        """The one whom a provider knows by this subject; `person` if it is their first time. `grant` is what
        everyone gets who signs in, in place of what that was before."""
        ...

    def add_login(self, digest: str, person_id: str, now_s: float, expires_s: float) -> None:
        """And clear away what has expired."""
        ...

    def remove_login(self, digest: str) -> None: ...
    def rename(self, person_id: str, name: str) -> None: ...

    # Links

    def add_link(self, link: Link, digest: str) -> None: ...
    def link(self, link_id: str) -> Link:
        """Raises NotFound, also for a revoked one."""
        ...

    def links(self, scope: Scope) -> Sequence[Link]:
        """Newest first, without revoked ones."""
        ...

    def revoke_link(self, link_id: str, now_s: float) -> None: ...

    # Members

    def members(self, scopes: Sequence[Scope], key_id: str | None, now_s: float) -> Sequence[Member]:
        """Whoever has a role in one of the places, by name."""
        ...

    def without_role(self) -> Sequence[Person]:
        """Those who signed in, and were never given anything."""
        ...

    def set_role(self, person_id: str, grant: Grant, now_s: float) -> None:
        """In place of all that they had in exactly that place. Raises NotFound for an unknown person."""
        ...

    def remove_member(self, person_id: str, scope: Scope) -> None:
        """All that they had in exactly that place."""
        ...

    # API tokens

    def add_token(self, token: ApiToken, digest: str) -> None: ...
    def tokens(self, person_id: str) -> Sequence[ApiToken]:
        """Newest first."""
        ...

    def remove_token(self, token_id: str, person_id: str) -> None:
        """Raises NotFound where the person has no such token."""
        ...
