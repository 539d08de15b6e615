"""Imports one file after the other, as Masklet's child processes do, and says how each went."""

from __future__ import annotations

import json
import shutil
import sys
import traceback
from pathlib import Path

import numpy as np

from backend.domain.errors import MaskletError
from backend.media.frames import VideoFrames
from backend.media.importer import index_video
from backend.media.limits import MediaLimits
from backend.media.walk import walk_video


def read(path: Path, folder: Path, limits: MediaLimits) -> dict[str, object]:
    """What happened, as JSON says it: {"frames": 40}, {"sentence": "..."} or {"fault": "..."}."""
    try:
        video = index_video(path, folder, limits=limits)
        some = np.random.default_rng(len(video.pts_s)).integers(0, len(video.pts_s), 4).tolist()
        look(folder, some, (video.height, video.width, 3))  # as stills are read before the walk
        walk_video(folder)
        look(folder, some, (video.height, video.width, 3))
        return {"frames": len(video.pts_s)}
    except MaskletError as error:
        return {"sentence": str(error)}
    except MemoryError:
        return {"sentence": "Reading this video takes more memory than Masklet gives it."}
    except Exception:
        return {"fault": traceback.format_exc()}


def look(folder: Path, some: list[int], shape: tuple[int, int, int]) -> None:
    with VideoFrames(folder, 10_000_000) as frames:
        for i in some:
            assert frames.read(i).shape == shape


def main() -> None:
    limits = MediaLimits.from_json(sys.argv[1])
    limits.hold_this_process()
    for line in sys.stdin:
        path = Path(line.strip())
        folder = path.with_suffix(".video")
        print(json.dumps(read(path, folder, limits)), flush=True)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
