"""A source video. Its frames are numbered 0.. in presentation order of the file that the user gave us."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class VideoState(StrEnum):
    IMPORTING = "importing"
    READY = "ready"
    FAILED = "failed"


class Playback(StrEnum):
    """What a browser gets of a video that is READY."""

    PENDING = "pending"  # nothing yet: exact stills until the rendition is made
    RENDITION = "rendition"
    SOURCE = "source"  # the file itself: browsers play and seek it exactly
    STILLS = "stills"  # nothing: no rendition can be made of it


@dataclass(frozen=True)
class Video:
    """`pts_s` holds every frame's presentation time in seconds, the first frame at 0."""

    video_id: str  # opaque; generated
    title: str  # the file's name as the user knows it
    source_sha256: str
    state: VideoState
    width: int = 0  # pixels as shown: after the rotation that the file asks for
    height: int = 0
    pts_s: tuple[float, ...] = ()
    in_gallery: bool = False
    progress: float = 0.0  # 0..1 while importing
    error: str | None = None  # one sentence when failed
    created_s: float = 0.0
    warning: str | None = None  # one sentence: what to know of this file, such as that it ends early
    pixel_aspect: float = 1.0  # width of a pixel as shown / its height; not 1: anamorphic video
    playback: Playback = Playback.RENDITION
    playback_progress: float = 1.0  # 0..1 while PENDING

    @property
    def num_frames(self) -> int:
        return len(self.pts_s)

    @property
    def fps(self) -> float:
        """Mean frame rate; 0 for a single frame."""
        return (self.num_frames - 1) / self.pts_s[-1] if self.num_frames > 1 and self.pts_s[-1] > 0 else 0.0


@dataclass(frozen=True)
class FrameTimes:
    """When each frame is shown, as the file itself says it: frame i at `pts[i] * time_base` seconds."""

    pts: tuple[int, ...]
    time_base: Fraction
