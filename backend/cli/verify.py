"""Prove that an export fits its source video: the video is decoded anew, and each frame, mask and picture of
the export is checked against it. Exit code 1, and a sentence that names it, at the first that is wrong."""

from __future__ import annotations

import argparse
from pathlib import Path

from backend.cli.printing import ProgressLine, add_json, print_json

FOUND_WRONG = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("export", metavar="EXPORT", type=Path, help="the zip, or the folder unpacked from it")
    parser.add_argument("source", metavar="SOURCE", type=Path, help="the video file that was annotated")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    from dataclasses import asdict

    from backend.exchange.verify import Wrong, verify

    try:
        with ProgressLine("Decoding", args.json) as progress:
            proof = verify(args.export, args.source, progress)
    except Wrong as wrong:
        print_json({"ok": False, "wrong": str(wrong)}) if args.json else print(f"Wrong: {wrong}")
        return FOUND_WRONG
    if args.json:
        print_json({"ok": True, **asdict(proof)})
    else:
        print(
            f"Right: {proof.frames} of {proof.source_frames} frames, {proof.masks} masks, "
            f"{proof.boxes} boxes, {proof.pictures} pictures, {proof.files} files ({proof.format})."
        )
    return 0
