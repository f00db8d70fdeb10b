"""From source rows to nouns: what all rows about one organisation, or one dossier, say together.

Pure: the result depends on the set of rows only, never on their order or on what was there before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from matcher.organisation import (
    SECTOR_SCHEME,
    Cooperation,
    Form,
    Identifier,
    Name,
    NameKind,
    Organisation,
    Profile,
    ProfileKind,
    ProfileText,
    Publication,
    Side,
    SourceKey,
    Tag,
    cooperation_id,
    profile_id,
)
from matcher.vocabulary import Vocabulary

from . import papers
from .identity import side_of
from .readers import cordis
from .resolution.appearance import Appearance
from .rows import Bodies, Claim, Dossier, StoredRow
from .themes import Themes

RULES = "2"
"""Raise it when what follows would derive something else from the same rows."""

CAPABILITY_SCHEME = "capability"
"""The scheme of capability tags, as the vocabulary names it."""


_KINDS = {str(kind): kind for kind in NameKind}
_PLACE = {kind: place for place, kind in enumerate(NameKind)}


def appearance(identity: str, claims: Sequence[Claim]) -> Appearance:
    """One organisation as one source names it: what all rows of that source say of it."""
    return Appearance(
        id=identity,
        source=claims[0].source,
        key=claims[0].says["key"],
        names=_names(claims),
        identifiers=_identifiers(claims),
        country=_most(claims, "country"),
        city=_most(claims, "city"),
        district=_most(claims, "district"),
        parents=tuple(sorted({p for c in claims for p in c.says.get("parents", ())})),
        entity_type=_most(claims, "entity_type"),
        partner_nature=_most(claims, "partner_nature"),
        active=_active(claims),
    )


def organisation(
    identity: str,
    claims: Sequence[Claim],
    bodies: Bodies,
    vocabulary: Vocabulary,
    only: Appearance | None = None,
) -> Organisation:
    """The organisation that `claims` (at least one, of all its appearances) describe.

    Of contradicting values those of the source with most authority count, among them the most
    frequent, of equally frequent ones the smallest. Every spelling stays: in each language one
    official name is the official one, chosen likewise, the others become aliases. `only` is what
    was derived of the same claims before, where they are those of one appearance.
    """
    whole = only or appearance(identity, claims)  # as if one source had said it all
    side = side_of(whole.country, whole.city, vocabulary, whole.district)
    parents = {bodies.organisation(parent) for parent in whole.parents}
    return Organisation(
        id=identity,
        names=_shown_first(whole.names, "zh" if side is Side.BEIJING else "en"),
        side=side,
        sources=tuple(sorted({SourceKey(c.source, c.says["key"]) for c in claims})),
        identifiers=whole.identifiers,
        entity_type=whole.entity_type,
        partner_nature=whole.partner_nature,
        country=whole.country,
        city=whole.city,
        district=whole.district,
        parents=tuple(sorted(parents - {identity})),
        entry_year=_most(claims, "entry_year"),
        active=whole.active,
        fictional=any(claim.says.get("fictional") for claim in claims),
        tenant=min(claim.tenant for claim in claims),
    )


def dossier(name: str, rows: Sequence[StoredRow], bodies: Bodies, themes: Themes) -> Dossier:
    """What `rows`, all of one dossier, give together; `themes` groups an organisation's papers."""
    kinds = {row.kind for row in rows}
    if kinds & {"project", "participant"}:
        return _project(name, rows, bodies)
    if kinds == {"cooperation"}:
        return _cooperation(rows[0], bodies)
    if kinds == {"work"}:
        return papers.dossier(name, rows, bodies, themes)
    row = rows[0]
    [holder] = row.appearances
    body = bodies.organisation(holder)
    return Dossier(frozenset({body}), profiles=[_profile(row, body)])


def _identifiers(claims: Iterable[Claim]) -> tuple[Identifier, ...]:
    return tuple(
        sorted(
            {Identifier(*pair) for claim in claims for pair in claim.says.get("identifiers", ())}
        )
    )


def _active(claims: Sequence[Claim]) -> bool:
    """Whether the source with most authority, of those that say, says that it still exists."""
    said = _most(claims, "active")
    return said is None or bool(said)


def _most(claims: Sequence[Claim], name: str) -> Any:
    if len(claims) == 1:  # as for most organisations
        return claims[0].says.get(name)
    counted = Counter(
        (claim.rank, value) for claim in claims if (value := claim.says.get(name)) is not None
    )
    if not counted:
        return None
    return min(counted, key=lambda found: (found[0], -counted[found], found[1]))[1]


def _shown_first(names: tuple[Name, ...], language: str) -> tuple[Name, ...]:
    """The same names, the official one in `language` before the others."""
    first = [n for n in names if n.kind is NameKind.OFFICIAL and n.language == language]
    return (*first, *(n for n in names if n not in first)) if first else names


