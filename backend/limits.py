"""How much anyone may ask for. Each limit has an environment variable; beyond it, a sentence says so."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import cast

NAME, LOW, HIGH = "name", "low", "high"


def _limit(name: str, default: int, low: int, high: int) -> int:
    """A dataclass field that knows its environment variable and the numbers that make sense."""
    return cast(int, field(default=default, metadata={NAME: name, LOW: low, HIGH: high}))


@dataclass(frozen=True)
class Limits:
    """Defaults leave room for any work by hand and for scripts: they are against accidents and attacks."""

    # What a video may be. Checked while it is imported, in the process that decodes it.
    video_s: int = _limit("MASKLET_MAX_VIDEO_SECONDS", 24 * 3600, 1, 10**6)
    video_frames: int = _limit("MASKLET_MAX_VIDEO_FRAMES", 500_000, 1, 10**8)
    video_pixels: int = _limit("MASKLET_MAX_VIDEO_PIXELS", 8192 * 8192, 1, 8192 * 8192)  # of one frame
    decoder_bytes: int = _limit("MASKLET_DECODER_BYTES", 4 * 2**30, 2**29, 2**44)  # of memory, each process

    # What a session may hold.
    objects: int = _limit("MASKLET_MAX_OBJECTS", 1000, 1, 100_000)
    points: int = _limit("MASKLET_MAX_POINTS", 256, 1, 10_000)  # of one object on one frame

    # What one GraphQL request may ask for.
    query_depth: int = _limit("MASKLET_MAX_QUERY_DEPTH", 12, 3, 100)
    query_aliases: int = _limit("MASKLET_MAX_QUERY_ALIASES", 20, 0, 1000)
    query_tokens: int = _limit("MASKLET_MAX_QUERY_TOKENS", 2000, 100, 100_000)
    query_cost: int = _limit("MASKLET_MAX_QUERY_COST", 5000, 100, 10**7)
    request_bytes: int = _limit("MASKLET_MAX_REQUEST_BYTES", 16 * 2**20, 1024, 2**30)  # not of a file
    header_bytes: int = _limit("MASKLET_MAX_HEADER_BYTES", 32 * 1024, 4096, 2**20)

    # What one client, told by its address, may do at once. 0: no limit.
    requests_per_minute: int = _limit("MASKLET_MAX_REQUESTS_PER_MINUTE", 6000, 0, 10**7)
    feeds: int = _limit("MASKLET_MAX_FEEDS", 400, 0, 10**6)

    # Uploads.
    unfinished_uploads: int = _limit("MASKLET_MAX_UNFINISHED_UPLOADS", 200, 1, 100_000)
    keep_uploads_h: int = _limit("MASKLET_KEEP_UPLOADS_HOURS", 7 * 24, 1, 10_000)  # after the last byte

    # Exports.
    keep_exports_h: int = _limit("MASKLET_KEEP_EXPORTS_HOURS", 3 * 24, 1, 10_000)  # after they are done


@dataclass(frozen=True)
class LimitSetting:
    """How a limit is set from outside."""

    field: str
    name: str
    default: int
    low: int
    high: int


def limit_settings() -> tuple[LimitSetting, ...]:
    return tuple(
        LimitSetting(f.name, f.metadata[NAME], cast(int, f.default), f.metadata[LOW], f.metadata[HIGH])
        for f in fields(Limits)
    )
