"""Draws the gallery at the first start, in a process of its own, so that the server is there at once.

Clips that are still to be drawn are in the library as IMPORTING, for the app to show.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

from backend.domain.errors import MaskletError, NotFound
from backend.domain.ports import VideoStore
from backend.domain.video import Video, VideoState
from backend.media.file_lock import folder_lock
from backend.media.gallery import ensure_gallery, gallery_id
from backend.settings import Settings, from_environment
from backend.store.database import open_database
from backend.store.videos import SqlVideoStore
from sam2.procedural.clips import rendered_clips

POLITE = 10  # `nice`: people's clicks come first


class GalleryDrawing:
    """The process that draws, while there is something to draw."""

    def __init__(self, settings: Settings, videos: VideoStore) -> None:
        self._settings = settings
        self._videos = videos
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if announce_missing(self._videos):
            root = str(Path(__file__).parents[1])
            path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__],
                stdin=subprocess.PIPE,  # closes when this process ends, however it ends
                start_new_session=True,  # a Ctrl-C in the terminal is for the server
                env={**os.environ, **as_environment(self._settings), "PYTHONPATH": path},
            )

    def close(self) -> None:
        """Idempotent. A drawing that is cut off is done again at the next start."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def as_environment(settings: Settings) -> dict[str, str]:
    """Not as arguments: everyone here can read those, and a database address may hold a password."""
    return {"DATABASE_URL": settings.database, "MASKLET_DATA": str(settings.data.absolute())}


def announce_missing(videos: VideoStore) -> int:
    """Put clips that are not drawn yet into the library; how many there are."""
    missing = 0
    for order, clip in enumerate(rendered_clips()):
        video_id = gallery_id(clip)
        try:
            ready = videos.video(video_id).state is VideoState.READY
        except NotFound:
            ready = False
        if not ready:
            missing += 1
            videos.put_video(
                Video(
                    video_id, clip.title, "", VideoState.IMPORTING, in_gallery=True, created_s=-float(order)
                )
            )
    return missing


def draw(settings: Settings) -> None:
    videos = SqlVideoStore(open_database(settings.database))
    folder = settings.data / "videos"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with folder_lock(folder, threading.Event()):  # of several servers on one folder, one after the other
            ensure_gallery(videos, folder)
    except MaskletError as error:
        for video in videos.videos():
            if video.in_gallery and video.state is VideoState.IMPORTING:
                videos.put_video(replace(video, state=VideoState.FAILED, error=str(error)))


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)  # not sys.stdin.read: its lock must be free when Python ends
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.nice(POLITE)
    draw(from_environment())
