"""Who changed what last, and the keys of changes that were made.

Revision 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# What is there was changed last at its row's version, for all that is known by somebody else.
FILL = """
INSERT INTO edits (session_id, kind, object_id, frame_idx, version, client, person_id, person_name)
SELECT session_id, '{kind}', {object_id}, {frame_idx}, {version}, '', '', '' FROM {table}
"""


def upgrade() -> None:
    op.create_table(
        "edits",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("object_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("frame_idx", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("client", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"], name="fk_edits_session_id"),
        sa.PrimaryKeyConstraint("session_id", "kind", "object_id", "frame_idx", name="pk_edits"),
    )
    op.create_index("ix_edits_session_id_version", "edits", ["session_id", "version"])
    op.create_table(
        "edit_keys",
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("edit_key", sa.String(64), nullable=False),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_s", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "edit_key", name="pk_edit_keys"),
    )
    op.create_index("ix_edit_keys_created_s", "edit_keys", ["created_s"])
    _fill("object", "objects", "object_id")
    _fill("prompts", "prompts", "object_id", "frame_idx")
    for kind in ("title", "classes"):
        _fill(kind, "sessions", version="details_version")


def _fill(
    kind: str, table: str, object_id: str = "-1", frame_idx: str = "-1", version: str = "version"
) -> None:
    op.execute(FILL.format(kind=kind, table=table, object_id=object_id, frame_idx=frame_idx, version=version))


def downgrade() -> None:
    op.drop_table("edit_keys")
    op.drop_table("edits")
