"""A database that an older Masklet left is brought to the newest tables, with everything in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from backend.store.database import Database, open_database, revisions
from backend.store.sessions import SqlSessionStore
from backend.store.tables import metadata
from tests.backend.annotating import SESSION, describe, drawn
from tests.backend.released.dumps import FOLDER, load_postgresql, load_sqlite
from tests.backend.released.story import still_told, tell, told

KINDS = ("sqlite", "postgresql")


@pytest.mark.parametrize("revision", revisions())
def test_every_revision_has_its_dumps(revision: str) -> None:
    wanted = [f"{revision}.json", *(f"{revision}.{kind}.sql" for kind in KINDS)]
    missing = [name for name in wanted if not (FOLDER / name).exists()]
    assert not missing, f"run `python -m tests.backend.released` and commit {missing}"


@pytest.fixture(params=[(revision, kind) for revision in revisions() for kind in KINDS], ids="-".join)
def upgraded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Database]]:
    """(revision, its database opened by today's Masklet)"""
    revision, kind = request.param
    dump = (FOLDER / f"{revision}.{kind}.sql").read_text()
    url = f"sqlite:///{tmp_path}/masklet.sqlite"
    if kind == "sqlite":
        load_sqlite(dump, tmp_path / "masklet.sqlite")
    else:
        server = request.getfixturevalue("empty_postgresql")
        load_postgresql(dump, server)
        url = server.url
    database = open_database(url)
    yield revision, database
    database.close()


def test_all_that_was_there_is_there(upgraded: tuple[str, Database]) -> None:
    revision, database = upgraded
    before = json.loads((FOLDER / f"{revision}.json").read_text())
    assert len(before["of session-1"]["masks"]) == 11
    assert still_told(before, told(database))


def test_it_has_todays_tables_and_takes_new_work(upgraded: tuple[str, Database]) -> None:
    _, database = upgraded
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == revisions()[-1]
    store = SqlSessionStore(database)
    before = store.session(SESSION).version
    added = store.add_object(SESSION, describe)
    assert added.object_id == 4
    assert store.put_masks(SESSION, [drawn(4, 19)]) == before + 2
    store.add_object(SESSION, describe, 3)  # the removed one comes back empty
    assert not [mask for mask in store.masks(SESSION) if mask.object_id == 3]


def test_the_newest_dump_is_of_todays_tables(database: Database) -> None:
    """A migration that was changed after its dump was made would not be seen otherwise."""
    tell(database)
    newest = json.loads((FOLDER / f"{revisions()[-1]}.json").read_text())
    assert still_told(newest, told(database))


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        ({"a": [1, {"b": None}]}, {"a": [1, {"b": None, "c": 2}], "d": 3}, True),
        ({"a": [1]}, {"a": [1, 2]}, False),
        ({"a": {"b": 1}}, {"a": {}}, False),
        ({"a": 1}, {"a": 2}, False),
    ],
)
def test_what_counts_as_still_told(before: object, now: object, same: bool) -> None:
    assert still_told(before, now) is same
