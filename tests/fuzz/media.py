"""Fuzz the importer: `python -m tests.fuzz.media --files 1000`. A bounded run is in the tests.

Every file must be imported, with frames that can be read, or be refused with one sentence that names no
path. A file that kills the decoder, or keeps it busy, has to end as a sentence in the server too: that is
tried with the real child process.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backend.domain.errors import MaskletError
from backend.media.child import Job, MediaChild, Task, start_python
from backend.media.limits import MediaLimits
from tests.backend.frame_corpus import CASES
from tests.fuzz.mutations import Spoilt, spoilt_file

ORIGINALS = (
    "plain b-frames vfr-mkv edit-list fragmented turned-90-mirrored mov hevc hidden-vp9 hidden-vp8 av1 mjpeg"
    " mpeg4-avi prores ts gif apng longer-sound one-frame two-tracks"
).split()
LIMITS = MediaLimits(memory_bytes=2 * 2**30, cpu_s=600, stall_s=60.0)


@dataclass
class Outcome:
    """How the files went."""

    imported: int = 0
    refused: Counter[str] = field(default_factory=Counter)  # sentence -> files
    killed: list[str] = field(
        default_factory=list
    )  # files that ended the decoder's process; refused in the end
    faults: list[str] = field(default_factory=list)  # what must not happen
    slowest_s: float = 0.0

    def __str__(self) -> str:
        lines = [f"{self.imported} imported, {sum(self.refused.values())} refused with a sentence:"]
        lines += [f"  {count:5}  {sentence}" for sentence, count in self.refused.most_common()]
        lines += [
            f"{len(self.killed)} of these ended the decoder's process:",
            *(f"  {k}" for k in self.killed),
        ]
        lines += [f"slowest: {self.slowest_s:.1f} s", f"{len(self.faults)} faults", *self.faults]
        return "\n".join(lines)


class Worker:
    """A process that imports files until one of them ends it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, path: Path) -> dict[str, object] | None:
        """None: the file ended the process."""
        process = self._process = self._process or start_python("tests.fuzz.media_worker", [LIMITS.to_json()])
        assert process.stdin is not None and process.stdout is not None
        watch = threading.Timer(LIMITS.stall_s, process.kill)
        watch.start()
        process.stdin.write(f"{path}\n".encode())
        process.stdin.flush()
        line = process.stdout.readline()
        watch.cancel()
        if not line:
            self.close()
            return None
        return json.loads(line)

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            with self._process:
                self._process = None


def originals(folder: Path) -> list[Spoilt]:
    found = []
    for name in ORIGINALS:
        path = CASES[name].write(folder)
        found.append(Spoilt(name, path.suffix, path.read_bytes()))
    return found


def fuzz(seeds: Sequence[int], folder: Path) -> Outcome:
    clean, outcome, worker = originals(folder), Outcome(), Worker()
    for seed in seeds:
        spoilt = spoilt_file(seed, clean)
        path = folder / f"spoilt-{seed}{spoilt.suffix}"
        path.write_bytes(spoilt.data)
        begun_s = time.monotonic()
        said = worker.read(path)
        if said is None:
            outcome.killed.append(spoilt.name)
            said = in_the_real_child(path)
        outcome.slowest_s = max(outcome.slowest_s, time.monotonic() - begun_s)
        judge(spoilt, said, folder, outcome)
        path.unlink()
    worker.close()
    return outcome


def in_the_real_child(path: Path) -> dict[str, object]:
    folder = path.with_suffix(".video")
    try:
        for task in (Task.INDEX, Task.WALK):
            MediaChild(Job(task, folder, path, "0" * 64), LIMITS).run()
    except MaskletError as error:
        return {"sentence": str(error)}
    return {"frames": -1}


def judge(spoilt: Spoilt, said: dict[str, object], folder: Path, outcome: Outcome) -> None:
    if "frames" in said:
        outcome.imported += 1
        return
    if "fault" in said:
        outcome.faults.append(f"{spoilt.name}: {said['fault']}")
        return
    sentence = str(said["sentence"])
    outcome.refused[sentence] += 1
    if "\n" in sentence or str(folder) in sentence or "/" in sentence or not sentence.endswith("."):
        outcome.faults.append(f"{spoilt.name}: {sentence!r} is no sentence for people")
    if "report it" in sentence:
        outcome.faults.append(f"{spoilt.name}: a fault of ours")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = fuzz(range(given.first, given.first + given.files), Path(folder))
    print(outcome)
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
