"""Writing and reading a long session in a process of its own: how much memory it took.

python -m tests.formats.huge FORMAT FRAMES OBJECTS
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from backend.domain.edge import LEVELS
from backend.domain.session import FrameMask, TrackedObject
from backend.formats.model import Annotated, FoundMask
from backend.formats.registry import FORMATS
from backend.worker.soft import SoftMask, edge_of
from tests.formats.sessions import annotated_of, frame_mask, video_of

SIDE = 16


def long_session(num_frames: int, num_objects: int) -> Annotated:
    """A disc for each object on each frame, made as it is asked for: nothing of the session itself grows."""
    labelled = [TrackedObject(n, f"Object {n}", "#123456", label="thing") for n in range(1, num_objects + 1)]
    disc = cv2.circle(np.zeros((SIDE, SIDE), np.uint8), (SIDE // 2, SIDE // 2), 3, 1, -1).astype(bool)
    levels = SoftMask(cv2.blur(disc * np.float32(LEVELS - 1), (3, 3)).astype(np.uint8), SIDE, SIDE)
    edge = edge_of(levels)
    kinds = [frame_mask(1, 0, np.roll(disc, n, 1)) for n in range(-4, 5)]
    kinds[4] = replace(kinds[4], edge=edge.packed() if edge is not None else None)  # as an engine draws it

    def masks() -> Iterator[FrameMask]:
        for frame_idx in range(num_frames):
            for tracked in labelled:
                kind = kinds[(frame_idx + tracked.object_id) % len(kinds)]
                yield replace(kind, frame_idx=frame_idx, object_id=tracked.object_id)

    grey = np.full((SIDE, SIDE, 3), 90, np.uint8)
    bare = annotated_of({}, labelled, None, video_of(num_frames, SIDE, SIDE), lambda frame_idx: grey)
    return replace(bare, read_masks=masks)


def peak_bytes() -> int:
    """The most memory that this process has had. `getrusage` tells that of its parent where it had more."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = [one for one in status.read_text().splitlines() if one.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main(name: str, num_frames: int, num_objects: int) -> None:
    form = FORMATS[name]
    session = long_session(num_frames, num_objects)
    with tempfile.TemporaryDirectory() as folder:
        for few in (10, num_frames):  # the first time loads what is loaded but once
            before, place = peak_bytes(), Path(folder) / str(few)
            place.mkdir()
            started = time.process_time()
            form.write(replace(session, frames=range(few), read_frame=None), place)
            found = form.read(place, session.video)
            masks = sum(isinstance(shape, FoundMask) for shape in found.shapes())
    seconds = time.process_time() - started
    print(json.dumps({"grown_bytes": peak_bytes() - before, "masks": masks, "cpu_s": round(seconds, 2)}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
