"""Send videos to a server and wait until they can be opened. What was sent already is not sent again."""

from __future__ import annotations

import argparse
from pathlib import Path

from backend.cli.printing import ProgressLine, add_json, print_json
from backend.cli.server import add_project, add_server, client_of, project_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("videos", metavar="VIDEO", type=Path, nargs="+")
    parser.add_argument("--no-wait", action="store_true", help="return as soon as the bytes are there")
    add_project(parser, "the project to send them to")
    add_server(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    sent = []
    with client_of(args) as client:
        place = project_of(client, args) or client
        for path in args.videos:
            with ProgressLine(path.name, args.json) as progress:
                video = place.upload(path, wait=not args.no_wait, progress=progress)
            sent.append({"file": str(path), "video_id": video.id, "frames": video.num_frames})
            if not args.json:
                print(f"{path.name}: video {video.id}, {video.num_frames} frames")
    if args.json:
        print_json(sent)
    return 0
