"""List the sessions of a server, newest first; with --videos its videos."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import datetime

from backend.cli.printing import add_json, print_json, print_table
from backend.cli.server import add_project, add_server, client_of, project_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--videos", action="store_true", help="list the library instead")
    add_project(parser, "only those of a project")
    add_server(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    with client_of(args) as client:
        place = project_of(client, args) or client
        if args.videos:
            videos = [_plain(asdict(video)) for video in place.videos()]
            shown = [{**v, "size": f"{v['width']}x{v['height']}", "frames": v["num_frames"]} for v in videos]
            _print(args, videos, shown, ("id", "title", "size", "frames", "state"))
        else:
            sessions = [_plain(asdict(session.info)) for session in place.sessions()]
            shown = [
                {
                    "id": one["id"],
                    "video": one["video"]["title"],
                    "engine": one["engine"]["id"],
                    "created": datetime.fromtimestamp(one["created_s"]).strftime("%Y-%m-%d %H:%M"),
                }
                for one in sessions
            ]
            _print(args, sessions, shown, ("id", "video", "engine", "created"))
    return 0


def _print(args: argparse.Namespace, full: list[dict], shown: list[dict], columns: tuple[str, ...]) -> None:
    if args.json:
        print_json(full)
    else:
        print_table(shown, columns)


def _plain(values: dict) -> dict:
    """Without the times of every frame, which would drown the rest."""
    kept = {name: value for name, value in values.items() if name != "frame_times_s"}
    return {name: _plain(value) if isinstance(value, dict) else value for name, value in kept.items()}
