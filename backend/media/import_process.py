"""Import in a process of its own: a file that crashes the decoder ends that process, not the server.

Everything that is decoded later was decoded here once before. The child tells its progress in lines of
JSON. It ends by itself when its parent is gone, since then its standard input closes.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from backend.domain.errors import InvalidInput, MaskletError, Unavailable
from backend.media.importer import ImportedVideo, Progress, import_video
from backend.media.index import FrameIndex

STALL_S = 300.0  # without a sign of life for so long, the child is ended
FAULT = "Reading this video failed inside Masklet: please report it, with the file if you can."
ERRORS = {error.code: error for error in (InvalidInput, Unavailable)}


class ImportStopped(Exception):
    """`ImportProcess.stop` was called, or the child was told to end, as at a shutdown."""


class ImportCrashed(InvalidInput):
    """The child died: of the file, or of too little memory."""


@dataclass(frozen=True)
class _Report:
    """One line from the child: progress, or how it ended."""

    progress: float | None = None
    done: bool = False
    warning: str | None = None
    error: str | None = None
    code: str = ""


class ImportProcess:
    """One import. `stop` may be called from another thread."""

    def __init__(self, source: Path, folder: Path, sha256: str) -> None:
        root = str(Path(__file__).parents[2])
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        self._folder = folder
        self._stopped = False
        self._child = subprocess.Popen(
            [sys.executable, "-m", __name__, str(source), str(folder), sha256],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a Ctrl-C in the terminal is for the server
            env={**os.environ, "PYTHONPATH": path},
        )

    def run(self, progress: Progress) -> ImportedVideo:
        """Blocks until the import ends; raises as `import_video` does, or ImportStopped."""
        stalled = threading.Event()
        report = _Report()
        with self._child:
            try:
                while True:
                    watch = threading.Timer(STALL_S, lambda: (stalled.set(), self._child.kill()))
                    watch.daemon = True
                    watch.start()
                    line = self._child.stdout.readline() if self._child.stdout else ""
                    watch.cancel()
                    if not line:
                        break
                    report = _Report(**json.loads(line))
                    if report.progress is not None:
                        progress(report.progress)
            finally:
                self._child.kill()
        told_to_end = self._stopped or self._child.returncode == -signal.SIGTERM
        if told_to_end and not report.done:
            raise ImportStopped
        if report.done:
            index = FrameIndex.load(self._folder)
            times = tuple(index.pts_s.tolist())
            return ImportedVideo(index.width, index.height, times, index.source_sha256, report.warning)
        if report.error:
            raise ERRORS.get(report.code, MaskletError)(report.error)
        if stalled.is_set():
            raise InvalidInput("Reading this video got stuck: convert it to H.264 in MP4 and upload that.")
        raise ImportCrashed("This video cannot be read: convert it to H.264 in MP4 and upload that.")

    def stop(self) -> None:
        self._stopped = True
        self._child.kill()


def main() -> None:
    """The child: import what the command line names."""
    source, folder, sha256 = sys.argv[1:]
    _be_considerate()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        imported = import_video(
            Path(source), Path(folder), lambda done: _say(json.dumps({"progress": done})), sha256
        )
    except MaskletError as error:
        _say(json.dumps({"error": str(error), "code": error.code}))
    except BaseException:
        _say(json.dumps({"error": FAULT}))
        raise
    else:
        _say(json.dumps({"done": True, "warning": imported.warning}))


def _say(line: str) -> None:
    print(line, flush=True)


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)  # not sys.stdin.read: its lock must be free when Python ends
    os._exit(1)


def _be_considerate() -> None:
    """Clicks and tracking go before imports; if memory runs out, the import goes first."""
    if hasattr(os, "nice"):
        os.nice(5)
    try:
        Path("/proc/self/oom_score_adj").write_text("1000")
    except OSError:
        pass  # not Linux


if __name__ == "__main__":
    main()
