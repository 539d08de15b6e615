"""Databases as SQL text and back."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, make_url

from tests.backend.databases import PostgreSQLServer

FOLDER = Path(__file__).parent


def sqlite_text(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        return "\n".join(connection.iterdump()) + "\n"


def load_sqlite(text: str, file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(text)


def postgresql_text(server: PostgreSQLServer) -> str:
    """By the server's own `pg_dump`, without what only its `psql` reads, or what differs from run to run."""
    dump = [server.bin_dir / "pg_dump", "--inserts", "--no-owner", "--no-privileges"]
    plain = server.url.replace("+psycopg", "")
    text = subprocess.run([*dump, plain], check=True, capture_output=True, text=True).stdout
    lines = [line for line in text.splitlines() if line and not line.startswith(("\\", "--"))]
    return "\n".join(line for line in lines if "transaction_timeout" not in line) + "\n"


def load_postgresql(text: str, server: PostgreSQLServer) -> None:
    """Into an empty database."""
    server.empty()
    statements = text.replace("CREATE SCHEMA public;", "")
    engine = create_engine(make_url(server.url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        cursor = connection.connection.cursor()  # the driver's own: it takes several statements at once
        cursor.execute(statements)
        cursor.close()
    engine.dispose()
