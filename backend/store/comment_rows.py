"""Comments to rows and back."""

from __future__ import annotations

import json

from sqlalchemy import Row

from backend.domain.discussion import Comment, Spot
from backend.domain.people import Person
from backend.store.rows import Values


def comment_row(session_id: str, comment: Comment, version: int) -> Values:
    spot, by = comment.spot, comment.resolved_by
    return {
        "session_id": session_id,
        "comment_id": comment.comment_id,
        "thread_id": comment.thread_id,
        "frame_idx": comment.frame_idx,
        "object_id": comment.object_id,
        "x": spot.x if spot else None,
        "y": spot.y if spot else None,
        "text": comment.text,
        "mentions": json.dumps([[person.person_id, person.name] for person in comment.mentions]),
        "author_id": comment.author.person_id,
        "author_name": comment.author.name,
        "author_colour": comment.author.colour,
        "created_s": comment.created_s,
        "edited_s": comment.edited_s,
        "removed": comment.removed,
        "resolved_s": comment.resolved_s,
        "resolved_by_id": by.person_id if by else None,
        "resolved_by_name": by.name if by else None,
        "version": version,
    }


def comment_of(row: Row) -> Comment:
    return Comment(
        row.comment_id,
        row.thread_id,
        row.frame_idx,
        row.text,
        Person(row.author_id, row.author_name, row.author_colour),
        row.created_s,
        row.object_id,
        Spot(row.x, row.y) if row.x is not None and row.y is not None else None,
        tuple(Person(person_id, name) for person_id, name in json.loads(row.mentions)),
        row.edited_s,
        row.removed,
        row.resolved_s,
        Person(row.resolved_by_id, row.resolved_by_name) if row.resolved_by_id is not None else None,
        row.version,
    )
