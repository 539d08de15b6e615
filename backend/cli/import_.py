"""Bring masks and boxes from a file into a session, or into a new one on a video. --dry-run only reports what
would come in. Where something cannot, nothing does, unless --confirm lets the rest in."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from backend.cli.errors import CannotDo
from backend.cli.printing import add_json, print_json, print_table
from backend.cli.server import add_project, add_server, client_of, project_of, session_of

if TYPE_CHECKING:
    from backend.client import Job


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="an annotation file, or a zip of a folder")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--session", metavar="SESSION", help="into this one, as new objects")
    where.add_argument("--video", metavar="ID", help="into a new session on this video")
    parser.add_argument("-f", "--format", help="default: found out from the file")
    parser.add_argument("--engine", help="of the new session")
    parser.add_argument(
        "--may-change", action="store_true", help="tracking may draw over the masks (else they are kept)"
    )
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--confirm", action="store_true", help="bring in what can be, and leave out the rest")
    add_project(parser, "the project of the new session")
    add_server(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    if not args.file.is_file():
        raise CannotDo(f"There is no file {args.file}; a folder is imported as a zip of it.")
    with client_of(args) as client:
        session = session_of(client, args.session) if args.session else None
        project = project_of(client, args)
        job = client.import_masks(
            args.file,
            session.video if session else args.video,
            session.id if session else None,
            format=args.format,
            engine_id=args.engine,
            **({"project": project.id} if project else {}),
            keep=not args.may_change,
            confirmed=args.confirm,
            dry_run=args.dry_run,
        )
    print_json(asdict(job)) if args.json else _tell(job)
    return 0


def _tell(job: Job) -> None:
    report = job.report
    assert report is not None
    rows = [
        {
            "id": one.object_id,
            "name": one.name,
            "class": one.label,
            "masks": one.num_masks,
            "boxes": one.num_boxes,
            "frames": f"{one.first_frame}..{one.last_frame}",
        }
        for one in report.objects
    ]
    print_table(rows, ("id", "name", "class", "masks", "boxes", "frames"))
    for line in report.problems:
        print(f"- {line}")
    if report.num_problems > len(report.problems):
        print(f"- and {report.num_problems - len(report.problems)} more")
    where = f"They are in session {job.session_id}." if job.session_id else "Nothing was changed (dry run)."
    print(where)
