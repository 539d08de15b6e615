"""Small sessions to write and to read back: given masks, or random ones with everything that is awkward."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from hypothesis import strategies as st

from backend.domain.session import FrameMask, MaskOrigin, Session, TrackedObject
from backend.domain.video import FrameTimes, Video, VideoState
from backend.formats.model import Annotated, Format, FoundBox, FoundMask, FoundObject, ReadFrame
from backend.formats.pixels import decode, encode

Masks = Mapping[tuple[int, int], np.ndarray]
"""(frame_idx, object_id) -> bool [height, width]."""

WIDTH, HEIGHT, FRAMES = 50, 30, 12
TICKS = Fraction(1, 600)


def video_of(num_frames: int = FRAMES, width: int = WIDTH, height: int = HEIGHT) -> Video:
    """Of a variable frame rate: every third frame lasts twice as long."""
    times = times_of(num_frames)
    pts_s = tuple(float((stamp - times.pts[0]) * TICKS) for stamp in times.pts)
    return Video("f" * 32, 'Cups "at" 8 & café.mp4', "ab" * 32, VideoState.READY, width, height, pts_s)


def times_of(num_frames: int) -> FrameTimes:
    return FrameTimes(tuple(1200 + 25 * i + 25 * (i // 3) for i in range(num_frames)), TICKS)


OBJECTS = (
    TrackedObject(1, "left cup", "#102030", label="cup"),
    TrackedObject(4, "tasse à café <&>", "#203040", label="tasse à café"),
    TrackedObject(7, "right cup", "#304050", label="cup"),
)


def frame_mask(object_id: int, frame_idx: int, pixels: np.ndarray) -> FrameMask:
    origin = MaskOrigin.PROMPT if frame_idx == 0 else MaskOrigin.TRACK
    area = int(pixels.sum())
    return FrameMask(object_id, frame_idx, encode(pixels), area, 4.5, 0.75, origin, "colorflow")


def annotated_of(
    masks: Masks,
    objects: Sequence[TrackedObject] = OBJECTS,
    frames: Sequence[int] | None = None,
    video: Video | None = None,
    read_frame: ReadFrame | None = None,
    source: Path | None = None,
) -> Annotated:
    video = video or video_of()

    def read_masks() -> Iterator[FrameMask]:
        for (frame_idx, object_id), pixels in sorted(masks.items(), key=lambda item: item[0]):
            yield frame_mask(object_id, frame_idx, pixels)

    every = range(video.num_frames) if frames is None else frames
    times = times_of(video.num_frames)
    session = Session("s-1", video.video_id, "colorflow", 0.0, version=77)
    return Annotated(session, video, times, tuple(objects), every, read_masks, read_frame, source)


@dataclass
class ReadBack:
    """All that a reader gave."""

    objects: tuple[FoundObject, ...]
    masks: dict[tuple[int, int], np.ndarray] = field(default_factory=dict)
    boxes: dict[tuple[int, int], tuple[float, float, float, float]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read_back(format_: Format, path: Path, video: Video | None = None) -> ReadBack:
    found = format_.read(path, video or video_of())
    result = ReadBack(found.objects)
    for shape in found.shapes():
        if isinstance(shape, FoundMask):
            result.masks[shape.frame_idx, shape.object_id] = decode(shape.rle)
        elif isinstance(shape, FoundBox):
            box = shape.box
            result.boxes[shape.frame_idx, shape.object_id] = (box.x0, box.y0, box.x1, box.y1)
        else:
            result.problems.append(shape.sentence)
    return result


def same_masks(read: Masks, written: Masks) -> None:
    """Pixel for pixel. A mask without a pixel says no more than no mask."""
    seen = {place: mask for place, mask in written.items() if mask.any()}
    assert set(read) == set(seen)
    for place, mask in seen.items():
        assert np.array_equal(read[place], mask), place


def flattened(masks: Masks) -> dict[tuple[int, int], np.ndarray]:
    """What is left where a pixel holds one object: of two that overlap the lower id has it."""
    taken: dict[int, np.ndarray] = {}
    left = {}
    for (frame_idx, object_id), mask in sorted(masks.items(), key=lambda item: item[0]):
        before = taken.setdefault(frame_idx, np.zeros_like(mask))
        left[frame_idx, object_id] = mask & ~before
        taken[frame_idx] = before | mask
    return left


def blobs(seed: int = 3, objects: Sequence[TrackedObject] = OBJECTS) -> dict[tuple[int, int], np.ndarray]:
    """Of any shape, with holes and loose pixels; each object is missing on every third frame."""
    random = np.random.default_rng(seed)
    return {
        (frame_idx, tracked.object_id): random.random((HEIGHT, WIDTH)) < 0.2
        for frame_idx in range(FRAMES)
        for tracked in objects
        if (frame_idx + tracked.object_id) % 3
    }


@st.composite
def shapes(draw: st.DrawFn, height: int, width: int) -> np.ndarray:
    """Empty, full, one pixel, along the border, with a hole, in parts, noise."""
    kind = draw(st.sampled_from(["empty", "full", "pixel", "border", "hole", "ellipse", "parts", "noise"]))
    random = np.random.default_rng(draw(st.integers(0, 2**16)))
    mask = np.zeros((height, width), np.uint8)
    x, y = int(random.integers(width)), int(random.integers(height))
    if kind == "full":
        mask[:] = 1
    elif kind == "pixel":
        mask[y, x] = 1
    elif kind == "border":
        mask[0, :], mask[:, -1] = 1, 1
    elif kind == "hole":
        mask[:] = 1
        mask[y, x] = 0
    elif kind in ("ellipse", "parts"):
        for _ in range(1 if kind == "ellipse" else 4):
            axes = (int(random.integers(1, width + 1)), int(random.integers(1, height + 1)))
            centre = (int(random.integers(width)), int(random.integers(height)))
            cv2.ellipse(mask, centre, axes, 30, 0, 360, 1, -1)
    elif kind == "noise":
        mask = (random.random((height, width)) < 0.5).astype(np.uint8)
    return mask.astype(bool)


@dataclass(frozen=True)
class Sample:
    """A session drawn by Hypothesis."""

    masks: dict[tuple[int, int], np.ndarray]
    objects: tuple[TrackedObject, ...]
    frames: Sequence[int]
    video: Video


LABELS = st.sampled_from(["", "cup", "voiture", "person riding", "猫", 'a "b" <c> & d'])


@st.composite
def samples(draw: st.DrawFn, highest_id: int = 999, most_objects: int = 4) -> Sample:
    """Few frames and objects; ids up to the highest, and that one often."""
    height, width = draw(st.integers(1, 24)), draw(st.integers(1, 24))
    num_frames = draw(st.integers(1, 6))
    ids = draw(st.sets(st.integers(1, highest_id) | st.just(highest_id), max_size=most_objects))
    objects = tuple(
        TrackedObject(object_id, f"Object {object_id}", f"#{object_id:06x}", label=draw(LABELS))
        for object_id in sorted(ids)
    )
    masks = {
        (frame_idx, object_id): draw(shapes(height, width))
        for frame_idx in range(num_frames)
        for object_id in sorted(ids)
        if draw(st.booleans())
    }
    first = draw(st.integers(0, num_frames - 1))
    frames = range(first, num_frames, draw(st.integers(1, 3)))
    return Sample(masks, objects, frames, video_of(num_frames, width, height))
