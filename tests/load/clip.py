"""A clip that can be tracked for ever: one that the gallery draws, played to and fro."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av

from sam2.procedural.clips import rendered_clips
from tests.benchmarks.cases import innermost

OBJECT = "red boat"
CLICKED_EVERY = 9  # frames: where the object may be clicked


@dataclass(frozen=True)
class LoadClip:
    path: Path
    num_frames: int
    inside: dict[int, tuple[float, float]]  # frame: a point on the object, in pixels


def write_clip(folder: Path, turns: int = 6) -> LoadClip:
    """The clip forward and backward, `turns` times one of the two."""
    clip = rendered_clips()[0]
    images = [clip.frame(i) for i in range(clip.num_frames)]
    points = {
        i: innermost(mask)
        for i in range(0, clip.num_frames, CLICKED_EVERY)
        if (mask := clip.masks(i)[OBJECT]).sum() > 400
    }
    there, back = list(range(clip.num_frames)), list(range(clip.num_frames - 2, 0, -1))
    order = [i for turn in range(turns) for i in (back if turn % 2 else there)]
    path = folder / "boats.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=clip.fps)
        stream.width, stream.height = clip.size
        stream.pix_fmt = "yuv420p"
        stream.options = {"preset": "veryfast", "g": "25", "threads": "1"}
        for i in order:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(images[i], format="rgb24")))
        container.mux(stream.encode(None))
    inside = {i: (points[i][0] + 0.5, points[i][1] + 0.5) for i in points}
    return LoadClip(path, len(order), inside)
