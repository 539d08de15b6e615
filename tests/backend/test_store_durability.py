"""What is acknowledged stays: through a kill, and through everything that can be wrong with a database."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event, text

from backend.domain.errors import Unavailable
from backend.store.database import Database, open_database
from backend.store.sessions import SqlSessionStore
from backend.store.tables import metadata
from tests.backend.annotating import SESSION, areas, describe, mask, session_store

WRITER = """
import sys
from backend.store.database import open_database
from tests.backend.annotating import SESSION, describe, mask, session_store
store = session_store(open_database(sys.argv[1]))
store.add_object(SESSION, describe)
for frame_idx in range(100_000):
    store.put_masks(SESSION, [mask(1, frame_idx, area=frame_idx % 40 + 1)])
    print(frame_idx, flush=True)
"""


@pytest.mark.parametrize("acknowledged", [1, 7, 40])
def test_a_killed_writer_loses_nothing_that_it_acknowledged(
    tmp_path: Path, repository: Path, acknowledged: int
) -> None:
    url = f"sqlite:///{tmp_path}/masklet.sqlite"
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True, cwd=repository
    ) as writer:
        for _ in range(acknowledged):
            assert writer.stdout.readline()
        os.kill(writer.pid, signal.SIGKILL)
        told = acknowledged + len(writer.stdout.readlines())
    database = open_database(url)
    store = SqlSessionStore(database)
    kept = areas(store)
    # One more may have been written and not yet told.
    assert list(kept) in (list(range(told)), list(range(told + 1)))
    assert all(area == frame_idx % 40 + 1 for frame_idx, area in kept.items())
    assert store.put_masks(SESSION, [mask(1, 0)]) == 2 + len(kept) + 1
    database.close()


def test_the_migrations_make_the_tables_that_the_code_has(database: Database) -> None:
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_opening_again_keeps_everything(database: Database, database_url: str) -> None:
    session_store(database).add_object(SESSION, describe)
    again = open_database(database_url)
    assert [o.object_id for o in SqlSessionStore(again).objects(SESSION)] == [1]
    again.close()


def test_sqlite_syncs_every_commit(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/masklet.sqlite")
    with database.read() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    database.close()
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_delta_reads_only_what_changed(tmp_path: Path) -> None:
    """Every table with many rows is read by its version index, never as a whole."""
    database = open_database(f"sqlite:///{tmp_path}/masklet.sqlite")
    store = session_store(database)
    store.add_object(SESSION, describe)
    store.put_masks(SESSION, [mask(1, f) for f in range(5)])
    statements: list[tuple[str, object]] = []

    @event.listens_for(database._engine, "before_cursor_execute")
    def note(connection, cursor, statement, parameters, context, executemany) -> None:
        if statement.startswith("SELECT") and ("FROM masks" in statement or "FROM prompts" in statement):
            statements.append((statement, parameters))

    store.delta(SESSION, 2, 2)
    event.remove(database._engine, "before_cursor_execute", note)
    assert len(statements) >= 3
    with database.read() as connection:
        for statement, parameters in statements:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            steps = [step.detail for step in plan]
            assert any("_session_id_version (session_id=? AND version>" in step for step in steps), plan
            tables = ("SCAN masks", "SCAN prompts", "SCAN stashed_masks")
            assert not any(step.startswith(tables) for step in steps), plan
    database.close()


class TestTrouble:
    """One sentence that says what to do, and nothing lost."""

    def test_a_disk_that_runs_full(self, small_disk: Path) -> None:
        database = open_database(f"sqlite:///{small_disk}/masklet.sqlite")
        store = session_store(database)
        store.add_object(SESSION, describe)
        told = 0
        with pytest.raises(Unavailable, match="disk is full: free some space"):
            for frame_idx in range(1000):
                store.put_masks(SESSION, [mask(1, frame_idx)])
                told += 1
        assert list(areas(store)) == list(range(told))
        database.close()
        again = open_database(f"sqlite:///{small_disk}/masklet.sqlite")
        assert list(areas(SqlSessionStore(again))) == list(range(told))
        again.close()

    def test_a_write_that_does_not_fit(self, tmp_path: Path) -> None:
        database = open_database(f"sqlite:///{tmp_path}/masklet.sqlite")
        store = session_store(database)
        store.add_object(SESSION, describe)
        store.put_masks(SESSION, [mask(1, 0)])

        @event.listens_for(database._engine, "begin")
        def shrink(connection) -> None:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

        with pytest.raises(Unavailable, match="disk is full: free some space"):
            store.put_masks(SESSION, [mask(1, f) for f in range(5000)])
        event.remove(database._engine, "begin", shrink)
        with database.write() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        assert areas(store) == {0: 3}
        store.put_masks(SESSION, [mask(1, 1)])
        assert areas(store) == {0: 3, 1: 3}
        database.close()

    def test_a_database_that_another_program_holds(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("backend.store.database.BUSY_TIMEOUT_S", 0.05)
        database = open_database(f"sqlite:///{tmp_path}/masklet.sqlite")
        store = session_store(database)
        other = sqlite3.connect(tmp_path / "masklet.sqlite")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="Another program holds Masklet's database; close it"):
            store.add_object(SESSION, describe)
        assert store.session(SESSION).version == 1  # reading goes on
        other.rollback()
        other.close()
        assert store.add_object(SESSION, describe).object_id == 1
        database.close()

    def test_a_read_only_database(self, tmp_path: Path) -> None:
        database = open_database(f"sqlite:///{tmp_path}/masklet.sqlite")
        store = session_store(database)

        @event.listens_for(database._engine, "connect")
        def forbid(connection, _record) -> None:
            connection.execute("PRAGMA query_only = ON")

        database._engine.dispose()
        with pytest.raises(Unavailable, match="read-only: make its file and folder writable"):
            store.add_object(SESSION, describe)
        database.close()

    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        (tmp_path / "masklet.sqlite").write_bytes(b"holiday pictures, " * 500)
        with pytest.raises(Unavailable, match="is no database: move it away"):
            open_database(f"sqlite:///{tmp_path}/masklet.sqlite")
        assert (tmp_path / "masklet.sqlite").read_bytes().startswith(b"holiday")

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "data").write_text("a file is in the way")
        with pytest.raises(Unavailable, match="cannot be made"):
            open_database(f"sqlite:///{tmp_path}/data/masklet.sqlite")

    def test_a_database_of_a_newer_masklet(self, database: Database, database_url: str) -> None:
        with database.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(Unavailable, match="newer Masklet: update this one"):
            open_database(database_url)

    def test_no_server_at_the_address(self) -> None:
        with pytest.raises(Unavailable, match="server does not answer: check DATABASE_URL"):
            open_database("postgresql://nobody@127.0.0.1:1/masklet")

    @pytest.mark.parametrize("url", ["masklet.sqlite", "mysql://x/y", "sqlite://", "oracle+odd://"])
    def test_an_address_that_is_none(self, url: str) -> None:
        with pytest.raises(Unavailable, match="DATABASE_URL"):
            open_database(url)
