"""What a browser gets of a video, and the shape of its pixels.

Revision 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every video that is there already has its rendition."""
    one = sa.text("1")
    op.add_column("videos", sa.Column("pixel_aspect", sa.Double(), nullable=False, server_default=one))
    rendition = sa.text("'rendition'")
    op.add_column("videos", sa.Column("playback", sa.String(16), nullable=False, server_default=rendition))
    op.add_column("videos", sa.Column("playback_progress", sa.Double(), nullable=False, server_default=one))


def downgrade() -> None:
    for name in ("playback_progress", "playback", "pixel_aspect"):
        op.drop_column("videos", name)
