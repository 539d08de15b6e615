"""The tables of people, and of what lets them in. Of secrets only digests are kept.

A place is a project, a session, or (both empty) the server. So what belongs to a session or a project goes
when that is cleared away, as in every table that names one.
"""

from __future__ import annotations

from sqlalchemy import Column, Double, Index, Integer, String, Table, Text

from backend.store.tables import metadata


def _place_columns(in_key: bool = False) -> list[Column]:
    return [
        Column("project_id", String(64), primary_key=in_key, nullable=False),
        Column("session_id", String(64), primary_key=in_key, nullable=False),
    ]


people = Table(
    "people",
    metadata,
    Column("person_id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("colour", String(7), nullable=False),
    Column("issuer", Text),  # of who vouches for them, where they sign in
    Column("subject", Text),  # by what name that one knows them
    Index("ix_people_subject", "issuer", "subject", unique=True),
)

grants = Table(
    "grants",
    metadata,
    Column("person_id", String(64), primary_key=True),
    *_place_columns(in_key=True),
    Column("given_by", String(64), primary_key=True),  # see `backend.domain.membership`
    Column("role", String(16), nullable=False),
    Column("since_s", Double, nullable=False),
    Index(None, "session_id"),
    Index(None, "project_id"),
    Index(None, "given_by"),
)

links = Table(
    "links",
    metadata,
    Column("link_id", String(64), primary_key=True),
    *_place_columns(),
    Column("role", String(16), nullable=False),
    Column("digest", String(64), nullable=False, unique=True, index=True),
    Column("label", Text, nullable=False),
    Column("created_s", Double, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("expires_s", Double),
    Column("max_uses", Integer),
    Column("uses", Integer, nullable=False),
    Column("passphrase_hash", Text),
    Column("wrong_passphrases", Integer, nullable=False),
    Column("wrong_s", Double, nullable=False),
    Column("used_s", Double),
    Column("revoked_s", Double),
    Index(None, "session_id"),
    Index(None, "project_id"),
)

logins = Table(
    "logins",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person_id", String(64), nullable=False, index=True),
    Column("created_s", Double, nullable=False),
    Column("expires_s", Double, nullable=False, index=True),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("token_id", String(64), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True, index=True),
    Column("person_id", String(64), nullable=False, index=True),
    Column("name", Text, nullable=False),
    *_place_columns(),
    Column("role", String(16), nullable=False),
    Column("created_s", Double, nullable=False),
    Column("expires_s", Double),
    Column("used_s", Double),
    Index(None, "session_id"),
    Index(None, "project_id"),
)
