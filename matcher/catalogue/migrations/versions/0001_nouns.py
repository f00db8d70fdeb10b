"""The nouns: source rows, organisations, profiles, texts, cooperations, imports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None


def upgrade() -> None:
    """Make all tables of an empty catalogue."""
    op.create_table(
        "cooperations",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("dossier", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("attribution", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("leader", sa.String(length=16), nullable=True),
        sa.Column("modes", sa.JSON(), nullable=False),
        sa.Column("form", sa.String(length=32), nullable=True),
        sa.Column("start", sa.Date(), nullable=True),
        sa.Column("end", sa.Date(), nullable=True),
        sa.Column("sectors", sa.JSON(), nullable=False),
        sa.Column("follow_up_of", sa.String(length=16), nullable=True),
        sa.Column("amount", sa.Float(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("visibility", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_cooperations_dossier"), "cooperations", ["dossier"], unique=False)
    op.create_table(
        "dossier_organisations",
        sa.Column("dossier", sa.Text(), nullable=False),
        sa.Column("organisation", sa.String(length=16), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("dossier", "organisation"),
    )
    op.create_index(
        op.f("ix_dossier_organisations_organisation"),
        "dossier_organisations",
        ["organisation"],
        unique=False,
    )
    op.create_table(
        "facts",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("began", sa.DateTime(), nullable=False),
        sa.Column("ended", sa.DateTime(), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("entity_type", sa.String(length=32), nullable=True),
        sa.Column("partner_nature", sa.String(length=32), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("district", sa.String(length=32), nullable=True),
        sa.Column("entry_year", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fictional", sa.Boolean(), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("visibility", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_organisations_country"), "organisations", ["country"], unique=False)
    op.create_index(op.f("ix_organisations_side"), "organisations", ["side"], unique=False)
    op.create_table(
        "source_rows",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("organisation", sa.String(length=16), nullable=True),
        sa.Column("dossier", sa.Text(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("source", "key", "content_hash"),
    )
    op.create_index(op.f("ix_source_rows_dossier"), "source_rows", ["dossier"], unique=False)
    op.create_index(
        op.f("ix_source_rows_organisation"), "source_rows", ["organisation"], unique=False
    )
    op.create_table(
        "texts",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("partner_role", sa.Text(), nullable=False),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("tagger", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "cooperation_participants",
        sa.Column("cooperation", sa.String(length=16), nullable=False),
        sa.Column("organisation", sa.String(length=16), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["cooperation"], ["cooperations.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
        ),
        sa.PrimaryKeyConstraint("cooperation", "organisation"),
    )
    op.create_index(
        op.f("ix_cooperation_participants_organisation"),
        "cooperation_participants",
        ["organisation"],
        unique=False,
    )
    op.create_table(
        "organisation_identifiers",
        sa.Column("organisation", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("organisation", "position"),
    )
    op.create_index(
        op.f("ix_organisation_identifiers_value"),
        "organisation_identifiers",
        ["value"],
        unique=False,
    )
    op.create_table(
        "organisation_names",
        sa.Column("organisation", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("organisation", "position"),
    )
    op.create_index(
        op.f("ix_organisation_names_text"), "organisation_names", ["text"], unique=False
    )
    op.create_table(
        "organisation_parents",
        sa.Column("organisation", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("parent", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("organisation", "position"),
    )
    op.create_table(
        "organisation_sources",
        sa.Column("organisation", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("organisation", "position"),
    )
    op.create_table(
        "profiles",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("organisation", sa.String(length=16), nullable=False),
        sa.Column("dossier", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("publication", sa.String(length=24), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("attribution", sa.Text(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("trl", sa.Integer(), nullable=True),
        sa.Column("ip_status", sa.String(length=32), nullable=True),
        sa.Column("protected_countries", sa.JSON(), nullable=False),
        sa.Column("cooperation_types", sa.JSON(), nullable=False),
        sa.Column("cooperation_modes", sa.JSON(), nullable=False),
        sa.Column("target_countries", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("cooperation", sa.String(length=16), nullable=True),
        sa.Column("participants", sa.Integer(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("visibility", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["cooperation"],
            ["cooperations.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_profiles_dossier"), "profiles", ["dossier"], unique=False)
    op.create_index(op.f("ix_profiles_organisation"), "profiles", ["organisation"], unique=False)
    op.create_table(
        "text_tags",
        sa.Column("text", sa.String(length=16), nullable=False),
        sa.Column("scheme", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["text"], ["texts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("text", "scheme", "code"),
    )
    op.create_table(
        "profile_tags",
        sa.Column("profile", sa.String(length=16), nullable=False),
        sa.Column("scheme", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["profile"], ["profiles.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("profile", "scheme", "code"),
    )
    op.create_table(
        "profile_texts",
        sa.Column("profile", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["profile"], ["profiles.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["text"],
            ["texts.id"],
        ),
        sa.PrimaryKeyConstraint("profile", "position"),
    )
    op.create_index(op.f("ix_profile_texts_text"), "profile_texts", ["text"], unique=False)
