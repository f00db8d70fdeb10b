"""Appearances: a row may describe several organisations, an organisation have several sources."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

from matcher.organisation import derived_id

revision = "0002"
down_revision = "0001"

_BATCH = 2000


def upgrade() -> None:
    """Rows keep what they said; all that is derived from them is derived anew afterwards."""
    op.rename_table("source_rows", "former_rows")
    op.create_table(
        "source_rows",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "key", "content_hash"),
    )
    op.create_table(
        "source_links",
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("row", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["row"], ["source_rows.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("role", "target", "row"),
    )
    op.create_index(op.f("ix_source_links_row"), "source_links", ["row"], unique=False)
    op.create_table(
        "appearances",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("organisation", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("description", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        op.f("ix_appearances_organisation"), "appearances", ["organisation"], unique=False
    )
    op.create_table(
        "joins",
        sa.Column("first", sa.String(length=16), nullable=False),
        sa.Column("second", sa.String(length=16), nullable=False),
        sa.Column("review", sa.Boolean(), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("first", "second"),
    )
    op.create_index(op.f("ix_joins_second"), "joins", ["second"], unique=False)
    op.create_table(
        "identity_decisions",
        sa.Column("first", sa.String(length=16), nullable=False),
        sa.Column("second", sa.String(length=16), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("first", "second"),
    )
    op.create_table(
        "identity_journal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("first", sa.String(length=16), nullable=False),
        sa.Column("second", sa.String(length=16), nullable=False),
        sa.Column("former", sa.String(length=16), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("undid", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "capability_marks",
        sa.Column("capability", sa.String(length=64), nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("capability", "mark", "tenant"),
    )
    _carry_over(op.get_bind())
    op.drop_table("former_rows")
    op.drop_table("organisation_sources")


def _carry_over(connection: sa.Connection) -> None:
    former = sa.text("SELECT * FROM former_rows ORDER BY source, key, content_hash")
    for batch in connection.execute(former).mappings().partitions(_BATCH):
        rows: list[dict[str, Any]] = []
        links: list[dict[str, str]] = []
        for old in batch:
            payload = orjson.loads(old["payload"])
            if "organisation" in payload:
                payload["appearances"] = {old["organisation"]: payload.pop("organisation")}
            content = orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)
            content_hash = hashlib.sha256(old["kind"].encode() + b" " + content).hexdigest()
            row = derived_id("r", old["source"], old["key"], content_hash)
            rows.append(
                {name: old[name] for name in ("source", "key", "kind", "place", "tenant")}
                | {"id": row, "content_hash": content_hash, "payload": content}
            )
            links.extend(
                {"role": role, "target": old[name], "row": row}
                for role, name in (("appearance", "organisation"), ("dossier", "dossier"))
                if old[name] is not None
            )
        connection.execute(
            sa.text(
                "INSERT INTO source_rows"
                " (id, source, key, content_hash, kind, payload, place, tenant) VALUES"
                " (:id, :source, :key, :content_hash, :kind, :payload, :place, :tenant)"
            ),
            rows,
        )
        if links:
            connection.execute(
                sa.text(
                    "INSERT INTO source_links (role, target, row) VALUES (:role, :target, :row)"
                ),
                links,
            )
