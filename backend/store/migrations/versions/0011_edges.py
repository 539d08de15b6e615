"""How soft each mask's border is, as its engine said.

Revision 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = ("masks", "kept_masks", "stashed_masks")


def upgrade() -> None:
    """Of masks that are there already nobody said: NULL. They keep the ramp in mattes."""
    for table in TABLES:
        op.add_column(table, sa.Column("edge", sa.LargeBinary()))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "edge")
