"""From source rows to nouns: what all rows about one organisation, or one dossier, say together.

Pure: the result depends on the set of rows only, never on their order or on what was there before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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

from .identity import side_of
from .readers import cordis

RULES = "1"
"""Raise it when what follows would derive something else from the same rows."""

CAPABILITY_SCHEME = "capability"
"""The scheme of capability tags, as the vocabulary names it."""

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoredRow:
    """One row of `source_rows`, as far as deriving needs it."""

    source: str
    key: str
    kind: str
    organisation: str | None
    payload: Payload
    tenant: str


@dataclass(slots=True)
class Dossier:
    """What was derived together, the organisations it names, and whether it lacks something."""

    named: frozenset[str]
    complete: bool = True
    profiles: list[Profile] = field(default_factory=list)
    cooperation: Cooperation | None = None


def organisation(identity: str, rows: Sequence[StoredRow], vocabulary: Vocabulary) -> Organisation:
    """The organisation that `rows` (at least one) describe.

    Of contradicting values the most frequent counts, of equally frequent ones the smallest. Every
    spelling stays: in each language the most frequent official name is the official one, the
    others become aliases.
    """
    claims = [row.payload["organisation"] for row in rows]
    country, city = _most(claims, "country"), _most(claims, "city")
    district = _most(claims, "district")
    side = side_of(country, city, vocabulary, district)
    return Organisation(
        id=identity,
        names=_names(claims, shown="zh" if side is Side.BEIJING else "en"),
        side=side,
        sources=tuple(
            sorted({SourceKey(r.source, r.payload["organisation"]["key"]) for r in rows})
        ),
        identifiers=tuple(
            sorted({Identifier(*pair) for claim in claims for pair in claim.get("identifiers", ())})
        ),
        entity_type=_most(claims, "entity_type"),
        partner_nature=_most(claims, "partner_nature"),
        country=country,
        city=city,
        district=district,
        parents=tuple(
            sorted({p for claim in claims for p in claim.get("parents", ())} - {identity})
        ),
        entry_year=_most(claims, "entry_year"),
        fictional=any(claim.get("fictional") for claim in claims),
        tenant=min(row.tenant for row in rows),
    )


def dossier(name: str, rows: Sequence[StoredRow], side: Callable[[str], Side | None]) -> Dossier:
    """What `rows`, all of one dossier, give together.

    `side` tells the side of an organisation by id, None for one that is not in the catalogue.
    """
    kinds = {row.kind for row in rows}
    if kinds & {"project", "participant"}:
        return _project(name, rows, side)
    if kinds == {"cooperation"}:
        return _cooperation(rows[0], side)
    row = rows[0]
    assert row.organisation is not None
    return Dossier(frozenset({row.organisation}), profiles=[_profile(row, row.organisation)])


def _most(claims: Iterable[Payload], name: str) -> Any:
    counted = Counter(value for claim in claims if (value := claim.get(name)) is not None)
    return min(counted, key=lambda value: (-counted[value], value)) if counted else None


def _names(claims: Iterable[Payload], shown: str) -> tuple[Name, ...]:
    """Official names first, the one in the language `shown` before the others; then the rest."""
    counted = Counter(
        (NameKind(kind), language, text)
        for claim in claims
        for text, language, kind in claim["names"]
    )
    official: dict[str, str] = {}
    others: dict[str, Name] = {}
    kinds = list(NameKind)
    for (kind, language, text), _ in sorted(
        counted.items(), key=lambda item: (kinds.index(item[0][0]), -item[1], item[0][1:])
    ):
        if kind is NameKind.OFFICIAL and language not in official:
            official[language] = text
        elif text not in others:
            kept = NameKind.ALIAS if kind is NameKind.OFFICIAL else kind
            others[text] = Name(text, language, kept)
    leading = sorted(official.items(), key=lambda item: (item[0] != shown, item))
    first = [Name(text, language) for language, text in leading]
    spelled = {name.text for name in first}
    rest = sorted((n for n in others.values() if n.text not in spelled), key=_name_order)
    return (*first, *rest)


def _name_order(name: Name) -> tuple[int, str, str]:
    return list(NameKind).index(name.kind), name.language, name.text


def _project(name: str, rows: Sequence[StoredRow], side: Callable[[str], Side | None]) -> Dossier:
    """A CORDIS project: its consortium, and a capability of every participant."""
    parts = {row.organisation: row for row in rows if row.organisation is not None}
    bodies = sorted(body for body in parts if body is not None)
    projects = [row.payload for row in rows if row.kind == "project"]
    if not projects or not bodies:
        return Dossier(frozenset(bodies), complete=False)
    project, number = projects[0], name.removeprefix(f"{cordis.SOURCE}:")
    source = SourceKey(cordis.SOURCE, number)
    begun = _date(project["start"])
    leaders = sorted(
        row.organisation
        for row in rows
        if row.organisation is not None and row.payload.get("role") == "coordinator"
    )
    text = ProfileText(
        language=project["language"],
        title=project["title"],
        description=project["objective"],
        keywords=tuple(project["keywords"]),
    )
    consortium = Cooperation(
        id=cooperation_id(*_pair(source)),
        **_by_side(bodies, side),
        source=source,
        licence=cordis.LICENCE,
        attribution=cordis.ATTRIBUTION,
        title=project["title"],
        leader=leaders[0] if leaders else None,
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
            id=profile_id(cordis.SOURCE, f"{number}/{parts[body].payload['organisation']['key']}"),
            organisation=body,
            kind=ProfileKind.CAPABILITY,
            publication=Publication.INFERRED,
            texts=(text,),
            source=source,
            licence=cordis.LICENCE,
            attribution=cordis.ATTRIBUTION,
            dated=begun,
            cooperation=consortium.id,
            participants=len(bodies),
            tenant=rows[0].tenant,
        )
        for body in bodies
    ]
    return Dossier(frozenset(bodies), profiles=profiles, cooperation=consortium)


def _cooperation(row: StoredRow, side: Callable[[str], Side | None]) -> Dossier:
    stated = row.payload
    bodies: list[str] = stated["bodies"]
    if any(side(body) is None for body in bodies):
        return Dossier(frozenset(bodies), complete=False)
    cooperation = Cooperation(
        id=stated["id"],
        **_by_side(bodies, side),
        source=SourceKey(row.source, stated["key"]),
        licence=stated["licence"],
        attribution=stated["attribution"],
        title=stated["title"],
        leader=stated["leader"],
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
    return Dossier(frozenset(bodies), cooperation=cooperation)


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


def _by_side(bodies: Iterable[str], side: Callable[[str], Side | None]) -> dict[str, Any]:
    """The bodies (ids, sorted) as Cooperation's three tuples."""
    sides = {body: side(body) for body in bodies}
    return {
        "beijing": tuple(body for body, s in sides.items() if s is Side.BEIJING),
        "partners": tuple(body for body, s in sides.items() if s is Side.FOREIGN),
        "others": tuple(body for body, s in sides.items() if s in (Side.NONE, None)),
    }


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _pair(source: SourceKey) -> tuple[str, str]:
    return source.source, source.key
