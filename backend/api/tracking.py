"""Going on with tracking that was broken off."""

from __future__ import annotations

import strawberry

from backend.api import types
from backend.api.context import Service
from backend.api.mapping import propagation_type

Info = strawberry.Info[Service, None]


@strawberry.type
class Mutation:
    @strawberry.mutation(description="Goes on with the latest Track where it failed, or was cancelled.")
    async def resume_tracking(self, info: Info, session_id: strawberry.ID) -> types.Propagation:
        return await info.context.command(lambda s: propagation_type(s.commands.resume(session_id)))
