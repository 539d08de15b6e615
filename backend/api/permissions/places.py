"""How to find the place that a link, a role or a token is for."""

from __future__ import annotations

from dataclasses import replace

from backend.api.context import Service
from backend.api.permissions.rules import Find, Given, Thing
from backend.api.permissions.things import project, server, session
from backend.domain.errors import NotFound
from backend.domain.people import Scope, ScopeKind
from backend.domain.people_commands import place_names

NO_LINK = "There is no such link; it may have been revoked."


def place(service: Service, given: Given) -> list[Thing]:
    """By `projectId` or `sessionId`; with neither, the server."""
    if given.get("sessionId") is not None:
        return session()(service, given)
    if given.get("projectId") is not None:
        return project()(service, given)
    return server(service, given)


def link(argument: str = "id") -> Find:
    """A link is where it leads."""

    def find(service: Service, given: Given) -> list[Thing]:
        try:
            scope: Scope = service.people.link(str(given[argument])).grant.scope
        except NotFound as missing:
            return [Thing(missing, None)]
        if scope.kind is ScopeKind.SERVER:
            return server(service, given)
        project_id, session_id = place_names(scope)
        found = place(service, {"projectId": project_id, "sessionId": session_id})
        return [replace(thing, missing=NotFound(NO_LINK)) for thing in found]

    return find
