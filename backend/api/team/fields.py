"""Links, members and API tokens in GraphQL. A place is a project, a session or, with neither, the server."""

from __future__ import annotations

import strawberry

from backend.api.context import Service
from backend.api.people_types import Person, may_types, person_type
from backend.api.team import types as own
from backend.api.team.ways_in import asked_at, join_url, sign_in_url
from backend.domain.errors import Unauthenticated
from backend.domain.people import SERVER, Caller, Grant, Scope, ScopeKind, acting
from backend.domain.people_commands import scope_of

Info = strawberry.Info[Service, None]


@strawberry.type
class Query:
    @strawberry.field(description="Whoever asks; the one field that strangers may ask for.")
    async def me(self, info: Info) -> own.Me:
        caller = acting.get()
        return own.Me(
            person=person_type(caller.person) if caller else None,
            may=may_types(()),
            is_open=info.context.settings.open_here,
            sign_in_url=sign_in_url(info.context.settings),
        )

    @strawberry.field(description="The links to a place, newest first, without revoked ones.")
    async def links(
        self, info: Info, project_id: strawberry.ID | None = None, session_id: strawberry.ID | None = None
    ) -> list[own.Link]:
        place = scope_of(project_id, session_id)
        return await info.context.read(lambda s: [own.link_type(link) for link in s.people.links(place)])

    @strawberry.field(
        description="Who has a role in a place, or in what that lies in: for a session, its project and the "
        "server too. Somebody with several roles is there once for each."
    )
    async def members(
        self, info: Info, project_id: strawberry.ID | None = None, session_id: strawberry.ID | None = None
    ) -> list[own.Member]:
        place = scope_of(project_id, session_id)
        return await info.context.read(
            lambda s: [own.member_type(member) for member in s.people.members(_around(s, place))]
        )

    @strawberry.field(description="Who signed in, and has no role anywhere yet.")
    async def newcomers(self, info: Info) -> list[Person]:
        return await info.context.read(lambda s: [person_type(one) for one in s.people.without_role()])

    @strawberry.field(description="One's own, newest first.")
    async def api_tokens(self, info: Info) -> list[own.ApiToken]:
        caller = _caller()
        return await info.context.read(lambda s: [own.token_type(token) for token in s.people.tokens(caller)])


@strawberry.type
class Mutation:
    @strawberry.mutation(description="Others see it beside one's cursor and comments.")
    async def rename_me(self, info: Info, name: str) -> Person:
        caller = _caller()
        return await info.context.command(lambda s: person_type(s.people.rename(caller, name)))

    @strawberry.mutation(
        description="A link to a place. What it gives ends when it expires or is revoked; when it was used "
        "`maxUses` times, nobody else can join by it."
    )
    async def create_link(
        self,
        info: Info,
        role: own.Role,
        project_id: strawberry.ID | None = None,
        session_id: strawberry.ID | None = None,
        label: str = "",
        expires_in_s: float | None = None,
        max_uses: int | None = None,
        passphrase: str | None = None,
    ) -> own.NewLink:
        caller, grant = _caller(), Grant(scope_of(project_id, session_id), role)
        base = info.context.settings.api_url or asked_at.get()
        link, secret = await info.context.command(
            lambda s: s.people.create_link(caller, grant, label, expires_in_s, max_uses, passphrase)
        )
        return own.NewLink(link=own.link_type(link), url=join_url(base, secret))

    @strawberry.mutation(description="Whoever joined by it loses what it gave them, within seconds.")
    async def revoke_link(self, info: Info, id: strawberry.ID) -> bool:
        await info.context.command(lambda s: s.people.revoke_link(id))
        return True

    @strawberry.mutation(description="In place of every role that they had in exactly this place.")
    async def set_member_role(
        self,
        info: Info,
        person_id: strawberry.ID,
        role: own.Role,
        project_id: strawberry.ID | None = None,
        session_id: strawberry.ID | None = None,
    ) -> bool:
        grant = Grant(scope_of(project_id, session_id), role)
        await info.context.command(lambda s: s.people.set_role(person_id, grant))
        return True

    @strawberry.mutation(
        description="Takes away every role that they have in exactly this place. By a link that still works "
        "they could come back: revoke that too."
    )
    async def remove_member(
        self,
        info: Info,
        person_id: strawberry.ID,
        project_id: strawberry.ID | None = None,
        session_id: strawberry.ID | None = None,
    ) -> bool:
        place = scope_of(project_id, session_id)
        await info.context.command(lambda s: s.people.remove_member(person_id, place))
        return True

    @strawberry.mutation(description="For a program that acts for oneself. It can do no more than oneself.")
    async def create_api_token(
        self,
        info: Info,
        name: str,
        role: own.Role,
        project_id: strawberry.ID | None = None,
        session_id: strawberry.ID | None = None,
        expires_in_s: float | None = None,
    ) -> own.NewApiToken:
        caller, grant = _caller(), Grant(scope_of(project_id, session_id), role)
        token, secret = await info.context.command(
            lambda s: s.people.create_token(caller, name, grant, _around(s, grant.scope), expires_in_s)
        )
        return own.NewApiToken(api_token=own.token_type(token), secret=secret)

    @strawberry.mutation
    async def revoke_api_token(self, info: Info, id: strawberry.ID) -> bool:
        caller = _caller()
        await info.context.command(lambda s: s.people.revoke_token(caller, id))
        return True


def _caller() -> Caller:
    caller = acting.get()
    if caller is None:
        raise Unauthenticated("This Masklet is closed.")
    return caller


def _around(service: Service, place: Scope) -> list[Scope]:
    """A place and what it lies in."""
    if place.kind is ScopeKind.SESSION:
        known = service.scopes.of_sessions([place.id])
        return [place, *(at.project for at in known.values()), SERVER]
    return list(dict.fromkeys((place, SERVER)))
