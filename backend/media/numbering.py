"""Which frame does the decoder give? By its stamp, where stamps tell frames apart; else by counting."""

from __future__ import annotations

from collections.abc import Generator

import av
import numpy as np

from backend.media.index import FrameIndex
from backend.media.source import Source

Numbered = Generator[tuple[int, av.VideoFrame], None, None]  # (frame index, frame)


class Astray(Exception):
    """The decoder gave other frames than the index says."""


def from_start(source: Source, index: FrameIndex) -> Numbered:
    """Every frame of a source that was just opened. One that cannot be decoded holds the picture before it,
    as in a player; at the very start, the one after it."""
    due, held = 0, None
    for number, frame in _numbered(source, index):
        if number < due or number >= index.num_frames:
            continue
        for hole in range(due, number):
            yield hole, held or frame
        yield number, frame
        due, held = number + 1, frame
    if held is not None:
        for hole in range(due, index.num_frames):
            yield hole, held


def from_key(source: Source, index: FrameIndex, key: int, is_held: np.ndarray | None) -> Numbered:
    """From a frame on where decoding can begin. `is_held`: the frames known to hold the one before."""
    source.seek(index.stamps[key])
    due: int | None = None
    held: av.VideoFrame | None = None
    for frame in source.frames():
        number = number_of(frame, index)
        if due is None and (number is None or number < key):
            continue  # the seek went further back than asked, or before the edit list
        if due is None:
            due = key
        if number is None or number < due or (is_held is None and frame.is_corrupt):
            raise Astray
        yield from _holes(due, number, held, is_held)
        yield number, frame
        due, held = number + 1, frame
    if due is not None:
        yield from _holes(due, index.num_frames, held, is_held)


def _holes(start: int, stop: int, held: av.VideoFrame | None, is_held: np.ndarray | None) -> Numbered:
    """Frames start..stop-1, which did not come; right only where they did not in the walk either."""
    for hole in range(start, stop):
        if held is None or is_held is None or not is_held[hole]:
            raise Astray
        yield hole, held


def number_of(frame: av.VideoFrame, index: FrameIndex) -> int | None:
    if frame.pts is None:
        return None
    number = int(np.searchsorted(index.stamps, frame.pts))
    return number if number < index.num_frames and index.stamps[number] == frame.pts else None


def _numbered(source: Source, index: FrameIndex) -> Numbered:
    if not index.seekable:
        yield from enumerate(source.frames())
        return
    for frame in source.frames():
        number = number_of(frame, index)
        if number is not None:
            yield number, frame
