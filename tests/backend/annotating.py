"""Short hands for what people and engines put into a store."""

from __future__ import annotations

from backend.domain.rle import Rle
from backend.domain.session import (
    FrameMask,
    FramePrompt,
    MaskOrigin,
    Pass,
    PointPrompt,
    Propagation,
    PropagationState,
    Session,
    TrackedObject,
)
from backend.domain.video import Video, VideoState
from backend.store.database import Database
from backend.store.sessions import SqlSessionStore
from backend.store.videos import SqlVideoStore

SESSION = "session-1"
WIDTH, HEIGHT, FRAMES = 8, 6, 20


def video(video_id: str = "video-1", **changes: object) -> Video:
    values = {
        "title": "Cups.mp4",
        "source_sha256": "ab" * 32,
        "state": VideoState.READY,
        "width": WIDTH,
        "height": HEIGHT,
        "pts_s": tuple(i / 30 for i in range(FRAMES)),
    }
    return Video(video_id, **{**values, **changes})


def session_store(database: Database, on_change=lambda session_id, version: None) -> SqlSessionStore:
    """A store with one session on one video."""
    SqlVideoStore(database).put_video(video())
    store = SqlSessionStore(database, on_change)
    store.add_session(Session(SESSION, "video-1", "colorflow", created_s=5.0))
    return store


def describe(object_id: int) -> TrackedObject:
    return TrackedObject(object_id, f"Object {object_id}", "#102030")


def click(object_id: int, frame_idx: int, x: float = 1.5) -> FramePrompt:
    return FramePrompt(object_id, frame_idx, (PointPrompt(x, 2.25, include=False),))


def no_prompt(object_id: int, frame_idx: int) -> FramePrompt:
    return FramePrompt(object_id, frame_idx)


def mask(
    object_id: int,
    frame_idx: int,
    area: int = 3,
    origin: MaskOrigin = MaskOrigin.TRACK,
    edge: bytes | None = None,
) -> FrameMask:
    """A mask of `area` pixels: telling areas apart is telling masks apart."""
    rle = Rle.from_runs(HEIGHT, WIDTH, [5, area, HEIGHT * WIDTH - 5 - area])
    return FrameMask(object_id, frame_idx, rle, area, 1.25, 0.875, origin, "colorflow", edge=edge)


def edge(number: int) -> bytes:
    """Bytes in the place of an edge, others for each number: a store does not look into them."""
    return bytes((1, 0, number, 255))


def drawn(object_id: int, frame_idx: int, area: int = 7) -> FrameMask:
    """What a prompt draws."""
    return mask(object_id, frame_idx, area, MaskOrigin.PROMPT)


def propagation(prompts_version: int, ids: tuple[int, ...] = (1,), name: str = "track-1") -> Propagation:
    passes = (Pass(ids, 3, 10), Pass(ids, 3, 0))
    return Propagation(name, passes, PropagationState.RUNNING, 0, 12, prompts_version)


def areas(store: SqlSessionStore, object_id: int = 1) -> dict[int, int]:
    """Frame -> area of the object's mask."""
    return {m.frame_idx: m.area for m in store.masks(SESSION) if m.object_id == object_id}
