"""The tables of the catalogue.

`source_rows` holds what the sources said, row by row, and `identity_decisions` what people decided
about who is who; every other table of facts is derived from the two (`derive.py`, `resolution/`)
and could be made again at any time. What a tenant owns carries `tenant` and
`visibility`. Persons have no table here: contacts will live apart from organisations.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import JSON

SCHEMA = "0002"
"""The newest migration: a catalogue at this revision is opened without loading Alembic."""

metadata = MetaData()


def _id(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, String(16), primary_key=key, nullable=False)


def _ownership() -> tuple[Column[str], Column[str]]:
    return (
        Column("tenant", String(64), nullable=False),
        Column("visibility", String(16), nullable=False),
    )


source_rows = Table(
    "source_rows",
    metadata,
    _id("id", key=True),
    # A source may list one body twice under one key (CORDIS does); both listings are kept.
    Column("source", String(64), nullable=False),
    Column("key", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("place", Text, nullable=False),
    Column("tenant", String(64), nullable=False),
    UniqueConstraint("source", "key", "content_hash"),
)

# Whom a row describes (appearances) and what is derived from it with others (dossiers).
source_links = Table(
    "source_links",
    metadata,
    Column("role", String(16), primary_key=True),
    Column("target", Text, primary_key=True),
    Column("row", ForeignKey("source_rows.id", ondelete="CASCADE"), primary_key=True, index=True),
)

# One organisation as one source names it, all its rows taken together, and whose it is.
appearances = Table(
    "appearances",
    metadata,
    _id("id", key=True),
    Column("organisation", String(16), nullable=False, index=True),
    Column("source", String(64), nullable=False),
    Column("key", Text, nullable=False),
    Column("description", LargeBinary, nullable=False),
)

# Which appearances are one organisation, and why; `review`: unsure, for a person to decide.
joins = Table(
    "joins",
    metadata,
    Column("first", String(16), primary_key=True),
    Column("second", String(16), primary_key=True, index=True),
    Column("review", Boolean, nullable=False),
    Column("rule", String(32), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("evidence", JSON, nullable=False),
)

# What people decided about two appearances; what was undone is not here but in the journal.
identity_decisions = Table(
    "identity_decisions",
    metadata,
    Column("first", String(16), primary_key=True),
    Column("second", String(16), primary_key=True),
    Column("verdict", String(16), nullable=False),
)

identity_journal = Table(
    "identity_journal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime, nullable=False),
    Column("action", String(16), nullable=False),
    Column("first", String(16), nullable=False),
    Column("second", String(16), nullable=False),
    # What stood before the action, to be put back when it is undone; NULL: nothing.
    Column("former", String(16)),
    Column("by", Text, nullable=False),
    Column("note", Text, nullable=False),
    # The entry that this one undid.
    Column("undid", Integer),
)

# What the operator says of capabilities: strategic, future, bottleneck.
capability_marks = Table(
    "capability_marks",
    metadata,
    Column("capability", String(64), primary_key=True),
    Column("mark", String(32), primary_key=True),
    Column("tenant", String(64), primary_key=True),
)

organisations = Table(
    "organisations",
    metadata,
    _id("id", key=True),
    Column("side", String(8), nullable=False, index=True),
    Column("entity_type", String(32)),
    Column("partner_nature", String(32)),
    Column("country", String(2), index=True),
    Column("city", Text),
    Column("district", String(32)),
    # What its rows declare; without it, the year of its first cooperation across sides counts.
    Column("entry_year", Integer),
    Column("active", Boolean, nullable=False),
    Column("fictional", Boolean, nullable=False),
    *_ownership(),
    Column("digest", String(64), nullable=False),
)


def _of_organisation(name: str, *columns: Column[str]) -> Table:
    return Table(
        name,
        metadata,
        Column("organisation", String(16), primary_key=True),
        Column("position", Integer, primary_key=True),
        *columns,
        ForeignKeyConstraint(["organisation"], ["organisations.id"], ondelete="CASCADE"),
    )


organisation_names = _of_organisation(
    "organisation_names",
    Column("text", Text, nullable=False, index=True),
    Column("language", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
)
organisation_identifiers = _of_organisation(
    "organisation_identifiers",
    Column("scheme", String(32), nullable=False),
    Column("value", Text, nullable=False, index=True),
)
# A parent may be known by its id before, or without, being in the catalogue itself.
organisation_parents = _of_organisation("organisation_parents", _id("parent"))

dossier_organisations = Table(
    "dossier_organisations",
    metadata,
    Column("dossier", Text, primary_key=True),
    Column("organisation", String(16), primary_key=True, index=True),
    # False while something that the dossier needs is not there: it waits.
    Column("complete", Boolean, nullable=False),
)

texts = Table(
    "texts",
    metadata,
    _id("id", key=True),
    Column("language", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("partner_role", Text, nullable=False),
    Column("keywords", JSON, nullable=False),
    # Fingerprint of the tagger whose tags stand in `text_tags`; NULL: not tagged yet.
    Column("tagger", String(64)),
)

text_tags = Table(
    "text_tags",
    metadata,
    Column("text", ForeignKey("texts.id", ondelete="CASCADE"), primary_key=True),
    Column("scheme", String(32), primary_key=True),
    Column("code", String(64), primary_key=True),
    Column("confidence", Float, nullable=False),
)

cooperations = Table(
    "cooperations",
    metadata,
    _id("id", key=True),
    Column("dossier", Text, nullable=False, index=True),
    Column("source", String(64), nullable=False),
    Column("source_key", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("attribution", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("leader", String(16)),
    Column("modes", JSON, nullable=False),
    Column("form", String(32)),
    Column("start", Date),
    Column("end", Date),
    Column("sectors", JSON, nullable=False),
    Column("follow_up_of", String(16)),
    Column("amount", Float),
    Column("currency", String(3)),
    *_ownership(),
    Column("digest", String(64), nullable=False),
)

cooperation_participants = Table(
    "cooperation_participants",
    metadata,
    Column("cooperation", ForeignKey("cooperations.id", ondelete="CASCADE"), primary_key=True),
    Column("organisation", ForeignKey("organisations.id"), primary_key=True, index=True),
    Column("side", String(8), nullable=False),
)

profiles = Table(
    "profiles",
    metadata,
    _id("id", key=True),
    Column("organisation", ForeignKey("organisations.id"), nullable=False, index=True),
    Column("dossier", Text, nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("publication", String(24), nullable=False),
    Column("source", String(64), nullable=False),
    Column("source_key", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("attribution", Text, nullable=False),
    Column("dated", Date),
    Column("trl", Integer),
    Column("ip_status", String(32)),
    Column("protected_countries", JSON, nullable=False),
    Column("cooperation_types", JSON, nullable=False),
    Column("cooperation_modes", JSON, nullable=False),
    Column("target_countries", JSON, nullable=False),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("cooperation", ForeignKey("cooperations.id")),
    Column("participants", Integer, nullable=False),
    Column("anonymous", Boolean, nullable=False),
    *_ownership(),
    Column("digest", String(64), nullable=False),
)

profile_texts = Table(
    "profile_texts",
    metadata,
    Column("profile", ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("text", ForeignKey("texts.id"), nullable=False, index=True),
)

# Tags that the holder declared; inferred ones belong to the text (`text_tags`).
profile_tags = Table(
    "profile_tags",
    metadata,
    Column("profile", ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True),
    Column("scheme", String(32), primary_key=True),
    Column("code", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
)

imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("began", DateTime, nullable=False),
    Column("ended", DateTime, nullable=False),
    Column("tenant", String(64), nullable=False),
    Column("files", JSON, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
)

facts = Table(
    "facts",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
"""Single values about the catalogue, such as the rules it was last derived by."""

# Deletion order: what points before what is pointed at.
DERIVED = (
    dossier_organisations,
    profile_tags,
    profile_texts,
    profiles,
    cooperation_participants,
    cooperations,
    organisation_names,
    organisation_identifiers,
    organisation_parents,
    organisations,
)
