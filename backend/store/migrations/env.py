"""Alembic runs this file. The connection, already in a transaction, comes from `open_database`."""

from __future__ import annotations

from alembic import context

from backend.store import people_tables, review_tables  # noqa: F401 - an open database knows all its tables
from backend.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
