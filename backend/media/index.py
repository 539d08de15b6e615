"""The frame index: which frame is which, for good. Written once, when a video is imported.

Frame i is the i-th frame that decoding the whole file gives, in presentation order.
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
from backend.media.source import FALLBACK_RATE, open_source

# The files in a video's folder.
SOURCE_NAME = "source"
INDEX_NAME = "index.npz"
RENDITION_NAME = "rendition.mp4"
POSTER_NAME = "poster.jpg"
FORMAT = 1
NO_STAMP = -(2**63)


@dataclass(frozen=True)
class FrameIndex:
    """Arrays have one entry a frame."""

    width: int  # pixels as shown
    height: int
    orientation: Orientation
    pts_s: np.ndarray  # float64, seconds, first 0, strictly increasing
    stamps: np.ndarray  # int64, presentation times as the file has them, in its own unit
    seekable: bool  # the stamps are all there and increase, so that they tell frames apart
    keys: np.ndarray  # int64, indices of the frames where decoding can begin
    fingerprints: np.ndarray  # uint32, see `pixels.fingerprint`
    source_bytes: int
    source_sha256: str
    time_base: Fraction  # seconds in a unit of `stamps`

    @property
    def num_frames(self) -> int:
        return len(self.pts_s)

    def times(self) -> FrameTimes:
        """A frame without a stamp of its own gets the one that its place in time would have."""
        known = self.stamps != NO_STAMP
        ticks = np.round(self.pts_s / float(self.time_base)).astype(np.int64)
        zero = int((self.stamps - ticks)[known][0]) if known.any() else 0
        return FrameTimes(tuple(np.where(known, self.stamps, ticks + zero).tolist()), self.time_base)

    def save(self, path: Path) -> None:
        turn = self.orientation
        with path.open("wb") as file:
            np.savez(
                file,
                format=FORMAT,
                size=[self.width, self.height],
                orientation=[turn.transpose, turn.mirror_x, turn.mirror_y],
                pts_s=self.pts_s,
                stamps=self.stamps,
                seekable=self.seekable,
                keys=self.keys,
                fingerprints=self.fingerprints,
                source_bytes=self.source_bytes,
                source_sha256=self.source_sha256,
                time_base=[self.time_base.numerator, self.time_base.denominator],
            )

    @classmethod
    def load(cls, folder: Path) -> FrameIndex:
        try:
            with (folder / INDEX_NAME).open("rb") as file, np.load(file, allow_pickle=False) as data:
                if data["format"] != FORMAT:
                    raise ValueError(f"index format {data['format']}")
                return cls(
                    int(data["size"][0]),
                    int(data["size"][1]),
                    Orientation(*(bool(flag) for flag in data["orientation"])),
                    data["pts_s"],
                    data["stamps"],
                    bool(data["seekable"]),
                    data["keys"],
                    data["fingerprints"],
                    int(data["source_bytes"]),
                    str(data["source_sha256"]),
                    _time_base(data, folder),
                )
        except (OSError, ValueError, KeyError, EOFError, BadZipFile, InvalidInput) as error:
            raise Unavailable("This video's frame index is missing or damaged: upload it again.") from error


def _time_base(data: np.lib.npyio.NpzFile, folder: Path) -> Fraction:
    """Indexes that were written before it was kept have it in their source only."""
    if "time_base" in data:
        numerator, denominator = data["time_base"].tolist()
        return Fraction(numerator, denominator)
    with open_source(folder / SOURCE_NAME) as source:
        return source.stream.time_base or 1 / FALLBACK_RATE
