"""The GraphQL schema: Masklet's operations and the official demo's, side by side.

`python -m backend.api.schema` prints it; `frontend/schema.graphql` is that print.
"""

from __future__ import annotations

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaxTokensLimiter
from strawberry.tools import merge_types
from strawberry.types import ExecutionContext

from backend.api import discussion, exchange, far_masks, operations, projects, shelf, tracking, workbench
from backend.api.official import operations as official
from backend.api.permissions.guard import guard_fields
from backend.api.presence import operations as presence
from backend.api.query_limits import QueryLimiter
from backend.api.team import fields as team
from backend.limits import Limits


class _Schema(strawberry.Schema):
    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Nothing: the view logs what is unexpected, once, when it words the answer."""


def build_schema(limits: Limits) -> strawberry.Schema:
    schema = _Schema(
        query=merge_types(
            "Query",
            (
                operations.Query,
                far_masks.Query,
                workbench.Query,
                discussion.Query,
                shelf.Query,
                projects.Query,
                exchange.Query,
                official.Query,
                team.Query,
            ),
        ),
        mutation=merge_types(
            "Mutation",
            (
                operations.Mutation,
                tracking.Mutation,
                presence.Mutation,
                workbench.Mutation,
                discussion.Mutation,
                shelf.Mutation,
                projects.Mutation,
                exchange.Mutation,
                official.Mutation,
                team.Mutation,
            ),
        ),
        subscription=operations.Subscription,
        extensions=[
            lambda: MaxTokensLimiter(max_token_count=limits.query_tokens),
            lambda: QueryLimiter(limits),
        ],
    )
    return guard_fields(schema)


def print_schema() -> str:
    return build_schema(Limits()).as_str() + "\n"


if __name__ == "__main__":
    print(print_schema(), end="")
