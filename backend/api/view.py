"""`/graphql`: Strawberry's ASGI view, with Masklet's way of telling errors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from typing import Any

import strawberry
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from graphql import GraphQLError, OperationType, get_operation_ast, parse
from starlette import exceptions as starlette_exceptions
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL

from backend.api.context import Service
from backend.api.errors import Failure, failure_of, plain_errors
from backend.api.once import asked_in
from backend.api.permissions.rules import CLOSED
from backend.api.permissions.strangers import STRANGERS_BYTES, asks_only_who
from backend.api.streaming import ClosingStream
from backend.domain.errors import Unauthenticated
from backend.domain.once import asked
from backend.domain.people import acting

STOPPING = ": the server is stopping; what is done is kept\r\nretry: 2000\r\n"


class GraphQLView(GraphQL[Service, None]):
    """Queries and mutations as JSON, the feed over Server-Sent Events. No GraphiQL: it needs a CDN."""

    def __init__(self, schema: strawberry.Schema, service: Service) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(GRAPHQL_SSE_PROTOCOL,),
            multipart_uploads_enabled=True,
        )
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        before = asked.set(asked_in(scope))
        try:
            await super().__call__(scope, receive, send)
        except _Unanswered as error:
            failure = error.failure
            errors = [{"message": failure.sentence, "extensions": {"code": failure.code}}]
            await JSONResponse({"data": None, "errors": errors}, failure.status)(scope, receive, send)
        finally:
            asked.reset(before)

    async def run(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return await super().run(request, *args, **kwargs)
        except (starlette_exceptions.HTTPException, ClientDisconnect):
            raise
        except HTTPException as error:  # Strawberry would answer it as plain text
            raise _Unanswered(Failure(error.reason, "BAD_QUERY", error.status_code)) from error
        except Exception as error:
            raise _Unanswered(failure_of(error)) from error
        finally:
            await request.close()  # an uploaded file's temporary copy goes now, not when memory is collected

    def parse_json(self, data: str | bytes) -> Any:
        try:
            return super().parse_json(data)
        except (UnicodeDecodeError, RecursionError):
            raise HTTPException(400, "Unable to parse request body as JSON") from None

    async def parse_http_body(
        self, request: AsyncHTTPRequestAdapter
    ) -> GraphQLRequestData | list[GraphQLRequestData]:
        if acting.get() is None:
            return await self._of_a_stranger(request)
        try:
            data = await super().parse_http_body(request)
        except (AttributeError, TypeError, LookupError, ValueError):  # a body of another shape
            raise HTTPException(400, "The request body is no GraphQL operation") from None
        if isinstance(data, GraphQLRequestData) and data.protocol == "http" and self._subscribes(data):
            raise HTTPException(400, "Subscriptions need the header Accept: text/event-stream")
        return data

    async def _of_a_stranger(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """They may ask who they are, and how to come in. Nothing else of theirs is taken in or looked at."""
        length = request.headers.get("content-length", "")
        if length.isdigit() and int(length) <= STRANGERS_BYTES and request.content_type == "application/json":
            data = await super().parse_http_body(request)
            if isinstance(data, GraphQLRequestData) and data.protocol == "http" and asks_only_who(data.query):
                return data
        raise Unauthenticated(CLOSED)

    def _subscribes(self, data: GraphQLRequestData) -> bool:
        if "subscription" not in (data.query or ""):
            return False
        try:
            document = parse(data.query, max_tokens=self._service.settings.limits.query_tokens)
            operation = get_operation_ast(document, data.operation_name)
        except (GraphQLError, RecursionError):
            return False  # executing it will say what is wrong
        return operation is not None and operation.operation is OperationType.SUBSCRIPTION

    async def get_context(self, request: Any, response: Any) -> Service:
        return self._service

    async def process_result(self, request: Request, result: Any) -> GraphQLHTTPResponse:
        if result.errors:
            result.errors = plain_errors(result.errors)
        return await super().process_result(request, result)

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        response = super().create_response(response_data, sub_response)
        response.headers["Cache-Control"] = "no-store"
        return response

    async def create_streaming_response(
        self,
        request: Any,
        stream: Callable[[], AsyncIterator[str]],
        sub_response: Response,
        headers: Mapping[str, str],
    ) -> Response:
        return ClosingStream(_until_stop(stream(), self._service), headers=dict(headers))


async def _until_stop(messages: AsyncIterator[str], service: Service) -> AsyncIterator[str]:
    """A feed that ends because the server does tells its reader when to come back."""
    told = False
    async with aclosing(messages):
        async for message in messages:
            if service.doorbell.closed and not told:
                told = True
                yield STOPPING  # lines of the event that follows: it ends with an empty one
            yield message


class _Unanswered(Exception):
    """It was refused, or something broke, before GraphQL could word it."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.sentence)
        self.failure = failure
