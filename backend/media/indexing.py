"""Making the frame index: from what the container says, where that can be trusted; else by decoding all.

A container that says enough is still tried: the pictures at its beginning and its end are decoded, and have
to be the ones that it lists. A file of hours is so indexed in the time that reading it takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from backend.domain.errors import InvalidInput
from backend.media.limits import MediaLimits
from backend.media.packets import PacketTable, can_tell, read_packets
from backend.media.source import FALLBACK_RATE, NO_STAMP, check_size, open_source
from backend.media.trial import Trial, try_container

CLOCK_TRIAL_FRAMES = 32  # more than any codec reorders
NOTHING = "Not one frame of this video can be decoded: it may be cut off or damaged."

Progress = Callable[[float], None]


@dataclass(frozen=True)
class FrameTable:
    """Which frames there are. Arrays, one entry a frame."""

    first: av.VideoFrame
    ticks: np.ndarray  # int64, units of `time_base`, first 0, strictly increasing
    stamps: np.ndarray  # int64, as the file has them
    time_base: Fraction
    seekable: bool
    keys: np.ndarray  # int64, frame indices
    keys_are_exact: bool
    from_packets: PacketTable | None  # None: all was decoded
    missing: int = 0  # frames that the file lists beyond these
    is_damaged: bool = False


def frame_table(path: Path, limits: MediaLimits, progress: Progress) -> FrameTable:
    """Raises InvalidInput where there is not one frame, or more than `limits` allow."""
    with open_source(path) as source:
        time_base = source.stream.time_base or 1 / FALLBACK_RATE
        table, missing = None, 0
        if can_tell(source):
            table = read_packets(source, limits, progress)
            missing = source.missing_packets()
    if table is not None and table.is_whole:
        tried = try_container(path, table)
        if tried is not None:
            return _from_packets(table, tried, time_base, missing)
    return _by_decoding(path, limits, progress)


def _from_packets(table: PacketTable, tried: Trial, time_base: Fraction, missing: int) -> FrameTable:
    stamps = table.stamps[tried.start : tried.stop]
    return FrameTable(
        tried.first,
        stamps - stamps[0],
        stamps,
        time_base,
        True,
        np.flatnonzero(table.keys[tried.start : tried.stop]),
        tried.keys_are_exact,
        table,
        missing + table.num_frames - tried.stop,
    )


@dataclass
class _Clock:
    """Frame times that always increase, whatever the file says."""

    usable: bool  # the file's presentation times make sense; else frames come at a constant rate
    usual_step: int  # ticks between two frames
    stamps: list[int] = field(default_factory=list)  # as the file says
    ticks: list[int] = field(default_factory=list)  # first 0, strictly increasing

    def tick(self, frame: av.VideoFrame) -> None:
        stamp = frame.pts
        last = self.ticks[-1] if self.ticks else -self.usual_step
        tick = last + self.usual_step
        begun = bool(self.stamps) and self.stamps[0] != NO_STAMP
        if self.usable and begun and stamp is not None and stamp - self.stamps[0] > last:
            tick = stamp - self.stamps[0]
        self.stamps.append(NO_STAMP if stamp is None else stamp)
        self.ticks.append(tick)

    @property
    def tells_frames_apart(self) -> bool:
        stamps = np.asarray(self.stamps, np.int64)
        return self.usable and stamps[0] != NO_STAMP and bool(np.all(stamps[1:] > stamps[:-1]))


def _by_decoding(path: Path, limits: MediaLimits, progress: Progress) -> FrameTable:
    clock = _clock_of(path)
    keys: list[int] = []
    first: av.VideoFrame | None = None
    with open_source(path) as source:
        expected = source.expected_frames()
        for i, frame in enumerate(source.frames()):
            if i >= limits.max_frames:
                raise InvalidInput(f"This video has more than {limits.max_frames} frames: cut it into parts.")
            if first is None:
                first = frame
                check_size(frame.width, frame.height)
            if frame.key_frame:
                keys.append(i)
            clock.tick(frame)
            progress(min(1.0, (i + 1) / expected) if expected else 0.5)
        if first is None:
            raise InvalidInput(NOTHING)
        return FrameTable(
            first,
            np.array(clock.ticks, np.int64),
            np.array(clock.stamps, np.int64),
            source.stream.time_base or 1 / FALLBACK_RATE,
            clock.tells_frames_apart,
            np.array(keys, np.int64),
            False,
            None,
            source.missing_packets(),
            source.damaged_packets > 0,
        )


def _clock_of(path: Path) -> _Clock:
    """Look at the first frames to see whether the file's presentation times can be used.

    AVI has decoding times only: for codecs that reorder frames they jump about. Then its rate holds.
    """
    with open_source(path) as source:
        time_base = source.stream.time_base or 1 / FALLBACK_RATE
        rate = source.stream.average_rate or FALLBACK_RATE
        first = [frame.pts for frame, _ in zip(source.frames(), range(CLOCK_TRIAL_FRAMES), strict=False)]
    known = [stamp for stamp in first if stamp is not None]
    usable = all(a <= b for a, b in zip(known, known[1:], strict=False))
    return _Clock(usable, max(1, round(1 / rate / time_base)))
