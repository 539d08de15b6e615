"""People, their roles, and what lets them in: links, logins, API tokens.

Revision 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _place() -> list[sa.Column]:
    return [
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
    ]


def upgrade() -> None:
    """Whoever sits at the server's own machine is a person too, so that what they write has an author."""
    people = op.create_table(
        "people",
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("colour", sa.String(7), nullable=False),
        sa.Column("issuer", sa.Text()),
        sa.Column("subject", sa.Text()),
        sa.PrimaryKeyConstraint("person_id", name="pk_people"),
    )
    op.create_index("ix_people_subject", "people", ["issuer", "subject"], unique=True)
    op.bulk_insert(people, [{"person_id": "local", "name": "You", "colour": "#4f8cff"}])
    op.create_table(
        "grants",
        sa.Column("person_id", sa.String(64), nullable=False),
        *_place(),
        sa.Column("given_by", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("since_s", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "project_id", "session_id", "given_by", name="pk_grants"),
    )
    for name in ("session_id", "project_id", "given_by"):
        op.create_index(f"ix_grants_{name}", "grants", [name])
    op.create_table(
        "links",
        sa.Column("link_id", sa.String(64), nullable=False),
        *_place(),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_s", sa.Double(), nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("expires_s", sa.Double()),
        sa.Column("max_uses", sa.Integer()),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("passphrase_hash", sa.Text()),
        sa.Column("wrong_passphrases", sa.Integer(), nullable=False),
        sa.Column("wrong_s", sa.Double(), nullable=False),
        sa.Column("used_s", sa.Double()),
        sa.Column("revoked_s", sa.Double()),
        sa.PrimaryKeyConstraint("link_id", name="pk_links"),
    )
    op.create_index("ix_links_digest", "links", ["digest"], unique=True)
    for name in ("session_id", "project_id"):
        op.create_index(f"ix_links_{name}", "links", [name])
    op.create_table(
        "logins",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("created_s", sa.Double(), nullable=False),
        sa.Column("expires_s", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_logins"),
    )
    for name in ("person_id", "expires_s"):
        op.create_index(f"ix_logins_{name}", "logins", [name])
    op.create_table(
        "api_tokens",
        sa.Column("token_id", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        *_place(),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("created_s", sa.Double(), nullable=False),
        sa.Column("expires_s", sa.Double()),
        sa.Column("used_s", sa.Double()),
        sa.PrimaryKeyConstraint("token_id", name="pk_api_tokens"),
    )
    op.create_index("ix_api_tokens_digest", "api_tokens", ["digest"], unique=True)
    for name in ("person_id", "session_id", "project_id"):
        op.create_index(f"ix_api_tokens_{name}", "api_tokens", [name])


def downgrade() -> None:
    for table in ("api_tokens", "logins", "links", "grants", "people"):
        op.drop_table(table)
