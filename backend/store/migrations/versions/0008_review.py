"""Comments, objects' states of review, and the log of who did what when.

Revision 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WAITING = sa.text("review_state = 'for_review'")
OF_OBJECTS = (
    ("review_by_id", sa.String(64)),
    ("review_by_name", sa.Text()),
    ("review_s", sa.Double()),
    ("sent_by_id", sa.String(64)),
    ("sent_by_name", sa.Text()),
    ("sent_s", sa.Double()),
    ("review_frame", sa.Integer()),
)


def upgrade() -> None:
    """Objects that are there already are drafts; what people did before is in no log."""
    draft, nothing = sa.text("'draft'"), sa.text("''")
    op.add_column("objects", sa.Column("review_state", sa.String(16), nullable=False, server_default=draft))
    op.add_column("objects", sa.Column("review_reason", sa.Text(), nullable=False, server_default=nothing))
    for name, kind in OF_OBJECTS:
        op.add_column("objects", sa.Column(name, kind))
    op.create_index(
        "ix_objects_waiting", "objects", ["sent_s"], sqlite_where=WAITING, postgresql_where=WAITING
    )
    _create_comments()
    _create_ledger()


def _create_comments() -> None:
    op.create_table(
        "comments",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("comment_id", sa.String(64), nullable=False),
        sa.Column("thread_id", sa.String(64), nullable=False),
        sa.Column("frame_idx", sa.Integer(), nullable=False),
        sa.Column("object_id", sa.Integer()),
        sa.Column("x", sa.Double()),
        sa.Column("y", sa.Double()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mentions", sa.Text(), nullable=False),
        sa.Column("author_id", sa.String(64), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("author_colour", sa.String(7), nullable=False),
        sa.Column("created_s", sa.Double(), nullable=False),
        sa.Column("edited_s", sa.Double()),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("resolved_s", sa.Double()),
        sa.Column("resolved_by_id", sa.String(64)),
        sa.Column("resolved_by_name", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "comment_id", name="pk_comments"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name="fk_comments_session_id"),
    )
    op.create_index("ix_comments_session_id_version", "comments", ["session_id", "version"])


def _create_ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("session_id", sa.String(64)),
        sa.Column("project_id", sa.String(64)),
        sa.Column("version", sa.Integer()),
        sa.Column("person_id", sa.String(64)),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("what", sa.String(64), nullable=False),
        sa.Column("subject_id", sa.String(64)),
        sa.Column("value", sa.String(64)),
        sa.Column("active_s", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_ledger"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ledger_session_id_entry_id", "ledger", ["session_id", "entry_id"])
    op.create_index("ix_ledger_person", "ledger", ["session_id", "person_id", "entry_id"])
    op.create_index("ix_ledger_project_id_entry_id", "ledger", ["project_id", "entry_id"])
    op.create_table(
        "ledger_objects",
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("first_frame", sa.Integer()),
        sa.Column("last_frame", sa.Integer()),
        sa.Column("num_frames", sa.Integer(), nullable=False),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.Column("corrections", sa.Integer(), nullable=False),
        sa.Column("tracked_frames", sa.Integer(), nullable=False),
        sa.Column("active_s", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "object_id", name="pk_ledger_objects"),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger.entry_id"], name="fk_ledger_objects_entry_id"),
    )
    op.create_index(
        "ix_ledger_objects_session_id_object_id_entry_id",
        "ledger_objects",
        ["session_id", "object_id", "entry_id"],
    )


def downgrade() -> None:
    op.drop_table("ledger_objects")
    op.drop_table("ledger")
    op.drop_table("comments")
    op.drop_index("ix_objects_waiting", "objects")
    for name in ("review_state", "review_reason", *(name for name, _ in OF_OBJECTS)):
        op.drop_column("objects", name)
