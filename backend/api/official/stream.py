"""`POST /propagate_in_video`: the demo's stream of masks, byte for byte.

Frames go out once they are durable, in the order in which they are tracked: forward from the start
frame, then backward from it, so that the start frame comes twice.
"""

from __future__ import annotations

import html
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import groupby

import anyio
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from backend.api.context import Service
from backend.api.errors import failure_of
from backend.api.official.adapter import FrameRles
from backend.api.permissions.guard import check
from backend.api.permissions.table import ROUTES
from backend.api.streaming import ClosingStream
from backend.domain.errors import InvalidInput, MaskletError, Unavailable
from backend.domain.lookup import check_frame
from backend.domain.plan import step_of
from backend.domain.session import Pass, Propagation, PropagationState
from backend.domain.video import Video

POLL_S = 2.0
BATCH = 16  # frames read from the store at once


@dataclass(frozen=True)
class _Walk:
    """A propagation that is being streamed."""

    session_id: str
    video: Video
    object_ids: tuple[int, ...]
    propagation: Propagation


async def propagate_in_video(service: Service, request: Request) -> Response:
    """Failures before the first byte are HTTP 500 with a page, as the demo's frontend meets them."""
    if request.method != "POST":
        return HTMLResponse("<p>Send this by POST.</p>", 405, {"Allow": "POST"})
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        return HTMLResponse("<p>Send application/json.</p>", 415)
    body = await request.body()
    try:
        session_id, start_frame = _asked(body)
        await check(service, ROUTES["/propagate_in_video"], {"session_id": session_id})
        walk = await service.command(lambda s: _start(s, session_id, start_frame))
    except Exception as error:
        return HTMLResponse(f"<p>{html.escape(failure_of(error).sentence)}</p>", 500)
    return ClosingStream(_parts(service, walk), media_type="multipart/x-savi-stream; boundary=frame")


def part(frame: FrameRles) -> bytes:
    """One part of the stream. No line break follows it, and no closing boundary the last."""
    results = [
        {
            "object_id": mask.object_id,
            "mask": {"size": [mask.rle.height, mask.rle.width], "counts": mask.rle.counts},
        }
        for mask in frame.masks
    ]
    body = json.dumps({"frame_index": frame.frame_index, "results": results}).encode()
    head = (
        "--frame\r\n"
        "Content-Type: application/json; charset=utf-8\r\n"
        "Frame-Current: -1\r\n"
        "Frame-Total: -1\r\n"
        "Mask-Type: RLE[]\r\n"
        f"Content-Length: {len(body)}\r\n"
        "\r\n"
    )
    return head.encode() + body


def official_passes(object_ids: tuple[int, ...], start_frame: int, num_frames: int) -> tuple[Pass, ...]:
    forward = Pass(object_ids, start_frame, num_frames - 1)
    return (forward, Pass(object_ids, start_frame, 0)) if start_frame > 0 else (forward,)


def _asked(body: bytes) -> tuple[str, int]:
    try:
        asked = json.loads(body)
        session_id, start_frame = asked["session_id"], asked.get("start_frame_index", 0)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InvalidInput("Send a JSON object with session_id and start_frame_index.") from None
    if not isinstance(session_id, str) or type(start_frame) is not int:
        raise InvalidInput("session_id is a string and start_frame_index a whole number.")
    return session_id, start_frame


def _start(service: Service, session_id: str, start_frame: int) -> _Walk:
    service.demo.session(session_id)
    video = service.commands.video_of(session_id)
    check_frame(start_frame, video)
    object_ids = tuple(service.demo.object_ids(session_id))
    prompted = {prompt.object_id for prompt in service.sessions.prompts(session_id)}
    if not object_ids:
        raise InvalidInput("There is nothing to track yet: add points first.")
    for object_id in object_ids:
        if object_id not in prompted:
            raise InvalidInput(f"Object {object_id} has no points; add some, or remove it.")
    service.commands.cancel(session_id)  # the demo starts anew without asking
    passes = official_passes(object_ids, start_frame, video.num_frames)
    return _Walk(session_id, video, object_ids, service.commands.track_passes(session_id, passes))


async def _parts(service: Service, walk: _Walk) -> AsyncIterator[bytes]:
    """Ends with the tracking: done, cancelled, or replaced. A client that goes away cancels it."""
    sent = 0
    try:
        with service.doorbell.listen(walk.session_id) as bell:
            while sent < walk.propagation.frames_total and not service.doorbell.closed:
                bell.reset()
                now = await service.read(lambda s: s.sessions.propagation(walk.session_id))
                if now is None or now.propagation_id != walk.propagation.propagation_id:
                    return
                while sent < now.frames_done:
                    batch = await service.read(
                        lambda s, sent=sent, now=now: _batch(s, walk, sent, now.frames_done)
                    )
                    for frame in batch:
                        yield part(frame)
                        sent += 1
                if now.state is PropagationState.FAILED:
                    raise Unavailable(now.error or "Tracking failed.")
                if now.state is not PropagationState.RUNNING:
                    return
                await bell.wait(POLL_S)
    finally:
        if sent < walk.propagation.frames_total and not service.doorbell.closed:
            with anyio.CancelScope(shield=True):
                await service.command(lambda s: _stop(s, walk))


def _batch(service: Service, walk: _Walk, done: int, until: int) -> list[FrameRles]:
    """The next frames of one pass, at most `BATCH`, that are durable."""
    step = step_of(walk.propagation.passes, done)
    assert step is not None  # `done` is below the propagation's total
    current, frame_idx = step
    first_step = abs(frame_idx - current.start)
    count = min(BATCH, until - done, len(current) - first_step)
    frames = [current.frame(first_step + i) for i in range(count)]
    stored = service.sessions.masks(walk.session_id, min(frames), max(frames))
    found = {
        frame: {mask.object_id: mask.rle for mask in masks if mask.rle and mask.area}
        for frame, masks in groupby(stored, key=lambda mask: mask.frame_idx)
    }
    return [
        service.demo.complete(frame, found.get(frame, {}), walk.object_ids, walk.video) for frame in frames
    ]


def _stop(service: Service, walk: _Walk) -> None:
    try:
        now = service.sessions.propagation(walk.session_id)
        if now and now.propagation_id == walk.propagation.propagation_id:
            service.commands.cancel(walk.session_id)
    except MaskletError:
        pass  # nobody is left to tell
