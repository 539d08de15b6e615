"""A video file clicked, tracked and exported in this process: the server's parts without its web side."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from backend.api.context import Service
from backend.app import open_service
from backend.domain.errors import InvalidInput, MaskletError
from backend.domain.jobs import ExportRequest, Job
from backend.domain.session import BoxPrompt, FramePrompt, PointPrompt, PropagationState
from backend.domain.video import Video, VideoState
from backend.run_job import open_exporter
from backend.settings import Settings, SettingsError, from_environment

LOOK_EVERY_S = 0.1
READ, TRACKED = 0.2, 0.8  # shares of the work

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Clicks:
    """One object's: points are (frame, x, y) or (frame, x, y, include), boxes (frame, x0, y0, x1, y1)."""

    name: str | None
    points: list[tuple[float, ...]] = field(default_factory=list)
    boxes: list[tuple[float, ...]] = field(default_factory=list)


@dataclass(frozen=True)
class Wanted:
    """What to do with a file, and where to put what comes of it: a .zip file, or a folder."""

    video: Path
    objects: list[Clicks]
    track: bool
    engine_id: str | None
    format: str
    first_frame: int
    last_frame: int | None
    stride: int
    with_frames: bool
    output: Path


@dataclass(frozen=True)
class Done:
    session_id: str
    engine_id: str
    num_frames: int
    masked_frames: int


def annotate(wanted: Wanted, data: Path, progress: Progress) -> Done:
    """Everything is kept in the folder `data`. Raises MaskletError with a sentence."""
    try:
        from_env = from_environment()
    except SettingsError as error:
        raise InvalidInput(str(error)) from error
    settings = Settings(
        data=data, checkpoints=from_env.checkpoints, gallery=False, soft_edges=from_env.soft_edges
    )
    service = open_service(settings)
    try:
        service.library.start()
        video = _take_in(service, wanted.video, lambda done: progress(READ * done))
        session = service.commands.create_session(video.video_id, wanted.engine_id)
        for clicks in wanted.objects:
            _click(service, session.session_id, clicks)
        if wanted.track:
            _track(service, session.session_id, lambda done: progress(READ + (TRACKED - READ) * done))
        _export(settings, wanted, session.session_id, video, lambda done: progress(TRACKED + 0.2 * done))
        masks = service.sessions.masks(session.session_id)
        masked = {mask.frame_idx for mask in masks if mask.area > 0}
        return Done(session.session_id, session.engine_id, video.num_frames, len(masked))
    finally:
        asyncio.run(service.close())


def _take_in(service: Service, path: Path, progress: Progress) -> Video:
    with path.open("rb") as file:
        video = service.library.receive(file, path.name, path.stat().st_size)
    while (video := service.videos.video(video.video_id)).state is VideoState.IMPORTING:
        progress(video.progress)
        time.sleep(LOOK_EVERY_S)
    if video.state is VideoState.FAILED:
        raise InvalidInput(video.error or "This video cannot be read.")
    return video


def _click(service: Service, session_id: str, clicks: Clicks) -> None:
    tracked = service.commands.add_object(session_id, clicks.name)
    points: dict[int, list[PointPrompt]] = defaultdict(list)
    boxes: dict[int, BoxPrompt] = {}
    for frame_idx, x, y, *include in clicks.points:
        points[int(frame_idx)].append(PointPrompt(x, y, not include or bool(include[0])))
    for frame_idx, *corners in clicks.boxes:
        boxes[int(frame_idx)] = BoxPrompt(*corners)
    for frame_idx in sorted(points.keys() | boxes.keys()):
        prompt = FramePrompt(tracked.object_id, frame_idx, tuple(points[frame_idx]), boxes.get(frame_idx))
        service.commands.set_prompt(session_id, prompt)


def _track(service: Service, session_id: str, progress: Progress) -> None:
    service.commands.track(session_id)
    while True:
        propagation = service.sessions.propagation(session_id)
        if propagation is None or propagation.state is not PropagationState.RUNNING:
            break
        progress(propagation.frames_done / max(1, propagation.frames_total))
        time.sleep(LOOK_EVERY_S)
    if propagation is not None and propagation.state is PropagationState.FAILED:
        raise MaskletError(propagation.error or "Tracking failed.")


def _export(settings: Settings, wanted: Wanted, session_id: str, video: Video, progress: Progress) -> None:
    request = ExportRequest(
        (session_id,),
        wanted.format,
        None,
        wanted.first_frame,
        wanted.last_frame,
        wanted.stride,
        wanted.with_frames,
    )
    job = Job(uuid.uuid4().hex, request, video.title, time.time())
    with open_exporter(settings) as exporter:
        if wanted.output.suffix == ".zip":
            wanted.output.parent.mkdir(parents=True, exist_ok=True)
            exporter.write_zip(job, request, wanted.output, progress)
        else:
            exporter.write_folder(job, request, wanted.output, progress)
