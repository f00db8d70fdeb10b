"""The closed lists of the field, from `data/vocabulary/*.yaml`, in Chinese and English.

A *scheme* is one list (sector, country, capability ...), a *term* one entry of it. Everything is
loaded once, checked whole, and immutable; nothing here decides what a text is about.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from matcher.errors import Bilingual, NotReady
from matcher.scheme import Scheme, Term, folded
from matcher.settings import shipped

__all__ = [
    "Scheme",
    "Term",
    "Vocabulary",
    "VocabularyFault",
    "folded",
    "load_vocabulary",
    "read_vocabulary",
]

# Strings only: the Norwegian code NO is no boolean, and no resolver costs less than half the time.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class VocabularyFault(NotReady):
    """The vocabulary files contradict themselves; every fault is named at once."""

    code = "vocabulary_fault"


@dataclass(frozen=True)
class Vocabulary:
    """Every scheme, one attribute each, and the questions about places that need several."""

    fingerprint: str
    """Changes whenever any of the files does."""
    sector: Scheme
    """The ten sectors of the list BJ-2017."""
    sector_other: Scheme
    """The ten and, last, `other`: what a stored sector tag may say."""
    sector_2021: Scheme
    """The city's list of 2021 (`BJ-2021`), reached from capabilities by their crosswalk."""
    entity_type: Scheme
    partner_nature: Scheme
    cooperation_mode: Scheme
    form: Scheme
    """Shallowest first."""
    district: Scheme
    region: Scheme
    country: Scheme
    initiative: Scheme
    """What countries take part in, by their crosswalk."""
    city: Scheme
    """Only cities that decide a side or a country: Beijing; Hong Kong, Macao, Taiwan's."""
    trl: Scheme
    ip_status: Scheme
    partnership_type: Scheme
    technology_contract: Scheme
    """The five kinds of contract that China's technology markets register."""
    zone_group: Scheme
    zone: Scheme
    """Science cities, free-trade-zone groups and Zhongguancun sub-parks of Beijing."""
    mark: Scheme
    """What an operator may say of a capability: strategic, future, bottleneck."""
    profile_kind: Scheme
    publication: Scheme
    visibility: Scheme
    name_kind: Scheme
    side: Scheme
    decline_reason: Scheme
    chain_link: Scheme
    """Links of the industry chains, upstream to downstream within a sector."""
    capability: Scheme
    outside: Scheme
    """Subjects outside the ten sectors: what `other` is made of."""
    _capabilities: Mapping[str, tuple[Term, ...]] = field(repr=False)
    _neighbours: Mapping[str, tuple[Term, ...]] = field(repr=False)
    _places: _Places = field(repr=False)

    def region_of(self, country: str) -> str | None:
        """The region's code; None for an unknown code and for places nobody lives in."""
        return self.country.get(country).parent if country in self.country else None

    def on_belt_and_road(self, country: str) -> bool:
        """Whether it had joined the initiative by the end of 2022; False for an unknown code."""
        known = country in self.country
        return known and "initiative:belt_and_road" in self.country.get(country).crosswalk

    def country_code(self, text: str) -> str | None:
        """ISO 3166-1 alpha-2 (or "EU") of a code, name or synonym; None if unrecognised.
        Understands alpha-3 and the European Commission's UK and EL."""
        found = self.country.find(text)
        return None if found is None else found.code

    def is_beijing(self, city: str) -> bool:
        """Whether the content of a city field says Beijing: by its name ("BEIJING CITY",
        "Haidian, Beijing", 北京市) or by a district of it alone (海淀区, Haidian District)."""
        return self._places.is_beijing(city)

    def special_city_country(self, city: str) -> str | None:
        """HK, MO or TW where a city field names a city there, else None: a row that says CN
        with such a city belongs under that country/region."""
        return self._places.special(city)

    def capabilities_of(self, sector: str) -> tuple[Term, ...]:
        """The capabilities of a sector, link by link; none for `other` or an unknown code."""
        return self._capabilities.get(sector, ())

    def neighbours_of(self, capability: str) -> tuple[Term, ...]:
        """The capabilities that stand close to one, whichever of the two names the other, by
        file order; raises UnknownTerm."""
        return self._neighbours[self.capability.get(capability).code]

    def corresponding(self, term: Term, scheme: str) -> tuple[Term, ...]:
        """The terms of `scheme` that a term of another scheme corresponds to, whichever of the
        two files says so, in the order of `scheme`; none where there is no crosswalk."""
        own = f"{term.scheme}:{term.code}"
        other: Scheme = getattr(self, scheme)
        return tuple(
            one for one in other if own in one.crosswalk or f"{scheme}:{one.code}" in term.crosswalk
        )

    def sector_of(self, capability: str) -> str:
        """The code of the sector that a capability belongs to; raises UnknownTerm."""
        link = self.capability.get(capability).parent or ""
        return self.chain_link.get(link).parent or ""


