"""The connection to SQLite (one file, the default) or PostgreSQL: durable writes, steady reads, clear errors.

SQLite runs in WAL mode with `synchronous=FULL`: a commit that returned is on disk, also when the process
is killed or the machine loses power. Readers never wait for the writer. Writers queue at a lock in this
process, and at SQLite's own for other processes.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from backend.domain.errors import Unavailable

BUSY_TIMEOUT_S = 15.0  # how long a write waits for another process to finish its own
MIGRATION_LOCK = 0x6D61736B  # any number that is always the same: PostgreSQL's advisory lock

SQLITE_SENTENCES = {
    sqlite3.SQLITE_FULL: "The disk is full: free some space where Masklet keeps its data, then try again.",
    sqlite3.SQLITE_BUSY: "Another program holds Masklet's database; close it, then try again.",
    sqlite3.SQLITE_LOCKED: "Another program holds Masklet's database; close it, then try again.",
    sqlite3.SQLITE_READONLY: "Masklet's database is read-only: make its file and folder writable.",
    sqlite3.SQLITE_CANTOPEN: "Masklet's database cannot be opened: check that its folder is writable.",
    sqlite3.SQLITE_IOERR: "The disk with Masklet's database reports an error: check it, then try again.",
    sqlite3.SQLITE_CORRUPT: "Masklet's database file is damaged: restore it from a backup.",
    sqlite3.SQLITE_NOTADB: "Masklet's database file is no database: move it away, or restore a backup.",
}
POSTGRESQL_SENTENCES = {
    "53100": "The database server's disk is full: free some space there, then try again.",
    "25006": "The database server is read-only: connect to the primary, then try again.",
    "55P03": "Another program holds Masklet's database; close it, then try again.",
}


class Database:
    """Where the stores read and write. Safe to use from several threads at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writing = threading.Lock()
        self._reader = engine
        if engine.dialect.name == "postgresql":
            # One snapshot for all SELECTs of a read, as SQLite gives of itself.
            self._reader = engine.execution_options(isolation_level="REPEATABLE READ")
        self._writer = engine.execution_options(masklet_write=True)

    @property
    def dialect(self) -> str:
        return self._engine.dialect.name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction: all its SELECTs see the same state."""
        with _clear_errors(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction: durable when the block ends, undone where it raises."""
        with _clear_errors():
            if self.dialect != "sqlite":
                with self._writer.begin() as connection:
                    yield connection
                return
            with self._writing, self._writer.begin() as connection:
                yield connection

    def close(self) -> None:
        """Idempotent."""
        self._engine.dispose()


def open_database(url: str) -> Database:
    """The database at `url`: `sqlite:////path/masklet.sqlite` or `postgresql://...`, migrated."""
    database = connect(url)
    try:
        _migrate(database)
    except BaseException:
        database.close()
        raise
    return database


def connect(url: str) -> Database:
    """The database as it is, of whichever revision."""
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return Database(_sqlite_engine(parsed))
    return Database(create_engine(parsed, pool_size=8, max_overflow=24, pool_pre_ping=True))


def sqlite_file(url: str) -> Path | None:
    """Where the database is, if it is a file."""
    parsed = _parse(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def place_of(url: str) -> str:
    """Where the database is, without who asks: equal for all that use the same one by the same address."""
    parsed = _parse(url).set(username=None, password=None)
    return parsed.difference_update_query(["user", "password", "sslpassword"]).render_as_string()


def postgresql_address(url: str) -> str:
    """As the driver itself takes it."""
    return _parse(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1))  # many hosts write it so
    except ArgumentError as error:
        raise Unavailable(
            "DATABASE_URL is not a database address: write sqlite:////path/masklet.sqlite or postgresql://user@host/name."
        ) from error
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return parsed
        case "postgresql":
            return parsed.set(drivername="postgresql+psycopg")
    raise Unavailable("DATABASE_URL must name an SQLite file or a PostgreSQL database.")


def _sqlite_engine(url: URL) -> Engine:
    folder = Path(url.database or "").absolute().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"The folder {folder} cannot be made ({error.strerror}); use another.") from error
    # As many connections as threads ask for: one costs little, and a reader must not wait for others.
    engine = create_engine(url, pool_size=8, max_overflow=-1, connect_args={"timeout": BUSY_TIMEOUT_S})

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where we say, below
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {round(BUSY_TIMEOUT_S * 1000)}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A write that began as a read could find the database changed under it and would have to fail.
        immediate = connection.get_execution_options().get("masklet_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _migrate(database: Database) -> None:
    """Bring the tables to the newest revision, all or nothing, one process at a time."""
    config = _migrations()
    with database.write() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise Unavailable(
                "The database was written by a newer Masklet: update this one, or use another MASKLET_DATA."
            ) from error


def revision_of(connection: Connection) -> str | None:
    """The revision of a database's tables; None where there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def revisions() -> list[str]:
    """The revisions of the tables that this Masklet knows, oldest first."""
    scripts = ScriptDirectory.from_config(_migrations())
    return [script.revision for script in reversed(list(scripts.walk_revisions()))]


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _clear_errors() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        raise Unavailable(sentence) from error
    except NoFreeConnection as error:
        raise Unavailable("The database server is too busy: try again in a moment.") from error


def _sentence(error: DBAPIError) -> str | None:
    """What a person can do about it; None for what is a mistake of ours."""
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", 0)
        return SQLITE_SENTENCES.get(code & 0xFF)  # the low byte: extended codes only say more
    state = getattr(error.orig, "sqlstate", None)
    if state in POSTGRESQL_SENTENCES:
        return POSTGRESQL_SENTENCES[state]
    if isinstance(error, OperationalError) or error.connection_invalidated:
        return "The database server does not answer: check DATABASE_URL and that the server is running."
    return None
