"""Whole sessions and videos, in SQL: copied, deleted, brought back and cleared away."""

from __future__ import annotations

from sqlalchemy import Connection, Table, delete, literal, select, update

from backend.domain.errors import Conflict, NotFound
from backend.domain.session import Session
from backend.domain.standing import ReviewState
from backend.store.database import Database
from backend.store.ledger import Deed, note
from backend.store.rows import session_of
from backend.store.tables import (
    kept_masks,
    masks,
    metadata,
    objects,
    project_videos,
    projects,
    prompts,
    sessions,
    stashed_masks,
    stashed_prompts,
    videos,
)

COPIED = (objects, prompts, masks, kept_masks, stashed_prompts, stashed_masks)  # parents first
COPIED_DEED, DELETED, RESTORED = "duplicateSession", "deleteSession", "restoreSession"  # in the log


class SqlShelfStore:
    """Implements `backend.domain.shelf.ShelfStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def copy_session(self, session_id: str, copy: Session) -> None:
        changed = {"session_id": copy.session_id, "created_s": copy.created_s, "title": copy.title}
        with self._database.write() as connection:
            _copy(connection, sessions, session_id, changed)
            for table in COPIED:
                _copy(connection, table, session_id, {"session_id": copy.session_id})
            new = objects.c.session_id == copy.session_id
            connection.execute(update(objects).where(new).values(review_state=ReviewState.DRAFT.value))
            note(connection, Deed(COPIED_DEED, copy.session_id, version=copy.version, subject_id=session_id))

    def set_session_removed(self, session_id: str, removed_s: float | None) -> None:
        is_other = (
            sessions.c.removed_s.is_(None) if removed_s is not None else sessions.c.removed_s.is_not(None)
        )
        with self._database.write() as connection:
            if removed_s is None and _project_is_gone(connection, session_id):
                raise Conflict("The project of this session was deleted; restore that.")
            changed = connection.execute(
                update(sessions)
                .where(sessions.c.session_id == session_id, is_other)
                .values(removed_s=removed_s)
            )
            if not changed.rowcount:
                raise NotFound("There is no such session; it may have been cleared away.")
            note(connection, Deed(RESTORED if removed_s is None else DELETED, session_id))

    def removed_sessions(self) -> list[Session]:
        """With those of deleted projects, which come back with these."""
        wanted = select(sessions).where(sessions.c.removed_s.is_not(None))
        with self._database.read() as connection:
            rows = connection.execute(wanted.order_by(sessions.c.removed_s.desc())).all()
        return [session_of(row) for row in rows]

    def purge_session(self, session_id: str) -> None:
        is_gone = sessions.c.session_id == session_id, sessions.c.removed_s.is_not(None)
        with self._database.write() as connection:
            if connection.execute(select(sessions.c.session_id).where(*is_gone)).first() is None:
                return
            for table in reversed(metadata.sorted_tables):  # children first, whatever tables there are
                if table is not sessions and "session_id" in table.c:
                    connection.execute(delete(table).where(table.c.session_id == session_id))
            connection.execute(delete(sessions).where(*is_gone))

    def sessions_of(self, video_id: str) -> list[Session]:
        with self._database.read() as connection:
            rows = connection.execute(select(sessions).where(sessions.c.video_id == video_id)).all()
        return [session_of(row) for row in rows]

    def delete_video(self, video_id: str) -> None:
        with self._database.write() as connection:
            used = select(sessions.c.session_id).where(sessions.c.video_id == video_id)
            if connection.execute(used.limit(1)).first():
                raise Conflict("A session uses this video; delete that first.")
            connection.execute(delete(project_videos).where(project_videos.c.video_id == video_id))
            connection.execute(delete(videos).where(videos.c.video_id == video_id))


def _project_is_gone(connection: Connection, session_id: str) -> bool:
    of_it = select(sessions.c.project_id).where(sessions.c.session_id == session_id)
    gone = select(projects).where(projects.c.project_id.in_(of_it), projects.c.removed_s.is_not(None))
    return connection.execute(gone).first() is not None


def _copy(connection: Connection, table: Table, session_id: str, changed: dict[str, object]) -> None:
    names = [column.name for column in table.columns]
    wanted = select(*(literal(changed[name]) if name in changed else table.c[name] for name in names)).where(
        table.c.session_id == session_id
    )
    connection.execute(table.insert().from_select(names, wanted))
