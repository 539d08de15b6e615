"""`python -m tests.backend.released`: write the dumps of the newest revision."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from backend.store.database import open_database, revisions
from tests.backend.databases import NoPostgreSQL, running_postgresql
from tests.backend.released.dumps import FOLDER, postgresql_text, sqlite_text
from tests.backend.released.story import tell, told


def main() -> None:
    newest = revisions()[-1]
    try:
        with running_postgresql() as server, tempfile.TemporaryDirectory() as folder:
            _write(f"sqlite:///{folder}/masklet.sqlite", newest)
            _write(server.url, newest)
            (FOLDER / f"{newest}.sqlite.sql").write_text(sqlite_text(Path(folder) / "masklet.sqlite"))
            (FOLDER / f"{newest}.postgresql.sql").write_text(postgresql_text(server))
    except NoPostgreSQL as reason:
        sys.exit(f"The dumps need PostgreSQL too: {reason}.")
    print(f"Revision {newest}: look at the three files in {FOLDER} and commit them with the migration.")


def _write(url: str, revision: str) -> None:
    database = open_database(url)
    try:
        tell(database)
        (FOLDER / f"{revision}.json").write_text(json.dumps(told(database), indent=1, sort_keys=True) + "\n")
    finally:
        database.close()


if __name__ == "__main__":
    main()
