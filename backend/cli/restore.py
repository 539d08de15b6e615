"""Bring a backup back into an empty data folder and an empty database, of either kind.

MASKLET_DATA and DATABASE_URL say where to, as they do for the server. Every byte is checked on the way.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from backend.cli.backup import installation
from backend.store.backup import check, restore


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", type=Path, help="what `masklet backup` wrote")
    parser.add_argument("--data", metavar="FOLDER", help="where to (default: MASKLET_DATA or ./data)")
    parser.add_argument("--backup", metavar="NAME", help="which of a folder's backups (default: the newest)")
    parser.add_argument("--check", action="store_true", help="only read the backup and check every byte")


def run(args: argparse.Namespace) -> int:
    if args.check:
        sound = check(args.source, args.backup)
        print(f"Backup {sound.name} is sound: {sound.sessions} sessions on {sound.videos} videos.")
        return 0
    target = installation(args.data)
    back = restore(args.source, target, args.backup)
    print(f"Restored {back.name} into {target.data}: {back.sessions} sessions on {back.videos} videos.")
    return 0
