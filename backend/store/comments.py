"""Comments, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, Row, func, select

from backend.domain.comments import MAX_COMMENTS, Change
from backend.domain.discussion import Comment
from backend.domain.errors import Conflict, NotFound
from backend.store.comment_rows import comment_of, comment_row
from backend.store.review_tables import comments
from backend.store.rows import upsert
from backend.store.sessions import SqlSessionStore, Write

IDS_A_QUERY = 500


class SqlCommentStore:
    """Implements `backend.domain.comments.CommentStore`."""

    def __init__(self, store: SqlSessionStore) -> None:
        self._store = store

    def comment(self, session_id: str, comment_id: str) -> Comment:
        with self._store.reading() as connection:
            return comment_of(_row(connection, session_id, comment_id))

    def comments(self, session_id: str) -> list[Comment]:
        wanted = select(comments).where(comments.c.session_id == session_id)
        with self._store.reading() as connection:
            return [
                comment_of(row)
                for row in connection.execute(wanted.order_by(comments.c.created_s, comments.c.comment_id))
            ]

    def add_comment(self, session_id: str, comment: Comment) -> Comment:
        with self._store.writing(session_id) as write:
            if not comment.is_first:
                _row(write.connection, session_id, comment.thread_id)
            of_session = comments.c.session_id == session_id
            held = write.connection.execute(select(func.count()).where(of_session)).scalar_one()
            if held >= MAX_COMMENTS:
                raise Conflict(f"A session holds at most {MAX_COMMENTS} comments; this one is full.")
            return _put(write, comment)

    def change_comment(self, session_id: str, comment_id: str, change: Change) -> Comment:
        with self._store.writing(session_id) as write:
            old = comment_of(_row(write.connection, session_id, comment_id))
            new = change(old)
            write.notes.silent = new == old
            return old if new == old else _put(write, new)

    def mentions_of(
        self, person_id: str, session_ids: Sequence[str], limit: int
    ) -> list[tuple[str, Comment]]:
        """A mention is found by the id in its list, which is quoted there, so no other id holds it."""
        first = comments.alias()
        wanted = (
            select(comments)
            .join(
                first,
                (first.c.session_id == comments.c.session_id) & (first.c.comment_id == comments.c.thread_id),
            )
            .where(
                comments.c.mentions.contains(f'["{person_id}",', autoescape=True),
                first.c.resolved_s.is_(None),
            )
            .order_by(comments.c.created_s.desc())
            .limit(limit)
        )
        found: list[Row] = []
        with self._store.reading() as connection:
            for start in range(0, len(session_ids), IDS_A_QUERY):
                some = session_ids[start : start + IDS_A_QUERY]
                found += connection.execute(wanted.where(comments.c.session_id.in_(some)))
        found.sort(key=lambda row: row.created_s, reverse=True)
        return [(row.session_id, comment_of(row)) for row in found[:limit]]


def _row(connection: Connection, session_id: str, comment_id: str) -> Row:
    row = connection.execute(
        select(comments).where(comments.c.session_id == session_id, comments.c.comment_id == comment_id)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such comment in this session.")
    return row


def _put(write: Write, comment: Comment) -> Comment:
    new = replace(comment, version=write.version)
    write.notes.subject_id = write.answer = comment.comment_id
    upsert(write.connection, comments, [comment_row(write.session_id, new, write.version)])
    return new
