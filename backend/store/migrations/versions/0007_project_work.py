"""Which videos were uploaded to which project, who is to do what, and how far each session is.

Revision 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Uploads that are there already belong to the first project. Progress is counted when somebody asks."""
    op.create_table(
        "project_videos",
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("video_id", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.project_id"], name="fk_project_videos_project_id"),
        sa.ForeignKeyConstraint(["video_id"], ["videos.video_id"], name="fk_project_videos_video_id"),
        sa.PrimaryKeyConstraint("project_id", "video_id", name="pk_project_videos"),
    )
    op.create_index("ix_project_videos_video_id", "project_videos", ["video_id"])
    op.execute(
        "INSERT INTO project_videos (project_id, video_id)"
        " SELECT 'home', video_id FROM videos WHERE NOT in_gallery"
    )
    op.add_column("sessions", sa.Column("assignee_id", sa.String(64)))
    op.add_column("objects", sa.Column("assignee_id", sa.String(64)))
    op.create_table(
        "session_progress",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("masks", sa.Integer(), nullable=False),
        sa.Column("masks_verified", sa.Integer(), nullable=False),
        sa.Column("frames_masked", sa.Integer(), nullable=False),
        sa.Column("frames_verified", sa.Integer(), nullable=False),
        sa.Column("frames_doubtful", sa.Integer(), nullable=False),
        sa.Column("busiest_frame", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.session_id"], name="fk_session_progress_session_id"
        ),
        sa.PrimaryKeyConstraint("session_id", name="pk_session_progress"),
    )


def downgrade() -> None:
    op.drop_table("session_progress")
    op.drop_column("objects", "assignee_id")
    op.drop_column("sessions", "assignee_id")
    op.drop_index("ix_project_videos_video_id", "project_videos")
    op.drop_table("project_videos")
