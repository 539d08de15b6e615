"""Masklet's queries, mutations and the feed. Each is one call of the domain, in a thread."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

import strawberry

from backend.api import types
from backend.api.context import Service
from backend.api.feed import session_feed
from backend.api.mapping import (
    delta_type,
    engine_type,
    object_type,
    prompt_of,
    propagation_type,
    session_type,
    video_type,
)
from backend.api.once import SEEN
from backend.api.presence.watching import PresenceWatch
from backend.domain.projects import HOME
from backend.domain.session import Session

Info = strawberry.Info[Service, None]


def describe_sessions(service: Service, sessions: list[Session]) -> list[types.Session]:
    menu = {engine.id: engine for engine in service.host.engines()}
    ids = {session.video_id for session in sessions}
    videos = {video_id: video_type(service.videos.video(video_id)) for video_id in ids}
    return [session_type(session, videos[session.video_id], menu) for session in sessions]


@strawberry.type
class Query:
    @strawberry.field(description="Gallery clips first, then uploads, newest first.")
    async def library(self, info: Info) -> list[types.Video]:
        return await info.context.read(lambda s: [video_type(video) for video in s.videos.videos()])

    @strawberry.field
    async def video(self, info: Info, id: strawberry.ID) -> types.Video:
        return await info.context.read(lambda s: video_type(s.videos.video(id)))

    @strawberry.field(description="Newest first.")
    async def sessions(self, info: Info) -> list[types.Session]:
        return await info.context.read(lambda s: describe_sessions(s, s.sessions.sessions()))

    @strawberry.field
    async def session(self, info: Info, id: strawberry.ID) -> types.Session:
        return await info.context.read(lambda s: describe_sessions(s, [s.sessions.session(id)])[0])

    @strawberry.field(description="The best choice for this machine first.")
    async def engines(self, info: Info) -> list[types.Engine]:
        return await info.context.read(lambda s: [engine_type(engine) for engine in s.host.engines()])


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Without `engineId`: the first engine that is available. It begins with the classes of "
        "its project; without `projectId` that is the first one."
    )
    async def create_session(
        self,
        info: Info,
        video_id: strawberry.ID,
        engine_id: strawberry.ID | None = None,
        project_id: strawberry.ID = HOME,
    ) -> types.Session:
        return await info.context.command(
            lambda s: describe_sessions(s, [s.commands.create_session(video_id, engine_id, project_id)])[0]
        )

    @strawberry.mutation
    async def add_object(
        self, info: Info, session_id: strawberry.ID, name: str | None = None, colour: str | None = None
    ) -> types.TrackedObject:
        return await info.context.command(
            lambda s: object_type(s.commands.add_object(session_id, name, colour))
        )

    @strawberry.mutation
    async def update_object(
        self,
        info: Info,
        session_id: strawberry.ID,
        object_id: int,
        name: str | None = None,
        colour: str | None = None,
        seen: int | None = None,
    ) -> types.TrackedObject:
        return await info.context.command(
            lambda s: object_type(s.commands.update_object(session_id, object_id, name, colour, seen))
        )

    @strawberry.mutation(description=f"The session's version. {SEEN}")
    async def delete_object(
        self, info: Info, session_id: strawberry.ID, object_id: int, seen: int | None = None
    ) -> int:
        return await info.context.command(lambda s: s.commands.remove_object(session_id, object_id, seen))

    @strawberry.mutation(
        description="Replaces all prompts of the object on the frame; empty clears them. The session's "
        f"version; the mask arrives in the feed. {SEEN}"
    )
    async def set_prompt(
        self,
        info: Info,
        session_id: strawberry.ID,
        prompt: types.FramePromptInput,
        seen: int | None = None,
    ) -> int:
        return await info.context.command(
            lambda s: s.commands.set_prompt(session_id, prompt_of(prompt), seen)
        )

    @strawberry.mutation(
        description=f"Every prompt and mask goes, the objects stay. The session's version. {SEEN}"
    )
    async def clear_prompts(self, info: Info, session_id: strawberry.ID, seen: int | None = None) -> int:
        return await info.context.command(lambda s: s.commands.clear_prompts(session_id, seen))

    @strawberry.mutation(
        description="Its masks and its progress arrive in the feed. With `firstFrame` and `lastFrame`, both "
        "inclusive, it walks no other frames, and none behind the next verified one. If it is `proposed`, "
        "its masks are the feed's `candidates` until `setVerdict` keeps or drops them."
    )
    async def track(
        self,
        info: Info,
        session_id: strawberry.ID,
        direction: types.Direction = types.Direction.BOTH,
        start_frame: int | None = None,
        object_ids: list[int] | None = None,
        first_frame: int | None = None,
        last_frame: int | None = None,
        proposed: bool = False,
        overwrites_verified: bool = False,
    ) -> types.Propagation:
        return await info.context.command(
            lambda s: propagation_type(
                s.commands.track(
                    session_id,
                    direction,
                    start_frame,
                    object_ids,
                    first_frame,
                    last_frame,
                    proposed,
                    overwrites_verified,
                )
            )
        )

    @strawberry.mutation(description="Stops within a frame; what is done stays. The session's version.")
    async def cancel_tracking(self, info: Info, session_id: strawberry.ID) -> int:
        return await info.context.command(lambda s: s.commands.cancel(session_id))


@strawberry.type
class Subscription:
    @strawberry.subscription(
        description="What changed since `after`, in order, then what changes. Where more than `masksAtMost` "
        "masks changed, they come summed up, as `coverage`: fetch those that are wanted with `maskWindow`. "
        "`withPresence`: who is here too, and what each looks at."
    )
    async def session_feed(
        self,
        info: Info,
        session_id: strawberry.ID,
        after: int = 0,
        masks_at_most: int | None = None,
        with_presence: bool = False,
    ) -> AsyncIterator[types.SessionDelta]:
        service = info.context
        doorbell = service.doorbell
        watch = PresenceWatch(service.presence, session_id, doorbell.readers) if with_presence else None
        feed = session_feed(
            service.sessions, doorbell, service.threads, session_id, after, masks_at_most, watch
        )
        async with aclosing(feed):
            async for delta in feed:
                yield delta_type(delta, service.host.pace(session_id))
