"""The frame index: which frame is which, for good. Written once, when a video is imported.

Frame i is the i-th picture that the file shows, in order of presentation.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from backend.domain.errors import InvalidInput, Unavailable
from backend.domain.video import FrameTimes
from backend.media.pixels import Orientation
from backend.media.source import FALLBACK_RATE, NO_STAMP, open_source

# The files in a video's folder.
SOURCE_NAME = "source"
INDEX_NAME = "index.npz"
RENDITION_NAME = "rendition.mp4"
POSTER_NAME = "poster.jpg"
FORMAT = 2
SANE_RATES = (0.1, 1000.0)
READABLE = (1, FORMAT)  # 1 held the fingerprints too, and no unit of time
DAMAGED = "This video's frame index is missing or damaged: upload it again."


@dataclass(frozen=True)
class FrameIndex:
    """Arrays have one entry a frame."""

    width: int  # pixels as shown
    height: int
    orientation: Orientation
    pixel_aspect: float  # width of a pixel as shown / its height
    pts_s: np.ndarray  # float64, seconds, first 0, strictly increasing
    stamps: np.ndarray  # int64, presentation times as the file has them, in its own unit
    time_base: Fraction  # seconds in a unit of `stamps`
    seekable: bool  # the stamps are all there and increase, so that they tell frames apart
    keys: np.ndarray  # int64, indices of the frames where decoding can begin
    keys_are_exact: bool  # decoding from a key gave, where it was tried, what decoding from the start gives
    plays_as_it_is: bool  # browsers play and seek the source itself exactly
    source_bytes: int
    source_sha256: str

    @property
    def num_frames(self) -> int:
        return len(self.pts_s)

    @property
    def mean_rate(self) -> Fraction:
        """Frames a second, as an encoder takes it."""
        length_s = float(self.pts_s[-1])
        if length_s == 0:
            return FALLBACK_RATE
        rate = min(SANE_RATES[1], max(SANE_RATES[0], (self.num_frames - 1) / length_s))
        return Fraction(rate).limit_denominator(1001)

    @property
    def ticks(self) -> np.ndarray:
        """int64: when each frame is shown, in units of `time_base`, the first at 0, strictly increasing."""
        if self.seekable:
            return self.stamps - self.stamps[0]
        return np.round(self.pts_s / float(self.time_base)).astype(np.int64)

    def times(self) -> FrameTimes:
        """A frame without a stamp of its own gets the one that its place in time would have."""
        known = self.stamps != NO_STAMP
        zero = int((self.stamps - self.ticks)[known][0]) if known.any() else 0
        return FrameTimes(
            tuple(np.where(known, self.stamps, self.ticks + zero).tolist()),
            self.time_base,
        )

    def save(self, path: Path) -> None:
        turn = self.orientation
        with path.open("wb") as file:
            np.savez(
                file,
                format=FORMAT,
                size=[self.width, self.height],
                orientation=[turn.transpose, turn.mirror_x, turn.mirror_y],
                pixel_aspect=self.pixel_aspect,
                pts_s=self.pts_s,
                stamps=self.stamps,
                time_base=[self.time_base.numerator, self.time_base.denominator],
                seekable=self.seekable,
                keys=self.keys,
                keys_are_exact=self.keys_are_exact,
                plays_as_it_is=self.plays_as_it_is,
                source_bytes=self.source_bytes,
                source_sha256=self.source_sha256,
            )

    @classmethod
    def load(cls, folder: Path) -> FrameIndex:
        try:
            with (folder / INDEX_NAME).open("rb") as file, np.load(file, allow_pickle=False) as data:
                if data["format"] not in READABLE:
                    raise ValueError(f"index format {data['format']}")
                is_old = data["format"] == 1
                return cls(
                    int(data["size"][0]),
                    int(data["size"][1]),
                    Orientation(*(bool(flag) for flag in data["orientation"])),
                    1.0 if is_old else float(data["pixel_aspect"]),
                    data["pts_s"],
                    data["stamps"],
                    _time_base(data, folder),
                    bool(data["seekable"]),
                    data["keys"],
                    not is_old and bool(data["keys_are_exact"]),
                    not is_old and bool(data["plays_as_it_is"]),
                    int(data["source_bytes"]),
                    str(data["source_sha256"]),
                )
        except (OSError, ValueError, KeyError, EOFError, BadZipFile, InvalidInput) as error:
            raise Unavailable(DAMAGED) from error


def _time_base(data: np.lib.npyio.NpzFile, folder: Path) -> Fraction:
    """Indexes that were written before it was kept have it in their source only."""
    if "time_base" in data:
        numerator, denominator = data["time_base"].tolist()
        return Fraction(numerator, denominator)
    with open_source(folder / SOURCE_NAME) as source:
        return source.stream.time_base or 1 / FALLBACK_RATE
