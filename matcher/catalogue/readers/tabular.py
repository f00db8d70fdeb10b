"""A centre's or portal's own file: organisations, profiles and cooperations, CSV or JSON Lines.

The columns are set out in `docs/import.md`; a test keeps the two alike.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from matcher.errors import Bilingual
from matcher.organisation import (
    NameKind,
    ProfileKind,
    Publication,
    cooperation_id,
    derived_id,
    organisation_id,
    profile_id,
)
from matcher.vocabulary import Vocabulary

from ..identity import language_of, name_and_country
from . import cordis
from .cells import Cells, SourceRow

SOURCE = "tabular"
UNSTATED_LICENCE = "not stated"

_TEXT_FIELDS = ("title", "summary", "description", "partner_role", "keywords")

# A row with any of these filled describes a profile; modes and sectors alone belong to one too.
_PROFILE_FIELDS = (
    "profile_id",
    "profile_kind",
    *(f"{field}_{language}" for field in _TEXT_FIELDS for language in ("zh", "en")),
    *("sectors", "capabilities", "trl", "ip_status", "protected_countries", "cooperation_types"),
    *("modes", "target_countries", "valid_from", "valid_until", "reference", "publication"),
)
_RECORDS = {"": "organisation", "organisation": "organisation", "organization": "organisation"} | {
    "机构": "organisation",
    "cooperation": "cooperation",
    "合作": "cooperation",
}
_SOURCE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_REFERENCE = re.compile(r"([a-z0-9][a-z0-9_-]{0,39}):(.+)", re.DOTALL)
_IDENTIFIER = re.compile(r"([a-z][a-z0-9_-]{0,31}):(\S.*)", re.DOTALL)
_CURRENCY = re.compile(r"[A-Z]{3}")


def row(cells: Cells, vocabulary: Vocabulary) -> SourceRow:
    """One row: an organisation, with or without a profile of it, or a cooperation."""
    record = _RECORDS.get(cells.text("record").casefold())
    if record is None:
        raise cells.rejected(
            "record",
            Bilingual("记录类型不明。", "No such type of record."),
            Bilingual(
                "写“机构”或“合作”，或留空。", "Write organisation or cooperation, or nothing."
            ),
        )
    source = cells.text("source") or SOURCE
    if not _SOURCE.fullmatch(source) or source == cordis.SOURCE:
        raise cells.rejected(
            "source",
            Bilingual("来源名称不合规。", "That is no name for a source."),
            Bilingual(
                "只用小写字母、数字、- 和 _，且不可用 cordis。",
                "Use lower-case letters, digits, - and _ only, and not cordis.",
            ),
        )
    if record == "cooperation":
        return _cooperation(cells, vocabulary, source)
    return _entry(cells, vocabulary, source)


def _entry(cells: Cells, vocabulary: Vocabulary, source: str) -> SourceRow:
    claims = _claims(cells, vocabulary, source)
    key = claims["key"]
    payload = {"appearances": {organisation_id(source, key): claims}, "profile": None}
    if not cells.filled(*_PROFILE_FIELDS):
        return SourceRow(source, f"organisation/{key}", "entry", payload)
    payload["profile"] = profile = _profile(cells, vocabulary, source, key)
    return SourceRow(
        source,
        f"profile/{profile['key']}",
        "entry",
        payload,
        (f"{source}:profile:{profile['key']}",),
    )


def _claims(cells: Cells, vocabulary: Vocabulary, source: str) -> dict[str, Any]:
    """What the row says about the organisation itself."""
    names: list[list[str]] = []
    for language in ("zh", "en"):
        name = " ".join(cells.text(f"name_{language}").split())
        if name and not any(map(str.isalnum, name)):
            raise cells.rejected(
                f"name_{language}",
                Bilingual("名称里没有文字。", "The name has no letter in it."),
                Bilingual("填写机构名称。", "Give the body's name."),
            )
        if name:
            names.append([name, language, NameKind.OFFICIAL])
    if not names:
        raise cells.rejected(
            "name_zh",
            Bilingual("机构没有名称。", "The organisation has no name."),
            Bilingual("填写中文或英文名称。", "Give its Chinese or its English name."),
        )
    official = {name[0] for name in names}
    aliases = [alias for alias in cells.list("aliases") if alias not in official]
    names.extend([alias, language_of(alias, "und"), NameKind.ALIAS] for alias in aliases)
    city = " ".join(cells.text("city").split())
    country = cells.country("country", city, vocabulary)
    key = cells.key("id") or name_and_country(names[0][0], country)
    if not key:
        raise cells.rejected(
            "id",
            Bilingual(
                "机构既无编号，名称里也没有文字。", "It has no id and no letter in its name."
            ),
            Bilingual("填写机构编号。", "Give it an id."),
        )
    return {
        "key": key,
        "names": names,
        "identifiers": _identifiers(cells),
        "country": country,
        "city": city or None,
        "district": cells.term("district", vocabulary.district),
        "entity_type": cells.term("entity_type", vocabulary.entity_type),
        "partner_nature": cells.term("partner_nature", vocabulary.partner_nature),
        "parents": [_body(parent, source) for parent in cells.list("parents")],
        "entry_year": cells.whole("entry_year", 1900, 2100),
        "fictional": cells.flag("fictional"),
    }


def _identifiers(cells: Cells) -> list[list[str]]:
    found = [_IDENTIFIER.fullmatch(text) for text in cells.list("identifiers")]
    if None in found:
        raise cells.rejected(
            "identifiers",
            Bilingual("标识符不完整。", "An identifier lacks its scheme."),
            Bilingual("写成 ror:03cve4549 的样子。", "Write it like ror:03cve4549."),
        )
    return sorted([match[1], match[2].strip()] for match in found if match)


def _profile(cells: Cells, vocabulary: Vocabulary, source: str, holder: str) -> dict[str, Any]:
    texts = [text for language in ("zh", "en") if (text := _text(cells, language))]
    if not texts:
        raise cells.rejected(
            "title_zh",
            Bilingual("供需或能力没有文字说明。", "The profile has no text."),
            Bilingual(
                "填写中文或英文的标题、摘要或描述。",
                "Give a title, summary or description in Chinese or English.",
            ),
        )
    kind = cells.term("profile_kind", vocabulary.profile_kind) or ProfileKind.CAPABILITY
    usual = Publication.INFERRED if kind == ProfileKind.CAPABILITY else Publication.PUBLISHED
    titles = (text["title"] or text["summary"] or text["description"] for text in texts)
    key = cells.key("profile_id") or derived_id("", holder, kind, *titles)
    begins, ends = _period(cells, "valid_from", "valid_until")
    return {
        "key": key,
        "id": profile_id(source, key),
        "reference": cells.text("reference") or key,
        "kind": kind,
        "publication": cells.term("publication", vocabulary.publication) or usual,
        "texts": texts,
        "sectors": cells.terms("sectors", vocabulary.sector_other),
        "capabilities": cells.terms("capabilities", vocabulary.capability),
        "trl": cells.whole("trl", 1, 9, prefix="trl"),
        "ip_status": cells.term("ip_status", vocabulary.ip_status),
        "protected_countries": cells.terms("protected_countries", vocabulary.country),
        "cooperation_types": cells.terms("cooperation_types", vocabulary.partnership_type),
        "cooperation_modes": cells.terms("modes", vocabulary.cooperation_mode),
        "target_countries": cells.terms("target_countries", vocabulary.country),
        "valid_from": begins,
        "valid_until": ends,
        "dated": cells.date("date"),
        "licence": cells.text("licence") or UNSTATED_LICENCE,
        "attribution": cells.text("attribution") or source,
        "anonymous": cells.flag("anonymous"),
    }


def _text(cells: Cells, language: str) -> dict[str, Any] | None:
    text: dict[str, Any] = {
        "language": language,
        "title": " ".join(cells.text(f"title_{language}").split()),
        "summary": cells.text(f"summary_{language}"),
        "description": cells.text(f"description_{language}"),
        "partner_role": cells.text(f"partner_role_{language}"),
        "keywords": cells.words(f"keywords_{language}"),
    }
    if text["title"] or text["summary"] or text["description"]:
        return text
    if text["partner_role"] or text["keywords"]:
        cells.needed(f"title_{language}")
    return None


def _cooperation(cells: Cells, vocabulary: Vocabulary, source: str) -> SourceRow:
    key = cells.key("id") or cells.needed("id")
    named = (*cells.list("beijing"), *cells.list("partners"))
    bodies = list(dict.fromkeys(_body(text, source) for text in named))
    if not bodies:
        cells.needed("beijing")
    leader = _body(text, source) if (text := cells.text("leader")) else None
    if leader is not None and leader not in bodies:
        raise cells.rejected(
            "leader",
            Bilingual("牵头方不在参与方之中。", "The leader is none of the participants."),
            Bilingual("把它列入北京方或境外合作方。", "Name it among beijing or partners too."),
        )
    start, end = _period(cells, "start", "end")
    amount, currency = cells.amount("amount"), cells.text("currency").upper()
    if (amount is None) != (currency == "") or (currency and not _CURRENCY.fullmatch(currency)):
        raise cells.rejected(
            "currency",
            Bilingual("金额与币种须同时填写。", "Amount and currency come together."),
            Bilingual("币种写三个字母，如 EUR。", "Give the currency in three letters, like EUR."),
        )
    follows = cells.text("follow_up_of")
    payload = {
        "id": cooperation_id(source, key),
        "key": key,
        "bodies": sorted(bodies),
        "leader": leader,
        "title": " ".join(cells.text("title").split()),
        "modes": cells.terms("modes", vocabulary.cooperation_mode),
        "form": cells.term("form", vocabulary.form),
        "start": start,
        "end": end,
        "sectors": cells.terms("sectors", vocabulary.sector_other),
        "follow_up_of": cooperation_id(*_reference(follows, source)) if follows else None,
        "amount": amount,
        "currency": currency or None,
        "licence": cells.text("licence") or UNSTATED_LICENCE,
        "attribution": cells.text("attribution") or source,
    }
    dossier = f"{source}:cooperation:{key}"
    return SourceRow(source, f"cooperation/{key}", "cooperation", payload, (dossier,))


def _period(cells: Cells, first: str, last: str) -> tuple[Any, Any]:
    begins, ends = cells.date(first), cells.date(last)
    if begins and ends and ends < begins:
        raise cells.rejected(
            last,
            Bilingual("结束日期早于开始日期。", "It ends before it begins."),
            Bilingual("核对两个日期。", "Check both dates."),
        )
    return begins, ends


def _reference(text: str, source: str) -> tuple[str, str]:
    """source, key of an id as written: "source:id", or an id of the row's own source."""
    text = unicodedata.normalize("NFKC", text)
    match = _REFERENCE.fullmatch(text)
    return (match[1], match[2]) if match else (source, text)


def _body(text: str, source: str) -> str:
    return organisation_id(*_reference(text, source))
