"""A project's row, inside a transaction: looked up, held, and what a new session takes from it."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, Row, select

from backend.domain.errors import NotFound
from backend.domain.projects import Project
from backend.domain.session import Session
from backend.store.rows import ontology_of
from backend.store.tables import projects

NO_PROJECT = "There is no such project; it may have been deleted."


def live_project(connection: Connection, project_id: str, held: bool = False) -> Project:
    """Raises NotFound for a deleted one. `held`: nobody deletes or changes it before the transaction ends."""
    wanted = select(projects).where(projects.c.project_id == project_id, projects.c.removed_s.is_(None))
    row = connection.execute(wanted.with_for_update(read=True) if held else wanted).one_or_none()
    if row is None:
        raise NotFound(NO_PROJECT)
    return project_of(row)


def in_project(connection: Connection, session: Session) -> Session:
    """A new session as it begins: with its project's classes, unless it brings some."""
    project = live_project(connection, session.project_id, held=True)
    return session if session.ontology else replace(session, ontology=project.ontology)


def project_of(row: Row) -> Project:
    return Project(row.project_id, row.title, row.created_s, ontology_of(row.ontology), row.removed_s)
