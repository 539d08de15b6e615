"""A whole database as one SQLite file, taken while others write, and back into either kind of database.

SQLite is copied by its own online backup, PostgreSQL row by row within one snapshot: so a backup can be
restored into the other kind. Both show one moment, and hold up no writer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, inspect, select

from backend.domain.durable import sync
from backend.domain.errors import Conflict, Unavailable
from backend.store import people_tables, review_tables  # noqa: F401 - they put their tables into `metadata`
from backend.store.database import connect, open_database, revision_of, revisions, sqlite_file
from backend.store.tables import metadata, videos

ROWS = 500  # at once


@dataclass(frozen=True)
class Contents:
    """What a copy holds."""

    revision: str
    ready_videos: tuple[str, ...]  # ids
    videos: int
    sessions: int


def copy_database(url: str, file: Path) -> None:
    """Write the database as it is at one moment to a new SQLite file."""
    source = sqlite_file(url)
    if source is None:
        _copy_rows_out(url, file)
    elif not source.exists():
        raise Unavailable(f"There is no database at {source}: see that MASKLET_DATA names the right folder.")
    else:
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(file)) as copy:
            live.backup(copy)  # all pages in one step: in WAL mode that keeps nobody from writing
    with closing(sqlite3.connect(file)) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
        if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise Unavailable("Masklet's database is damaged, so this copy of it is: use an older backup.")
    sync(file)


def contents_of(file: Path) -> Contents:
    """Raises Unavailable for what no Masklet wrote."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as copy:
        try:
            revision = copy.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            ready = [row[0] for row in copy.execute("SELECT video_id FROM videos WHERE state = 'ready'")]
            videos, sessions = (
                copy.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                for table in ("videos", "sessions")
            )
        except (sqlite3.DatabaseError, TypeError) as error:
            raise Unavailable(
                "This database holds nothing of Masklet: see that DATABASE_URL is right."
            ) from error
        return Contents(revision, tuple(ready), videos, sessions)


def check_empty(url: str) -> None:
    """Raises Conflict where a database has something in it."""
    file = sqlite_file(url)
    if file is not None:
        if file.exists():
            raise Conflict(f"There is a database at {file} already: restore into an empty place.")
        return
    database = connect(url)
    try:
        with database.read() as connection:
            if revision_of(connection) is not None and connection.execute(select(videos)).first():
                raise Conflict("The PostgreSQL database has videos in it: restore into an empty one.")
    finally:
        database.close()


@contextmanager
def filled_database(file: Path, url: str) -> Iterator[None]:
    """Put a copy's rows into an empty PostgreSQL database; they stay when the block ends without an error."""
    open_database(f"sqlite:///{file}").close()  # a copy of an older Masklet gets today's tables
    source, target = connect(f"sqlite:///{file}"), open_database(url)
    try:
        with source.read() as reading, target.write() as writing:
            _copy_rows(reading, writing)
            yield
    finally:
        source.close()
        target.close()


def _copy_rows_out(url: str, file: Path) -> None:
    source = connect(url)
    target = open_database(f"sqlite:///{file}")
    try:
        with source.read() as reading, target.write() as writing:
            revision = revision_of(reading)
            if revision != revisions()[-1]:
                raise Unavailable(
                    f"The database has tables of revision {revision}, this Masklet knows {revisions()[-1]}: "
                    "use the one that serves it."
                )
            _copy_rows(reading, writing)
    finally:
        source.close()
        target.close()


def _copy_rows(reading: Connection, writing: Connection) -> None:
    """Also of what a new database begins with, such as the first project: the copy has it as it is now."""
    unknown = set(inspect(writing).get_table_names()) - {"alembic_version"} - metadata.tables.keys()
    assert not unknown, f"these tables would be left out: {', '.join(sorted(unknown))}"
    for table in reversed(metadata.sorted_tables):
        writing.execute(delete(table))
    for table in metadata.sorted_tables:  # those first that others refer to
        rows = reading.execute(select(table).execution_options(yield_per=ROWS))
        for some in rows.partitions(ROWS):
            writing.execute(table.insert(), [dict(row._mapping) for row in some])
