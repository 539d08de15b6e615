"""The walk: read every frame of an indexed video once, in the background, and make the rendition of them.

It may take as long as the video. It leaves the frames' fingerprints, which say that the rendition is
complete too; a walk that was killed begins again.
"""

from __future__ import annotations

import shutil
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from backend.domain.durable import DISK_ERRORS, disk_errors, move_into_place
from backend.domain.errors import InvalidInput
from backend.domain.video import Playback
from backend.media.checks import CHECKS_NAME, FrameChecks
from backend.media.index import RENDITION_NAME, SOURCE_NAME, FrameIndex
from backend.media.numbering import Numbered, from_start
from backend.media.pixels import fingerprint
from backend.media.rendition import CANNOT_CONVERT, CannotConvert, RenditionWriter, check_rendition
from backend.media.source import open_source

WORK_NAME = ".walking"
DAMAGED = "Parts of this file are damaged: where a picture is lost, the one before it stays."
UNSTEADY = "This video gives other frames than it did at first: convert it to H.264 in MP4 and upload that."

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Walked:
    """What browsers get, and what to know of the file."""

    playback: Playback
    warning: str | None = None


def walk_video(folder: Path, progress: Progress = lambda done: None) -> Walked:
    """`progress` 0..1; what it raises ends the walk. Raises InvalidInput or Unavailable with one sentence."""
    work = folder / WORK_NAME
    try:
        with disk_errors():
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            return _walk(folder, work, progress)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _walk(folder: Path, work: Path, progress: Progress) -> Walked:
    index = FrameIndex.load(folder)
    playback, found = Playback.SOURCE, None
    if index.plays_as_it_is:
        found = _read_through(folder, index, None, progress)
    if found is None or not found.is_steady:
        playback, found = _with_rendition(folder, work, index, progress)
    found.checks.save(work / CHECKS_NAME)
    move_into_place(work / CHECKS_NAME, folder / CHECKS_NAME)
    progress(1.0)
    warning = DAMAGED if found.is_damaged else None
    return Walked(playback, CANNOT_CONVERT if playback is Playback.STILLS else warning)


def _with_rendition(
    folder: Path, work: Path, index: FrameIndex, progress: Progress
) -> tuple[Playback, _Found]:
    try:
        found = _read_through(folder, index, work / RENDITION_NAME, progress)
        check_rendition(work / RENDITION_NAME, index.pts_s)
        move_into_place(work / RENDITION_NAME, folder / RENDITION_NAME)
        return Playback.RENDITION, found
    except CannotConvert:
        return Playback.STILLS, _read_through(folder, index, None, progress)


@dataclass
class _Found:
    """What the frames turned out to be."""

    checks: FrameChecks
    is_steady: bool  # each frame was there, whole, and of the same size
    is_damaged: bool


def _read_through(folder: Path, index: FrameIndex, rendition: Path | None, progress: Progress) -> _Found:
    """Every frame in order; written to `rendition`, where there is to be one."""
    prints = array("L")
    is_held = np.zeros(index.num_frames, bool)
    size: tuple[int, int] | None = None
    is_steady = True
    with open_source(folder / SOURCE_NAME) as source, _writer(index, rendition) as write:
        last: av.VideoFrame | None = None
        for number, frame in _each_once(from_start(source, index), index):
            is_held[number] = frame is last
            prints.append(prints[-1] if frame is last else fingerprint(frame))
            size = size or (frame.width, frame.height)
            is_steady &= size == (frame.width, frame.height) and not frame.is_corrupt
            write(number, frame)
            last = frame
            progress(min(0.99, (number + 1) / index.num_frames))
        is_damaged = source.damaged_packets > 0 or bool(is_held.any())
    return _Found(FrameChecks(np.array(prints, np.uint32), is_held), is_steady and not is_damaged, is_damaged)


def _each_once(frames: Numbered, index: FrameIndex) -> Numbered:
    """Raises InvalidInput unless exactly the index's frames come."""
    due = 0
    for number, frame in frames:
        if number != due:
            raise InvalidInput(UNSTEADY)
        yield number, frame
        due += 1
    if due != index.num_frames:
        raise InvalidInput(UNSTEADY)


Write = Callable[[int, av.VideoFrame], None]


@contextmanager
def _writer(index: FrameIndex, path: Path | None) -> Iterator[Write]:
    """Encodes what it is given; with `path` None it does nothing."""
    if path is None:
        yield lambda number, frame: None
        return
    ticks, rate = index.ticks, index.mean_rate
    writer: RenditionWriter | None = None

    def write(number: int, frame: av.VideoFrame) -> None:
        nonlocal writer
        with _encoder_errors():
            if writer is None:
                writer = RenditionWriter(path, frame, index.orientation, index.time_base, rate)
            writer.write(frame, int(ticks[number]))

    try:
        yield write
        with _encoder_errors():
            if writer is not None:
                writer.finish()
    except BaseException:
        if writer is not None:
            writer.abandon()
        raise


@contextmanager
def _encoder_errors() -> Iterator[None]:
    """What the encoder cannot take becomes a sentence."""
    try:
        yield
    except av.FFmpegError as error:
        if isinstance(error, OSError) and error.errno in DISK_ERRORS:
            raise
        raise CannotConvert(CANNOT_CONVERT) from error
