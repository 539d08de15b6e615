"""Holding an object before it is edited, and taking it over."""

from __future__ import annotations

import strawberry

from backend.api.context import Service
from backend.api.presence.here import asking_page

Info = strawberry.Info[Service, None]


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="For a page that is about to edit: others see that it does, and are refused until it has "
        "been quiet for some seconds. Where somebody else holds the object it is refused, or taken over, and "
        "they are told. Always true."
    )
    async def hold_object(
        self, info: Info, session_id: strawberry.ID, object_id: int, take_over: bool = False
    ) -> bool:
        def hold(service: Service) -> bool:
            tracked = service.sessions.object(session_id, object_id)
            service.presence.hold(session_id, object_id, tracked.name, asking_page(), take_over)
            return True

        return await info.context.command(hold)
