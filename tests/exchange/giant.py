"""A COCO file as large as one likes, read as an import reads it, in a process of its own.

    python -m tests.exchange.giant [MEGABYTES]

Prints its size, the CPU seconds that reading it took, and how much the process grew over reading a small one.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backend.domain.jobs import ImportRequest
from backend.domain.video import Video
from backend.exchange.reading import load_report, read_import
from backend.formats.pixels import encode
from tests.formats.huge import peak_bytes
from tests.formats.sessions import video_of

WIDTH, HEIGHT, OBJECTS, FRAMES = 640, 360, 20, 5000
SMALL_BYTES = 1_000_000


@dataclass(frozen=True)
class Read:
    """One import's reading."""

    file_bytes: int
    masks: int
    problems: int
    cpu_s: float
    peak_bytes: int


def busy_mask() -> str:
    """A mask of many short runs, as an outline full of detail has: about 10,000 characters."""
    dots = np.random.default_rng(7).random((HEIGHT, WIDTH)) < 0.02
    return encode(dots).counts


def write(path: Path, at_least_bytes: int) -> int:
    """COCO with a mask for each object and frame until the file is large enough; how many that were."""
    counts = busy_mask()
    masks = 0
    with path.open("w", encoding="ascii") as file:
        for piece in _pieces(counts):
            file.write(piece)
            masks += 1
            if file.tell() >= at_least_bytes:
                break
        file.write('],"categories":[{"id":1,"name":"thing"}]}')
    return masks


def _pieces(counts: str) -> Iterator[str]:
    images = [
        {"id": i + 1, "file_name": f"{i:06d}.jpg", "width": WIDTH, "height": HEIGHT, "frame_index": i}
        for i in range(FRAMES)
    ]
    begin = f'{{"images":{json.dumps(images)},"annotations":['
    for number in range(FRAMES * OBJECTS):
        entry = {
            "id": number + 1,
            "image_id": number // OBJECTS + 1,
            "category_id": 1,
            "track_id": number % OBJECTS + 1,
            "segmentation": {"size": [HEIGHT, WIDTH], "counts": counts},
        }
        yield (begin if number == 0 else ",\n") + json.dumps(entry)


def read(path: Path, work: Path, video: Video) -> Read:
    work.mkdir()
    started = time.process_time()
    read_import(path, ImportRequest("upload", "masks.json", video.video_id), video, None, work)
    report = load_report(work)
    masks = sum(one.num_masks for one in report.objects)
    cpu_s = time.process_time() - started
    return Read(path.stat().st_size, masks, report.num_problems, round(cpu_s, 1), peak_bytes())


def main(megabytes: int) -> None:
    video = video_of(FRAMES, WIDTH, HEIGHT)
    with tempfile.TemporaryDirectory(prefix="masklet-giant-") as name:
        folder = Path(name)
        write(folder / "small.json", SMALL_BYTES)
        small = read(folder / "small.json", folder / "small", video)
        write(folder / "giant.json", megabytes * 1_000_000)
        giant = read(folder / "giant.json", folder / "giant", video)
    print(f"{giant.file_bytes / 1e6:.0f} MB with {giant.masks} masks, {giant.problems} problems: ", end="")
    grown = (giant.peak_bytes - small.peak_bytes) / 1e6
    print(f"{giant.cpu_s} CPU s, {grown:.0f} MB more at the peak than {small.file_bytes / 1e6:.0f} MB took")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
