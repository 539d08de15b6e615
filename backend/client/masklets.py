"""A session's masks as NumPy arrays, fetched some frames at a time when somebody looks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from .generated import FrameMask, RleMask, TrackedObject

FRAMES_A_FETCH = 64
FETCHES_KEPT = 16

Fetch = Callable[[int, int], tuple[FrameMask, ...]]
"""(first frame, last frame) -> masks of all objects on these frames"""


class Masklets(Mapping[int, "Masklet"]):
    """The masklets of a session by object id, as they are on the server when they are looked at.

    What was fetched is kept for a while; `refresh` forgets it.
    """

    def __init__(
        self, fetch: Fetch, objects: Sequence[TrackedObject], num_frames: int, height: int, width: int
    ) -> None:
        self._fetch = fetch
        self._objects = {tracked.object_id: tracked for tracked in objects}
        self.num_frames, self.height, self.width = num_frames, height, width
        self._kept: OrderedDict[int, dict[tuple[int, int], FrameMask]] = OrderedDict()

    def __getitem__(self, object_id: int) -> Masklet:
        return Masklet(self, self._objects[object_id])

    def __iter__(self) -> Iterator[int]:
        return iter(self._objects)

    def __len__(self) -> int:
        return len(self._objects)

    def refresh(self) -> None:
        self._kept.clear()

    def on_frame(self, frame_idx: int) -> dict[int, np.ndarray]:
        """Object id -> bool [height, width], of the objects that have a mask on the frame."""
        found = {object_id: self.entry(object_id, frame_idx) for object_id in self._objects}
        return {
            object_id: decode(entry.rle)
            for object_id, entry in found.items()
            if entry and entry.rle is not None
        }

    def entry(self, object_id: int, frame_idx: int) -> FrameMask | None:
        """The mask as the server has it, with its scores; None where there is none."""
        block = frame_idx // FRAMES_A_FETCH
        if block not in self._kept:
            first = block * FRAMES_A_FETCH
            masks = self._fetch(first, min(first + FRAMES_A_FETCH, self.num_frames) - 1)
            self._kept[block] = {(mask.object_id, mask.frame_idx): mask for mask in masks}
            while len(self._kept) > FETCHES_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(block)
        return self._kept[block].get((object_id, frame_idx))


class Masklet(Sequence[np.ndarray]):
    """One object through the video: `masklet[frame_idx]` is bool [height, width], in the source's pixels."""

    def __init__(self, masklets: Masklets, tracked: TrackedObject) -> None:
        self._masklets = masklets
        self.object = tracked

    def __len__(self) -> int:
        """Frames of the video, with or without a mask."""
        return self._masklets.num_frames

    def __getitem__(self, frame_idx: int) -> np.ndarray:  # type: ignore[override] - no slices: they may be huge
        """Without a pixel where the object has no mask. IndexError outside the video."""
        if not 0 <= frame_idx < len(self):
            raise IndexError(f"frame_idx {frame_idx} is outside 0..{len(self) - 1}")
        entry = self.entry(frame_idx)
        if entry is None or entry.rle is None:
            return np.zeros((self._masklets.height, self._masklets.width), bool)
        return decode(entry.rle)

    def entry(self, frame_idx: int) -> FrameMask | None:
        return self._masklets.entry(self.object.object_id, frame_idx)

    def frames(self) -> Iterator[int]:
        """The frames where the object has a mask with a pixel."""
        for frame_idx in range(len(self)):
            entry = self.entry(frame_idx)
            if entry is not None and entry.area > 0:
                yield frame_idx


def decode(rle: RleMask) -> np.ndarray:
    """COCO's compressed run lengths -> bool [height, width]. Runs go down the columns, background first."""
    runs: list[int] = []
    value = shift = 0
    for char in rle.counts.encode("ascii"):
        digit = char - 48
        value |= (digit & 0x1F) << shift
        shift += 5
        if digit & 0x20:
            continue
        if digit & 0x10:
            value |= -1 << shift
        runs.append(value + runs[-2] if len(runs) > 2 else value)
        value = shift = 0
    is_object = np.arange(len(runs)) % 2 == 1
    return np.repeat(is_object, runs).reshape(rle.width, rle.height).T
