"""Get masks as files: a zip in one of the formats, with a manifest that `masklet verify` proves."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from backend.cli.errors import CannotDo
from backend.cli.printing import ProgressLine, add_json, print_json, print_table
from backend.cli.server import add_project, add_server, client_of, project_of, session_of

if TYPE_CHECKING:
    from backend.client import Client


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sessions", metavar="SESSION", nargs="*", help="ids, or the beginnings of them")
    parser.add_argument("--formats", action="store_true", help="list the formats")
    add_what(parser)
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("."), help="a file, or a folder to put it in"
    )
    parser.add_argument("--object", type=int, action="append", metavar="ID", help="only these (repeatable)")
    add_project(parser, "all sessions of a project, as one zip")
    add_server(parser)
    add_json(parser)


def add_what(parser: argparse.ArgumentParser) -> None:
    """Format and frames; `annotate` has them too."""
    parser.add_argument("-f", "--format", default="coco", help="default: coco")
    parser.add_argument("--first", type=int, default=0, metavar="FRAME", help="default: 0")
    parser.add_argument("--last", type=int, metavar="FRAME", help="included; default: the video's last")
    parser.add_argument("--stride", type=int, default=1, metavar="N", help="every Nth frame")
    parser.add_argument("--frames", action="store_true", help="with the video's pictures")


def run(args: argparse.Namespace) -> int:
    with client_of(args) as client:
        if args.formats:
            formats = [asdict(one) for one in client.formats()]
            print_json(formats) if args.json else print_table(formats, ("name", "title", "purpose"))
            return 0
        with ProgressLine("Exporting", args.json) as progress:
            path = _export(client, args, progress)
    if args.json:
        print_json({"file": str(path), "bytes": path.stat().st_size})
    else:
        print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    return 0


def _export(client: Client, args: argparse.Namespace, progress: ProgressLine) -> Path:
    """What is named: a project, or some sessions."""
    project = project_of(client, args)
    if project is not None:
        if args.sessions or args.object or args.first or args.last is not None:
            raise CannotDo("A project leaves as a whole: leave out sessions, --object, --first and --last.")
        return project.export(
            args.format, args.output, stride=args.stride, with_frames=args.frames, progress=progress
        )
    if not args.sessions:
        raise CannotDo("Name a session: `masklet sessions` lists them; or a --project.")
    return client.export(
        [session_of(client, given).id for given in args.sessions],
        args.format,
        args.output,
        objects=args.object,
        first_frame=args.first,
        last_frame=args.last,
        stride=args.stride,
        with_frames=args.frames,
        progress=progress,
    )
