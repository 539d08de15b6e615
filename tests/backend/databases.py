"""Databases for tests: SQLite always, PostgreSQL where its programs are installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from backend.store.database import Database, open_database


class NoPostgreSQL(Exception):
    """Its text says why no server can be started here."""


@dataclass(frozen=True)
class PostgreSQLServer:
    """A server of our own, which ends with the test run."""

    bin_dir: Path
    port: int

    @property
    def url(self) -> str:
        """The address of its one database."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def empty(self) -> None:
        """Forget everything in the database: quicker than a database for each test, which is 1000 files."""
        engine = create_engine(self.url)
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()


@contextmanager
def running_postgresql(fsync: bool = False) -> Iterator[PostgreSQLServer]:
    """A server on a free port. Raises NoPostgreSQL where there cannot be one."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = programs[-1] if programs else shutil.which("initdb")
    if not found:
        raise NoPostgreSQL("PostgreSQL is not installed (no initdb)")
    bin_dir = Path(found).parent
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user and subprocess.run(["id", "postgres"], capture_output=True).returncode:
        raise NoPostgreSQL("PostgreSQL does not run as root, and there is no user postgres")
    # A folder of the server's own user, with a short path: its socket's may not exceed 107 characters.
    folder = Path("/tmp") / f"masklet-pg-{uuid.uuid4().hex[:8]}"
    subprocess.run([*as_user, "mkdir", "-m", "700", folder], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    initdb = [bin_dir / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync"]
    subprocess.run([*as_user, *initdb], check=True, capture_output=True)
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        f" -c fsync={'on' if fsync else 'off'}"
    )
    control = [*as_user, bin_dir / "pg_ctl", "-D", data, "-w"]
    subprocess.run([*control, "-o", options, "-l", folder / "log", "start"], check=True, capture_output=True)
    try:
        yield PostgreSQLServer(bin_dir, port)
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True)
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQLServer]:
    """One server for the whole run; skipped with the reason where there cannot be one."""
    try:
        with running_postgresql() as server:
            yield server
    except NoPostgreSQL as reason:
        pytest.skip(str(reason))


@pytest.fixture
def empty_postgresql(postgresql_server: PostgreSQLServer) -> PostgreSQLServer:
    """The server with nothing in its database."""
    postgresql_server.empty()
    return postgresql_server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database; tests that take it run on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/masklet.sqlite"
    return request.getfixturevalue("empty_postgresql").url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open, empty database."""
    opened = open_database(database_url)
    yield opened
    opened.close()
