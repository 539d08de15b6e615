"""Track a real clip and export it in every format: sizes, times and memory.

    python -m tests.formats.every VIDEO FRAME,X,Y [FORMAT ...]

Each export runs in a process of its own, and each format twice: the first half of the frames, and all. The
peak of memory is the whole process's, and must not grow with the frames. The second export is then proved
against the video, as `masklet verify` does it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from backend.domain.jobs import ExportRequest, Job
from backend.exchange.verify import verify
from backend.formats.registry import FORMATS
from backend.run_job import open_exporter
from backend.settings import Settings
from tests.formats.huge import peak_bytes

HERE = "tests.formats.every"


@dataclass(frozen=True)
class Measured:
    """One export."""

    zip_bytes: int
    cpu_s: float
    peak_bytes: int


def export(data: Path, session_id: str, form: str, last_frame: int, target: Path) -> Measured:
    """What a job does, here and now."""
    settings = Settings(data=data, gallery=False)
    request = ExportRequest((session_id,), form, last_frame=last_frame)
    with open_exporter(settings) as exporter:
        started = time.process_time()
        exporter.write_zip(Job(uuid.uuid4().hex, request, "every", 0.0), request, target, lambda done: None)
        cpu_s = time.process_time() - started
    return Measured(target.stat().st_size, cpu_s, peak_bytes())


def in_process(*arguments: object) -> Measured:
    command = [sys.executable, "-m", HERE, "--one", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return Measured(**json.loads(done.stdout))


def annotate(video: Path, point: str, data: Path) -> tuple[str, int]:
    """The session that was tracked from a click, and how many frames have a mask."""
    command = [sys.executable, "-m", "backend.cli", "annotate", str(video), "--point", point]
    command += ["--data", str(data), "--format", "coco", "--output", str(data / "first.zip"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    return told["session_id"], told["frames"]


def main(video: Path, point: str, names: list[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="masklet-every-") as folder:
        data = Path(folder) / "data"
        session_id, frames = annotate(video, point, data)
        print(f"{video.name}: {frames} frames with a mask, clicked at {point}\n")
        print("| format | zip, MB | CPU s | peak at half, MB | peak at all, MB | proved |")
        print("|---|--:|--:|--:|--:|---|")
        for name in names or FORMATS:
            target = Path(folder) / f"{name}.zip"
            half = in_process(data, session_id, name, frames // 2 - 1, target)
            target.unlink()
            whole = in_process(data, session_id, name, frames - 1, target)
            proof = verify(target, video)
            row = [name, f"{whole.zip_bytes / 1e6:.2f}", f"{whole.cpu_s:.1f}"]
            row += [f"{half.peak_bytes / 1e6:.0f}", f"{whole.peak_bytes / 1e6:.0f}"]
            row += [f"{proof.frames} frames, {proof.masks} masks, {proof.pictures} pictures"]
            print("| " + " | ".join(row) + " |", flush=True)
            target.unlink()


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        data, session_id, form, last_frame, target = sys.argv[2:]
        print(json.dumps(export(Path(data), session_id, form, int(last_frame), Path(target)).__dict__))
    else:
        main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