_STREET_EN = (
    r"(?!\W+(?:(?:east|west|north|south|middle|central)\W+)?"
    r"(?:road|rd|street|st|avenue|ave|lu|jie|dajie|dadao)\b)"
)
_STREET_ZH = r"(?![东西南北中]?(?:路|大街|街|大道))"
_HARMLESS = re.compile(r"^(?:p\W*r\W*)?china$|^prc$|^cn$|^中国$|^中华人民共和国$|^[\d\s-]*$")
_UNSHARED = frozenset({"chaoyang", "tongzhou"})
"""Districts that share their bare name with a city elsewhere (朝阳市, 南通市通州区)."""


class _Places:
    """What a city field says, by whole words; a street named after a city is not the city."""

    def __init__(self, city: Scheme, district: Scheme) -> None:
        self._country = {term.code: term.parent for term in city}
        self._cities = [(term, _whole_words(term.spellings[1:])) for term in city]
        self._districts = {
            folded(spelling)
            for term in district
            for spelling in (term.zh, term.en, *term.synonyms_zh, *term.synonyms_en)
            if term.code not in _UNSHARED or spelling not in (term.zh[:-1], term.en)
        }

    def _city(self, text: str) -> str | None:
        for term, pattern in self._cities:
            if pattern.search(text):
                return term.code
        return None

    def is_beijing(self, text: str) -> bool:
        text = _plain(text)
        named = self._city(text)
        if named is not None:
            return named == "beijing"
        parts = [part.strip() for part in re.split(r"[,;/，；、]", text)]
        telling = [part for part in parts if not _HARMLESS.match(part)]
        return bool(telling) and all(folded(part) in self._districts for part in telling)

    def special(self, text: str) -> str | None:
        named = self._city(_plain(text))
        return None if named in (None, "beijing") else self._country[named or ""]


