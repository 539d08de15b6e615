"""Who asks, and what they may do. `backend.api` finds out who it is; everyone else reads `acting`."""

from __future__ import annotations

from collections.abc import Collection
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"
    ANNOTATOR = "annotator"
    REVIEWER = "reviewer"
    VIEWER = "viewer"


class May(StrEnum):
    """What somebody may do in a place. All that is done needs one of these."""

    LOOK = "look"  # see, play, follow, download
    COMMENT = "comment"
    EDIT = "edit"  # prompts, masks, objects, tracking, imports
    REVIEW = "review"  # accept and reject
    MANAGE = "manage"  # links, people, projects, deletion for good


_MAY = {
    Role.OWNER: frozenset(May),
    Role.ANNOTATOR: frozenset({May.LOOK, May.COMMENT, May.EDIT}),
    Role.REVIEWER: frozenset({May.LOOK, May.COMMENT, May.REVIEW}),
    Role.VIEWER: frozenset({May.LOOK}),
}


class ScopeKind(StrEnum):
    SERVER = "server"
    PROJECT = "project"
    SESSION = "session"


@dataclass(frozen=True)
class Scope:
    """A place that a role is for. What lies inside it (a project's sessions) is in it too."""

    kind: ScopeKind
    id: str = ""  # of the project or session

    @classmethod
    def project(cls, project_id: str) -> Scope:
        return cls(ScopeKind.PROJECT, project_id)

    @classmethod
    def session(cls, session_id: str) -> Scope:
        return cls(ScopeKind.SESSION, session_id)


SERVER = Scope(ScopeKind.SERVER)


@dataclass(frozen=True)
class Grant:
    scope: Scope
    role: Role


@dataclass(frozen=True)
class Person:
    person_id: str
    name: str
    colour: str = "#4f8cff"  # of their cursor and avatar, #rrggbb


@dataclass(frozen=True)
class Caller:
    """A person with what they may do, for the length of a request."""

    person: Person
    grants: tuple[Grant, ...] = ()
    within: Grant | None = None  # an API token's: nothing beyond it

    def may(self, need: May, places: Collection[Scope]) -> bool:
        """`places`: all that the thing lies in but the server; for a session, itself and its project."""
        if self.within is not None and not _gives(self.within, need, places):
            return False
        return any(_gives(grant, need, places) for grant in self.grants)

    def may_somewhere(self, need: May) -> bool:
        """In some place. For what is in no place yet, such as a file to import."""
        if self.within is not None and need not in _MAY[self.within.role]:
            return False
        return any(need in _MAY[grant.role] for grant in self.grants)

    def mays(self, places: Collection[Scope]) -> frozenset[May]:
        """All that they may do with what lies in these places."""
        return frozenset(need for need in May if self.may(need, places))


def _gives(grant: Grant, need: May, places: Collection[Scope]) -> bool:
    return need in _MAY[grant.role] and (grant.scope == SERVER or grant.scope in places)


# Whoever sits at an open server's own machine, or came in with a closed one's owner key.
LOCAL = Caller(Person("local", "You"), (Grant(SERVER, Role.OWNER),))

# Who the work of this thread or task is done for; None: nobody's request, such as a walk after a restart.
# Threads get it as they get `observing.request_id`.
acting: ContextVar[Caller | None] = ContextVar("acting", default=None)
