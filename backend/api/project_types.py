"""GraphQL types of projects: what is in them, how far it is, and who is to do it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import strawberry

from backend.api import types
from backend.api import workbench_types as own
from backend.api.people_types import May, may_types
from backend.domain import projects as domain
from backend.domain.people import Scope
from backend.domain.project_ports import SessionProgress

MOST_COVERS = 4


@strawberry.type(
    description="How far the work is. A frame is masked where an object was drawn or tracked, also as not "
    "being there; verified where a person verified all of its masks; doubtful where a mask deserves a look."
)
class Progress:
    sessions: int
    sessions_verified: int = strawberry.field(description="Those whose every frame is verified.")
    objects: int
    objects_for_review: int
    objects_accepted: int
    objects_rejected: int
    frames: int = strawberry.field(description="Of the sessions' videos.")
    frames_masked: int
    frames_verified: int
    frames_doubtful: int
    masks: int
    masks_verified: int


@strawberry.type
class Project:
    id: strawberry.ID
    title: str = strawberry.field(description="Empty: the first project, which is always there.")
    is_first: bool = strawberry.field(description="It cannot be deleted.")
    created_s: float = strawberry.field(description="Seconds since 1970.")
    ontology: list[own.ObjectClass] = strawberry.field(
        description="The classes that new sessions begin with."
    )
    progress: Progress
    covers: list[str] = strawberry.field(description="Pictures of its newest sessions, four at most.")
    may: list[May] = strawberry.field(description="What whoever asks may do in it.")


@strawberry.type(description="A session as its project's page shows it.")
class ProjectSession:
    session: types.Session
    progress: Progress
    assignee_ids: list[strawberry.ID] = strawberry.field(
        description="Whom it, or one of its objects, is assigned to."
    )
    is_mine: bool = strawberry.field(description="Whoever asks is among them.")


def project_type(project: domain.Project, sessions: Sequence[SessionProgress], covers: list[str]) -> Project:
    """`sessions`: those in it, newest first."""
    return Project(
        id=strawberry.ID(project.project_id),
        title=project.title,
        is_first=project.project_id == domain.HOME,
        created_s=project.created_s,
        ontology=[own.class_type(one) for one in project.ontology],
        progress=progress_type(sessions),
        covers=covers[:MOST_COVERS],
        may=may_types({Scope.project(project.project_id)}),
    )


def progress_type(sessions: Iterable[SessionProgress]) -> Progress:
    """Of all of them together."""
    all_of_them = list(sessions)
    return Progress(
        sessions=len(all_of_them),
        sessions_verified=sum(0 < one.num_frames == one.frames_verified for one in all_of_them),
        objects=sum(one.objects.all for one in all_of_them),
        objects_for_review=sum(one.objects.for_review for one in all_of_them),
        objects_accepted=sum(one.objects.accepted for one in all_of_them),
        objects_rejected=sum(one.objects.rejected for one in all_of_them),
        frames=sum(one.num_frames for one in all_of_them),
        frames_masked=sum(one.frames_masked for one in all_of_them),
        frames_verified=sum(one.frames_verified for one in all_of_them),
        frames_doubtful=sum(one.frames_doubtful for one in all_of_them),
        masks=sum(one.masks for one in all_of_them),
        masks_verified=sum(one.masks_verified for one in all_of_them),
    )
