"""Projects in GraphQL: what there is, what is in them, who is to do it, and their export in one piece."""

from __future__ import annotations

import strawberry

from backend.api import project_types as own
from backend.api import types
from backend.api import workbench_types as workbench
from backend.api.context import Service
from backend.api.exchange import Job, job_type
from backend.api.mapping import cover_url, object_type, video_type
from backend.api.operations import describe_sessions
from backend.api.people_types import Person, person_type
from backend.domain.errors import Conflict
from backend.domain.jobs import ExportRequest
from backend.domain.people import acting
from backend.domain.projects import Project
from backend.domain.session import Session

Info = strawberry.Info[Service, None]


def describe_projects(service: Service, projects: list[Project]) -> list[own.Project]:
    """Those of which the caller may see any; the progress of all their sessions is read at once."""
    inside: dict[str, list[Session]] = {one.project_id: [] for one in projects}
    for session in service.sessions.sessions():
        if session.project_id in inside:
            inside[session.project_id].append(session)
    ids = [session.session_id for sessions in inside.values() for session in sessions]
    progress = {one.session_id: one for one in service.projects.progress(ids)}
    return [
        own.project_type(
            one,
            [progress[s.session_id] for s in inside[one.project_id] if s.session_id in progress],
            [cover_url(session) for session in inside[one.project_id][: own.MOST_COVERS]],
        )
        for one in projects
    ]


def describe_project(service: Service, project: Project) -> own.Project:
    (described,) = describe_projects(service, [project])
    return described


def describe_work(service: Service, sessions: list[Session]) -> list[own.ProjectSession]:
    progress = {one.session_id: one for one in service.projects.progress([s.session_id for s in sessions])}
    described = describe_sessions(service, sessions)
    caller = acting.get()
    return [
        own.ProjectSession(
            session=one,
            progress=own.progress_type([progress[one.id]]),
            assignee_ids=[strawberry.ID(person) for person in progress[one.id].assignee_ids],
            is_mine=caller is not None and caller.person.person_id in progress[one.id].assignee_ids,
        )
        for one in described
        if one.id in progress  # else it was cleared away just now
    ]


def export_project(service: Service, project_id: str, format: str, stride: int, with_frames: bool) -> Job:
    """Of the sessions with a mask."""
    project = service.projects.project(project_id)
    inside = [session.session_id for session in service.projects.sessions_in(project_id)]
    masked = {one.session_id for one in service.projects.progress(inside) if one.masks and one.objects.all}
    ids = tuple(session_id for session_id in inside if session_id in masked)
    if not ids:
        raise Conflict("There is nothing to export in this project yet: click an object in a session first.")
    request = ExportRequest(ids, format, stride=stride, with_frames=with_frames, project_id=project_id)
    return job_type(service, service.jobs.export(request, title=project.title or "All sessions"))


@strawberry.type
class Query:
    @strawberry.field(description="The first project, then the others, newest first.")
    async def projects(self, info: Info) -> list[own.Project]:
        return await info.context.read(lambda s: describe_projects(s, s.projects.projects()))

    @strawberry.field
    async def project(self, info: Info, id: strawberry.ID) -> own.Project:
        return await info.context.read(lambda s: describe_project(s, s.projects.project(id)))

    @strawberry.field(description="Deleted ones that can be restored, the latest deleted first.")
    async def deleted_projects(self, info: Info) -> list[own.Project]:
        return await info.context.read(
            lambda s: [own.project_type(one, [], []) for one in s.projects.removed()]
        )

    @strawberry.field(description="Newest first.")
    async def project_sessions(self, info: Info, project_id: strawberry.ID) -> list[own.ProjectSession]:
        return await info.context.read(lambda s: describe_work(s, s.projects.sessions_in(project_id)))

    @strawberry.field(
        description="The videos that were uploaded to it, or that a session in it is on; newest first."
    )
    async def project_videos(self, info: Info, project_id: strawberry.ID) -> list[types.Video]:
        def inside(service: Service) -> list[types.Video]:
            ids = set(service.projects.video_ids(project_id))
            return [video_type(video) for video in service.videos.videos() if video.video_id in ids]

        return await info.context.read(inside)

    @strawberry.field(description="To whom its work can be given.")
    async def project_people(self, info: Info, project_id: strawberry.ID) -> list[Person]:
        return await info.context.read(lambda s: [person_type(one) for one in s.projects.people(project_id)])


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def create_project(
        self, info: Info, title: str, classes: list[workbench.ObjectClassInput] | None = None
    ) -> own.Project:
        given = [workbench.class_of(one) for one in classes or ()]
        return await info.context.command(lambda s: describe_project(s, s.projects.create(title, given)))

    @strawberry.mutation(description="An empty title gives the first project its own word back.")
    async def rename_project(self, info: Info, project_id: strawberry.ID, title: str) -> own.Project:
        return await info.context.command(lambda s: describe_project(s, s.projects.rename(project_id, title)))

    @strawberry.mutation(
        description="What new sessions in it begin with; `inSessions`: those that are there get these "
        "classes instead of their own. Objects keep theirs. With `seen`, the classes that the caller has "
        "seen, others than those are not overwritten."
    )
    async def set_project_ontology(
        self,
        info: Info,
        project_id: strawberry.ID,
        classes: list[workbench.ObjectClassInput],
        seen: list[workbench.ObjectClassInput] | None = None,
        in_sessions: bool = False,
    ) -> own.Project:
        given = [workbench.class_of(one) for one in classes]
        known = None if seen is None else [workbench.class_of(one) for one in seen]
        return await info.context.command(
            lambda s: describe_project(s, s.projects.set_ontology(project_id, given, known, in_sessions))
        )

    @strawberry.mutation(description="With its sessions. It can be restored for thirty days.")
    async def delete_project(self, info: Info, project_id: strawberry.ID) -> bool:
        await info.context.command(lambda s: s.projects.delete(project_id))
        return True

    @strawberry.mutation(description="With the sessions that were deleted with it.")
    async def restore_project(self, info: Info, project_id: strawberry.ID) -> own.Project:
        return await info.context.command(lambda s: describe_project(s, s.projects.restore(project_id)))

    @strawberry.mutation(description="To another project. Nobody is assigned to it there yet.")
    async def move_session(
        self, info: Info, session_id: strawberry.ID, project_id: strawberry.ID
    ) -> types.Session:
        return await info.context.command(
            lambda s: describe_sessions(s, [s.projects.move(session_id, project_id)])[0]
        )

    @strawberry.mutation(description="Says who is to do it; without `personId` nobody is.")
    async def assign_session(
        self, info: Info, session_id: strawberry.ID, person_id: strawberry.ID | None = None
    ) -> types.Session:
        return await info.context.command(
            lambda s: describe_sessions(s, [s.projects.assign_session(session_id, person_id)])[0]
        )

    @strawberry.mutation(description="Says who is to do it; without `personId` whoever does the session.")
    async def assign_object(
        self, info: Info, session_id: strawberry.ID, object_id: int, person_id: strawberry.ID | None = None
    ) -> types.TrackedObject:
        return await info.context.command(
            lambda s: object_type(s.projects.assign_object(session_id, object_id, person_id))
        )

    @strawberry.mutation(
        description="All its sessions with a mask, as one zip with a folder each; `project.json` in it says "
        "which is which, and what was left out."
    )
    async def export_project(
        self,
        info: Info,
        project_id: strawberry.ID,
        format: str,
        stride: int = 1,
        with_frames: bool = False,
    ) -> Job:
        return await info.context.command(
            lambda s: export_project(s, project_id, format, stride, with_frames)
        )
