"""Projects, and the one that each session is in.

Revision 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is there already goes into the first project, which has no title of its own."""
    projects = op.create_table(
        "projects",
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_s", sa.Double(), nullable=False),
        sa.Column("ontology", sa.Text(), nullable=False),
        sa.Column("removed_s", sa.Double()),
        sa.PrimaryKeyConstraint("project_id", name="pk_projects"),
    )
    home = {"project_id": "home", "title": "", "created_s": 0.0, "ontology": "[]", "removed_s": None}
    op.bulk_insert(projects, [home])
    first = sa.text("'home'")
    op.add_column("sessions", sa.Column("project_id", sa.String(64), nullable=False, server_default=first))
    op.create_index("ix_sessions_project_id", "sessions", ["project_id"])


def downgrade() -> None:
    op.drop_index("ix_sessions_project_id", "sessions")
    op.drop_column("sessions", "project_id")
    op.drop_table("projects")
