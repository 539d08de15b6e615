"""List the projects of a server with how far each is; with --new make one."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from backend.cli.printing import add_json, print_json, print_table
from backend.cli.server import add_server, client_of

if TYPE_CHECKING:
    from backend.client import Project

COLUMNS = ("id", "title", "sessions", "objects", "masked", "verified", "doubtful")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--new", metavar="TITLE", help="make a project of that name")
    add_server(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    with client_of(args) as client:
        found = [client.new_project(args.new)] if args.new else client.projects()
    if args.json:
        print_json([asdict(project.info) for project in found])
    else:
        print_table([_line(project) for project in found], COLUMNS)
    return 0


def _line(project: Project) -> dict[str, object]:
    """Masked and verified are shares of all frames, doubtful frames are counted."""
    progress = project.info.progress
    return {
        "id": project.id,
        "title": project.title or "(first project)",
        "sessions": progress.sessions,
        "objects": progress.objects,
        "masked": _share(progress.frames_masked, progress.frames),
        "verified": _share(progress.frames_verified, progress.frames),
        "doubtful": progress.frames_doubtful,
    }


def _share(some: int, of_all: int) -> str:
    return f"{100 * some // of_all} %" if of_all else "-"
