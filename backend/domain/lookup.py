"""Find what a command is about, or say in a sentence why it cannot be."""

from __future__ import annotations

from collections.abc import Collection

from backend.domain.errors import Conflict, InvalidInput
from backend.domain.leases import refuse_held
from backend.domain.ports import SessionStore
from backend.domain.session import TrackedObject
from backend.domain.video import Video


def unlocked_object(
    store: SessionStore, session_id: str, object_id: int, seen: int | None = None
) -> TrackedObject:
    """An object that may be changed: nobody locked it, and nobody else holds it. Every change of an object
    asks here first. `seen`: see `SessionStore.object`."""
    tracked = store.object(session_id, object_id, seen)
    if tracked.locked:
        raise Conflict(f"{tracked.name} is locked; unlock it in the list of objects first.")
    refuse_held(session_id, object_id, tracked.name)
    return tracked


def unheld_objects(store: SessionStore, session_id: str, object_ids: Collection[int] | None = None) -> None:
    """Raises Held where somebody else holds one of these objects, or any (None): for changes of many at once,
    which leave locks alone."""
    for tracked in store.objects(session_id):
        if object_ids is None or tracked.object_id in object_ids:
            refuse_held(session_id, tracked.object_id, tracked.name)


def check_frame(frame_idx: int, video: Video) -> None:
    if not 0 <= frame_idx < video.num_frames:
        raise InvalidInput(f"Frame {frame_idx} is outside this video's frames 0..{video.num_frames - 1}.")
