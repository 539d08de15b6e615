"""Clips with known masks: those that the project renders, and real ones where they are present."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from backend.domain.rle import Rle
from backend.worker.masks import decode_mask
from sam2.procedural.clips import RenderedClip, rendered_clips

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED_DATA = Path(os.environ.get("MASKLET_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))


class FrameList:
    """Decoded frames as a `FrameSource`."""

    def __init__(self, images: list[np.ndarray]) -> None:
        self._images = images
        self.num_frames = len(images)
        self.height, self.width = images[0].shape[:2]

    def read(self, frame_idx: int) -> np.ndarray:
        if not 0 <= frame_idx < self.num_frames:
            raise IndexError(f"frame_idx {frame_idx} is outside 0..{self.num_frames - 1}")
        return self._images[frame_idx]


@dataclass(frozen=True)
class Case:
    """One object of one clip. `truth` holds bool masks of the frames that are known, of any size."""

    group: str  # "real" or "rendered"
    clip: str
    object_name: str
    frames: FrameList
    truth: dict[int, np.ndarray]

    @property
    def first_frame(self) -> int:
        """The first known frame on which the object is well in view: half its greatest area."""
        areas = {i: int(mask.sum()) for i, mask in sorted(self.truth.items())}
        return next(i for i, area in areas.items() if 2 * area >= max(areas.values()))


def real_cases() -> Iterator[Case]:
    """Objects with truth in the shared test data; none where that is absent."""
    for path in sorted((SHARED_DATA / "truth").glob("*.json")):
        about = json.loads(path.read_text())
        truth = {
            row["frame"]: decode_mask(Rle(*row["size"], row["counts"]))
            for row in about["masks"]
            if row["trusted"]
        }
        frames = _decode(SHARED_DATA / "videos" / about["video"], max(truth) + 1)
        yield Case("real", Path(about["video"]).stem, about["object"], frames, truth)


def rendered_cases(seed: int = 0) -> Iterator[Case]:
    for clip in rendered_clips(seed):
        yield from objects_of(clip)


def objects_of(clip: RenderedClip, names: tuple[str, ...] = ()) -> Iterator[Case]:
    """One case for each object of a rendered clip, or for those named."""
    images, masks = [], []
    for i in range(clip.num_frames):
        images.append(clip.frame(i))
        masks.append(clip.masks(i))
    frames = FrameList(images)
    for name in names or tuple(masks[0]):
        yield Case("rendered", clip.name, name, frames, {i: m[name] for i, m in enumerate(masks)})


def _decode(path: Path, count: int) -> FrameList:
    images: list[np.ndarray] = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            images.append(frame.to_ndarray(format="rgb24"))
            if len(images) == count:
                break
    return FrameList(images)


def overlap(mask: np.ndarray, truth: np.ndarray) -> float:
    """J: intersection over union at the truth's size; 1 where both are empty."""
    if mask.shape != truth.shape:
        size = (truth.shape[1], truth.shape[0])
        mask = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) >= 0.5
    union = np.count_nonzero(mask | truth)
    return 1.0 if union == 0 else float(np.count_nonzero(mask & truth) / union)


def innermost(mask: np.ndarray) -> tuple[float, float]:
    """The pixel (x, y) that lies deepest inside a mask."""
    depth = cv2.distanceTransform(
        cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 5
    )[1:-1, 1:-1]
    y, x = np.unravel_index(int(np.argmax(depth)), depth.shape)
    return float(x), float(y)
