"""How much each mask deserves a look, and why.

Revision 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("masks", "kept_masks", "stashed_masks")


def upgrade() -> None:
    """Of masks that are there already it was not measured: NULL, and their scores are gone by."""
    for table in TABLES:
        op.add_column(table, sa.Column("doubt", sa.Double()))
        none = sa.text("0")
        op.add_column(table, sa.Column("doubt_reasons", sa.Integer(), nullable=False, server_default=none))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "doubt_reasons")
        op.drop_column(table, "doubt")
