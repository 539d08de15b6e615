"""In which places things lie, in SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select

from backend.domain.people import Scope
from backend.domain.scopes import SessionPlaces, VideoPlaces
from backend.store.database import Database
from backend.store.tables import project_videos, projects, sessions, videos


class SqlScopes:
    """Implements `backend.domain.scopes.Scopes`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_sessions(self, session_ids: Collection[str]) -> dict[str, SessionPlaces]:
        wanted = select(sessions.c.session_id, sessions.c.project_id).where(
            sessions.c.session_id.in_(set(session_ids))
        )
        with self._database.read() as connection:
            rows = connection.execute(wanted).all()
        return {
            row.session_id: SessionPlaces(Scope.session(row.session_id), Scope.project(row.project_id))
            for row in rows
        }

    def of_videos(self, video_ids: Collection[str]) -> dict[str, VideoPlaces]:
        ids = set(video_ids)
        known = select(videos.c.video_id, videos.c.in_gallery).where(videos.c.video_id.in_(ids))
        used = select(sessions.c.video_id, sessions.c.session_id, sessions.c.project_id).where(
            sessions.c.video_id.in_(ids)
        )
        uploaded = select(project_videos).where(project_videos.c.video_id.in_(ids))
        on_it: dict[str, set[Scope]] = defaultdict(set)
        holding: dict[str, set[Scope]] = defaultdict(set)
        with self._database.read() as connection:
            for row in connection.execute(used):
                on_it[row.video_id] |= {Scope.session(row.session_id), Scope.project(row.project_id)}
            for row in connection.execute(uploaded):
                holding[row.video_id].add(Scope.project(row.project_id))
            return {
                row.video_id: VideoPlaces(
                    row.in_gallery, frozenset(holding[row.video_id]), frozenset(on_it[row.video_id])
                )
                for row in connection.execute(known)
            }

    def known_projects(self, project_ids: Collection[str]) -> frozenset[str]:
        wanted = select(projects.c.project_id).where(projects.c.project_id.in_(set(project_ids)))
        with self._database.read() as connection:
            return frozenset(connection.execute(wanted).scalars())
