"""The tables of what people say about the work: comments, and the log of who did what when."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Double, ForeignKey, Index, Integer, String, Table, Text

from backend.store.tables import metadata

comments = Table(
    "comments",
    metadata,
    Column("session_id", ForeignKey("sessions.session_id"), primary_key=True),
    Column("comment_id", String(64), primary_key=True),
    Column("thread_id", String(64), nullable=False),  # the first comment's id; its own where it is the first
    Column("frame_idx", Integer, nullable=False),
    Column("object_id", Integer),
    Column("x", Double),  # source-video pixels
    Column("y", Double),
    Column("text", Text, nullable=False),
    Column("mentions", Text, nullable=False),  # JSON [[person id, name], ...]
    Column("author_id", String(64), nullable=False),
    Column("author_name", Text, nullable=False),
    Column("author_colour", String(7), nullable=False),
    Column("created_s", Double, nullable=False),
    Column("edited_s", Double),
    Column("removed", Boolean, nullable=False),
    Column("resolved_s", Double),  # of a thread's first comment
    Column("resolved_by_id", String(64)),
    Column("resolved_by_name", Text),
    Column("version", Integer, nullable=False),
    Index(None, "session_id", "version"),
)

# Who did what when. Rows are only ever added; they go with their session when that is cleared away.
ledger = Table(
    "ledger",
    metadata,
    Column("entry_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at_s", Double, nullable=False),
    Column("session_id", String(64)),  # NULL: it concerns no single session
    Column("project_id", String(64)),  # NULL as well: it concerns the server
    Column("version", Integer),  # of the session, that it brought
    Column("person_id", String(64)),  # NULL: the engine, or the server by itself
    Column("person_name", Text, nullable=False),
    Column("what", String(64), nullable=False),  # the mutation's name
    Column(
        "subject_id", String(64)
    ),  # what it was about beyond objects: a comment, a link, a person, a Track
    Column("value", String(64)),  # one word of what became of it: a role, a state
    Column("active_s", Double, nullable=False),  # of work since the person's entry before
    Index(None, "session_id", "entry_id"),
    Index("ix_ledger_person", "session_id", "person_id", "entry_id"),
    Index(None, "project_id", "entry_id"),
    sqlite_autoincrement=True,  # an id is never used again
)

ledger_objects = Table(
    "ledger_objects",
    metadata,
    Column("entry_id", ForeignKey("ledger.entry_id"), primary_key=True),
    Column("object_id", Integer, primary_key=True, autoincrement=False),
    Column("session_id", String(64), nullable=False),
    Column("first_frame", Integer),
    Column("last_frame", Integer),
    Column("num_frames", Integer, nullable=False),  # that it changed or walked
    Column("clicks", Integer, nullable=False),
    Column("corrections", Integer, nullable=False),  # clicks where tracking had drawn the object before
    Column("tracked_frames", Integer, nullable=False),
    Column("active_s", Double, nullable=False),  # this object's share of the entry's
    Index(None, "session_id", "object_id", "entry_id"),
)
