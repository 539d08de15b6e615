"""Import, in two steps: the index, after which a video can be opened; and the walk, which takes its time.

The index goes into the video's folder last, after the source and `poster.jpg`: it says that those are
complete. All are made in a working folder first, so a killed import leaves nothing that looks finished.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from backend.domain.durable import disk_errors, move_into_place
from backend.domain.errors import InvalidInput
from backend.domain.video import Playback
from backend.media.files import link_or_copy
from backend.media.index import INDEX_NAME, POSTER_NAME, SOURCE_NAME, FrameIndex
from backend.media.indexing import FrameTable, frame_table
from backend.media.limits import MediaLimits
from backend.media.pixels import Orientation, RgbReader, jpeg_of
from backend.media.playable import plays_as_it_is
from backend.media.source import check_size, open_source
from backend.media.walk import walk_video

WORK_NAME = ".importing"
POSTER_LONG_SIDE = 640
INDEX_SHARE = 0.2  # of the progress of a whole import
WIDEST_PIXEL = 20.0  # wider or higher ones are an error in the file

Progress = Callable[[float], None]


@dataclass(frozen=True)
class ImportedVideo:
    """What import found. `pts_s` as in `domain.video.Video`."""

    width: int
    height: int
    pts_s: tuple[float, ...]
    sha256: str
    pixel_aspect: float = 1.0
    playback: Playback = Playback.PENDING
    warning: str | None = None


def import_video(source: Path, folder: Path, progress: Progress = lambda done: None) -> ImportedVideo:
    """Both steps, here and now. `progress` 0..1; what it raises ends the import."""
    made_folder = not folder.exists()
    try:
        imported = index_video(source, folder, lambda done: progress(INDEX_SHARE * done))
        walked = walk_video(folder, lambda done: progress(INDEX_SHARE + (1 - INDEX_SHARE) * done))
    except BaseException:
        if made_folder:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    return ImportedVideo(
        imported.width,
        imported.height,
        imported.pts_s,
        imported.sha256,
        imported.pixel_aspect,
        walked.playback,
        imported.warning or walked.warning,
    )


def index_video(
    source: Path,
    folder: Path,
    progress: Progress = lambda done: None,
    sha256: str | None = None,
    limits: MediaLimits | None = None,
) -> ImportedVideo:
    """Index `source` into `folder`, which also gets the source itself where it lies elsewhere.

    `sha256`: of the source, where it is known already. Raises InvalidInput or Unavailable with one sentence;
    then nothing is left behind.
    """
    with working_folder(folder, WORK_NAME) as work:
        progress(0.0)
        known = sha256 or _sha256(source)
        return _index(source, folder, work, known, limits or MediaLimits(), progress)


@contextmanager
def working_folder(folder: Path, name: str) -> Iterator[Path]:
    """A folder inside `folder` to make files in. It goes at the end, and `folder` too if it was not there."""
    made_folder = not folder.exists()
    work = folder / name
    try:
        with disk_errors():
            folder.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            yield work
    except BaseException:
        if made_folder:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _index(
    source: Path, folder: Path, work: Path, sha256: str, limits: MediaLimits, progress: Progress
) -> ImportedVideo:
    table = frame_table(source, limits, lambda done: progress(min(0.99, done)))
    check_size(table.first.width, table.first.height)
    orientation = Orientation.of(table.first)
    width, height = orientation.size(table.first.width, table.first.height)
    pixel_aspect = _pixel_aspect(source, orientation)
    index = FrameIndex(
        width,
        height,
        orientation,
        pixel_aspect,
        np.array([float(tick * table.time_base) for tick in table.ticks.tolist()]),
        table.stamps,
        table.time_base,
        table.seekable,
        table.keys,
        table.keys_are_exact,
        plays_as_it_is(source, table, orientation, pixel_aspect),
        source.stat().st_size,
        sha256,
    )
    _check_extent(index, limits)
    (work / POSTER_NAME).write_bytes(_poster(RgbReader(orientation, width, height).read(table.first)))
    index.save(work / INDEX_NAME)
    if source.absolute() != (folder / SOURCE_NAME).absolute():
        link_or_copy(source, work / SOURCE_NAME)
        move_into_place(work / SOURCE_NAME, folder / SOURCE_NAME)
    for name in (POSTER_NAME, INDEX_NAME):
        move_into_place(work / name, folder / name)
    progress(1.0)
    return imported_of(index, _warning(table))


def imported_of(index: FrameIndex, warning: str | None = None) -> ImportedVideo:
    return ImportedVideo(
        index.width,
        index.height,
        tuple(index.pts_s.tolist()),
        index.source_sha256,
        index.pixel_aspect,
        Playback.SOURCE if index.plays_as_it_is else Playback.PENDING,
        warning,
    )


def _check_extent(index: FrameIndex, limits: MediaLimits) -> None:
    if index.pts_s[-1] > limits.max_duration_s:
        raise InvalidInput(f"This video is longer than {_spoken(limits.max_duration_s)}: cut it into parts.")
    if index.width * index.height > limits.max_pixels:
        raise InvalidInput(
            f"This video is {index.width} x {index.height} pixels, and {limits.max_pixels} in all are the "
            "limit: scale it down."
        )


def _spoken(seconds: float) -> str:
    """As "24 hours", "90 minutes" or "1 second"."""
    units = ((3600, "hour"), (60, "minute"))
    unit, name = next((one for one in units if seconds % one[0] == 0), (1, "second"))
    return f"{seconds / unit:g} {name}{'' if seconds == unit else 's'}"


def _pixel_aspect(path: Path, orientation: Orientation) -> float:
    """Of the shown picture. The container's word goes before the codec's, as in players."""
    with open_source(path) as source:
        stored = source.stream.sample_aspect_ratio or source.stream.codec_context.sample_aspect_ratio
    if not stored or not 1 / WIDEST_PIXEL <= stored <= WIDEST_PIXEL:
        return 1.0
    return float(1 / stored if orientation.transpose else stored)


def _warning(table: FrameTable) -> str | None:
    count = len(table.stamps)
    if table.missing:
        return f"This file ends early: {count} of about {count + table.missing} frames could be read."
    if table.is_damaged:
        return f"Parts of this file are damaged: {count} frames could be read."
    return None


def _poster(image: np.ndarray) -> bytes:
    height, width = image.shape[:2]
    scale = min(1.0, POSTER_LONG_SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return jpeg_of(cv2.resize(image, size, interpolation=cv2.INTER_AREA), quality=85)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
