"""The password between the team's Masklet and its database: made at the first start, never seen by anyone.

    python -m backend.serve.team_secrets FOLDER --database-uid 999 --masklet-uid 1000

A service of `docker compose --profile team` that runs before the others, and ends. Each reader has a file of
its own that nobody else may read: PostgreSQL's image takes a password file, libpq a PGPASSFILE. So the
password is in no image, no environment and no command line, and there is none to fall back to.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

FOR_DATABASE, FOR_MASKLET = "database-password", "pgpass"
PASSWORD = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 random bytes, as `secrets.token_urlsafe` writes them
LINE = "*:*:*:*:"  # libpq's password file: any host, port, database and user


class WrongSecret(Exception):
    """Its text is printed as it is."""


def keep_secrets(folder: Path, database_uid: int, masklet_uid: int) -> bool:
    """Both files, of one password; whether it had to be made. What is there stays, or is refused."""
    kept = _read(folder / FOR_DATABASE, database_uid)
    line = _read(folder / FOR_MASKLET, masklet_uid)
    also_kept = line.removeprefix(LINE) if line is not None else None
    if kept is not None and also_kept is not None and kept != also_kept:
        raise WrongSecret(f"{folder} holds two passwords: delete {FOR_MASKLET} there to have it made anew.")
    password = kept or also_kept or secrets.token_urlsafe(32)
    if line is None:
        _write(folder / FOR_MASKLET, LINE + password, masklet_uid)
    if kept is None:
        _write(folder / FOR_DATABASE, password, database_uid)
    return not (kept or also_kept)


def _read(path: Path, owner_uid: int) -> str | None:
    """None: not made yet. Refuses what others can read, or could have put there."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise WrongSecret(f"{path} cannot be read ({error.strerror}): see what it is.") from None
    with os.fdopen(descriptor) as file:
        state = os.fstat(descriptor)
        mode = stat.S_IMODE(state.st_mode)
        if not stat.S_ISREG(state.st_mode) or mode & 0o077 or state.st_uid != owner_uid:
            raise WrongSecret(
                f"{path} is not safe (mode {mode:o}, user {state.st_uid}): "
                f"only user {owner_uid} may be able to read it, so give it to that user with mode 600."
            )
        text = file.read(256).strip()
    if not PASSWORD.fullmatch(text.removeprefix(LINE)):
        raise WrongSecret(f"{path} holds no password that was made here: delete it to have one made.")
    return text


def _write(path: Path, text: str, owner_uid: int) -> None:
    """Whole and synced, or not there. A draft that a crash left behind is written over."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        os.fchown(descriptor, owner_uid, -1)
        file.write(text + "\n")
        file.flush()
        os.fsync(descriptor)
    os.rename(draft, path)
    around = os.open(path.parent, os.O_RDONLY)
    os.fsync(around)
    os.close(around)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="backend.serve.team_secrets")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--database-uid", type=int, required=True)
    parser.add_argument("--masklet-uid", type=int, required=True)
    given = parser.parse_args(arguments)
    try:
        made = keep_secrets(given.folder, given.database_uid, given.masklet_uid)
    except (WrongSecret, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print("The database has a password of its own now." if made else "The database's password is there.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
