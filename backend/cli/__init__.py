"""`masklet`: Masklet from the command line. One module a sub-command, loaded when it is asked for.

A sub-command module has `add_arguments(parser)` and `run(args) -> int`, the exit code. What goes wrong is
one sentence on stderr and exit code 2; 1 is for a command that worked and found something wrong (`verify`).
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import sys
from collections.abc import Sequence

from backend.cli.errors import CannotDo
from backend.domain.errors import MaskletError

# Sub-command -> what it does. Its module here has the same name, with `_` for `-`.
COMMANDS = {
    "serve": "serve the web app",
    "sessions": "list the sessions of a server",
    "projects": "list the projects of a server, or make one",
    "upload": "send videos to a server",
    "track": "follow a session's objects through the video",
    "annotate": "click, track and export a video file here, without a server",
    "export": "get a session's masks as files",
    "import": "bring masks and boxes from files into a session",
    "finetune": "train SAM 2 on annotated sessions",
    "verify": "prove that an export fits its source video, frame by frame",
    "backup": "keep a copy of all that a data folder holds",
    "restore": "bring a backup back",
}
OK, FOUND_WRONG, FAILED, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one sub-command; the exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    try:
        if not given or given[0] in ("-h", "--help"):
            print(usage())
            return OK if given else FAILED
        name, *rest = given
        if name == "--version":
            print(f"masklet {_version()}")
            return OK
        if name not in available():
            raise CannotDo(f"There is no command {name!r}: choose one of {', '.join(available())}.")
        return _run(name, rest)
    except (MaskletError, CannotDo) as error:
        return _failed(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # `| head` has read enough
        return OK
    except OSError as error:
        return _failed(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}.")


def available() -> list[str]:
    """The sub-commands that this build has."""
    return [name for name in COMMANDS if importlib.util.find_spec(_module(name)) is not None]


def usage() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {COMMANDS[name]}" for name in available()]
    return "\n".join(
        [
            "usage: masklet COMMAND ...",
            "",
            *lines,
            "",
            "`masklet COMMAND --help` tells more. Exit codes: 0 done, 1 verify found something wrong,",
            "2 it could not be done (one sentence on stderr says why), 130 interrupted.",
        ]
    )


def _module(name: str) -> str:
    """Every module is named after its command; `import` is a keyword, so it has a suffix."""
    return f"backend.cli.{'import_' if name == 'import' else name.replace('-', '_')}"


def _run(name: str, arguments: Sequence[str]) -> int:
    module = importlib.import_module(_module(name))
    parser = argparse.ArgumentParser(f"masklet {name}", description=module.__doc__)
    module.add_arguments(parser)
    try:
        args = parser.parse_args(arguments)
    except SystemExit as end:  # argparse has said what is wrong
        return int(end.code or 0)
    return module.run(args)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("masklet")
    except PackageNotFoundError:
        return "(not installed)"


def _failed(sentence: str) -> int:
    print(f"masklet: {sentence}", file=sys.stderr)
    return FAILED
