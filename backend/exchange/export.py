"""Writing an export: from the store alone, no engine, in memory that does not grow with the video."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np

from backend.domain.durable import disk_errors, move_into_place
from backend.domain.errors import InvalidInput, NotFound
from backend.domain.exchange import Snapshots
from backend.domain.jobs import ExportRequest, Job
from backend.domain.session import Session, TrackedObject
from backend.domain.video import FrameTimes, Video
from backend.exchange.contents import Contents
from backend.exchange.manifest import (
    Drawn,
    ExportedObject,
    Manifest,
    Source,
    digests,
    masklet_version,
    stamps_of,
    utc,
)
from backend.exchange.spool import read_masks, write_masks
from backend.exchange.zips import pack
from backend.formats.model import Annotated, Format
from backend.formats.registry import format_named

WRITTEN = 0.85  # share of the work; what is left is packing

Progress = Callable[[float], None]


class Frames(Protocol):
    """Exact frames of a video."""

    def read(self, frame_idx: int) -> np.ndarray: ...
    def close(self) -> None: ...


class Videos(Protocol):
    """What an export needs of the library."""

    def video(self, video_id: str) -> Video: ...
    def frames(self, video_id: str) -> Frames: ...
    def frame_times(self, video_id: str) -> FrameTimes: ...
    def source_path(self, video_id: str) -> Path: ...


@dataclass(frozen=True)
class Part:
    """What is exported of one session, at one of its versions. Its masks are in the file `spool`."""

    session: Session
    video: Video
    objects: tuple[TrackedObject, ...]
    frames: range
    times: FrameTimes
    spool: Path


@dataclass(frozen=True)
class Exporter:
    """Writes exports of a store's sessions."""

    snapshots: Snapshots
    videos: Videos
    weights_sha256: Callable[[str], str | None]  # of an engine

    def write_zip(self, job: Job, request: ExportRequest, target: Path, progress: Progress) -> None:
        """The whole zip or none: it gets its name when it is complete and on disk."""
        work, part = target.with_suffix(".work"), target.with_suffix(".part")
        try:
            with disk_errors():
                shutil.rmtree(work, ignore_errors=True)
                work.mkdir(parents=True)
                self.write_folder(job, request, work / "export", lambda done: progress(done * WRITTEN))
                pack(work / "export", part, lambda done: progress(WRITTEN + done * (1 - WRITTEN)))
                move_into_place(part, target)
        finally:
            shutil.rmtree(work, ignore_errors=True)
            part.unlink(missing_ok=True)

    def write_folder(self, job: Job, request: ExportRequest, folder: Path, progress: Progress) -> None:
        """The files, and a manifest beside them; each of several sessions in a folder of its own."""
        folder.mkdir(parents=True, exist_ok=True)
        many = len(request.session_ids) > 1 or request.project_id is not None
        contents = Contents(job.title)
        for number, session_id in enumerate(request.session_ids):
            with tempfile.TemporaryDirectory(prefix=".spool-", dir=folder.parent) as aside:
                try:
                    part = self._part(request, session_id, Path(aside) / "masks.jsonl")
                except (InvalidInput, NotFound) as reason:
                    if request.project_id is None:
                        raise
                    contents.left_out(session_id, str(reason))
                    continue
                place = _place_for(folder, part) if many else folder
                place.mkdir(exist_ok=True)
                of_all = partial(_of_all, progress, number, len(request.session_ids))
                self._write(job, request, part, place, of_all)
                contents.written(place.name, part.session, part.video.title)
        if request.project_id is not None:
            contents.save(folder)

    def _part(self, request: ExportRequest, session_id: str, spool: Path) -> Part:
        with self.snapshots.open(session_id) as snapshot:
            session, objects = snapshot.session, snapshot.objects
            if request.project_id is not None:
                _check_is_in_project(session, request.project_id)
            write_masks(spool, snapshot.masks())
        video = self.videos.video(session.video_id)
        wanted = request.object_ids
        chosen = tuple(o for o in objects if wanted is None or o.object_id in wanted)
        part = Part(
            session, video, chosen, frames_of(request, video), self.videos.frame_times(video.video_id), spool
        )
        _check_there_is_something(part)
        return part

    def _write(self, job: Job, request: ExportRequest, part: Part, folder: Path, progress: Progress) -> None:
        form = format_named(request.format)
        with_frames = form.needs_frames or (request.with_frames and form.takes_frames)
        with ExitStack() as opened:
            read_frame = None
            if with_frames:
                source = self.videos.frames(part.video.video_id)
                opened.callback(source.close)
                read_frame = source.read
            count = _Counter(progress)
            annotated = Annotated(
                part.session,
                part.video,
                part.times,
                part.objects,
                part.frames,
                partial(read_masks, part.spool),
                read_frame,
                self.videos.source_path(part.video.video_id),
                count.one,
            )
            count.total = form.walks(annotated) * len(part.frames)
            form.write(annotated, folder)
        self._manifest(job, form, part, with_frames, digests(folder)).save(folder)

    def _manifest(
        self, job: Job, form: Format, part: Part, with_frames: bool, files: dict[str, str]
    ) -> Manifest:
        video, session = part.video, part.session
        source = Source(
            video.title,
            video.source_sha256,
            video.width,
            video.height,
            video.num_frames,
            str(part.times.time_base),
        )
        weights = self.weights_sha256(session.engine_id)
        return Manifest(
            format=form.name,
            with_frames=with_frames,
            source=source,
            drawn=Drawn(session.session_id, session.version, session.engine_id, weights),
            objects=tuple(map(ExportedObject.of, part.objects)),
            frames=tuple(part.frames),
            pts=stamps_of(part.frames, part.times.pts),
            files=files,
            owner=job.owner,
            created=utc(job.created_s),
            masklet_version=masklet_version(),
        )


