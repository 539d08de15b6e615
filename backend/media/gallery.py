"""The gallery: clips that the project draws itself, rendered and imported once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av

from backend.domain.durable import disk_errors, move_into_place
from backend.domain.errors import NotFound
from backend.domain.ports import VideoStore
from backend.domain.video import Video, VideoState
from backend.media.importer import import_video
from backend.media.index import INDEX_NAME, SOURCE_NAME
from backend.media.pixels import Orientation
from backend.media.rendition import RenditionWriter
from sam2.procedural.clips import RenderedClip, rendered_clips

SOURCE_CRF = 14  # close to lossless: the masks of these clips are known to the pixel
GALLERY_IDS = uuid.UUID("5e1c2f0a-6f0d-4f4e-9a77-6d61736b6c65")  # fixed: a clip keeps its id for good

Progress = Callable[[float], None]


def ensure_gallery(videos: VideoStore, videos_dir: Path, progress: Progress = lambda done: None) -> None:
    """Render and import the clips that are not there yet; `progress` 0..1. A killed run is picked up."""
    clips = rendered_clips()
    missing = [
        (i, clip) for i, clip in enumerate(clips) if not _is_there(videos, videos_dir, gallery_id(clip))
    ]
    for done, (order, clip) in enumerate(missing):
        progress(done / len(missing))
        _add(videos, videos_dir / gallery_id(clip), clip, order)
    progress(1.0)


def gallery_id(clip: RenderedClip) -> str:
    return uuid.uuid5(GALLERY_IDS, clip.name).hex


def _is_there(videos: VideoStore, videos_dir: Path, video_id: str) -> bool:
    try:
        ready = videos.video(video_id).state is VideoState.READY
    except NotFound:
        return False
    return ready and (videos_dir / video_id / INDEX_NAME).exists()


def _add(videos: VideoStore, folder: Path, clip: RenderedClip, order: int) -> None:
    with disk_errors():
        folder.mkdir(parents=True, exist_ok=True)
        drawing = folder / ".drawing.mp4"
        _encode(clip, drawing)
        move_into_place(drawing, folder / SOURCE_NAME)
    imported = import_video(folder / SOURCE_NAME, folder)
    videos.put_video(
        Video(
            folder.name,
            clip.title,
            imported.sha256,
            VideoState.READY,
            imported.width,
            imported.height,
            imported.pts_s,
            in_gallery=True,
            progress=1.0,
            created_s=-float(order),  # newest first in the store gives the order of `rendered_clips`
            playback=imported.playback,
        )
    )


def _encode(clip: RenderedClip, path: Path) -> None:
    writer: RenditionWriter | None = None
    try:
        for i in range(clip.num_frames):
            frame = av.VideoFrame.from_ndarray(clip.frame(i), "rgb24")
            if writer is None:
                rate = Fraction(clip.fps)
                writer = RenditionWriter(path, frame, Orientation(), 1 / rate, rate, SOURCE_CRF)
            writer.write(frame, i)
        if writer is not None:
            writer.finish()
    except BaseException:
        if writer is not None:
            writer.abandon()
        raise
