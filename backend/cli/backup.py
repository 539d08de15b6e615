"""Keep a copy of all that a data folder and its database hold, also while a server serves it.

TARGET is a folder, where each backup adds only what is new, or a new file that ends in .tar. MASKLET_DATA and
DATABASE_URL say what to copy, as they do for the server.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from backend.cli.errors import CannotDo
from backend.settings import SettingsError, from_environment
from backend.store.backup import Installation, back_up


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "target", metavar="TARGET", type=Path, help="a folder for backups, or a new .tar file"
    )
    parser.add_argument("--data", metavar="FOLDER", help="the data folder (default: MASKLET_DATA or ./data)")
    parser.add_argument("--keep", metavar="N", type=int, help="leave only the newest N backups in the folder")


def run(args: argparse.Namespace) -> int:
    made = back_up(installation(args.data), args.target, args.keep)
    nbytes = made.database.nbytes + sum(file.nbytes for file in made.files)
    print(
        f"Backup {made.name} in {args.target}: {made.sessions} sessions on {made.videos} videos, "
        f"{len(made.files) + 1} files, {nbytes / 1e6:.1f} MB."
    )
    return 0


def installation(data: str | None) -> Installation:
    """What the environment says, as the server reads it."""
    given = {"MASKLET_DATA": data} if data is not None else {}
    try:
        settings = from_environment({**os.environ, **given})
    except SettingsError as error:
        raise CannotDo(str(error)) from error
    return Installation(settings.data, settings.database)
