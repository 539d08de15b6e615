"""The tables. Every row of a session carries `version`, the session's version at the row's last change.

Nothing is deleted: a removed object, an emptied prompt and a mask that is gone stay as marked rows, so
that a reader who resumes sees that they went.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

videos = Table(
    "videos",
    metadata,
    Column("video_id", String(64), primary_key=True),
    Column("title", Text, nullable=False),
    Column("source_sha256", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("pts_s", LargeBinary, nullable=False),  # float64, little-endian
    Column("in_gallery", Boolean, nullable=False),
    Column("progress", Double, nullable=False),
    Column("error", Text),
    Column("warning", Text),
    Column("created_s", Double, nullable=False),
    Column("pixel_aspect", Double, nullable=False, server_default=text("1")),
    Column("playback", String(16), nullable=False, server_default=text("'rendition'")),
    Column("playback_progress", Double, nullable=False, server_default=text("1")),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", String(64), primary_key=True),
    Column("video_id", ForeignKey("videos.video_id"), nullable=False),
    Column("engine_id", String(128), nullable=False),
    Column("created_s", Double, nullable=False),
    Column("version", Integer, nullable=False),
    Column("next_object_id", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("ontology", Text, nullable=False),  # JSON [[name, colour, [[name, kind, [choices]], ...]], ...]
    Column("details_version", Integer, nullable=False),  # when title or ontology last changed
    Column("removed_s", Double),  # when it was deleted; it may be restored for a while
    Column("project_id", String(64), nullable=False, server_default=text("'home'"), index=True),
    Column("assignee_id", String(64)),  # the person who is to do it
)

projects = Table(
    "projects",
    metadata,
    Column("project_id", String(64), primary_key=True),
    Column("title", Text, nullable=False),
    Column("created_s", Double, nullable=False),
    Column("ontology", Text, nullable=False),  # as that of a session
    Column("removed_s", Double),
)

# To which projects each video was uploaded.
project_videos = Table(
    "project_videos",
    metadata,
    Column("project_id", ForeignKey("projects.project_id"), primary_key=True),
    Column("video_id", ForeignKey("videos.video_id"), primary_key=True, index=True),
)

# What `backend.store.progress` counted of a session when it was at `version`; counted anew once that is past.
session_progress = Table(
    "session_progress",
    metadata,
    Column("session_id", ForeignKey("sessions.session_id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("masks", Integer, nullable=False),
    Column("masks_verified", Integer, nullable=False),
    Column("frames_masked", Integer, nullable=False),
    Column("frames_verified", Integer, nullable=False),
    Column("frames_doubtful", Integer, nullable=False),
    Column("busiest_frame", Integer),  # the one with the most objects to be seen
)

objects = Table(
    "objects",
    metadata,
    Column("session_id", ForeignKey("sessions.session_id"), primary_key=True),
    Column("object_id", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("colour", String(7), nullable=False),
    Column("removed", Boolean, nullable=False),
    Column("tracked_version", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("attributes", Text, nullable=False),  # JSON [[name, value], ...]
    Column("rank", Integer, nullable=False),
    Column("locked", Boolean, nullable=False),
    Column("absent", Text, nullable=False),  # JSON [[first, last], ...]
    Column("assignee_id", String(64)),  # the person who is to do it
    Column("review_state", String(16), nullable=False, server_default=text("'draft'")),
    Column("review_reason", Text, nullable=False, server_default=text("''")),  # of a rejection
    Column("review_by_id", String(64)),  # who set the state, and what they were called then
    Column("review_by_name", Text),
    Column("review_s", Double),
    Column("sent_by_id", String(64)),  # who last sent it for review
    Column("sent_by_name", Text),
    Column("sent_s", Double),
    Column("review_frame", Integer),  # the frame to show of it; NULL: never sent
    Index(
        "ix_objects_waiting",
        "sent_s",  # the queue of those who review
        sqlite_where=text("review_state = 'for_review'"),
        postgresql_where=text("review_state = 'for_review'"),
    ),
)


def _prompt_columns() -> list[Column]:
    """What an object's prompts on a frame are."""
    return [
        Column("session_id", String(64), primary_key=True),
        Column("object_id", Integer, primary_key=True, autoincrement=False),
        Column("frame_idx", Integer, primary_key=True, autoincrement=False),
        Column("points", Text, nullable=False),  # JSON [[x, y, include], ...]
        Column("box", Text),  # JSON [x0, y0, x1, y1]
        Column("mask_height", Integer),
        Column("mask_width", Integer),
        Column("mask_counts", Text),
        Column("is_empty", Boolean, nullable=False),
    ]


