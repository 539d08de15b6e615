"""Serve the web app, as `make run` does. Environment variables set it up (see docs/user-guide.md)."""

from __future__ import annotations

import argparse
import os

NAMES = {"host": "HOST", "port": "PORT", "data": "MASKLET_DATA", "checkpoints": "CHECKPOINTS_DIR"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", help="default: 7262")
    parser.add_argument("--data", metavar="FOLDER", help="where everything is kept (default: ./data)")
    parser.add_argument("--checkpoints", metavar="FOLDER", help="where weights lie (default: ./checkpoints)")


def run(args: argparse.Namespace) -> int:
    from backend.__main__ import main

    for option, name in NAMES.items():
        if (value := getattr(args, option)) is not None:
            os.environ[name] = value
    main()
    return 0