def _names(claims: Iterable[Claim]) -> tuple[Name, ...]:
    """Official names first, by language; then the rest.

    A name in a language that its source does not say is the official one only where no other is.
    """
    counted = Counter(
        (_KINDS[kind], claim.rank, language, text)
        for claim in claims
        for text, language, kind in claim.says["names"]
    )
    ordered = sorted(
        counted.items(),
        key=lambda item: (_PLACE[item[0][0]], item[0][1], -item[1], item[0][2:]),
    )
    stated = any(kind is NameKind.OFFICIAL and lang != "und" for kind, _, lang, _ in counted)
    official: dict[str, str] = {}
    others: dict[str, Name] = {}
    for (kind, _, language, text), _ in ordered:
        leads = kind is NameKind.OFFICIAL and not (stated and language == "und")
        if leads and language not in official:
            official[language] = text
        elif text not in others:
            kept = NameKind.ALIAS if kind is NameKind.OFFICIAL else kind
            others[text] = Name(text, language, kept)
    leading = sorted(official.items())
    first = [Name(text, language) for language, text in leading]
    spelled = {name.text for name in first}
    rest = sorted((n for n in others.values() if n.text not in spelled), key=_name_order)
    return (*first, *rest)


def _name_order(name: Name) -> tuple[int, str, str]:
    return _PLACE[name.kind], name.language, name.text


def _project(name: str, rows: Sequence[StoredRow], bodies: Bodies) -> Dossier:
    """A CORDIS project: its consortium, and a capability of every participant."""
    keys: dict[str, str] = {}
    leaders: set[str] = set()
    for row in rows:
        for part, claims in row.appearances.items():
            body = bodies.organisation(part)
            keys[body] = min(keys.get(body, claims["key"]), claims["key"])
            if row.payload.get("role") == "coordinator":
                leaders.add(body)
    projects = [row.payload for row in rows if row.kind == "project"]
    if not projects or not keys:
        return Dossier(frozenset(keys), complete=False)
    project, number = projects[0], name.removeprefix(f"{cordis.SOURCE}:")
    source = SourceKey(cordis.SOURCE, number)
    begun = _date(project["start"])
    text = ProfileText(
        language=project["language"],
        title=project["title"],
        description=project["objective"],
        keywords=tuple(project["keywords"]),
    )
    consortium = Cooperation(
        id=cooperation_id(*_pair(source)),
        **bodies.by_side(keys),
        source=source,
        licence=cordis.LICENCE,
        attribution=cordis.ATTRIBUTION,
        title=project["title"],
        leader=min(leaders, default=None),
        modes=(cordis.MODE,),
        form=Form.JOINT_PROJECT,
        start=begun,
        end=_date(project["end"]),
        amount=project["amount"],
        currency=None if project["amount"] is None else "EUR",
        tenant=rows[0].tenant,
    )
    profiles = [
        Profile(
            id=profile_id(cordis.SOURCE, f"{number}/{keys[body]}"),
            organisation=body,
            kind=ProfileKind.CAPABILITY,
            publication=Publication.INFERRED,
            texts=(text,),
            source=source,
            licence=cordis.LICENCE,
            attribution=cordis.ATTRIBUTION,
            dated=begun,
            cooperation=consortium.id,
            participants=len(keys),
            tenant=rows[0].tenant,
        )
        for body in sorted(keys)
    ]
    return Dossier(frozenset(keys), profiles=profiles, cooperation=consortium)


def _cooperation(row: StoredRow, bodies: Bodies) -> Dossier:
    stated = row.payload
    named = sorted({bodies.organisation(body) for body in stated["bodies"]})
    if any(bodies.side(body) is None for body in named):
        return Dossier(frozenset(named), complete=False)
    cooperation = Cooperation(
        id=stated["id"],
        **bodies.by_side(named),
        source=SourceKey(row.source, stated["key"]),
        licence=stated["licence"],
        attribution=stated["attribution"],
        title=stated["title"],
        leader=None if stated["leader"] is None else bodies.organisation(stated["leader"]),
        modes=tuple(stated["modes"]),
        form=None if stated["form"] is None else Form(stated["form"]),
        start=_date(stated["start"]),
        end=_date(stated["end"]),
        sectors=tuple(Tag(SECTOR_SCHEME, code) for code in stated["sectors"]),
        follow_up_of=stated["follow_up_of"],
        amount=stated["amount"],
        currency=stated["currency"],
        tenant=row.tenant,
    )
    return Dossier(frozenset(named), cooperation=cooperation)


def _profile(row: StoredRow, holder: str) -> Profile:
    stated = row.payload["profile"]
    texts = tuple(
        ProfileText(
            language=text["language"],
            title=text["title"],
            summary=text["summary"],
            description=text["description"],
            partner_role=text["partner_role"],
            keywords=tuple(text["keywords"]),
        )
        for text in stated["texts"]
    )
    return Profile(
        id=stated["id"],
        organisation=holder,
        kind=ProfileKind(stated["kind"]),
        publication=Publication(stated["publication"]),
        texts=texts,
        source=SourceKey(row.source, stated["reference"]),
        licence=stated["licence"],
        attribution=stated["attribution"],
        dated=_date(stated["dated"]),
        sectors=tuple(Tag(SECTOR_SCHEME, code) for code in stated["sectors"]),
        capabilities=tuple(Tag(CAPABILITY_SCHEME, code) for code in stated["capabilities"]),
        trl=stated["trl"],
        ip_status=stated["ip_status"],
        protected_countries=tuple(stated["protected_countries"]),
        cooperation_types=tuple(stated["cooperation_types"]),
        cooperation_modes=tuple(stated["cooperation_modes"]),
        target_countries=tuple(stated["target_countries"]),
        valid_from=_date(stated["valid_from"]),
        valid_until=_date(stated["valid_until"]),
        anonymous=stated["anonymous"],
        tenant=row.tenant,
    )


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _pair(source: SourceKey) -> tuple[str, str]:
    return source.source, source.key
