"""Follow a session's objects through the video, and wait for the end. Ctrl-C stops; what is done stays."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from backend.cli.printing import ProgressLine, add_json, print_json
from backend.cli.server import add_server, client_of, session_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", metavar="SESSION", help="its id, the beginning of it, or its address")
    parser.add_argument("--direction", choices=("both", "forward", "backward"), default="both")
    parser.add_argument("--object", type=int, action="append", metavar="ID", help="only these (repeatable)")
    parser.add_argument("--first", type=int, metavar="FRAME", help="walk no frame before this one")
    parser.add_argument("--last", type=int, metavar="FRAME", help="walk no frame after this one")
    parser.add_argument("--no-wait", action="store_true", help="return as soon as it runs")
    add_server(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    from backend.client import Direction

    with client_of(args) as client:
        session = session_of(client, args.session)
        try:
            with ProgressLine("Tracking", args.json) as progress:
                done = session.track(
                    Direction(args.direction.upper()),
                    objects=args.object,
                    first_frame=args.first,
                    last_frame=args.last,
                    wait=not args.no_wait,
                    progress=progress,
                )
        except KeyboardInterrupt:
            session.cancel()
            raise
    if args.json:
        print_json(asdict(done))
    else:
        print(f"{done.state.value.capitalize()}: {done.frames_done} of {done.frames_total} steps.")
    return 0
