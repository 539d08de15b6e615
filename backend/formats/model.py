"""What every format gets to write, and what it gives when it is read.

A writer streams: it sees one frame at a time, so its memory does not grow with the length of the video. It
writes into a folder and nowhere else. All frame numbers are the source's own: frame i is the i-th frame of
the file in presentation order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

import numpy as np

from backend.domain.errors import InvalidInput
from backend.domain.rle import Rle
from backend.domain.session import BoxPrompt, FrameMask, Session, TrackedObject
from backend.domain.video import FrameTimes, Video

ReadMasks = Callable[[], Iterator[FrameMask]]
ReadFrame = Callable[[int], np.ndarray]
"""frame_idx -> uint8 RGB [height, width, 3]."""


def _nothing() -> None:
    """Nobody waits for the progress."""


@dataclass(frozen=True)
class AnnotatedFrame:
    """The masks of one frame, by object id. Each has an RLE; it may be without a pixel."""

    frame_idx: int
    masks: tuple[FrameMask, ...]

    def seen(self) -> tuple[FrameMask, ...]:
        """Those that have a pixel."""
        return tuple(mask for mask in self.masks if mask.area > 0)


@dataclass(frozen=True)
class Annotated:
    """What is to be written: the chosen objects of a session on the chosen frames of its video."""

    session: Session
    video: Video
    times: FrameTimes
    objects: tuple[TrackedObject, ...]  # by id
    frames: Sequence[int]  # ascending, such as range(first, last + 1, stride)
    read_masks: ReadMasks  # by frame, then object id; begins anew at each call; may give more than is chosen
    read_frame: ReadFrame | None = None  # None: pictures are not asked for
    source: Path | None = None  # the file itself: an overlay's sound is copied from it
    on_frame: Callable[[], None] = _nothing
    """Called `Format.walks` times for each frame, before it is written. What it raises ends the writing."""

    def by_frame(self) -> Iterator[AnnotatedFrame]:
        """Every chosen frame with the masks of the chosen objects, from one walk over the masks."""
        chosen = {tracked.object_id for tracked in self.objects}
        masks = (m for m in self.read_masks() if m.rle is not None and m.object_id in chosen)
        waiting = next(masks, None)
        for frame_idx in self.frames:
            self.on_frame()
            here: list[FrameMask] = []
            while waiting is not None and waiting.frame_idx <= frame_idx:
                if waiting.frame_idx == frame_idx:
                    here.append(waiting)
                waiting = next(masks, None)
            yield AnnotatedFrame(frame_idx, tuple(here))

    def picture(self, frame_idx: int) -> np.ndarray:
        """uint8 RGB [height, width, 3]; for formats that are made of pictures."""
        if self.read_frame is None:
            raise InvalidInput("This format is made of the video's pictures: export it with the frames.")
        return self.read_frame(frame_idx)

    def categories(self) -> dict[str, int]:
        """Category -> its number, from 1, in order of the first object of it."""
        return {name: number for number, name in enumerate(dict.fromkeys(map(category, self.objects)), 1)}


def category(tracked: TrackedObject) -> str:
    """The class that data sets know an object by: its label, or else its name."""
    return tracked.label or tracked.name


@dataclass(frozen=True)
class FoundObject:
    """An object that a file speaks of. Its id is the file's, or one that the reader gave it, from 1."""

    object_id: int
    name: str
    label: str = ""
    colour: str | None = None  # "#rrggbb"


@dataclass(frozen=True)
class FoundMask:
    """Of the video's size, on a frame that the video has, with at least one pixel."""

    object_id: int
    frame_idx: int
    rle: Rle


@dataclass(frozen=True)
class FoundBox:
    """A box without a mask: good as a prompt."""

    object_id: int
    frame_idx: int
    box: BoxPrompt


@dataclass(frozen=True)
class Problem:
    """One sentence about what was passed over, and where it stands."""

    sentence: str


Shape = FoundMask | FoundBox | Problem


@dataclass(frozen=True)
class Found:
    """What a file or folder holds. Nothing of it that grows with the video is in memory."""

    objects: tuple[FoundObject, ...]  # by id
    shapes: Callable[[], Iterator[Shape]]  # streams, in the file's own order; begins anew at each call


class Format(Protocol):
    """One way for masks to leave and to come back."""

    @property
    def name(self) -> str:
        """In addresses and on the command line: "youtube-vis"."""
        ...

    @property
    def title(self) -> str:
        """For people: "YouTube-VIS JSON"."""
        ...

    @property
    def needs_frames(self) -> bool:
        """Whether it is made of the video's pictures, so that `read_frame` must be there."""
        ...

    @property
    def takes_frames(self) -> bool:
        """Whether it has a place for the video's pictures where they are asked for."""
        ...

    def walks(self, annotated: Annotated) -> int:
        """How often `write` goes through the frames."""
        ...

    def write(self, annotated: Annotated, folder: Path) -> None:
        """Write into the empty folder. Raises InvalidInput, before anything is written, where the format
        cannot hold what is asked for."""
        ...

    def read(self, path: Path, video: Video) -> Found:
        """Read a file, or a folder as `write` leaves it. Raises InvalidInput where it is no such thing at
        all; single entries that are wrong become problems."""
        ...


class DataSet:
    """What most formats share: one walk over the frames, and a place for pictures if they are asked for."""

    needs_frames: ClassVar[bool] = False
    takes_frames: ClassVar[bool] = True

    def walks(self, annotated: Annotated) -> int:
        return 1
