"""A PostgreSQL server of our own, for the tests here too."""

from __future__ import annotations

from tests.backend.databases import (  # noqa: F401 - fixtures: pytest finds them by their name here
    empty_postgresql,
    postgresql_server,
)
