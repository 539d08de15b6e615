"""Domain to GraphQL and back, in this one place."""

from __future__ import annotations

import math
from collections.abc import Mapping

import strawberry

from backend.api import types
from backend.api import workbench_types as own
from backend.api.discussion_types import comment_type, review_type
from backend.api.presence.types import presence_type
from backend.api.tracking_types import coverage_type, pace_type
from backend.domain.engines import EngineInfo
from backend.domain.errors import InvalidInput
from backend.domain.pace import Pace
from backend.domain.rle import Rle
from backend.domain.session import (
    BoxPrompt,
    FrameMask,
    FramePrompt,
    PointPrompt,
    Propagation,
    Session,
    SessionDelta,
    TrackedObject,
)
from backend.domain.video import Playback, Video, VideoState


def video_type(video: Video) -> types.Video:
    ready = video.state is VideoState.READY
    return types.Video(
        id=strawberry.ID(video.video_id),
        title=video.title,
        state=video.state,
        progress=video.progress,
        error=video.error,
        warning=video.warning,
        width=video.width,
        height=video.height,
        num_frames=video.num_frames,
        fps=video.fps,
        frame_times_s=list(video.pts_s),
        rendition_url=rendition_url(video),
        rendition_progress=video.playback_progress if ready else 0.0,
        pixel_aspect=video.pixel_aspect,
        poster_url=f"/media/{video.video_id}/poster.jpg" if ready else None,
        in_gallery=video.in_gallery,
        source_sha256=video.source_sha256,
    )


def rendition_url(video: Video) -> str | None:
    """Each content has its own address, since browsers keep it for good."""
    if video.state is not VideoState.READY or video.playback not in (Playback.RENDITION, Playback.SOURCE):
        return None
    return f"/media/{video.video_id}/{video.playback.value}.mp4"


def engine_type(engine: EngineInfo) -> types.Engine:
    return types.Engine(
        id=strawberry.ID(engine.id),
        label=engine.label,
        device=engine.device,
        available=engine.available,
        note=engine.note,
    )


def cover_url(session: Session) -> str:
    """Each version has its own address, since browsers keep it for good."""
    return f"/media/sessions/{session.session_id}/cover-{session.version}.jpg"


def session_type(session: Session, video: types.Video, menu: Mapping[str, EngineInfo]) -> types.Session:
    engine = menu.get(session.engine_id) or _gone(session.engine_id)
    return types.Session(
        id=strawberry.ID(session.session_id),
        video=video,
        engine=engine_type(engine),
        version=session.version,
        created_s=session.created_s,
        title=session.title,
        ontology=[own.class_type(one) for one in session.ontology],
        project_id=strawberry.ID(session.project_id),
        assignee_id=_id(session.assignee_id),
        cover_url=cover_url(session),
    )


def object_type(tracked: TrackedObject) -> types.TrackedObject:
    return types.TrackedObject(
        object_id=tracked.object_id,
        name=tracked.name,
        colour=tracked.colour,
        removed=tracked.removed,
        version=tracked.version,
        label=tracked.label,
        attributes=[own.Attribute(name=one.name, value=one.value) for one in tracked.attributes],
        rank=tracked.rank,
        locked=tracked.locked,
        absent=[own.range_type(stretch) for stretch in tracked.absent],
        review=review_type(tracked.review),
        assignee_id=_id(tracked.assignee_id),
    )


def prompt_type(prompt: FramePrompt) -> types.FramePrompt:
    box = prompt.box
    return types.FramePrompt(
        object_id=prompt.object_id,
        frame_idx=prompt.frame_idx,
        points=[types.Point(x=point.x, y=point.y, include=point.include) for point in prompt.points],
        box=types.Box(x0=box.x0, y0=box.y0, x1=box.x1, y1=box.y1) if box else None,
        mask=rle_type(prompt.mask),
        version=prompt.version,
    )


def mask_type(mask: FrameMask) -> types.FrameMask:
    return types.FrameMask(
        object_id=mask.object_id,
        frame_idx=mask.frame_idx,
        rle=rle_type(mask.rle),
        area=mask.area,
        object_score=_finite(mask.object_score),
        predicted_iou=_finite(mask.predicted_iou),
        origin=mask.origin,
        engine_id=strawberry.ID(mask.engine_id),
        verified=mask.verified,
        doubt=mask.doubt or 0.0,
        doubt_reasons=list(mask.doubt_reasons),
        version=mask.version,
    )


def propagation_type(propagation: Propagation, pace: Pace | None = None) -> types.Propagation:
    return types.Propagation(
        id=strawberry.ID(propagation.propagation_id),
        state=propagation.state,
        frames_done=propagation.frames_done,
        frames_total=propagation.frames_total,
        error=propagation.error,
        version=propagation.version,
        verdict=propagation.verdict,
        pace=pace_type(pace) if pace else None,
    )


def delta_type(delta: SessionDelta, pace: Pace | None = None) -> types.SessionDelta:
    return types.SessionDelta(
        version=delta.version,
        objects=[object_type(tracked) for tracked in delta.objects],
        prompts=[prompt_type(prompt) for prompt in delta.prompts],
        masks=[mask_type(mask) for mask in delta.masks],
        propagation=propagation_type(delta.propagation, pace) if delta.propagation else None,
        details=own.details_type(delta.session) if delta.session else None,
        candidates=[mask_type(mask) for mask in delta.candidates],
        coverage=[coverage_type(covered) for covered in delta.coverage],
        comments=[comment_type(comment) for comment in delta.comments],
        presence=[presence_type(one) for one in delta.presence] or None,
    )


def prompt_of(given: types.FramePromptInput) -> FramePrompt:
    """Raises InvalidInput for what the commands cannot check because it is no prompt at all."""
    mask = None
    if given.mask is not None:
        if given.mask.height < 1 or given.mask.width < 1:
            raise InvalidInput("The mask's height and width must be at least 1 pixel.")
        mask = Rle(given.mask.height, given.mask.width, given.mask.counts)
    box = given.box
    return FramePrompt(
        given.object_id,
        given.frame_idx,
        tuple(PointPrompt(point.x, point.y, point.include) for point in given.points),
        BoxPrompt(box.x0, box.y0, box.x1, box.y1) if box else None,
        mask,
    )


def rle_type(rle: Rle | None) -> types.RleMask | None:
    return types.RleMask(height=rle.height, width=rle.width, counts=rle.counts) if rle else None


def _id(value: str | None) -> strawberry.ID | None:
    return None if value is None else strawberry.ID(value)


def _finite(value: float) -> float:
    """JSON and GraphQL have no infinity; scores of an engine that is quite sure stay sure."""
    return max(-1e6, min(1e6, value)) if not math.isnan(value) else 0.0


def _gone(engine_id: str) -> EngineInfo:
    return EngineInfo(
        engine_id,
        engine_id,
        "cpu",
        available=False,
        note=f"The weights of {engine_id} are no longer in the checkpoints folder; put them back to go on.",
    )
