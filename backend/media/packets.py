"""What a container says of its pictures, without decoding one."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass

import av
import numpy as np

from backend.domain.errors import InvalidInput
from backend.media.limits import MediaLimits
from backend.media.source import NO_STAMP, Source

PROGRESS_EVERY = 2000  # packets

# One packet is one picture, and each is shown. Not so: VP8's hidden pictures, MPEG-4's packed and empty ones.
ONE_PICTURE_A_PACKET = frozenset(
    "h264 hevc vp9 av1 mjpeg prores dnxhd ffv1 huffyuv ffvhuff utvideo png v210".split()
)
TELLING_CONTAINERS = ("mov", "matroska", "mpegts")  # AVI has times of decoding only; a GIF is soon decoded


@dataclass(frozen=True)
class PacketTable:
    """The pictures that are to be shown, in order of presentation. Arrays have one entry a picture."""

    stamps: np.ndarray  # int64, in the file's unit
    keys: np.ndarray  # bool: decoding may begin here
    num_hidden: int  # pictures that an edit list leaves out
    is_whole: bool  # each picture is there, has a stamp of its own, and none is known to be damaged

    @property
    def num_frames(self) -> int:
        return len(self.stamps)


def read_packets(source: Source, limits: MediaLimits, progress: Callable[[float], None]) -> PacketTable:
    """Reads the whole file once, as fast as the disk gives it. `progress` 0..1."""
    stamps, flags = array("q"), bytearray()
    size = max(1, source.container.size)
    num_hidden, is_whole = 0, True
    try:
        for packet in source.container.demux(source.stream):
            if not packet.size:
                continue
            source.count(packet)
            is_whole &= not packet.is_corrupt
            if packet.is_discard:
                num_hidden += 1
                continue
            if len(stamps) >= limits.max_frames:
                raise InvalidInput(f"This video has more than {limits.max_frames} frames: cut it into parts.")
            stamps.append(NO_STAMP if packet.pts is None else packet.pts)
            flags.append(packet.is_keyframe)
            if len(stamps) % PROGRESS_EVERY == 0:
                progress(min(1.0, max(0, packet.pos or 0) / size))
    except (av.FFmpegError, EOFError):
        is_whole = False
    shown = np.array(stamps, np.int64)
    order = np.argsort(shown, kind="stable")
    in_order = shown[order]
    tells_apart = len(shown) > 0 and in_order[0] != NO_STAMP and bool(np.all(in_order[1:] > in_order[:-1]))
    return PacketTable(
        in_order,
        np.frombuffer(bytes(flags), np.uint8).astype(bool)[order],
        num_hidden,
        is_whole and tells_apart,
    )


def can_tell(source: Source) -> bool:
    """Is this a kind of file whose packets say which frames there are?"""
    is_telling = any(name in source.container.format.name for name in TELLING_CONTAINERS)
    return is_telling and source.stream.codec_context.codec.canonical_name in ONE_PICTURE_A_PACKET
