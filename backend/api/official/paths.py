"""The demo names videos by path: `gallery/<id>.mp4`, `uploads/<id>.mp4`. Here that is only a name."""

from __future__ import annotations

import base64
import re

from backend.domain.errors import MaskletError, NotFound
from backend.domain.ports import VideoStore
from backend.domain.video import Video, VideoState

_PATH = re.compile(r"(gallery|uploads)/([A-Za-z0-9_-]{1,64})\.mp4")


def path_of(video: Video) -> str:
    return f"{'gallery' if video.in_gallery else 'uploads'}/{video.video_id}.mp4"


def poster_path_of(video: Video) -> str | None:
    """Uploads have none in the demo."""
    return f"posters/{video.video_id}.jpg" if video.in_gallery else None


def relay_id(kind: str, value: str) -> str:
    return base64.b64encode(f"{kind}:{value}".encode()).decode()


def video_at(path: str, videos: VideoStore) -> Video:
    match = _PATH.fullmatch(path)
    if match is None:
        raise NotFound(f"There is no video {path[:80]!r}.")
    video = videos.video(match[2])
    if path_of(video) != path:
        raise NotFound(f"There is no video {path[:80]!r}.")
    return video


def gallery(videos: VideoStore) -> list[Video]:
    return [video for video in videos.videos() if video.in_gallery and video.state is VideoState.READY]


def default_of(clips: list[Video], wanted_path: str) -> Video:
    """The wanted clip, else the first."""
    if not clips:
        raise MaskletError("The gallery is empty; if this is the first start, wait until it is drawn.")
    return next((clip for clip in clips if path_of(clip) == wanted_path), clips[0])
