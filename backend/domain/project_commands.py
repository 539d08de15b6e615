"""What a person can do with projects: make, rename, delete and restore them, sort sessions into them, say who
is to do what, and which classes their sessions begin with."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from backend.domain.errors import Conflict, InvalidInput
from backend.domain.membership import Member
from backend.domain.ontology import ObjectClass, checked_ontology, checked_text
from backend.domain.people import SERVER, Caller, May, Person, Scope
from backend.domain.ports import Host, SessionStore
from backend.domain.project_ports import ProjectStore, SessionProgress
from backend.domain.projects import HOME, Project
from backend.domain.session import Session, TrackedObject
from backend.domain.shelf import KEPT_S

MAX_PROJECTS = 1000


class Roster(Protocol):
    """Who works where."""

    def people_in(self, places: Collection[Scope]) -> Sequence[Person]:
        """Those who may work on what lies in these places, by name."""
        ...


class Members:
    """The roster of those who were given a role: they work where they may edit or review."""

    def __init__(self, members: Callable[[Sequence[Scope]], Sequence[Member]]) -> None:
        """`members`: whoever has a role in one of some places, by name."""
        self._members = members

    def people_in(self, places: Collection[Scope]) -> Sequence[Person]:
        found: dict[str, Person] = {}
        for member in self._members([SERVER, *places]):
            mays = Caller(member.person, (member.grant,)).mays(places)
            if mays & {May.EDIT, May.REVIEW}:
                found[member.person.person_id] = member.person
        return tuple(found.values())


class ProjectCommands:
    """Commands on projects; each blocks until what it did is durable. Safe to call from several threads."""

    def __init__(
        self,
        store: SessionStore,
        projects: ProjectStore,
        roster: Roster,
        host: Host,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._projects = projects
        self._roster = roster
        self._host = host
        self._new_id = new_id
        self._clock = clock

    # Projects

    def project(self, project_id: str) -> Project:
        """Raises NotFound."""
        return self._projects.project(project_id)

    def projects(self) -> list[Project]:
        """The first project, then the others, newest first."""
        return self._projects.projects()

    def create(self, title: str, ontology: Sequence[ObjectClass] = ()) -> Project:
        if len(self._projects.projects()) >= MAX_PROJECTS:
            raise Conflict(f"There are {MAX_PROJECTS} projects already: delete some first.")
        tidy, classes = checked_text(title, "A project's title"), checked_ontology(ontology)
        made = Project(self._new_id(), tidy, self._clock(), classes)
        self._projects.add_project(made)
        return made

    def rename(self, project_id: str, title: str) -> Project:
        """An empty title gives the first project its own word back."""
        is_reset = project_id == HOME and not title.strip()
        tidy = "" if is_reset else checked_text(title, "A project's title")
        return self._projects.update_project(project_id, title=tidy)

    def set_ontology(
        self,
        project_id: str,
        classes: Sequence[ObjectClass],
        seen: Sequence[ObjectClass] | None = None,
        in_sessions: bool = False,
    ) -> Project:
        """What new sessions begin with; `in_sessions`: those that are there get these instead of their own.

        `seen` are the classes that the caller has seen: others than those raise Conflict. Objects keep their
        classes, also those that are no longer listed.
        """
        checked = checked_ontology(classes)
        changed = self._projects.update_project(project_id, ontology=checked, seen=seen)
        if in_sessions:
            ids = [session.session_id for session in self._projects.sessions_in(project_id)]
            self._projects.set_ontologies(ids, checked)
        return changed

    def delete(self, project_id: str) -> None:
        """With its sessions, which stop tracking. It can be restored for a while."""
        if project_id == HOME:
            raise InvalidInput("The first project stays: delete its sessions one by one.")
        self._projects.project(project_id)
        for session_id, _ in self._store.running_propagations():
            if self._store.session(session_id).project_id == project_id:
                self._host.cancel(session_id).result()
        self._projects.remove_project(project_id, self._clock())

    def restore(self, project_id: str) -> Project:
        """With the sessions that were deleted with it."""
        return self._projects.restore_project(project_id)

    def removed(self) -> list[Project]:
        return self._projects.removed_projects()

    def purge(self) -> int:
        """Clear away what was deleted long ago, once its sessions are. Returns how many that were."""
        return self._projects.purge_projects(self._clock() - KEPT_S)

    # What is in them

    def sessions_in(self, project_id: str) -> list[Session]:
        """Newest first. Raises NotFound."""
        self._projects.project(project_id)
        return self._projects.sessions_in(project_id)

    def video_ids(self, project_id: str) -> list[str]:
        """The videos that were uploaded to it, or that a session in it is on. Raises NotFound."""
        on_them = [session.video_id for session in self.sessions_in(project_id)]
        return list(dict.fromkeys([*self._projects.video_ids(project_id), *on_them]))

    def move(self, session_id: str, project_id: str) -> Session:
        """To another project. Nobody is assigned to it there yet."""
        if self._store.session(session_id).project_id != project_id:
            self._projects.move_session(session_id, project_id)
        return self._store.session(session_id)

    def progress(self, session_ids: Sequence[str]) -> list[SessionProgress]:
        return self._projects.progress(session_ids)

    # Who does what

    def people(self, project_id: str) -> Sequence[Person]:
        """To whom the project's work can be given. Raises NotFound."""
        self._projects.project(project_id)
        return self._roster.people_in({Scope.project(project_id)})

    def assign_session(self, session_id: str, person_id: str | None) -> Session:
        """None: to nobody."""
        self._check_works_on(self._store.session(session_id), person_id)
        self._projects.assign_session(session_id, person_id)
        return self._store.session(session_id)

    def assign_object(self, session_id: str, object_id: int, person_id: str | None) -> TrackedObject:
        """None: to nobody; then it is the session's."""
        self._store.object(session_id, object_id)
        self._check_works_on(self._store.session(session_id), person_id)
        return self._projects.assign_object(session_id, object_id, person_id)

    def _check_works_on(self, session: Session, person_id: str | None) -> None:
        if person_id is None:
            return
        places = {Scope.project(session.project_id), Scope.session(session.session_id)}
        if person_id not in {person.person_id for person in self._roster.people_in(places)}:
            raise InvalidInput("This person does not work here: share the project with them first.")
