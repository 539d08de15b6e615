"""Reading a video in a process of its own: a file that crashes the decoder, hangs it or wants all memory
ends that process, not the server.

The child tells its progress in lines of JSON. It ends by itself when its parent is gone, since then its
standard input closes.
"""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from backend.domain.errors import InvalidInput, MaskletError, Unavailable
from backend.media.importer import index_video
from backend.media.limits import MediaLimits
from backend.media.walk import walk_video

FAULT = "Reading this video failed inside Masklet: please report it, with the file if you can."
STUCK = "Reading this video got stuck: convert it to H.264 in MP4 and upload that."
CRASHED = "This video cannot be read: convert it to H.264 in MP4 and upload that."
TOO_MUCH = "Reading this video takes more memory than Masklet gives it: scale it down and upload that."
ERRORS = {error.code: error for error in (InvalidInput, Unavailable)}
POLITE = 5  # `nice` of the index, which somebody waits for; clicks and tracking go first
VERY_POLITE = 10  # `nice` of the walk

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "OMP_NUM_THREADS", "VIRTUAL_ENV")
REPORT_EVERY_S = 0.1

Progress = Callable[[float], None]


class ChildStopped(Exception):
    """`MediaChild.stop` was called, or the child was told to end, as at a shutdown."""


class ChildCrashed(InvalidInput):
    """The child died: of the file, or of too little memory."""


class Task(StrEnum):
    INDEX = "index"
    WALK = "walk"


@dataclass(frozen=True)
class Report:
    """One line from the child: progress, or how it ended."""

    progress: float | None = None
    done: bool = False
    playback: str = ""
    warning: str | None = None
    error: str | None = None
    code: str = ""


@dataclass(frozen=True)
class Job:
    """What a child is to do with the video whose source lies in `folder`."""

    task: Task
    folder: Path
    source: Path
    sha256: str


class MediaChild:
    """One task. `stop` may be called from another thread."""

    def __init__(self, job: Job, limits: MediaLimits | None = None) -> None:
        self._limits = limits or MediaLimits()
        self._stopped = False
        arguments = [job.task.value, str(job.folder), str(job.source), job.sha256, self._limits.to_json()]
        self._process = start_python(__name__, arguments)

    @property
    def pid(self) -> int:
        return self._process.pid

    def run(self, progress: Progress = lambda done: None) -> Report:
        """Blocks until the task ends; raises as the task does, or ChildStopped."""
        stalled = threading.Event()
        report = Report()
        with self._process as process:
            try:
                while True:
                    watch = threading.Timer(self._limits.stall_s, lambda: (stalled.set(), process.kill()))
                    watch.daemon = True
                    watch.start()
                    line = process.stdout.readline() if process.stdout else b""
                    watch.cancel()
                    if not line:
                        break
                    report = Report(**json.loads(line))
                    if report.progress is not None:
                        progress(report.progress)
            finally:
                process.kill()
        if report.done:
            return report
        if self._stopped or self._process.returncode == -signal.SIGTERM:
            raise ChildStopped
        if report.error:
            raise ERRORS.get(report.code, MaskletError)(report.error)
        if stalled.is_set() or self._process.returncode == -signal.SIGXCPU:
            raise InvalidInput(STUCK)
        raise ChildCrashed(CRASHED)

    def stop(self) -> None:
        self._stopped = True
        self._process.kill()


def start_python(module: str, arguments: list[str]) -> subprocess.Popen[bytes]:
    """A process of this Python that runs one of our modules, with its standard input and output open. It gets
    none of the server's secrets, such as the address of the database."""
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # a Ctrl-C in the terminal is for the server
        env={**{name: os.environ[name] for name in PASSED_ON if name in os.environ}, "PYTHONPATH": path},
    )


def main() -> None:
    """The child."""
    task, folder, source, sha256, limits_json = sys.argv[1:]
    limits = MediaLimits.from_json(limits_json)
    be_considerate(POLITE if task == Task.INDEX else VERY_POLITE)
    limits.hold_this_process()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        _say(_do(Job(Task(task), Path(folder), Path(source), sha256), limits))
    except MaskletError as error:
        _say(Report(error=str(error), code=error.code))
    except MemoryError:
        _say(Report(error=TOO_MUCH, code=InvalidInput.code))
    except BaseException:
        _say(Report(error=FAULT))
        raise


def _do(job: Job, limits: MediaLimits) -> Report:
    said_s = -math.inf

    def progress(done: float) -> None:
        nonlocal said_s
        if done >= 1 or time.monotonic() - said_s >= REPORT_EVERY_S:
            said_s = time.monotonic()
            _say(Report(progress=done))

    if job.task is Task.INDEX:
        imported = index_video(job.source, job.folder, progress, job.sha256, limits)
        return Report(done=True, playback=imported.playback, warning=imported.warning)
    walked = walk_video(job.folder, progress)
    return Report(done=True, playback=walked.playback, warning=walked.warning)


def _say(report: Report) -> None:
    print(json.dumps(report.__dict__), flush=True)


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)  # not sys.stdin.read: its lock must be free when Python ends
    os._exit(1)


def be_considerate(niceness: int) -> None:
    """Clicks and tracking go before this process; if memory runs out, this one goes first."""
    if hasattr(os, "nice"):
        os.nice(niceness)
    try:
        Path("/proc/self/oom_score_adj").write_text("1000")
    except OSError:
        pass  # not Linux


if __name__ == "__main__":
    main()
