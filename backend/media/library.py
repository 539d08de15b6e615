"""The library of videos on disk: uploads come in, imports run in the background, files are found by id.

Layout below `root`: `videos/<video_id>/` holds one video, `tmp/` what is being received. Ids are generated
here; nothing that a client sends becomes a part of a path.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import threading
import time
import unicodedata
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from backend.domain.durable import disk_errors, move_into_place, sync
from backend.domain.errors import Conflict, InvalidInput, NotFound, Unavailable
from backend.domain.observing import Observer, Unobserved
from backend.domain.ports import VideoStore
from backend.domain.projects import HOME
from backend.domain.video import FrameTimes, Playback, Video, VideoState
from backend.media.cuts import SceneCuts
from backend.media.files import link_or_copy
from backend.media.frames import VideoFrames
from backend.media.frames_apart import FramesApart, open_frames
from backend.media.imports import VideoImports
from backend.media.index import POSTER_NAME, RENDITION_NAME, SOURCE_NAME, FrameIndex
from backend.media.limits import MediaLimits
from backend.media.sound import has_sound, sound_bytes
from backend.media.stills import StillReader

MAX_UPLOAD_BYTES = 16 * 2**30
MAX_TITLE = 120
THUMBNAIL_ROWS = 72  # on the timeline: 36 CSS pixels, on screens with two pixels to each
CHUNK_BYTES = 2**20
INCOMING_NAME = ".incoming"
ID_PATTERN = re.compile(r"[0-9a-f]{32}")


class ByteStream(Protocol):
    """What an upload is read from."""

    def read(self, size: int, /) -> bytes: ...


class VideoLibrary:
    """Safe to use from several threads at once. Call `start` once, and `close` at the end."""

    def __init__(
        self,
        videos: VideoStore,
        root: Path,
        max_upload_bytes: int = MAX_UPLOAD_BYTES,
        limits: MediaLimits | None = None,
        observer: Observer = Unobserved(),  # noqa: B008 - it has no state
        mine: Callable[[str], bool] = lambda name: True,
    ) -> None:
        """`mine`: may this one do it, where several servers share a folder?"""
        self._mine = mine
        self._videos = videos
        self._videos_dir = root / "videos"
        self._tmp_dir = root / "tmp"
        self._max_upload_bytes = max_upload_bytes
        self._limits = limits or MediaLimits()
        self._stills = StillReader(self._limits)
        self._thumbnails = StillReader(self._limits)
        self._cuts = SceneCuts()
        self._registering = threading.Lock()
        self._imports = VideoImports(videos, self.folder, self._registering, self._limits, observer)

    def start(self) -> None:
        """Throw away unfinished uploads, and go on with imports that a stop or crash interrupted."""
        with disk_errors():
            if self._mine("tmp"):
                shutil.rmtree(self._tmp_dir, ignore_errors=True)
            self._tmp_dir.mkdir(parents=True, exist_ok=True)
            self._videos_dir.mkdir(exist_ok=True)
        self._imports.start()

    def close(self) -> None:
        """Stop the imports under way; the next start goes on with them. Idempotent."""
        self._cuts.close()
        self._imports.close()
        self._stills.close()
        self._thumbnails.close()

    def receive(
        self, stream: ByteStream, title: str, expected_bytes: int | None = None, project_id: str = HOME
    ) -> Video:
        """Take an upload to a project; it is safe on disk when this returns, and imported in the background.

        The same bytes again give the same video. `expected_bytes`: how many must come, where that is known.
        """
        if expected_bytes is not None:
            self._check_room(expected_bytes)
        upload = self._tmp_dir / uuid.uuid4().hex
        try:
            with disk_errors():
                sha256 = self._save(stream, upload, expected_bytes)
                with self._registering:
                    return self._register(upload, sha256, clean_title(title), project_id)
        finally:
            upload.unlink(missing_ok=True)

    def adopt(self, path: Path, title: str, sha256: str | None = None, project_id: str = HOME) -> Video:
        """Take a whole file that lies on this disk as `receive` takes an upload, without copying its bytes.

        The file stays; the caller removes it then. If the process dies meanwhile, calling this again goes on.
        """
        with disk_errors():
            if sha256 is None:
                with path.open("rb") as file:
                    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            with self._registering:
                return self._register(path, sha256, clean_title(title), project_id)

    def frames(self, video_id: str) -> VideoFrames | FramesApart:
        """Exact frames of the source; the caller closes it."""
        self._ready(video_id)
        return open_frames(self.folder(video_id), limits=self._limits)

    def frame_times(self, video_id: str) -> FrameTimes:
        """Every frame's stamp as the source has it: for manifests, and for who reads the source himself."""
        self._ready(video_id)
        return FrameIndex.load(self.folder(video_id)).times()

    def still_jpeg(self, video_id: str, frame_idx: int) -> bytes:
        """The source's frame as JPEG."""
        self._check_frame(video_id, frame_idx)
        return self._stills.jpeg(self.folder(video_id), frame_idx)

    def thumbnail_jpeg(self, video_id: str, frame_idx: int) -> bytes:
        """The source's frame, small. Read apart from the stills, which people step through elsewhere."""
        self._check_frame(video_id, frame_idx)
        return self._thumbnails.jpeg(self.folder(video_id), frame_idx, THUMBNAIL_ROWS)

    def scene_cuts(self, video_id: str) -> tuple[int, ...] | None:
        """The first frames of scenes; None while they are looked for, which the first question begins."""
        playback = self._ready(video_id).playback
        if playback is Playback.PENDING:
            return None
        if playback is Playback.STILLS:
            return ()
        return self._cuts.of(self.folder(video_id), self.rendition_path(video_id))

    def has_sound(self, video_id: str) -> bool:
        self._ready(video_id)
        return has_sound(self.folder(video_id) / SOURCE_NAME)

    def sound(self, video_id: str) -> Iterator[bytes]:
        """The source's sound from its first picture to its last; raises NotFound where it has none."""
        if not self.has_sound(video_id):
            raise NotFound("This video has no sound.")
        times = self.frame_times(video_id)
        zero_s, last_s = (float(pts * times.time_base) for pts in (times.pts[0], times.pts[-1]))
        mean_s = (last_s - zero_s) / max(1, len(times.pts) - 1)
        return sound_bytes(self.folder(video_id) / SOURCE_NAME, zero_s, last_s + mean_s)

    def rendition_path(self, video_id: str) -> Path:
        """What browsers play: an MP4 with the source's frames one for one, which may be the source itself."""
        video = self._ready(video_id)
        if video.playback is Playback.PENDING:
            raise Conflict("This video is still being prepared for playing: take its frames as stills.")
        if video.playback is Playback.STILLS:
            raise Conflict("This video cannot be played: take its frames as stills.")
        name = SOURCE_NAME if video.playback is Playback.SOURCE else RENDITION_NAME
        return self.folder(video_id) / name

    def poster_path(self, video_id: str) -> Path:
        self._ready(video_id)
        return self.folder(video_id) / POSTER_NAME

    def delete(self, video_id: str) -> None:
        """Take a video's files away; nothing happens where there are none. Its row goes before."""
        shutil.rmtree(self.folder(video_id), ignore_errors=True)

    def folder(self, video_id: str) -> Path:
        """Where the video's files are; only ids of the form that is generated here are let through."""
        if not ID_PATTERN.fullmatch(video_id):
            raise NotFound("There is no such video; it may have been removed.")
        return self._videos_dir / video_id

    def _check_frame(self, video_id: str, frame_idx: int) -> None:
        num_frames = self._ready(video_id).num_frames
        if not 0 <= frame_idx < num_frames:
            raise InvalidInput(f"Frame {frame_idx} is outside this video's frames 0..{num_frames - 1}.")

    def _ready(self, video_id: str) -> Video:
        self.folder(video_id)
        video = self._videos.video(video_id)
        if video.state is not VideoState.READY:
            raise Conflict(video.error or "This video is still being read; try again in a moment.")
        return video

    def _check_room(self, expected_bytes: int) -> None:
        if expected_bytes > self._max_upload_bytes:
            raise self._too_large()
        with disk_errors():
            if expected_bytes > shutil.disk_usage(self._tmp_dir).free:
                raise Unavailable(
                    "The disk has no room for this file: free some space, then upload it again."
                )

    def _too_large(self) -> InvalidInput:
        limit = self._max_upload_bytes
        shown = f"{limit / 2**30:g} GB" if limit >= 2**30 else f"{limit} bytes"
        return InvalidInput(f"This file is larger than {shown}: cut the video into parts.")

    def _save(self, stream: ByteStream, upload: Path, expected_bytes: int | None) -> str:
        """Write the upload; returns its SHA-256."""
        digest, received = hashlib.sha256(), 0
        with upload.open("wb") as file:
            while chunk := stream.read(CHUNK_BYTES):
                received += len(chunk)
                if received > self._max_upload_bytes:
                    raise self._too_large()
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())  # here, where it holds up nobody else
        if received == 0:
            raise InvalidInput("This file is empty: choose another one.")
        if expected_bytes is not None and received != expected_bytes:
            raise InvalidInput("The upload broke off before the file's end: upload it again.")
        return digest.hexdigest()

    def _register(self, upload: Path, sha256: str, title: str, project_id: str) -> Video:
        known = next((v for v in self._videos.videos() if v.source_sha256 == sha256), None)
        if known is not None and known.state is not VideoState.FAILED and self._has_source(known):
            self._videos.add_to_project(known.video_id, project_id)
            return known
        video_id = known.video_id if known else uuid.uuid4().hex
        video = Video(
            video_id,
            title,
            sha256,
            VideoState.IMPORTING,
            created_s=time.time(),
            playback=Playback.PENDING,
            playback_progress=0.0,
        )
        folder = self.folder(video_id)
        folder.mkdir(parents=True, exist_ok=True)
        self._videos.put_video(video)  # first, so that a crash leaves no file that nobody knows of
        self._videos.add_to_project(video_id, project_id)
        (folder / INCOMING_NAME).unlink(missing_ok=True)
        link_or_copy(upload, folder / INCOMING_NAME)
        move_into_place(folder / INCOMING_NAME, folder / SOURCE_NAME)
        sync(self._videos_dir)  # which must know the folder's own name
        self._imports.add(video_id)
        return video

    def _has_source(self, video: Video) -> bool:
        """Not so where a crash came between the library's note and the file."""
        return video.in_gallery or (self.folder(video.video_id) / SOURCE_NAME).exists()


def clean_title(name: str) -> str:
    """A file name as a title: for people's eyes only, never a path."""
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(
        " " if c.isspace() else c for c in last if not unicodedata.category(c).startswith("C") or c.isspace()
    )
    return " ".join(visible.split())[:MAX_TITLE].strip() or "Untitled video"
