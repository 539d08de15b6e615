"""What scripts read of a session, some frames at a time; the app folds the feed instead."""

from __future__ import annotations

import strawberry

from backend.api import types
from backend.api.context import Service
from backend.api.mapping import mask_type, object_type, propagation_type
from backend.domain.errors import InvalidInput

MAX_FRAMES = 256  # of one answer

Info = strawberry.Info[Service, None]


@strawberry.type
class Query:
    @strawberry.field(description="A session's objects, in their order.")
    async def objects(self, info: Info, session_id: strawberry.ID) -> list[types.TrackedObject]:
        return await info.context.read(
            lambda s: [object_type(tracked) for tracked in s.sessions.objects(session_id)]
        )

    @strawberry.field(description=f"Frames `firstFrame` to `lastFrame`, both included, {MAX_FRAMES} at most.")
    async def masks(
        self, info: Info, session_id: strawberry.ID, first_frame: int, last_frame: int
    ) -> list[types.FrameMask]:
        if not 0 <= first_frame <= last_frame < first_frame + MAX_FRAMES:
            raise InvalidInput(f"Ask for 1 to {MAX_FRAMES} frames: firstFrame, and lastFrame not before it.")
        return await info.context.read(
            lambda s: [mask_type(mask) for mask in s.sessions.masks(session_id, first_frame, last_frame)]
        )

    @strawberry.field(description="The latest Track; null before the first.")
    async def propagation(self, info: Info, session_id: strawberry.ID) -> types.Propagation | None:
        def latest(service: Service) -> types.Propagation | None:
            found = service.sessions.propagation(session_id)
            return propagation_type(found) if found else None

        return await info.context.read(latest)
