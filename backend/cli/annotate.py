"""Click, track and export a video file on this machine, without a server.

A point is FRAME,X,Y in the video's pixels; FRAME,X,Y,0 excludes. A box is FRAME,X0,Y0,X1,Y1. Each --object
begins another object; without it all points and boxes are one object's.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from backend.cli.errors import CannotDo
from backend.cli.export import add_what
from backend.cli.printing import ProgressLine, add_json, print_json

if TYPE_CHECKING:
    from backend.headless import Clicks


class _Given(argparse.Action):
    """Points, boxes and objects in the order in which they are written."""

    def __call__(self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values, option=None):
        given = getattr(namespace, "given", None) or []
        namespace.given = [*given, (self.dest, values)]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("video", metavar="VIDEO", type=Path)
    parser.add_argument("--object", metavar="NAME", action=_Given, help="what follows is of this object")
    parser.add_argument("--point", metavar="FRAME,X,Y", action=_Given, help="repeatable")
    parser.add_argument("--box", metavar="FRAME,X0,Y0,X1,Y1", action=_Given, help="repeatable")
    parser.add_argument(
        "--track",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="follow the objects through the video; without: masks on the frames named",
    )
    parser.add_argument("--engine", help="default: the best one here")
    parser.add_argument("--data", metavar="FOLDER", type=Path, help="keep the session in this data folder")
    parser.add_argument(
        "-o", "--output", type=Path, help="a .zip file, or a folder to make; default: VIDEO-FORMAT.zip here"
    )
    add_what(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    from backend.formats.registry import format_named
    from backend.headless import Wanted, annotate

    format_named(args.format)  # refused now, not when all is tracked
    if not args.video.is_file():
        raise CannotDo(f"There is no file {args.video}.")
    output = args.output or Path(f"{args.video.stem}-{args.format}.zip")
    if output.exists() and (output.is_file() or any(output.iterdir())):
        raise CannotDo(f"{output} is there already: name another file, or an empty folder, with --output.")
    clicks = _clicks(getattr(args, "given", None) or [])
    wanted = Wanted(
        args.video,
        clicks,
        args.track,
        args.engine,
        args.format,
        args.first,
        args.last,
        args.stride,
        args.frames,
        output,
    )
    if args.data is not None:
        _lock(args.data)
    folder = args.data or Path(tempfile.mkdtemp(prefix="masklet-", dir=os.environ.get("TMPDIR")))
    try:
        with ProgressLine(args.video.name, args.json) as progress:
            done = annotate(wanted, folder, progress)
    finally:
        if args.data is None:
            shutil.rmtree(folder, ignore_errors=True)
    if args.json:
        print_json({"output": str(output), "session_id": done.session_id, "frames": done.masked_frames})
    else:
        print(f"{output}: masks on {done.masked_frames} of {done.num_frames} frames ({done.engine_id}).")
    return 0


def _lock(data: Path) -> None:
    """A server that uses the folder would not see what is done to it here."""
    from backend.serve.checks import check_data_folder
    from backend.serve.locks import CannotStart, lock_data_folder

    try:
        check_data_folder(data)
        lock_data_folder(data)
    except CannotStart as error:
        raise CannotDo(str(error)) from error


def _clicks(given: list[tuple[str, str]]) -> list[Clicks]:
    from backend.headless import Clicks

    objects: list[Clicks] = []
    for what, text in given:
        if what == "object":
            objects.append(Clicks(text))
            continue
        if not objects:
            objects.append(Clicks(None))
        if what == "point":
            objects[-1].points.append(_numbers(text, "--point", (3, 4)))
        else:
            objects[-1].boxes.append(_numbers(text, "--box", (5,)))
    if not any(one.points or one.boxes for one in objects):
        raise CannotDo("Say where an object is: --point FRAME,X,Y or --box FRAME,X0,Y0,X1,Y1.")
    return objects


def _numbers(text: str, option: str, counts: tuple[int, ...]) -> tuple[float, ...]:
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if len(numbers) not in counts or numbers[0] != int(numbers[0]):
        raise CannotDo(f"{option} {text} makes no sense: write numbers with commas, the frame first.")
    return numbers
