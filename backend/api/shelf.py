"""Whole sessions: called, duplicated, deleted and restored; and videos that nobody uses."""

from __future__ import annotations

import strawberry

from backend.api import types
from backend.api.context import Service
from backend.api.mapping import video_type
from backend.api.once import SEEN
from backend.api.operations import describe_sessions
from backend.api.permissions.offers import may_delete
from backend.domain.people import acting
from backend.domain.video import VideoState

Info = strawberry.Info[Service, None]


@strawberry.type
class Query:
    @strawberry.field(
        description="Deleted sessions that can be restored, the latest deleted first. Not those that went "
        "with their project: they come back with it."
    )
    async def deleted_sessions(self, info: Info) -> list[types.Session]:
        def removed(service: Service) -> list[types.Session]:
            there = {project.project_id for project in service.projects.projects()}
            by_themselves = [one for one in service.shelf.removed() if one.project_id in there]
            return describe_sessions(service, by_themselves)

        return await info.context.read(removed)

    @strawberry.field(
        description="Uploaded videos that no session is on, and that whoever asks may delete; newest first."
    )
    async def unused_videos(self, info: Info) -> list[types.Video]:
        return await info.context.read(_unused)


@strawberry.type
class Mutation:
    @strawberry.mutation(description=f"An empty title gives the video's back. The session's version. {SEEN}")
    async def rename_session(
        self, info: Info, session_id: strawberry.ID, title: str, seen: int | None = None
    ) -> int:
        return await info.context.command(lambda s: s.objects.rename_session(session_id, title, seen))

    @strawberry.mutation(description="A session of its own with the same objects, prompts and masks.")
    async def duplicate_session(self, info: Info, session_id: strawberry.ID) -> types.Session:
        return await info.context.command(lambda s: describe_sessions(s, [s.shelf.duplicate(session_id)])[0])

    @strawberry.mutation(description="It can be restored for thirty days.")
    async def delete_session(self, info: Info, session_id: strawberry.ID) -> bool:
        await info.context.command(lambda s: s.shelf.delete(session_id))
        return True

    @strawberry.mutation
    async def restore_session(self, info: Info, session_id: strawberry.ID) -> types.Session:
        return await info.context.command(lambda s: describe_sessions(s, [s.shelf.restore(session_id)])[0])

    @strawberry.mutation(description="For good, with its file. Refused while a session uses it.")
    async def delete_video(self, info: Info, video_id: strawberry.ID) -> bool:
        await info.context.command(lambda s: s.shelf.delete_video(video_id))
        return True


def _unused(service: Service) -> list[types.Video]:
    caller = acting.get()
    used = {session.video_id for session in service.sessions.sessions()}
    idle = [
        video
        for video in service.videos.videos()
        if video.video_id not in used and not video.in_gallery and video.state is not VideoState.IMPORTING
    ]
    free = may_delete(service, caller, [video.video_id for video in idle]) if caller else frozenset()
    return [video_type(video) for video in idle if video.video_id in free]
