"""What the commands on projects need of the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from backend.domain.ontology import ObjectClass
from backend.domain.projects import Project
from backend.domain.session import Session, TrackedObject


@dataclass(frozen=True)
class ObjectCounts:
    """How many objects there are, and how many of them are in which state of review. The rest are drafts."""

    all: int = 0
    for_review: int = 0
    accepted: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class SessionProgress:
    """How far a session is. A frame is masked where an object was drawn or tracked, also as not being there;
    verified where a person verified all of its masks; doubtful where one deserves a look that nobody gave."""

    session_id: str
    num_frames: int  # of its video
    objects: ObjectCounts
    masks: int
    masks_verified: int
    frames_masked: int
    frames_verified: int
    frames_doubtful: int
    busiest_frame: int | None  # the frame with the most objects to be seen; None: nothing is
    assignee_ids: tuple[str, ...]  # of the session and of its objects


class ProjectStore(Protocol):
    """Each write is one transaction. A deleted project is unknown to all calls that do not say otherwise."""

    def add_project(self, project: Project) -> None: ...
    def project(self, project_id: str) -> Project:
        """Raises NotFound."""
        ...

    def projects(self) -> list[Project]:
        """The first project, then the others, newest first."""
        ...

    def removed_projects(self) -> list[Project]:
        """The deleted ones, the latest deleted first."""
        ...

    def update_project(
        self,
        project_id: str,
        title: str | None = None,
        ontology: Sequence[ObjectClass] | None = None,
        seen: Sequence[ObjectClass] | None = None,
    ) -> Project:
        """Change what is named. Raises Conflict where its classes are others than those `seen`."""
        ...

    def remove_project(self, project_id: str, removed_s: float) -> None:
        """With all its sessions, which carry the same time."""
        ...

    def restore_project(self, project_id: str) -> Project:
        """With the sessions that were deleted with it. Raises NotFound unless it is deleted."""
        ...

    def purge_projects(self, before_s: float) -> int:
        """Take away for good what was deleted before that time and has no session any more; how many."""
        ...

    def video_ids(self, project_id: str) -> list[str]:
        """The videos that were uploaded to it."""
        ...

    def sessions_in(self, project_id: str) -> list[Session]:
        """Newest first."""
        ...

    def move_session(self, session_id: str, project_id: str) -> int:
        """To another project, assigned to nobody. Returns the session's version."""
        ...

    def assign_session(self, session_id: str, person_id: str | None) -> int:
        """Returns the session's version."""
        ...

    def assign_object(self, session_id: str, object_id: int, person_id: str | None) -> TrackedObject: ...

    def set_ontologies(self, session_ids: Sequence[str], ontology: Sequence[ObjectClass]) -> list[str]:
        """Give these sessions the classes, each in a transaction of its own; those that were changed."""
        ...

    def progress(self, session_ids: Sequence[str]) -> list[SessionProgress]:
        """In any order; without sessions that are not there."""
        ...
