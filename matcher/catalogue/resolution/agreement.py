"""Whether two bodies have names that agree, or whose differences all have a reason.

A difference without a reason makes two names different; there is no score of letters.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import gazetteer
from .bodies import Body, Register
from .difference import EXPLAINED, PART, Difference
from .places import Nearness
from .spelling import Spelling

_REORDERED = 0.98
_AS_LIKELY_TWO = 0.85
_ACRONYM, _ACRONYM_OF_SEVERAL = 0.93, 0.8
_LEAST_ACRONYM = 3
_GROUP, _AFFILIATED = 0.04, 0.02
_LONG_HAN, _LEAST_HAN = 8, 5


@dataclass(slots=True)
class Agreement:
    """Two names that agree, by which rule, and how sure it is that they name one body (0 to 1)."""

    rule: str
    level: float
    one: Spelling
    other: Spelling
    notes: tuple[str, ...] = ()
    placed: bool = False
    """A parent agrees, which says as much as a place."""

    @property
    def rank(self) -> tuple[float, str, str]:
        """Greatest for the two names that say most; different for different names."""
        return self.level, self.one.text, self.other.text


class Names:
    """Compares the names of bodies of one register."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def between(self, one: Body, other: Body, near: Nearness) -> Agreement | None:
        """The names of two bodies that agree best, their cities being `near`; None if none do."""
        common = one.keys.keys() & other.keys.keys()
        if common:
            cities = one.city | other.city
            same = (_same_words(one.keys[key], other.keys[key], near, cities) for key in common)
            return max(same, key=lambda found: found.rank)
        found = [
            *self._spelled_alike(one.latin, other.latin, one, other, near),
            *self._spelled_alike(one.han, other.han, one, other, near),
        ]
        if found:
            return max(found, key=lambda each: each.rank)
        return self._abbreviated(one, other) if near is Nearness.AGREES else None

    def _spelled_alike(
        self, ones: list[Spelling], others: list[Spelling], one: Body, other: Body, near: Nearness
    ) -> list[Agreement]:
        found = []
        for first in ones:
            for second in others:
                if first.joined == second.joined and not first.short:
                    found.append(Agreement("spacing", _REORDERED, first, second))
                    continue
                explained = (
                    self._explained_han(first, second, one, other, near)
                    if first.han
                    else self._explained(first, second, one, other, near)
                )
                if explained is not None:
                    found.append(explained)
        return found

    def _explained(
        self, first: Spelling, second: Spelling, one: Body, other: Body, near: Nearness
    ) -> Agreement | None:
        """Two Latin names whose differences have a reason."""
        difference = Difference(self._register, (first, one), (second, other), near)
        if not difference.explained():
            return None
        rule = "parent" if difference.parent else "variant"
        notes = tuple(difference.notes)
        return Agreement(rule, difference.level, first, second, notes, difference.parent)

    def _explained_han(
        self, first: Spelling, second: Spelling, one: Body, other: Body, near: Nearness
    ) -> Agreement | None:
        """Two Chinese names whose differences have a reason."""
        long, short, holder = first, second, other
        if len(long.joined) < len(short.joined):
            long, short, holder = second, first, one
        placed = near is Nearness.AGREES
        if len(long.joined) == len(short.joined):
            differ = sum(a != b for a, b in zip(long.joined, short.joined, strict=True))
            slip = differ == 1 and len(long.joined) >= _LONG_HAN and placed
            return Agreement("variant", PART, first, second) if slip else None
        if long.joined == f"{short.joined}集团":
            return Agreement("variant", EXPLAINED - _GROUP, first, second, ("集团",))
        cities = one.city | other.city
        if long.joined.startswith(short.joined):
            behind = gazetteer.CITIES.get(long.joined[len(short.joined) :], "")
            held = placed and behind in cities
            return Agreement("variant", EXPLAINED, first, second, (behind,)) if held else None
        if not long.joined.endswith(short.joined):
            return None
        rest = long.joined[: -len(short.joined)]
        if any(rest == name for _, name in holder.parents):
            return Agreement("parent", EXPLAINED, first, second, (rest,), True)
        if not placed:
            return None
        if gazetteer.CITIES.get(rest, "") in cities:
            return Agreement("variant", EXPLAINED, first, second, (rest,))
        above = rest.removesuffix("附属")
        if len(short.joined) < _LEAST_HAN or above not in self._register.by_key:
            return None
        level = EXPLAINED - _AFFILIATED if above != rest else PART
        return Agreement("parent", level, first, second, (rest,))

    def _abbreviated(self, one: Body, other: Body) -> Agreement | None:
        """An abbreviation, or a name short enough to be one, of two bodies in one city."""
        mine, its = one.abbreviations, other.abbreviations
        shared = mine.keys() & its.keys()
        if not shared:
            return None
        letters = max(shared, key=lambda word: (len(word), word))
        country = one.appearance.country or other.appearance.country
        alike = self._register.by_short[letters]
        known = {
            number
            for body in alike
            if body.appearance.country == country
            for number in body.registered
        }
        alone = len(letters) >= _LEAST_ACRONYM and len(known) <= 1
        level = _ACRONYM if alone else _ACRONYM_OF_SEVERAL
        return Agreement("acronym", level, mine[letters], its[letters])


def _same_words(
    first: Spelling, second: Spelling, near: Nearness, cities: frozenset[str]
) -> Agreement:
    if first.words == second.words:
        return Agreement("name", 1.0, first, second)
    # University of X and X University may be two: who is in X decides.
    two = len(first.bag) == 2 and near is not Nearness.AGREES and first.bag.isdisjoint(cities)
    return Agreement("order", _REORDERED * (_AS_LIKELY_TWO if two else 1.0), first, second)
