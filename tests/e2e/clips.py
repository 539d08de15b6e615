"""The two videos of the story: one that the project draws, with exact masks, and a real one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from pycocotools import mask as coco_mask

from sam2.procedural.clips import RenderedClip


@dataclass(frozen=True)
class StoryClip:
    """A video file and where things are in it."""

    path: Path
    num_frames: int
    width: int
    height: int
    truth: Callable[[int], np.ndarray]  # the first object's mask on a frame, bool [height, width]
    other: tuple[float, float]  # a point inside a second object on frame 0
    names: tuple[str, str]  # what a person would call the two
    frame_to_correct: int
    candidates: tuple[tuple[float, float], ...]  # things on that frame which the first object may have lost


def drawn_clip(clip: RenderedClip, first: str, second: str, num_frames: int, path: Path) -> StoryClip:
    """The first frames of a rendered clip as an MP4, with two of its objects."""
    width, height = clip.size
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(clip.fps), options={"crf": "12"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for frame_idx in range(num_frames):
            picture = av.VideoFrame.from_ndarray(clip.frame(frame_idx), format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return StoryClip(
        path,
        num_frames,
        width,
        height,
        lambda frame_idx: clip.masks(frame_idx)[first],
        inside(clip.masks(0)[second]),
        (first.capitalize(), second.capitalize()),
        num_frames // 3,
        (inside(clip.masks(num_frames // 3)[second]),),
    )


def real_cups(video: Path, truth: Path) -> StoryClip:
    """02_cups.mp4 with the middle cup's masks, which are known on some frames only (and at half size)."""
    masks = {
        entry["frame"]: coco_mask.decode({"size": entry["size"], "counts": entry["counts"]})
        for entry in json.loads(truth.read_text())["masks"]
        if entry["trusted"]
    }

    def mask(frame_idx: int) -> np.ndarray:
        nearest = min(masks, key=lambda known: abs(known - frame_idx))
        return cv2.resize(masks[nearest], (1280, 720), interpolation=cv2.INTER_NEAREST).astype(bool)

    cups_80 = ((401.0, 414.0), (633.0, 450.0), (910.0, 440.0))  # as one sees them on frame 80
    names = ("Middle cup", "Right cup")
    return StoryClip(video, 300, 1280, 720, mask, (913.0, 418.0), names, 80, cups_80)


def inside(mask: np.ndarray) -> tuple[float, float]:
    """The pixel of a mask that is farthest from its edge, (x, y)."""
    assert mask.any()
    distance = cv2.distanceTransform(np.pad(mask.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    y, x = np.unravel_index(int(distance.argmax()), distance.shape)
    return float(x), float(y)
