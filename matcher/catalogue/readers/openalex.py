"""Papers as OpenAlex publishes them (works, JSON Lines): who wrote what with whom, and when.

An institution is known by its ROR id, else by its folded name and country. A paper is no profile of
its own: those of an organisation are grouped by theme (`matcher/catalogue/papers.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from matcher.errors import Bilingual
from matcher.organisation import NameKind, organisation_id
from matcher.vocabulary import Vocabulary

from ..identity import language_of, name_and_country
from . import ror
from .cells import Cells, RowRejected, SourceRow

SOURCE = "openalex"
LICENCE = "CC0 1.0"
ATTRIBUTION = "OpenAlex"
MODE = "rd_cooperation"
"""The cooperation mode of a paper written together."""
THEMES = f"{SOURCE}:themes:"
"""What the dossiers of an organisation's papers begin with; its appearance follows."""

# OpenAlex's institution types: entity type, partner nature.
TYPES: dict[str, tuple[str | None, str | None]] = {
    "education": ("university", "university"),
    "company": ("enterprise", "enterprise"),
    "facility": ("research_institute", "research_institute"),
    "government": (None, "government"),
}
MOST_INSTITUTIONS = 200
"""A paper of a thousand institutions says little about any of them."""

_WORK = re.compile(r"(?:https?://openalex\.org/)?(W\d{1,15})")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,40}>")


def recognise(record: Mapping[str, Any]) -> bool:
    """Whether a JSON object is a work."""
    return "authorships" in record and ("publication_year" in record or "title" in record)


def work(record: Mapping[str, Any], vocabulary: Vocabulary) -> SourceRow:
    """One paper; RowRejected without a number, a title or an institution."""
    cells = Cells(record, {})
    number = _number(cells)
    title = " ".join(_MARKUP.sub("", cells.text("title") or cells.text("display_name")).split())
    if not title:
        raise cells.rejected(
            "title",
            Bilingual("论文没有标题。", "The paper has no title."),
            Bilingual("补上标题，或删去这一行。", "Give its title, or leave the row out."),
        )
    claims = _institutions(cells, record.get("authorships"), vocabulary)
    payload = {
        "number": number,
        "title": title,
        "language": language_of(title, "en"),
        "year": cells.whole("publication_year", 1600, 2100),
        "keywords": _keywords(record),
        "appearances": claims,
    }
    return SourceRow(
        SOURCE,
        f"work/{number}",
        "work",
        payload,
        (f"{SOURCE}:{number}", *(THEMES + part for part in claims)),
    )


def _number(cells: Cells) -> str:
    match = _WORK.fullmatch(cells.needed("id"))
    if match is None:
        raise cells.rejected(
            "id",
            Bilingual("这不是 OpenAlex 论文编号。", "That is no OpenAlex work id."),
            Bilingual("写成 W2741809807 的样子。", "Write it like W2741809807."),
        )
    return match[1]


def _institutions(cells: Cells, authorships: Any, vocabulary: Vocabulary) -> dict[str, Any]:
    """What the paper says of each institution, by appearance."""
    found: dict[str, Any] = {}
    for author in authorships if isinstance(authorships, list) else ():
        named = author.get("institutions") if isinstance(author, dict) else None
        for institution in named if isinstance(named, list) else ():
            if not isinstance(institution, dict):
                raise _not_objects(cells)
            claims = _claims(Cells(institution, {}), vocabulary)
            if claims is not None:
                found.setdefault(organisation_id(SOURCE, claims["key"]), claims)
    if not found:
        raise cells.rejected(
            "authorships",
            Bilingual("论文没有任何署名机构。", "The paper names no institution."),
            Bilingual("补上机构，或删去这一行。", "Give its institutions, or leave the row out."),
        )
    if len(found) > MOST_INSTITUTIONS:
        raise cells.rejected(
            "authorships",
            Bilingual(
                f"署名机构有 {len(found)} 家，超过 {MOST_INSTITUTIONS} 家。",
                f"It names {len(found)} institutions, more than {MOST_INSTITUTIONS}.",
            ),
            Bilingual("删去这一行。", "Leave the row out."),
        )
    return found


def _claims(cells: Cells, vocabulary: Vocabulary) -> dict[str, Any] | None:
    """What is said of one institution; None where it has no name."""
    name = " ".join(cells.text("display_name").split())
    chinese = " ".join(cells.text("display_name_zh").split())
    city = " ".join(cells.text("city").split())
    country = cells.country("country_code", city, vocabulary)
    number = ror.number_of(cells.text("ror"))
    key = number or name_and_country(name or chinese, country)
    if not key or not (name or chinese):
        return None
    names = [[name, language_of(name, "en"), NameKind.LABEL]] if name else []
    if chinese and chinese != name:
        names.append([chinese, "zh", NameKind.LABEL])
    entity_type, nature = TYPES.get(cells.text("type").casefold(), (None, None))
    return {
        "key": key,
        "names": names,
        "identifiers": [["ror", number]] if number else [],
        "country": country,
        "city": city or None,
        "entity_type": entity_type,
        "partner_nature": nature,
    }


def _keywords(record: Mapping[str, Any]) -> list[str]:
    """Names of the paper's topics and keywords, as far as OpenAlex gives them."""
    given = [record.get("primary_topic"), *_list(record, "topics"), *_list(record, "keywords")]
    names = [one.get("display_name") for one in given if isinstance(one, dict)]
    return list(dict.fromkeys(name for name in names if isinstance(name, str) and name.strip()))


def _list(record: Mapping[str, Any], name: str) -> list[Any]:
    value = record.get(name)
    return value if isinstance(value, list) else []


def _not_objects(cells: Cells) -> RowRejected:
    return cells.rejected(
        "authorships",
        Bilingual("署名机构不是对象列表。", "The institutions are no list of objects."),
        Bilingual("用 OpenAlex 原始文件。", "Use the file as OpenAlex publishes it."),
    )
