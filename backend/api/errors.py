"""What a client is told when something fails: one sentence, a code, and never an internal."""

from __future__ import annotations

import errno
import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import InvalidOperationTypeError

from backend.api.once import present_state
from backend.domain.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    MaskletError,
    NotFound,
    Unauthenticated,
    Unavailable,
)
from backend.domain.observing import request_id
from backend.domain.stale import Stale

log = logging.getLogger("backend.api")

_STATUS: tuple[tuple[type[MaskletError], int], ...] = (
    (InvalidInput, 400),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Unavailable, 503),
)


@dataclass(frozen=True)
class Failure:
    """`status` is the HTTP status where the transport has one."""

    sentence: str
    code: str
    status: int


def failure_of(error: BaseException) -> Failure:
    """A MaskletError speaks for itself; anything else is logged under an id that the client may quote."""
    if isinstance(error, MaskletError):
        return Failure(str(error), error.code, 507 if _disk_full(error.__cause__) else _status_of(error))
    if _disk_full(error):
        return Failure("The disk is full: free some space where Masklet keeps its data.", "UNAVAILABLE", 507)
    if isinstance(error, UnicodeEncodeError):
        return Failure("The text holds half a character; send whole ones.", "INVALID_INPUT", 400)
    if isinstance(error, MissingQueryError):
        return Failure("The request holds no query.", "BAD_QUERY", 400)
    if isinstance(error, InvalidOperationTypeError):
        return Failure("This operation is not to be sent in this way; use POST.", "BAD_QUERY", 400)
    if isinstance(error, RecursionError):
        return Failure("This is nested too deeply.", "BAD_QUERY", 400)
    error_id = request_id.get() or uuid.uuid4().hex[:8]
    log.error("Unexpected error %s", error_id, exc_info=error)
    return Failure(
        f"Something went wrong inside Masklet; the server's log has it under {error_id}.", "INTERNAL", 500
    )


def plain_errors(errors: Iterable[GraphQLError]) -> list[GraphQLError]:
    """GraphQL errors as clients may see them. What GraphQL itself says of a bad query is kept."""
    return [_plain(error) for error in errors]


def _plain(error: GraphQLError) -> GraphQLError:
    cause = error.original_error
    if cause is None or isinstance(cause, GraphQLError):
        return _with(error, error.message, error.extensions.get("code", "BAD_QUERY"))
    failure = failure_of(cause)
    if isinstance(cause, Stale):
        return _with(error, failure.sentence, failure.code, present=present_state(cause.present))
    return _with(error, failure.sentence, failure.code)


def _with(error: GraphQLError, message: str, code: object, **more: object) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={"code": code, **more},
    )


def _disk_full(error: BaseException | None) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _status_of(error: MaskletError) -> int:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 400)
