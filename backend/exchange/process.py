"""A job in a process of its own: a click never waits for it, and what kills it does not kill the server.

The child tells its progress and its end in lines of JSON. It ends by itself when its parent is gone, since
then its standard input closes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.domain.errors import Conflict, InvalidInput, MaskletError, NotFound, Unavailable

ERRORS = {error.code: error for error in (InvalidInput, NotFound, Conflict, Unavailable)}
CRASHED = "It stopped before its end, perhaps for want of memory: try again, or take fewer frames."
FAULT = "It failed inside Masklet; the server's log has more."
POLITE = 10  # `nice`: people's clicks come first


class JobStopped(Exception):
    """`JobProcess.stop` was called."""


class JobProcess:
    """One run of a job. `stop` may be called from another thread."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        root = str(Path(__file__).parents[2])
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        self._stopped = False
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a Ctrl-C in the terminal is for the server
            env={**os.environ, **environment, "PYTHONPATH": path},
        )

    def run(self, progress: Callable[[float], None]) -> None:
        """Blocks until the job's end; raises the sentence that it failed with, or JobStopped."""
        report = Report()
        with self._child:
            try:
                for line in self._child.stdout or ():
                    report = Report(**json.loads(line))
                    if report.progress is not None:
                        progress(report.progress)
            finally:
                self._child.kill()
        if report.done:
            return
        if self._stopped:
            raise JobStopped
        if report.error:
            raise ERRORS.get(report.code, MaskletError)(report.error)
        raise Unavailable(CRASHED)

    def stop(self) -> None:
        self._stopped = True
        self._child.kill()


@dataclass(frozen=True)
class Report:
    """One line from the child: progress, or how it ended."""

    progress: float | None = None
    done: bool = False
    error: str | None = None
    code: str = ""

    def say(self) -> None:
        print(json.dumps(self.__dict__), flush=True)


def in_child(work: Callable[[], None]) -> None:
    """The child's side: work at low priority, and tell how it went."""
    _be_considerate()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        work()
    except MaskletError as error:
        Report(error=str(error), code=error.code).say()
    except BaseException:
        Report(error=FAULT, code=Unavailable.code).say()
        raise
    else:
        Report(done=True).say()


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)  # not sys.stdin.read: its lock must be free when Python ends
    os._exit(1)


def _be_considerate() -> None:
    """If memory runs out, the job goes first."""
    if hasattr(os, "nice"):
        os.nice(POLITE)
    try:
        Path("/proc/self/oom_score_adj").write_text("1000")
    except OSError:
        pass  # not Linux