@dataclass
class _Counter:
    """Frames written so far, over all walks of a format."""

    report: Progress
    total: int = 1
    done: int = 0

    def one(self) -> None:
        self.report(min(1.0, self.done / max(1, self.total)))
        self.done += 1


def _of_all(progress: Progress, number: int, count: int, done: float) -> None:
    """Progress of one of several sessions as progress of all."""
    progress((number + done) / count)


def frames_of(request: ExportRequest, video: Video) -> range:
    """The chosen frames. Raises InvalidInput where the video has none of them."""
    last = video.num_frames - 1
    if not 0 <= request.first_frame <= last:
        raise InvalidInput(f"Frame {request.first_frame} is outside this video's frames 0..{last}.")
    if request.last_frame is not None and not request.first_frame <= request.last_frame <= last:
        raise InvalidInput(
            f"The last frame, {request.last_frame}, must lie in {request.first_frame}..{last}."
        )
    if request.stride < 1:
        raise InvalidInput(f"Every {request.stride}th frame makes no sense: take 1 or more.")
    return range(
        request.first_frame, (last if request.last_frame is None else request.last_frame) + 1, request.stride
    )


def _check_is_in_project(session: Session, project_id: str) -> None:
    """Whoever asked for all of a project may not see what has left it since."""
    if session.removed_s is not None:
        raise NotFound("It was deleted since.")
    if session.project_id != project_id:
        raise NotFound("It was moved to another project since.")


def _check_there_is_something(part: Part) -> None:
    chosen = {tracked.object_id for tracked in part.objects}
    if not chosen:
        raise InvalidInput(f"{part.video.title} has no such object: choose others, or click one first.")
    there = (
        m.area > 0 and m.object_id in chosen and m.frame_idx in part.frames for m in read_masks(part.spool)
    )
    if not any(there):
        raise InvalidInput(
            f"The chosen objects of {part.video.title} have no mask on the chosen frames: track them first."
        )


def _place_for(folder: Path, part: Part) -> Path:
    """A folder of its own for one of several sessions."""
    place = folder / folder_name(part.video.title, part.session.session_id)
    return (
        folder / folder_name(part.video.title, part.session.session_id, whole=True)
        if place.exists()
        else place
    )


def plain_name(title: str) -> str:
    """Letters, digits, dash and underscore: safe in a header and on every file system."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", title.rsplit(".", 1)[0]).strip("-")[:60] or "masklet"


def folder_name(title: str, session_id: str, whole: bool = False) -> str:
    """`whole`: with all of the id, where its beginning is taken."""
    plain_id = re.sub(r"[^A-Za-z0-9]", "", session_id)
    return f"{plain_name(title)}-{plain_id if whole else plain_id[:8]}"


def file_name(title: str, form: str) -> str:
    """Under which an export is downloaded."""
    return f"{plain_name(title)}.{form}.zip"
