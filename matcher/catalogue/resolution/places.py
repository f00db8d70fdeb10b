"""Whether two places may be one: sources name suburbs, provinces, postal districts, in any
language."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from rapidfuzz.distance import OSA

from . import gazetteer, lexicon
from .spelling import canonical, fold_latin, is_chinese

_SAYING_NOTHING = lexicon.words(
    """
    san santa santo saint st sankt sao new north south east west la los las the cedex city shi
    district province prefecture county town upon am main de del della sur en le ville bad ob park
    """
)
_QUARTER_OF = {
    quarter: city for city, quarters in gazetteer.QUARTERS.items() for quarter in quarters
}
_CHINAS = frozenset({"CN", "HK", "MO"})
_ANYWHERE = "EU"


class Nearness(IntEnum):
    """What two places say of two bodies being one."""

    AGAINST = -1
    UNKNOWN = 0
    AGREES = 1


def city_words(city: str | None, convert: Callable[[str], str]) -> frozenset[str]:
    """The words by which a city is compared; none where nothing can be said. `convert` brings
    Chinese characters to their simplified form."""
    if not city:
        return frozenset()
    if is_chinese(city):
        simple = convert(city)
        return frozenset(
            word for characters, word in gazetteer.CITIES.items() if simple.startswith(characters)
        )
    words = fold_latin(city).split()
    if not words or not any(word.isascii() for word in words):
        return frozenset(gazetteer.CITIES.get(word, "") for word in city.split()) - {""}
    named = {canonical(word) for word in words if not word.isdecimal() and len(word) > 1}
    named = (named - _SAYING_NOTHING - lexicon.COMMON) or named
    named -= gazetteer.PROVINCES
    if len(words) > 1:
        named.add(canonical("".join(words)))
    return frozenset(named | {_QUARTER_OF[word] for word in named if word in _QUARTER_OF})


def nearness(one: frozenset[str], other: frozenset[str]) -> Nearness:
    """Whether two cities, as `city_words` gives them, are one; slips of the pen allowed."""
    if not one or not other:
        return Nearness.UNKNOWN
    if not one.isdisjoint(other):
        return Nearness.AGREES
    for word in one:
        for its in other:
            slips = 1 if min(len(word), len(its)) >= 5 else 0
            if slips and OSA.distance(word, its, score_cutoff=slips) <= slips:
                return Nearness.AGREES
    return Nearness.AGAINST


def one_country(one: str | None, other: str | None) -> Nearness:
    """Whether two countries are one; Hong Kong and Macao stand under CN in some sources."""
    if not one or not other or _ANYWHERE in (one, other):
        return Nearness.UNKNOWN
    if one == other:
        return Nearness.AGREES
    return Nearness.UNKNOWN if {one, other} <= _CHINAS else Nearness.AGAINST
