"""Import: read a source video once, from end to end, and write what Masklet needs of it.

Into the video's folder go `rendition.mp4` for the browser, `poster.jpg`, and last the frame index, which
says that the rest is complete. All are made in a working folder first, so a killed import leaves nothing
that looks finished.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import av
import cv2
import numpy as np

from backend.domain.durable import DISK_ERRORS, disk_errors, move_into_place
from backend.domain.errors import InvalidInput
from backend.media.files import link_or_copy
from backend.media.index import (
    INDEX_NAME,
    NO_STAMP,
    POSTER_NAME,
    RENDITION_NAME,
    SOURCE_NAME,
    FrameIndex,
)
from backend.media.pixels import Orientation, RgbReader, fingerprint, jpeg_of
from backend.media.rendition import CANNOT_CONVERT, RenditionWriter, check_rendition
from backend.media.source import FALLBACK_RATE, MAX_FRAMES, Source, check_size, open_source

WORK_NAME = ".importing"
POSTER_LONG_SIDE = 640
CLOCK_TRIAL_FRAMES = 32  # more than any codec reorders

Progress = Callable[[float], None]


@dataclass(frozen=True)
class ImportedVideo:
    """What import found. `pts_s` as in `domain.video.Video`."""

    width: int
    height: int
    pts_s: tuple[float, ...]
    sha256: str
    warning: str | None = None


@dataclass
class _Clock:
    """Frame times that always increase, whatever the file says."""

    usable: bool  # the file's presentation times make sense; else frames come at a constant rate
    usual_step: int  # ticks between two frames
    stamps: list[int] = field(default_factory=list)  # as the file says
    ticks: list[int] = field(default_factory=list)  # first 0, strictly increasing

    def tick(self, frame: av.VideoFrame) -> int:
        stamp = frame.pts
        last = self.ticks[-1] if self.ticks else -self.usual_step
        tick = last + self.usual_step
        begun = bool(self.stamps) and self.stamps[0] != NO_STAMP
        if self.usable and begun and stamp is not None and stamp - self.stamps[0] > last:
            tick = stamp - self.stamps[0]
        self.stamps.append(NO_STAMP if stamp is None else stamp)
        self.ticks.append(tick)
        return tick

    @property
    def tells_frames_apart(self) -> bool:
        stamps = np.asarray(self.stamps, np.int64)
        return self.usable and stamps[0] != NO_STAMP and bool(np.all(stamps[1:] > stamps[:-1]))


def import_video(
    source: Path, folder: Path, progress: Progress = lambda done: None, sha256: str | None = None
) -> ImportedVideo:
    """Import `source` into `folder`, which also gets the source itself where it lies elsewhere.

    `progress` is called with 0..1; what it raises ends the import. `sha256`: of the source, where it is
    known already. Raises InvalidInput or Unavailable with one sentence; then nothing is left behind.
    """
    made_folder = not folder.exists()
    work = folder / WORK_NAME
    try:
        with disk_errors():
            folder.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            return _import(source, folder, work, progress, sha256 or _sha256(source))
    except BaseException:
        if made_folder:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _import(source: Path, folder: Path, work: Path, progress: Progress, sha256: str) -> ImportedVideo:
    progress(0.0)
    with open_source(source) as opened:
        clock = _clock_of(source)
        index, warning = _read_through(opened, clock, work, sha256, source.stat().st_size, progress)
    check_rendition(work / RENDITION_NAME, index.pts_s)
    index.save(work / INDEX_NAME)
    if source.absolute() != (folder / SOURCE_NAME).absolute():
        link_or_copy(source, work / SOURCE_NAME)
        move_into_place(work / SOURCE_NAME, folder / SOURCE_NAME)
    for name in (RENDITION_NAME, POSTER_NAME, INDEX_NAME):
        move_into_place(work / name, folder / name)
    progress(1.0)
    return ImportedVideo(index.width, index.height, tuple(index.pts_s.tolist()), sha256, warning)


def _read_through(
    source: Source, clock: _Clock, work: Path, sha256: str, source_bytes: int, progress: Progress
) -> tuple[FrameIndex, str | None]:
    """The one decode pass: index, rendition and poster."""
    rendition: RenditionWriter | None = None
    orientation, size = Orientation(), (0, 0)
    keys: list[int] = []
    fingerprints: list[int] = []
    expected = source.expected_frames()
    time_base = source.stream.time_base or 1 / FALLBACK_RATE
    try:
        for i, frame in enumerate(source.frames()):
            if i >= MAX_FRAMES:
                raise InvalidInput(f"This video has more than {MAX_FRAMES} frames: cut it into parts.")
            if rendition is None:
                check_size(frame.width, frame.height)
                orientation = Orientation.of(frame)
                size = orientation.size(frame.width, frame.height)
                rate = source.stream.average_rate or FALLBACK_RATE
                rendition = RenditionWriter(work / RENDITION_NAME, frame, orientation, time_base, rate)
                (work / POSTER_NAME).write_bytes(_poster(RgbReader(orientation, *size).read(frame)))
            if frame.key_frame:
                keys.append(i)
            fingerprints.append(fingerprint(frame))
            with _encoder_errors():
                rendition.write(frame, clock.tick(frame))
            progress(min(0.99, (i + 1) / expected) if expected else 0.5)
        if rendition is None:
            raise InvalidInput("Not one frame of this video can be decoded: it may be cut off or damaged.")
        with _encoder_errors():
            rendition.finish()
    except BaseException:
        if rendition is not None:
            rendition.abandon()
        raise
    index = FrameIndex(
        *size,
        orientation,
        np.array([float(tick * time_base) for tick in clock.ticks]),
        np.array(clock.stamps, np.int64),
        clock.tells_frames_apart,
        np.array(keys, np.int64),
        np.array(fingerprints, np.uint32),
        source_bytes,
        sha256,
        time_base,
    )
    return index, _warning(source, len(clock.ticks))


@contextmanager
def _encoder_errors() -> Iterator[None]:
    """What the encoder cannot take becomes a sentence."""
    try:
        yield
    except av.FFmpegError as error:
        if isinstance(error, OSError) and error.errno in DISK_ERRORS:
            raise
        raise InvalidInput(CANNOT_CONVERT) from error


def _clock_of(path: Path) -> _Clock:
    """Look at the first frames to see whether the file's presentation times can be used.

    AVI has decoding times only: for codecs that reorder frames they jump about. Then its rate holds.
    """
    with open_source(path) as source:
        time_base = source.stream.time_base or 1 / FALLBACK_RATE
        rate = source.stream.average_rate or FALLBACK_RATE
        first = [frame.pts for frame, _ in zip(source.frames(), range(CLOCK_TRIAL_FRAMES), strict=False)]
    known = [stamp for stamp in first if stamp is not None]
    usable = all(a <= b for a, b in zip(known, known[1:], strict=False))
    return _Clock(usable, max(1, round(1 / rate / time_base)))


def _warning(source: Source, num_frames: int) -> str | None:
    if missing := source.missing_packets():
        return f"This file ends early: {num_frames} of about {num_frames + missing} frames could be read."
    if source.damaged_packets:
        return f"Parts of this file are damaged: {num_frames} frames could be read."
    return None


def _poster(image: np.ndarray) -> bytes:
    height, width = image.shape[:2]
    scale = min(1.0, POSTER_LONG_SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return jpeg_of(cv2.resize(image, size, interpolation=cv2.INTER_AREA), quality=85)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
