"""GraphQL types of links, members and API tokens."""

from __future__ import annotations

import strawberry

from backend.api.people_types import May, Person, person_type
from backend.domain import membership as domain
from backend.domain import people
from backend.domain.people_commands import place_names

Role = strawberry.enum(people.Role, name="Role")


@strawberry.type(description="Whoever asks.")
class Me:
    person: Person | None = strawberry.field(description="Null for a stranger to a closed server.")
    may: list[May] = strawberry.field(description="What they may do on the whole server.")
    is_open: bool = strawberry.field(description="It serves its own machine only, and asks nobody's name.")
    sign_in_url: str | None = strawberry.field(description="Null: people come in by links only.")


@strawberry.type(description="Whoever has its secret may join with the role.")
class Link:
    id: strawberry.ID
    role: Role
    project_id: strawberry.ID | None
    session_id: strawberry.ID | None = strawberry.field(description="Neither: it is for the whole server.")
    label: str
    has_passphrase: bool
    uses: int
    uses_left: int | None = strawberry.field(description="Null: any number of people.")
    created_s: float = strawberry.field(description="Seconds since 1970.")
    expires_s: float | None = strawberry.field(description="Then what it gave ends too. Null: never.")
    last_used_s: float | None


@strawberry.type
class NewLink:
    link: Link
    url: str = strawberry.field(description="Told this once: the secret in it is not kept.")


@strawberry.type(description="Somebody's role in a place.")
class Member:
    person: Person
    role: Role
    project_id: strawberry.ID | None
    session_id: strawberry.ID | None = strawberry.field(description="Neither: on the whole server.")
    link_id: strawberry.ID | None = strawberry.field(
        description="The link that gave it: it goes with that. Null: an owner gave it."
    )


@strawberry.type(description="Lets a program do what its person may, as far as its role goes.")
class ApiToken:
    id: strawberry.ID
    name: str
    role: Role
    project_id: strawberry.ID | None
    session_id: strawberry.ID | None
    created_s: float
    expires_s: float | None
    last_used_s: float | None = strawberry.field(description="To some minutes.")


@strawberry.type
class NewApiToken:
    api_token: ApiToken
    secret: str = strawberry.field(description="Told this once. Send it as `Authorization: Bearer`.")


def link_type(link: domain.Link) -> Link:
    project_id, session_id = _ids(link.grant.scope)
    return Link(
        id=strawberry.ID(link.link_id),
        role=link.grant.role,
        project_id=project_id,
        session_id=session_id,
        label=link.label,
        has_passphrase=link.passphrase_hash is not None,
        uses=link.uses,
        uses_left=link.uses_left,
        created_s=link.created_s,
        expires_s=link.expires_s,
        last_used_s=link.used_s,
    )


def member_type(member: domain.Member) -> Member:
    project_id, session_id = _ids(member.grant.scope)
    return Member(
        person=person_type(member.person),
        role=member.grant.role,
        project_id=project_id,
        session_id=session_id,
        link_id=strawberry.ID(member.link_id) if member.link_id else None,
    )


def token_type(token: domain.ApiToken) -> ApiToken:
    project_id, session_id = _ids(token.grant.scope)
    return ApiToken(
        id=strawberry.ID(token.token_id),
        name=token.name,
        role=token.grant.role,
        project_id=project_id,
        session_id=session_id,
        created_s=token.created_s,
        expires_s=token.expires_s,
        last_used_s=token.used_s,
    )


def _ids(scope: people.Scope) -> tuple[strawberry.ID | None, strawberry.ID | None]:
    project_id, session_id = place_names(scope)
    return (
        strawberry.ID(project_id) if project_id else None,
        strawberry.ID(session_id) if session_id else None,
    )
