"""Projects in SQL: what they are, what is in them, and who is to do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, delete, exists, select, update

from backend.domain.errors import Conflict, NotFound
from backend.domain.ontology import ObjectClass
from backend.domain.project_ports import SessionProgress
from backend.domain.projects import HOME, Project
from backend.domain.session import Session, TrackedObject
from backend.store.database import Database
from backend.store.object_rows import live_object
from backend.store.progress import read_progress
from backend.store.project_rows import live_project, project_of
from backend.store.rows import object_row, ontology_json, session_of, upsert
from backend.store.sessions import SqlSessionStore
from backend.store.tables import metadata, objects, project_videos, projects, sessions


class SqlProjectStore:
    """Implements `backend.domain.project_ports.ProjectStore`."""

    def __init__(self, database: Database, store: SqlSessionStore) -> None:
        self._database = database
        self._store = store

    # Reads

    def project(self, project_id: str) -> Project:
        with self._database.read() as connection:
            return live_project(connection, project_id)

    def projects(self) -> list[Project]:
        first, newest = projects.c.project_id != HOME, projects.c.created_s.desc()
        wanted = select(projects).where(projects.c.removed_s.is_(None))
        with self._database.read() as connection:
            rows = connection.execute(wanted.order_by(first, newest, projects.c.project_id)).all()
        return [project_of(row) for row in rows]

    def removed_projects(self) -> list[Project]:
        wanted = select(projects).where(projects.c.removed_s.is_not(None))
        with self._database.read() as connection:
            rows = connection.execute(wanted.order_by(projects.c.removed_s.desc())).all()
        return [project_of(row) for row in rows]

    def video_ids(self, project_id: str) -> list[str]:
        wanted = select(project_videos.c.video_id).where(project_videos.c.project_id == project_id)
        with self._database.read() as connection:
            return list(connection.scalars(wanted))

    def sessions_in(self, project_id: str) -> list[Session]:
        here = sessions.c.project_id == project_id, sessions.c.removed_s.is_(None)
        newest_first = sessions.c.created_s.desc(), sessions.c.session_id
        with self._database.read() as connection:
            rows = connection.execute(select(sessions).where(*here).order_by(*newest_first)).all()
        return [session_of(row) for row in rows]

    def progress(self, session_ids: Sequence[str]) -> list[SessionProgress]:
        return read_progress(self._database, session_ids)

    # Writes

    def add_project(self, project: Project) -> None:
        row = {
            "project_id": project.project_id,
            "title": project.title,
            "created_s": project.created_s,
            "ontology": ontology_json(project.ontology),
            "removed_s": None,
        }
        with self._database.write() as connection:
            connection.execute(projects.insert(), row)

    def update_project(
        self,
        project_id: str,
        title: str | None = None,
        ontology: Sequence[ObjectClass] | None = None,
        seen: Sequence[ObjectClass] | None = None,
    ) -> Project:
        changes: dict[str, str] = {} if title is None else {"title": title}
        if ontology is not None:
            changes["ontology"] = ontology_json(ontology)
        with self._database.write() as connection:
            connection.execute(select(projects).where(projects.c.project_id == project_id).with_for_update())
            before = live_project(connection, project_id)
            if seen is not None and before.ontology != tuple(seen):
                raise Conflict("Somebody else has changed these classes since; look at them first.")
            if changes:
                of_it = projects.c.project_id == project_id
                connection.execute(update(projects).where(of_it).values(changes))
            return live_project(connection, project_id)

    def remove_project(self, project_id: str, removed_s: float) -> None:
        """Its sessions get the same time: that is how it is known which come back with it."""
        with self._database.write() as connection:
            # Sessions first, then the project: in the order of who writes to a session.
            connection.execute(select(sessions).where(sessions.c.project_id == project_id).with_for_update())
            live_project(connection, project_id)
            _set_removed(connection, project_id, None, removed_s)

    def restore_project(self, project_id: str) -> Project:
        with self._database.write() as connection:
            of_it = projects.c.project_id == project_id, projects.c.removed_s.is_not(None)
            row = connection.execute(select(projects).where(*of_it).with_for_update()).one_or_none()
            if row is None:
                raise NotFound("There is no such deleted project; it may have been cleared away.")
            _set_removed(connection, project_id, row.removed_s, None)
            return live_project(connection, project_id)

    def purge_projects(self, before_s: float) -> int:
        with self._database.write() as connection:
            empty = ~exists().where(sessions.c.project_id == projects.c.project_id)
            old = list(
                connection.scalars(
                    select(projects.c.project_id).where(projects.c.removed_s < before_s, empty)
                )
            )
            for table in reversed(metadata.sorted_tables):  # children first, whatever tables there are
                if table is not projects and "project_id" in table.c:
                    connection.execute(delete(table).where(table.c.project_id.in_(old)))
            connection.execute(delete(projects).where(projects.c.project_id.in_(old)))
        return len(old)

    def move_session(self, session_id: str, project_id: str) -> int:
        with self._store.writing(session_id) as write:
            live_project(write.connection, project_id, held=True)
            of_it = sessions.c.session_id == session_id
            moved = update(sessions).where(of_it).values(project_id=project_id, assignee_id=None)
            write.connection.execute(moved)
            assigned = objects.c.session_id == session_id, objects.c.assignee_id.is_not(None)
            write.connection.execute(
                update(objects).where(*assigned).values(assignee_id=None, version=write.version)
            )
        return write.version

    def assign_session(self, session_id: str, person_id: str | None) -> int:
        with self._store.writing(session_id) as write:
            of_it = sessions.c.session_id == session_id
            write.connection.execute(update(sessions).where(of_it).values(assignee_id=person_id))
        return write.version

    def assign_object(self, session_id: str, object_id: int, person_id: str | None) -> TrackedObject:
        with self._store.writing(session_id) as write:
            old = live_object(write.connection, session_id, object_id)
            new = replace(old, assignee_id=person_id, version=write.version)
            upsert(write.connection, objects, [object_row(session_id, new, write.version)])
        return new

    def set_ontologies(self, session_ids: Sequence[str], ontology: Sequence[ObjectClass]) -> list[str]:
        return [one for one in session_ids if self._set_ontology(one, ontology_json(ontology))]

    def _set_ontology(self, session_id: str, ontology: str) -> bool:
        """False: the session has these classes already, or is gone."""
        of_it = sessions.c.session_id == session_id
        with self._database.read() as connection:
            there = connection.execute(select(sessions.c.ontology).where(of_it)).scalar_one_or_none()
        if there is None or there == ontology:
            return False
        try:
            with self._store.writing(session_id) as write:
                values = {"ontology": ontology, "details_version": write.version}
                write.connection.execute(update(sessions).where(of_it).values(values))
        except NotFound:
            return False
        return True


def _set_removed(
    connection: Connection, project_id: str, before_s: float | None, after_s: float | None
) -> None:
    """The project, and its sessions that are as it was before."""
    for table in (projects, sessions):
        as_before = table.c.removed_s.is_(None) if before_s is None else table.c.removed_s == before_s
        changed = update(table).where(table.c.project_id == project_id, as_before)
        connection.execute(changed.values(removed_s=after_s))
