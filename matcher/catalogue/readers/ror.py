"""Organisations as ROR publishes them, dump schema v1 and v2: names, places, parents, no profiles.

A record is known by its ROR id. Withdrawn and inactive ones are kept and not eligible.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from matcher.errors import Bilingual
from matcher.organisation import NameKind, organisation_id
from matcher.vocabulary import Vocabulary

from ..identity import language_of
from .cells import Cells, SourceRow

SOURCE = "ror"
LICENCE = "CC0 1.0"
ATTRIBUTION = "Research Organization Registry (ROR)"

# ROR's types: entity type, partner nature. An archive or a nonprofit body is of neither kind.
TYPES: dict[str, tuple[str | None, str | None]] = {
    "education": ("university", "university"),
    "company": ("enterprise", "enterprise"),
    "facility": ("research_institute", "research_institute"),
    "government": (None, "government"),
}
UNLISTED = frozenset({"XK"})
"""Codes that ISO 3166-1 leaves to users: the record is kept, its country unknown."""
STATES = frozenset({"active", "inactive", "withdrawn"})

_NUMBER = re.compile(r"(?:https?://ror\.org/)?(0[a-hj-km-np-tv-z0-9]{6}\d{2})")
_IDENTIFIERS = {"grid": "grid", "isni": "isni", "wikidata": "wikidata"}
_KINDS = {
    "ror_display": NameKind.OFFICIAL,
    "label": NameKind.LABEL,
    "alias": NameKind.ALIAS,
    "acronym": NameKind.ACRONYM,
}


def number_of(text: str) -> str:
    """The nine characters of a ROR id, with or without its address; "" for anything else."""
    match = _NUMBER.fullmatch(text.strip().casefold())
    return match[1] if match else ""


def recognise(record: Mapping[str, Any]) -> bool:
    """Whether a JSON object is a record of ROR, of either schema."""
    identity = record.get("id")
    known = isinstance(identity, str) and bool(number_of(identity))
    return known and ("names" in record or "labels" in record or "addresses" in record)


def organisation(record: Mapping[str, Any], vocabulary: Vocabulary) -> SourceRow:
    """One record of either schema; RowRejected without an id or a name."""
    cells = Cells(record, {})
    number = number_of(cells.text("id"))
    if not number:
        raise cells.rejected(
            "id",
            Bilingual("这不是 ROR 编号。", "That is no ROR id."),
            Bilingual(
                "写成 https://ror.org/03cve4549。", "Write it like https://ror.org/03cve4549."
            ),
        )
    second = isinstance(record.get("names"), list)
    names = list(_names_v2(record) if second else _names_v1(record))
    if not names:
        raise cells.rejected(
            "names" if second else "name",
            Bilingual("机构没有名称。", "The organisation has no name."),
            Bilingual("补上名称。", "Give its name."),
        )
    city, country = _place_v2(record) if second else _place_v1(record)
    known = "" if country in UNLISTED else country
    placed = Cells({"country": known}, {"country": "country_code"})
    types = [str(one).casefold() for one in _list(record, "types")]
    kinds = [TYPES[one] for one in types if one in TYPES]
    status = cells.text("status").casefold() or "active"
    if status not in STATES:
        raise cells.rejected(
            "status",
            Bilingual(f"未知的状态“{status[:20]}”。", f'Unknown status "{status[:20]}".'),
            Bilingual("用 active、inactive 或 withdrawn。", "Use active, inactive or withdrawn."),
        )
    claims: dict[str, Any] = {
        "key": number,
        "names": names,
        "identifiers": sorted([["ror", number], *_identifiers(record)]),
        "country": placed.country("country", city, vocabulary),
        "city": city or None,
        "entity_type": next((kind for kind, _ in kinds if kind), None),
        "partner_nature": next((nature for _, nature in kinds if nature), None),
        "parents": sorted(
            organisation_id(SOURCE, parent)
            for one in _objects(record, "relationships")
            if str(one.get("type")).casefold() == "parent"
            and (parent := number_of(str(one.get("id", ""))))
        ),
        "active": status == "active",
    }
    payload = {"appearances": {organisation_id(SOURCE, number): claims}, "profile": None}
    return SourceRow(SOURCE, f"organisation/{number}", "entry", payload, repeatable=True)


def _names_v2(record: Mapping[str, Any]) -> Iterator[list[str]]:
    """text, language, kind; the displayed one is the official one."""
    for one in _objects(record, "names"):
        text = " ".join(str(one.get("value") or "").split())
        kinds = [str(kind) for kind in one.get("types") or ()]
        if text and kinds:
            kind = next((_KINDS[k] for k in _KINDS if k in kinds), NameKind.ALIAS)
            yield [text, _language(text, one.get("lang")), kind]


def _names_v1(record: Mapping[str, Any]) -> Iterator[list[str]]:
    name = " ".join(str(record.get("name") or "").split())
    if name:
        yield [name, _language(name, "en"), NameKind.OFFICIAL]
    for one in _objects(record, "labels"):
        text = " ".join(str(one.get("label") or "").split())
        if text:
            yield [text, _language(text, one.get("iso639")), NameKind.LABEL]
    for field, kind in (("aliases", NameKind.ALIAS), ("acronyms", NameKind.ACRONYM)):
        for spelling in _list(record, field):
            text = " ".join(str(spelling).split())
            if text:
                yield [text, _language(text, None), kind]


def _language(text: str, stated: object) -> str:
    """As stated; Chinese characters decide against a stated language that has none."""
    seen = language_of(text, "und")
    if seen == "zh":
        return str(stated) if stated in ("zh", "ja", "ko") else "zh"
    return str(stated) if isinstance(stated, str) and stated != "zh" else "und"


def _place_v2(record: Mapping[str, Any]) -> tuple[str, str]:
    for one in _objects(record, "locations"):
        details = one.get("geonames_details")
        if isinstance(details, dict):
            return str(details.get("name") or ""), str(details.get("country_code") or "")
    return "", ""


def _place_v1(record: Mapping[str, Any]) -> tuple[str, str]:
    country = record.get("country")
    code = str(country.get("country_code") or "") if isinstance(country, dict) else ""
    for one in _objects(record, "addresses"):
        if one.get("city"):
            return str(one["city"]), code
    return "", code


def _identifiers(record: Mapping[str, Any]) -> Iterator[list[str]]:
    """grid, isni and wikidata ids; v1 keys them by kind, v2 lists them."""
    given = record.get("external_ids")
    entries: Iterable[tuple[str, Any]] = ()
    if isinstance(given, dict):
        entries = given.items()
    elif isinstance(given, list):
        entries = ((str(one.get("type")), one) for one in given if isinstance(one, dict))
    for kind, one in entries:
        scheme = _IDENTIFIERS.get(kind.casefold())
        values = one.get("all") if isinstance(one, dict) else None
        for value in values if isinstance(values, list) else [values]:
            if scheme and isinstance(value, str) and value.strip():
                yield [scheme, "".join(value.split())]


def _list(record: Mapping[str, Any], name: str) -> list[Any]:
    value = record.get(name)
    return value if isinstance(value, list) else []


def _objects(record: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    return [one for one in _list(record, name) if isinstance(one, dict)]
