"""Every GraphQL root field and every HTTP route has its rule, and no rule is about something that is gone."""

from __future__ import annotations

from pathlib import Path

from graphql import build_schema
from starlette.applications import Starlette
from starlette.routing import Route

from backend.api.permissions import things
from backend.api.permissions.table import FIELDS, ROUTES
from backend.api.schema import print_schema
from backend.api.web.flask_app import create_flask
from backend.app import web_app
from backend.store.project_rows import NO_PROJECT
from tests.backend.live import live

ADD = "add their lines to backend/api/permissions/table.py"


def fields() -> set[str]:
    schema = build_schema(print_schema())
    kinds = (schema.query_type, schema.mutation_type, schema.subscription_type)
    return {f"{kind.name}.{name}" for kind in kinds if kind is not None for name in kind.fields}


def test_every_field_has_its_rule_and_every_rule_its_field() -> None:
    assert fields() - FIELDS.keys() == set(), ADD
    assert FIELDS.keys() - fields() == set(), "these are gone"


def test_every_route_has_its_rule_and_every_rule_its_route(tmp_path: Path) -> None:
    with live(tmp_path) as server:
        app = web_app(server.service)
        while not isinstance(app, Starlette):
            app = app._app
        paths = {route.path for route in app.routes if isinstance(route, Route)}
        paths |= {rule.rule for rule in create_flask(server.service).url_map.iter_rules()}
    assert paths - ROUTES.keys() == set(), ADD
    assert ROUTES.keys() - paths == set(), "these are gone"


def test_what_is_hidden_is_missing_in_the_words_of_the_store() -> None:
    assert things.NO_PROJECT == NO_PROJECT
