"""Enforces the table: on every root field of the schema, and on every route."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterable
from typing import Any

import strawberry
from flask import Flask, request
from graphql import GraphQLField, GraphQLResolveInfo
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.api.context import Service
from backend.api.errors import failure_of
from backend.api.permissions.admission import admission
from backend.api.permissions.rules import Given, Rule, needs_look_up, permit
from backend.api.permissions.table import FIELDS, ROUTES
from backend.api.refusing import both_shapes
from backend.domain.errors import Forbidden, NotFound
from backend.domain.ledger import doing
from backend.domain.people import May, acting

log = logging.getLogger(__name__)


def guard_fields(schema: strawberry.Schema) -> strawberry.Schema:
    """Every query, mutation and subscription asks its rule first. Fields below them belong to what was found.

    Wrapped once, when the schema is made: an extension of Strawberry's would be called for each field of each
    mask in the feed.
    """
    core = schema._schema  # graphql-core's, which Strawberry executes; it has no public name
    for kind in (core.query_type, core.mutation_type, core.subscription_type):
        for name, field in kind.fields.items() if kind is not None else ():
            _guard_field(field, f"{kind.name}.{name}")
    return schema


def _guard_field(field: GraphQLField, name: str) -> None:
    if field.subscribe is not None:
        field.subscribe = _guarded(field.subscribe, name)
    elif field.resolve is not None:
        field.resolve = _guarded(field.resolve, name)


def _guarded(resolve: Callable[..., Any], name: str) -> Callable[..., Any]:
    found = FIELDS.get(name)

    async def guarded(source: Any, info: GraphQLResolveInfo, **given: Any) -> Any:
        service: Service = info.context
        wanted = found or _no_rule(name)
        try:
            await check(service, wanted, given)
        except NotFound:
            if wanted.hidden is None:
                raise
            return wanted.hidden
        doing.set(info.field_name)
        result = resolve(source, info, **given)
        if inspect.isawaitable(result):
            result = await result
        return await _shown(service, wanted, result)

    return guarded


async def _shown(service: Service, wanted: Rule, result: Any) -> Any:
    caller, shows = acting.get(), wanted.shows
    if shows is None or caller is None or caller.may(May.LOOK, ()):
        return result
    return await service.read(lambda s: shows(s, caller, result))


async def check(service: Service, wanted: Rule, given: Given) -> None:
    """`permit`, from the event loop."""
    caller, admitted = acting.get(), admission.get()
    if needs_look_up(caller, wanted):
        await service.read(lambda s: permit(s, caller, wanted, given))
    else:
        permit(service, caller, wanted, given)
    if admitted is not None:
        admitted.permitted.append((wanted, given))


def guard_routes(service: Service, routes: Iterable[Route]) -> list[Route]:
    """Starlette's."""
    guarded = list(routes)
    for route in guarded:
        route.app = _GuardedRoute(service, route.path, route.app)
    return guarded


class _GuardedRoute:
    def __init__(self, service: Service, path: str, app: ASGIApp) -> None:
        self._service = service
        self._path = path
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Request(scope)
        given = {**asked.query_params, **asked.path_params}
        try:
            wanted = ROUTES.get(self._path) or _no_rule(self._path)
            await check(self._service, let_in(wanted) if wanted.by_handler else wanted, given)
        except Exception as error:
            failure = failure_of(error)
            await both_shapes(failure.sentence, failure.code, failure.status)(scope, receive, send)
            return
        doing.set(self._path)
        await self._app(scope, receive, send)


def guard_flask(app: Flask, service: Service) -> None:
    """Flask's routes. An address that is none of them goes on, to be told so."""

    @app.before_request
    def ask() -> None:
        if request.url_rule is None:
            return
        path = request.url_rule.rule
        given = {**request.args.to_dict(), **(request.view_args or {})}
        wanted, admitted = ROUTES.get(path) or _no_rule(path), admission.get()
        permit(service, acting.get(), wanted, given)
        if admitted is not None:
            admitted.permitted.append((wanted, given))


def let_in(wanted: Rule) -> Rule:
    """As much of a rule as can be judged before the body is read."""
    return Rule(strangers=wanted.strangers)


def _no_rule(name: str) -> Rule:
    log.error("%s has no rule: add its line to backend/api/permissions/table.py", name)
    raise Forbidden("Nobody may do this: it has no rule yet.")
