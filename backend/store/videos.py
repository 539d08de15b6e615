"""The library of source videos, in SQL."""

from __future__ import annotations

from sqlalchemy import select, update

from backend.domain.errors import NotFound
from backend.domain.video import Playback, Video
from backend.store import tables
from backend.store.database import Database
from backend.store.project_rows import NO_PROJECT
from backend.store.rows import upsert, video_of, video_row


class SqlVideoStore:
    """Implements `backend.domain.ports.VideoStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put_video(self, video: Video) -> None:
        with self._database.write() as connection:
            upsert(connection, tables.videos, [video_row(video)])

    def add_to_project(self, video_id: str, project_id: str) -> None:
        with self._database.write() as connection:
            known = select(tables.projects.c.project_id).where(tables.projects.c.project_id == project_id)
            if connection.execute(known).first() is None:
                raise NotFound(NO_PROJECT)
            columns = tables.project_videos.c
            there = columns.project_id == project_id, columns.video_id == video_id
            if connection.execute(select(tables.project_videos).where(*there)).first() is None:
                row = {"project_id": project_id, "video_id": video_id}
                connection.execute(tables.project_videos.insert(), row)

    def set_playback(
        self, video_id: str, playback: Playback, progress: float = 1.0, warning: str | None = None
    ) -> None:
        values = {"playback": playback.value, "playback_progress": progress}
        if warning is not None:
            values["warning"] = warning
        with self._database.write() as connection:
            connection.execute(
                update(tables.videos).where(tables.videos.c.video_id == video_id).values(values)
            )

    def video(self, video_id: str) -> Video:
        with self._database.read() as connection:
            row = connection.execute(
                select(tables.videos).where(tables.videos.c.video_id == video_id)
            ).one_or_none()
        if row is None:
            raise NotFound("There is no such video; it may have been removed.")
        return video_of(row)

    def videos(self) -> list[Video]:
        columns = tables.videos.c
        newest_first = (columns.in_gallery.desc(), columns.created_s.desc(), columns.video_id)
        with self._database.read() as connection:
            rows = connection.execute(select(tables.videos).order_by(*newest_first)).all()
        return [video_of(row) for row in rows]
