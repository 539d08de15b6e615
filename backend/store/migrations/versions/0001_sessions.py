"""Videos, sessions, objects, prompts, masks and propagations.

Revision 0001, the first
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "videos",
        sa.Column("video_id", sa.String(64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source_sha256", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("pts_s", sa.LargeBinary(), nullable=False),
        sa.Column("in_gallery", sa.Boolean(), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("warning", sa.Text()),
        sa.Column("created_s", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("video_id", name="pk_videos"),
    )
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("video_id", sa.String(64), nullable=False),
        sa.Column("engine_id", sa.String(128), nullable=False),
        sa.Column("created_s", sa.Double(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("next_object_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["video_id"], ["videos.video_id"], name="fk_sessions_video_id"),
        sa.PrimaryKeyConstraint("session_id", name="pk_sessions"),
    )
    op.create_table(
        "objects",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("object_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("colour", sa.String(7), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("tracked_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name="fk_objects_session_id"),
        sa.PrimaryKeyConstraint("session_id", "object_id", name="pk_objects"),
    )
    op.create_table(
        "prompts",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("object_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("frame_idx", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("points", sa.Text(), nullable=False),
        sa.Column("box", sa.Text()),
        sa.Column("mask_height", sa.Integer()),
        sa.Column("mask_width", sa.Integer()),
        sa.Column("mask_counts", sa.Text()),
        sa.Column("is_empty", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _of_an_object("prompts"),
        sa.PrimaryKeyConstraint("session_id", "object_id", "frame_idx", name="pk_prompts"),
    )
    op.create_index("ix_prompts_session_id_version", "prompts", ["session_id", "version"])
    op.create_table("masks", *_mask_parts("masks"), sa.Column("version", sa.Integer(), nullable=False))
    op.create_index("ix_masks_session_id_version", "masks", ["session_id", "version"])
    op.create_table("kept_masks", *_mask_parts("kept_masks"))
    op.create_table(
        "propagations",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("propagation_id", sa.String(64), nullable=False),
        sa.Column("started_version", sa.Integer(), nullable=False),
        sa.Column("passes", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("frames_done", sa.Integer(), nullable=False),
        sa.Column("frames_total", sa.Integer(), nullable=False),
        sa.Column("prompts_version", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name="fk_propagations_session_id"),
        sa.PrimaryKeyConstraint("session_id", "propagation_id", name="pk_propagations"),
    )
    op.create_index(
        "ix_propagations_running",
        "propagations",
        ["session_id"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )


def downgrade() -> None:
    for table in ("propagations", "kept_masks", "masks", "prompts", "objects", "sessions", "videos"):
        op.drop_table(table)


def _of_an_object(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["session_id", "object_id"],
        ["objects.session_id", "objects.object_id"],
        name=f"fk_{table}_session_id_object_id",
    )


def _mask_parts(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("frame_idx", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("object_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("height", sa.Integer()),
        sa.Column("width", sa.Integer()),
        sa.Column("counts", sa.Text()),
        sa.Column("area", sa.Integer(), nullable=False),
        sa.Column("object_score", sa.Double(), nullable=False),
        sa.Column("predicted_iou", sa.Double(), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("engine_id", sa.String(128), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        _of_an_object(table),
        sa.PrimaryKeyConstraint("session_id", "frame_idx", "object_id", name=f"pk_{table}"),
    ]
