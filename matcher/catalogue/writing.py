"""Nouns to rows of the derived tables, inserted in batches."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import orjson
from sqlalchemy import JSON, Connection, Date, Table, bindparam, delete, update

from matcher.organisation import Cooperation, Organisation, Profile, ProfileText, Side

from . import tables as t
from .rows import Dossier

_BATCH = 2000
_PARTS = (
    t.organisation_names,
    t.organisation_identifiers,
    t.organisation_parents,
)
_INSERTION = (
    t.organisations,
    *_PARTS,
    t.texts,
    t.cooperations,
    t.cooperation_participants,
    t.profiles,
    t.profile_texts,
    t.profile_tags,
    t.dossier_organisations,
)
"""What is pointed at before what points."""


def digest_of(noun: Organisation | Profile | Cooperation) -> str:
    """SHA-256 of all that a noun says, as derived."""
    return hashlib.sha256(orjson.dumps(noun, option=orjson.OPT_SORT_KEYS)).hexdigest()


class Writer:
    """Writes nouns over one connection; `flush` when a kind is done."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._batches: dict[str, list[dict[str, Any]]] = {}
        self._known_texts: dict[ProfileText, str] = {}

    def forget_parts(self, ids: list[str]) -> None:
        """Delete names, identifiers and parents of these organisations."""
        for part in _PARTS:
            self.connection.execute(delete(part).where(part.c.organisation.in_(ids)))

    def organisation(self, o: Organisation, known: bool) -> None:
        """Insert it, or where it is `known` write it over what stands there."""
        values = {
            "side": o.side,
            "entity_type": o.entity_type,
            "partner_nature": o.partner_nature,
            "country": o.country,
            "city": o.city,
            "district": o.district,
            "entry_year": o.entry_year,
            "active": o.active,
            "fictional": o.fictional,
            "tenant": o.tenant,
            "visibility": o.visibility,
            "digest": digest_of(o),
        }
        if known:
            self.forget_parts([o.id])
            found = t.organisations.c.id == bindparam("identity")
            self.connection.execute(
                update(t.organisations).where(found).values(values), {"identity": o.id}
            )
        else:
            self._add(t.organisations, id=o.id, **values)
        parts: tuple[tuple[Table, list[dict[str, Any]]], ...] = (
            (
                t.organisation_names,
                [{"text": x.text, "language": x.language, "kind": x.kind} for x in o.names],
            ),
            (
                t.organisation_identifiers,
                [{"scheme": x.scheme, "value": x.value} for x in o.identifiers],
            ),
            (t.organisation_parents, [{"parent": parent} for parent in o.parents]),
        )
        for part, entries in parts:
            for n, entry in enumerate(entries):
                self._add(part, organisation=o.id, position=n, **entry)

    def dossier(self, name: str, dossier: Dossier) -> None:
        """What was derived together; what stood under its name has been deleted."""
        for organisation in sorted(dossier.named) or [""]:
            self._add(
                t.dossier_organisations,
                dossier=name,
                organisation=organisation,
                complete=dossier.complete,
            )
        if dossier.cooperation is not None:
            self._cooperation(name, dossier.cooperation)
        for profile in dossier.profiles:
            self._profile(name, profile)
        if len(self._batches.get(t.profiles.name, ())) >= _BATCH:
            self.flush()

    def _cooperation(self, dossier: str, c: Cooperation) -> None:
        self._add(
            t.cooperations,
            id=c.id,
            dossier=dossier,
            source=c.source.source,
            source_key=c.source.key,
            licence=c.licence,
            attribution=c.attribution,
            title=c.title,
            leader=c.leader,
            modes=c.modes,
            form=c.form,
            start=c.start,
            end=c.end,
            sectors=[tag.code for tag in c.sectors],
            follow_up_of=c.follow_up_of,
            amount=c.amount,
            currency=c.currency,
            tenant=c.tenant,
            visibility=c.visibility,
            digest=digest_of(c),
        )
        for side, ids in (
            (Side.BEIJING, c.beijing),
            (Side.FOREIGN, c.partners),
            (Side.NONE, c.others),
        ):
            for body in ids:
                self._add(
                    t.cooperation_participants, cooperation=c.id, organisation=body, side=side
                )

    def _profile(self, dossier: str, p: Profile) -> None:
        self._add(
            t.profiles,
            id=p.id,
            organisation=p.organisation,
            dossier=dossier,
            kind=p.kind,
            publication=p.publication,
            source=p.source.source,
            source_key=p.source.key,
            licence=p.licence,
            attribution=p.attribution,
            dated=p.dated,
            trl=p.trl,
            ip_status=p.ip_status,
            protected_countries=p.protected_countries,
            cooperation_types=p.cooperation_types,
            cooperation_modes=p.cooperation_modes,
            target_countries=p.target_countries,
            valid_from=p.valid_from,
            valid_until=p.valid_until,
            cooperation=p.cooperation,
            participants=p.participants,
            anonymous=p.anonymous,
            tenant=p.tenant,
            visibility=p.visibility,
            digest=digest_of(p),
        )
        for n, text in enumerate(p.texts):
            identity = self._known_texts.get(text)
            if identity is None:
                identity = self._known_texts[text] = text.id
                self._add(
                    t.texts,
                    id=identity,
                    tagger=None,
                    language=text.language,
                    title=text.title,
                    summary=text.summary,
                    description=text.description,
                    partner_role=text.partner_role,
                    keywords=text.keywords,
                )
            self._add(t.profile_texts, profile=p.id, position=n, text=identity)
        for n, tag in enumerate(p.sectors + p.capabilities):
            self._add(t.profile_tags, profile=p.id, scheme=tag.scheme, code=tag.code, position=n)

    def _add(self, part: Table, **values: Any) -> None:
        self._batches.setdefault(part.name, []).append(values)

    def flush(self) -> None:
        """Insert what is pending."""
        for part in _INSERTION:
            values = self._batches.pop(part.name, [])
            if values:
                # A text may be held already by an untouched profile.
                insert_rows(self.connection, part, values, or_ignore=part is t.texts)


def insert_rows(
    connection: Connection, part: Table, rows: list[dict[str, Any]], *, or_ignore: bool = False
) -> None:
    """Insert rows that give the same columns, without SQLAlchemy's work on each single value,
    which took a third of an import's time."""
    columns = list(rows[0])
    kept = [part.c[name].type for name in columns]
    packed = [n for n, kind in enumerate(kept) if isinstance(kind, JSON | Date)]
    values = [[row[name] for name in columns] for row in rows]
    for n in packed:
        written = _json if isinstance(kept[n], JSON) else _date
        for row in values:
            row[n] = written(row[n])
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join("?" * len(columns))
    connection.exec_driver_sql(
        f"INSERT {'OR IGNORE ' if or_ignore else ''}INTO {part.name} ({names}) VALUES ({marks})",  # noqa: S608
        [tuple(row) for row in values],
    )


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _date(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
