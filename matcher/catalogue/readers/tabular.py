"""A centre's or portal's own file: organisations, profiles and cooperations, CSV or JSON Lines.

The columns are set out in `docs/import.md`; a test keeps the two alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
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

HEADERS: dict[str, tuple[str, ...]] = {
    "record": ("记录类型", "Record type"),
    "source": ("来源", "Source"),
    "id": ("机构编号", "编号", "Organisation ID"),
    "name_zh": ("中文名称", "Chinese name"),
    "name_en": ("英文名称", "English name"),
    "aliases": ("别名", "Other names"),
    "identifiers": ("标识符", "Identifiers"),
    "country": ("国家/地区", "Country/Region"),
    "city": ("城市", "City"),
    "district": ("区", "所在区", "District"),
    "entity_type": ("机构类型", "Entity type"),
    "partner_nature": ("合作方性质", "Partner nature"),
    "parents": ("上级机构", "Parent organisations"),
    "entry_year": ("国际合作起始年", "Entry year"),
    "fictional": ("虚构", "Fictional"),
    "profile_id": ("供需编号", "Profile ID"),
    "profile_kind": ("供需类型", "Profile kind"),
    "publication": ("发布状态", "Publication"),
    "reference": ("参考编号", "Reference"),
    "title_zh": ("中文标题", "Chinese title"),
    "title_en": ("英文标题", "English title"),
    "summary_zh": ("中文摘要", "Chinese summary"),
    "summary_en": ("英文摘要", "English summary"),
    "description_zh": ("中文描述", "Chinese description"),
    "description_en": ("英文描述", "English description"),
    "partner_role_zh": ("中文合作方角色", "Chinese partner role"),
    "partner_role_en": ("英文合作方角色", "English partner role"),
    "keywords_zh": ("中文关键词", "Chinese keywords"),
    "keywords_en": ("英文关键词", "English keywords"),
    "sectors": ("产业领域", "Sectors"),
    "capabilities": ("能力", "Capabilities"),
    "trl": ("技术成熟度", "Technology readiness level"),
    "ip_status": ("知识产权状态", "IP status"),
    "protected_countries": ("知识产权保护国家/地区", "Countries protected in"),
    "cooperation_types": ("伙伴关系类型", "Partnership types"),
    "modes": ("合作模式", "Cooperation modes"),
    "target_countries": ("目标国家/地区", "Target countries"),
    "valid_from": ("有效期起", "Valid from"),
    "valid_until": ("有效期止", "Valid until"),
    "date": ("日期", "Date"),
    "licence": ("许可", "Licence", "License"),
    "attribution": ("署名", "Attribution"),
    "anonymous": ("匿名", "Anonymous"),
    "title": ("合作名称", "Cooperation title"),
    "beijing": ("北京方", "Beijing bodies"),
    "partners": ("境外合作方", "Partners abroad"),
    "leader": ("牵头方", "Leader"),
    "form": ("合作形式", "Form"),
    "start": ("开始日期", "Start date"),
    "end": ("结束日期", "End date"),
    "follow_up_of": ("后续于", "Follow-up of"),
    "amount": ("金额", "Amount"),
    "currency": ("币种", "Currency"),
}

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


def folded_header(header: str) -> str:
    """What two spellings of a header have in common."""
    text = unicodedata.normalize("NFKC", header).casefold()
    return re.sub(r"[\s_\-\ufeff]+", "", text)


_FIELDS = {
    folded_header(spelling): name
    for name, others in HEADERS.items()
    for spelling in (name, *others)
}


def field_of(header: str) -> str | None:
    """The field that a header stands for; None for a column nothing is taken from."""
    return _FIELDS.get(folded_header(header))


def missing(fields: Iterable[str]) -> bool:
    """Whether neither organisations nor cooperations could be read from these fields."""
    return not {"name_zh", "name_en", "beijing", "partners"} & set(fields)


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
    key = cells.text("id") or name_and_country(names[0][0], country)
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
    key = cells.text("profile_id") or derived_id("", holder, kind, *titles)
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
    key = cells.needed("id")
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
    match = _REFERENCE.fullmatch(text)
    return (match[1], match[2]) if match else (source, text)


def _body(text: str, source: str) -> str:
    return organisation_id(*_reference(text, source))
