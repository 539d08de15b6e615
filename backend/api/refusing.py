"""Refusals that come before a route is reached, so that they cannot know who reads them."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse


def both_shapes(
    sentence: str, code: str, status: int, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """As clients of the plain routes read it, {"error"}, and those of GraphQL, {"errors"}."""
    errors = [{"message": sentence, "extensions": {"code": code}}]
    return JSONResponse({"error": sentence, "errors": errors}, status, headers)
