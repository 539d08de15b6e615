"""May browsers play the source itself? Only where every browser shows and seeks exactly its frames.

A rule made to be safe: what it turns away gets a rendition. WebM is not in it, since not every browser plays
it, nor is what needs a turn, an edit list or other pixels than square ones to look right.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from backend.media.indexing import FrameTable
from backend.media.pixels import Orientation
from backend.media.source import open_source

MAX_LONG_SIDE = 1920  # pixels, as of a rendition
MAX_GOP_PIXELS = 150e6  # decoded for one seek at most: 72 frames of 1920 x 1080, about a third of a second
MAX_GOP_FRAMES = 300
MAX_START_S = 1e-3  # of the first frame on the file's own clock
MAX_BITS_PER_S = 40e6  # more than this stalls on a network, and on a disk
BRANDS = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV")


@dataclass(frozen=True)
class _Facts:
    """What the file's header says."""

    brand: bytes  # of its `ftyp` box
    codec: str
    pix_fmt: str
    is_progressive: bool
    duration_s: float


def plays_as_it_is(path: Path, table: FrameTable, orientation: Orientation, pixel_aspect: float) -> bool:
    packets, first = table.from_packets, table.first
    if packets is None or packets.num_hidden or table.missing or not table.keys_are_exact:
        return False
    if not orientation.is_upright or pixel_aspect != 1 or first.width % 2 or first.height % 2:
        return False
    if max(first.width, first.height) > MAX_LONG_SIDE or not _seeks_quickly(table):
        return False
    facts = _facts(path, first)
    last_s = float(table.ticks[-1] * table.time_base)
    return (
        facts.brand in BRANDS
        and facts.codec == "h264"
        and facts.pix_fmt == "yuv420p"
        and facts.is_progressive
        and abs(float(table.stamps[0] * table.time_base)) <= MAX_START_S
        and facts.duration_s >= last_s
        and path.stat().st_size * 8 <= MAX_BITS_PER_S * max(1.0, facts.duration_s)
    )


def _seeks_quickly(table: FrameTable) -> bool:
    if not len(table.keys) or table.keys[0] != 0:
        return False
    longest = int(np.diff([*table.keys.tolist(), len(table.stamps)]).max())
    pixels = table.first.width * table.first.height
    return longest <= MAX_GOP_FRAMES and longest * pixels <= MAX_GOP_PIXELS


def _facts(path: Path, first: av.VideoFrame) -> _Facts:
    with path.open("rb") as file:
        head = file.read(12)
    with open_source(path) as source:
        return _Facts(
            head[8:12] if head[4:8] == b"ftyp" else b"",
            source.stream.codec_context.codec.canonical_name,
            first.format.name,
            not first.interlaced_frame,
            (source.container.duration or 0) / av.time_base,
        )
