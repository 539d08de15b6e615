"""Classes, attributes, order, locks and absent ranges of objects; titles, ontologies and deletion of
sessions; what lies aside: of removed objects, and of tracked ranges that somebody compares.

Revision 0002, follows 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        _text("label", ""),
        _text("attributes", "[]"),
        sa.Column("rank", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("locked", sa.Boolean(), nullable=False, server_default=sa.false()),
        _text("absent", "[]"),
    ):
        op.add_column("objects", column)
    op.execute("UPDATE objects SET rank = object_id")
    for column in (
        _text("title", ""),
        _text("ontology", "[]"),
        sa.Column("details_version", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("removed_s", sa.Double()),
    ):
        op.add_column("sessions", column)
    op.add_column("masks", sa.Column("propagation_id", sa.String(64)))
    op.add_column(
        "propagations", sa.Column("verdict", sa.String(16), nullable=False, server_default="applied")
    )
    op.add_column(
        "propagations",
        sa.Column("overwrites_verified", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_table("stashed_masks", *_stashed_masks())
    op.create_index("ix_stashed_masks_session_id_version", "stashed_masks", ["session_id", "version"])
    op.create_table("stashed_prompts", *_stashed_prompts())


def downgrade() -> None:
    op.drop_table("stashed_prompts")
    op.drop_table("stashed_masks")
    for table, names in (
        ("propagations", ("overwrites_verified", "verdict")),
        ("masks", ("propagation_id",)),
        ("sessions", ("removed_s", "details_version", "ontology", "title")),
        ("objects", ("absent", "locked", "rank", "attributes", "label")),
    ):
        for name in names:
            op.drop_column(table, name)


def _text(name: str, default: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)


def _of_an_object(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["session_id", "object_id"],
        ["objects.session_id", "objects.object_id"],
        name=f"fk_{table}_session_id_object_id",
    )


def _stashed_masks() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("stash_id", sa.String(64), nullable=False),
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
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("propagation_id", sa.String(64)),
        _of_an_object("stashed_masks"),
        sa.PrimaryKeyConstraint("stash_id", "session_id", "frame_idx", "object_id", name="pk_stashed_masks"),
    ]


def _stashed_prompts() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("stash_id", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("object_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("frame_idx", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("points", sa.Text(), nullable=False),
        sa.Column("box", sa.Text()),
        sa.Column("mask_height", sa.Integer()),
        sa.Column("mask_width", sa.Integer()),
        sa.Column("mask_counts", sa.Text()),
        sa.Column("is_empty", sa.Boolean(), nullable=False),
        _of_an_object("stashed_prompts"),
        sa.PrimaryKeyConstraint(
            "stash_id", "session_id", "object_id", "frame_idx", name="pk_stashed_prompts"
        ),
    ]
