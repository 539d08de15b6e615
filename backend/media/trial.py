"""Trying a container: are the pictures that it lists the ones that come out of the decoder?

Only its beginning and its end are decoded, at most a few hundred pictures each.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from backend.media.packets import PacketTable
from backend.media.pixels import fingerprint
from backend.media.source import Source, open_source

TRIAL_PIXELS = 2.5e9  # decoded at either end: a group of 250 pictures in 4K
TRIAL_FRAMES = 300  # of a longer group of pictures only so much is tried
AFTER_KEY = 3  # frames that are compared after a seek to a keyframe


@dataclass(frozen=True)
class Trial:
    """What came of it."""

    first: av.VideoFrame
    start: int  # the frames before it, and from `stop` on, are listed but cannot be decoded
    stop: int
    keys_are_exact: bool  # from the second key on came, bit for bit, what had come from the start


@dataclass(frozen=True)
class _Beginning:
    first: av.VideoFrame
    stamps: list[int | None]
    prints: list[int]  # fingerprints of the frames from a certain stamp on


def try_container(path: Path, table: PacketTable) -> Trial | None:
    """None: the decoder gives other pictures than the container lists."""
    keys = np.flatnonzero(table.keys)
    try:
        with open_source(path) as source:
            longest = _longest(source)
            second = next((int(key) for key in keys if key > 0), None)
            is_near = second is not None and second <= longest
            last = min(second + AFTER_KEY if is_near else longest, table.num_frames) - 1
            compared = table.stamps[second] if is_near else table.stamps[-1] + 1
            begun = _begin(source, table.stamps[last], compared)
            if begun is None:
                return None
            start = int(np.searchsorted(table.stamps, begun.stamps[0] or 0))
            if begun.stamps != table.stamps[start : start + len(begun.stamps)].tolist():
                return None
            is_exact = second is None
            if is_near:
                is_exact = begun.prints == _after_key(source, compared, len(begun.prints))
        stop: int | None = table.num_frames
        if len(keys) and keys[-1] > start and table.num_frames - keys[-1] <= longest:
            stop = _end(path, table.stamps, int(keys[-1]))
        return None if stop is None else Trial(begun.first, start, stop, is_exact)
    except av.FFmpegError:
        return None


def _longest(source: Source) -> int:
    """The longest group of pictures that is tried whole."""
    codec = source.stream.codec_context
    return max(1, int(min(TRIAL_FRAMES, TRIAL_PIXELS / max(1, codec.width * codec.height))))


def _begin(source: Source, last: int, compared: int) -> _Beginning | None:
    """Decode up to the stamp `last`; fingerprints from the stamp `compared` on."""
    first: av.VideoFrame | None = None
    stamps: list[int | None] = []
    prints: list[int] = []
    for frame in source.frames():
        first = first or frame
        stamps.append(frame.pts)
        if frame.pts is None:
            break
        if frame.pts >= compared:
            prints.append(fingerprint(frame))
        if frame.pts >= last:
            break
    return None if first is None else _Beginning(first, stamps, prints)


def _after_key(source: Source, key: int, count: int) -> list[int]:
    """Fingerprints of the frames from a key's stamp on, decoded from there; 0 where the decoder warns."""
    source.seek(key)
    found: list[int] = []
    for frame in source.frames():
        if frame.pts is None or len(found) == count:
            break
        if frame.pts >= key:
            found.append(0 if frame.is_corrupt else fingerprint(frame))
    return found


def _end(path: Path, stamps: np.ndarray, key: int) -> int | None:
    """How many frames there are, decoded from the last key; None where others came than are listed."""
    with open_source(path) as source:
        source.seek(stamps[key])
        found = [f.pts for f in source.frames() if f.pts is not None and f.pts >= stamps[key]]
    return key + len(found) if found and found == stamps[key : key + len(found)].tolist() else None
