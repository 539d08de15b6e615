"""Databases as each revision of the tables left them, with rows in them: `NNNN.sqlite.sql`,
`NNNN.postgresql.sql`, and `NNNN.json`, what the store of that day said was in them.

Every revision has all three. After writing a migration run

    python -m tests.backend.released

which writes those of the newest revision, and commit them with the migration. They are never written
anew once they are committed: people have such databases.
"""