def _plain(text: str) -> str:
    """NFKC, lower case, without accents; spaces and punctuation as they are."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _whole_words(spellings: Iterable[str]) -> re.Pattern[str]:
    latin: list[str] = []
    chinese: list[str] = []
    for spelling in map(_plain, spellings):
        (latin if spelling.isascii() else chinese).append(spelling)
    words = "|".join(r"[\s-]*".join(map(re.escape, spelling.split())) for spelling in latin)
    characters = "|".join(map(re.escape, chinese))
    return re.compile(rf"\b(?:{words})\b{_STREET_EN}|(?:{characters}){_STREET_ZH}")


_SCHEMES = frozenset(one.name for one in fields(Vocabulary) if one.type == "Scheme")
_KEYS = frozenset(one.name for one in fields(Term)) - {"scheme"}
_LISTS = frozenset({"synonyms_zh", "synonyms_en", "aliases", "neighbours", "crosswalk"})


class _Reader:
    """Reads every file, collects every fault, then gives the schemes."""

    def __init__(self, folder: Path) -> None:
        self.faults: list[tuple[str, str]] = []
        self.codes: dict[str, set[str]] = {}
        self.terms: dict[str, list[Term]] = {}
        self.place: dict[tuple[str, str], str] = {}
        self.labels: dict[str, dict[str, str]] = {}
        digest = hashlib.sha256()
        for path in sorted(folder.glob("*.yaml")):
            content = path.read_bytes()
            digest.update(path.name.encode() + b"\0" + content + b"\0")
            self._file(path.name, content)
        self.fingerprint = digest.hexdigest()

    def fault(self, place: str, zh: str, en: str) -> None:
        self.faults.append((f"{place}：{zh}", f"{place}: {en}"))

    def _file(self, name: str, content: bytes) -> None:
        try:
            document = yaml.load(content, Loader=_Loader)  # noqa: S506 - strings only
        except yaml.YAMLError as error:
            told = " ".join(str(error).split())
            self.fault(name, f"不是有效的 YAML：{told}", f"no valid YAML: {told}")
            return
        if not isinstance(document, dict):
            self.fault(name, "不是“词表名: 词条”的映射", "not a mapping from scheme to terms")
            return
        for scheme, rows in document.items():
            if scheme == "schemes":
                self.labels.update(rows)
            elif isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
                for row in rows:
                    self._row(name, scheme, row)
            else:
                self.fault(f"{name}: {scheme}", "不是词条列表", "not a list of terms")

    def _row(self, name: str, scheme: str, row: dict[str, Any]) -> None:
        before, code = len(self.faults), str(row.get("code", ""))
        place = f"{name}: {scheme} {code or '?'}"
        self.codes.setdefault(scheme, set()).add(code)
        if unknown := set(row) - _KEYS:
            self.fault(
                place,
                f"未知的键 {', '.join(sorted(unknown))}",
                f"unknown key {', '.join(sorted(unknown))}",
            )
        for key, value in row.items():
            if isinstance(value, list) != (key in _LISTS):
                self.fault(
                    place,
                    f"{key} {'应为' if key in _LISTS else '不应为'}列表",
                    f"{key} is {'no' if key in _LISTS else 'a'} list",
                )
        for key in ("code", "zh", "en"):
            if not str(row.get(key, "")).strip():
                self.fault(place, f"缺少 {key}", f"{key} is missing")
        if bool(row.get("definition_zh")) != bool(row.get("definition_en")):
            self.fault(place, "定义只有一种语言", "a definition stands in one language only")
        if len(self.faults) == before:
            values: dict[str, Any] = {
                key: tuple(value) if key in _LISTS else value for key, value in row.items()
            }
            self.terms.setdefault(scheme, []).append(Term(scheme=scheme, **values))
            self.place.setdefault((scheme, code), name)

    def scheme(self, name: str, extra: str = "") -> Scheme:
        """The scheme of this name, its terms followed by those of `extra`."""
        label = self.labels.get(name, {})
        terms = tuple(self.terms.get(name, [])) + tuple(self.terms.get(extra, []))
        return Scheme(name, terms, label.get("zh", ""), label.get("en", ""))

    def check(self) -> None:
        """What only the whole shows: duplicates, ambiguous spellings, parents nobody knows."""
        for name, terms in self.terms.items():
            holder: dict[str, str] = {}
            codes: set[str] = set()
            for term in terms:
                place = f"{self.place[name, term.code]}: {name} {term.code}"
                if term.code in codes:
                    self.fault(place, "代码重复", "this code stands twice")
                codes.add(term.code)
                self._check_spellings(place, term, holder)
                self._check_parent(place, term)
                self._check_relations(place, term)
        for name in sorted(set(self.terms) - set(self.labels) - {"sector_other"}):
            self.fault(f"schemes.yaml: {name}", "该词表没有名称", "this scheme has no label")
        for name in sorted(_SCHEMES - set(self.codes)):
            self.fault(name, "没有文件含有该词表", "no file holds this scheme")

    def _check_spellings(self, place: str, term: Term, holder: dict[str, str]) -> None:
        # A synonym may be the code in capitals (AI, ai), but says no name a second time.
        names = term.spellings[1:]
        for spelling in sorted({one for one in names if names.count(one) > 1}):
            self.fault(place, f"“{spelling}”重复", f"{spelling!r} stands twice")
        for spelling in term.spellings:
            other = holder.setdefault(folded(spelling), term.code)
            if other != term.code:
                self.fault(
                    place,
                    f"“{spelling}”也是 {other} 的写法",
                    f"{spelling!r} is also a spelling of {other}",
                )

    def _check_parent(self, place: str, term: Term) -> None:
        above = self.labels.get(term.scheme, {}).get("parent")
        if term.parent is None:
            # Places that nobody lives in have no region; all else has a parent.
            if above is not None and term.scheme != "country":
                self.fault(place, "缺少 parent", "parent is missing")
        elif above is None or term.parent not in self.codes.get(above, ()):
            self.fault(place, f"未知的 parent {term.parent}", f"unknown parent {term.parent}")

    def _check_relations(self, place: str, term: Term) -> None:
        known = self.codes[term.scheme] - {term.code}
        for code in (one for one in term.neighbours if one not in known):
            self.fault(place, f"未知的 neighbour {code}", f"unknown neighbour {code}")
        for reference in term.crosswalk:
            scheme, _, code = reference.partition(":")
            if scheme == term.scheme or code not in self.codes.get(scheme, ()):
                self.fault(place, f"未知的 crosswalk {reference}", f"unknown crosswalk {reference}")


def read_vocabulary(folder: Path) -> Vocabulary:
    """The vocabulary of a folder of YAML files; raises VocabularyFault with every fault."""
    reader = _Reader(folder)
    reader.check()
    if reader.faults:
        raise VocabularyFault(
            Bilingual(
                zh="词表有误：" + "；".join(zh for zh, _ in reader.faults) + "。",
                en="the vocabulary is at fault: " + "; ".join(en for _, en in reader.faults) + ".",
            ),
            Bilingual(zh="请按上述位置修改文件。", en="mend the files at the places named."),
            where=str(folder),
        )
    schemes = {name: reader.scheme(name) for name in reader.labels}
    link_sector = {link.code: link.parent for link in schemes["chain_link"]}
    order = {code: place for place, code in enumerate(link_sector)}
    capabilities: dict[str, list[Term]] = {sector: [] for sector in schemes["sector"].codes}
    for term in sorted(schemes["capability"], key=lambda one: order[one.parent or ""]):
        capabilities[link_sector[term.parent or ""] or ""].append(term)
    neighbours: dict[str, set[str]] = {term.code: set() for term in schemes["capability"]}
    for term in schemes["capability"]:
        for code in term.neighbours:
            neighbours[term.code].add(code)
            neighbours[code].add(term.code)
    return Vocabulary(
        fingerprint=reader.fingerprint,
        sector_other=reader.scheme("sector", extra="sector_other"),
        _capabilities=MappingProxyType({code: tuple(kept) for code, kept in capabilities.items()}),
        _neighbours=MappingProxyType(
            {
                code: tuple(term for term in schemes["capability"] if term.code in near)
                for code, near in neighbours.items()
            }
        ),
        _places=_Places(schemes["city"], schemes["district"]),
        **schemes,
    )


@cache
def load_vocabulary() -> Vocabulary:
    """The vocabulary that ships with the product, loaded once."""
    return read_vocabulary(shipped("data/vocabulary"))