prompts = Table(
    "prompts",
    metadata,
    *_prompt_columns(),
    Column("version", Integer, nullable=False),
    ForeignKeyConstraint(["session_id", "object_id"], ["objects.session_id", "objects.object_id"]),
    Index(None, "session_id", "version"),
)


def _mask_columns() -> list[Column]:
    """What a mask is; by frame first, for that is how masks are read. `counts` NULL: no mask any more."""
    return [
        Column("session_id", String(64), primary_key=True),
        Column("frame_idx", Integer, primary_key=True, autoincrement=False),
        Column("object_id", Integer, primary_key=True, autoincrement=False),
        Column("height", Integer),
        Column("width", Integer),
        Column("counts", Text),
        Column("area", Integer, nullable=False),
        Column("object_score", Double, nullable=False),
        Column("predicted_iou", Double, nullable=False),
        Column("origin", String(16), nullable=False),
        Column("engine_id", String(128), nullable=False),
        Column("verified", Boolean, nullable=False),
        Column("doubt", Double),  # 0..1; NULL: not measured
        Column("doubt_reasons", Integer, nullable=False),  # bits of `Reason`
        Column("edge", LargeBinary),  # of the very mask that `counts` is; NULL: nobody said how soft it is
    ]


masks = Table(
    "masks",
    metadata,
    *_mask_columns(),
    Column("version", Integer, nullable=False),
    Column("propagation_id", String(64)),  # the Track that drew it; NULL: a prompt did
    ForeignKeyConstraint(["session_id", "object_id"], ["objects.session_id", "objects.object_id"]),
    Index(None, "session_id", "version"),
)

# Tracked masks that a prompt replaced, until the prompt is taken back. Not part of the feed.
kept_masks = Table(
    "kept_masks",
    metadata,
    *_mask_columns(),
    ForeignKeyConstraint(["session_id", "object_id"], ["objects.session_id", "objects.object_id"]),
)

# What lies aside, by the id of its stash. `object-7`: what object 7 had when it was removed. A propagation's
# id: the masks that it replaced or, until somebody keeps them, the ones that it drew. Those are in the feed.
stashed_masks = Table(
    "stashed_masks",
    metadata,
    Column("stash_id", String(64), primary_key=True),
    *_mask_columns(),
    Column("version", Integer, nullable=False),
    Column("propagation_id", String(64)),
    ForeignKeyConstraint(["session_id", "object_id"], ["objects.session_id", "objects.object_id"]),
    Index(None, "session_id", "version"),
)

stashed_prompts = Table(
    "stashed_prompts",
    metadata,
    Column("stash_id", String(64), primary_key=True),
    *_prompt_columns(),
    ForeignKeyConstraint(["session_id", "object_id"], ["objects.session_id", "objects.object_id"]),
)

propagations = Table(
    "propagations",
    metadata,
    Column("session_id", ForeignKey("sessions.session_id"), primary_key=True),
    Column("propagation_id", String(64), primary_key=True),
    Column("started_version", Integer, nullable=False),  # the latest propagation has the highest
    Column("passes", Text, nullable=False),  # JSON [[[object ids], start, stop], ...]
    Column("state", String(16), nullable=False),
    Column("frames_done", Integer, nullable=False),
    Column("frames_total", Integer, nullable=False),
    Column("prompts_version", Integer, nullable=False),
    Column("error", Text),
    Column("version", Integer, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("overwrites_verified", Boolean, nullable=False),
    Index(
        "ix_propagations_running",
        "session_id",
        unique=True,  # one at a time in a session, whoever writes
        sqlite_where=text("state = 'running'"),
        postgresql_where=text("state = 'running'"),
    ),
)

jobs = Table(
    "jobs",
    metadata,
    Column("job_id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_s", Double, nullable=False),
    Column("job", Text, nullable=False),  # JSON of `backend.domain.jobs.Job`
)

# The last that anybody did to each thing of a session, for `backend.store.edits`. `kind` is a
# `backend.domain.stale.Kind`; object and frame are -1 where the thing has none.
edits = Table(
    "edits",
    metadata,
    Column("session_id", ForeignKey("sessions.session_id"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("object_id", Integer, primary_key=True, autoincrement=False),
    Column("frame_idx", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("client", String(64), nullable=False),  # the page or program; empty: it did not say
    Column("person_id", String(64), nullable=False),
    Column("person_name", Text, nullable=False),
    Index(None, "session_id", "version"),
)

# Changes that were made under a key, so that sending one again does not make it twice: `backend.store.once`.
edit_keys = Table(
    "edit_keys",
    metadata,
    Column("person_id", String(64), primary_key=True),
    Column("edit_key", String(64), primary_key=True),
    Column("request", String(64), nullable=False),  # SHA-256 of what was asked for
    Column("answer", Text, nullable=False),  # JSON
    Column("created_s", Double, nullable=False, index=True),
)
