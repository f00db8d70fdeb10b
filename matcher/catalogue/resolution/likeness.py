"""How alike two bodies are: what their names say, and what places, parents and other names say of
that."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from . import lexicon
from .agreement import Agreement, Names
from .bodies import Body, Register
from .places import Nearness, nearness, one_country
from .spelling import Spelling

SURE = 0.9
"""From here on two appearances are one without being asked."""
UNSURE = 0.6
"""From here on a person is asked."""

_ALIAS = 0.97
_INACTIVE = 0.97
_PLACE_UNKNOWN = 0.97
_PLACE_AGAINST, _PLACE_IN_NAME = 0.7, 0.95
_VAGUE, _VAGUE_BELOW = 0.85, 7000
"""Below so many thousandths of a nat a name is one that many could bear."""
_SHARED = 0.85
_OTHER_NAME_AGAINST = 0.75
_CLASH = 0.25
_TWO, _TELLING = 2, 12_000
_LEAST_WORD = 5


@dataclass(frozen=True, slots=True)
class Likeness:
    """How sure it is that two bodies are one (0 to 1), by which rule, and what speaks for it."""

    confidence: float
    rule: str
    evidence: tuple[str, ...]


class Comparison:
    """Compares bodies of one register."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._names = Names(register)
        self._near = lru_cache(maxsize=200_000)(nearness)

    def near(self, one: Body, other: Body) -> Nearness:
        """What the cities of two bodies say."""
        return self._near(one.city, other.city)

    def apart(self, one: Body, other: Body) -> bool:
        """Whether two bodies cannot be one, whatever their names are."""
        a, b = one.appearance, other.appearance
        if one.registered and other.registered and one.registered.isdisjoint(other.registered):
            return True
        if one_country(a.country, b.country) is Nearness.AGAINST:
            return True
        return a.id in b.parents or b.id in a.parents

    def of(self, one: Body, other: Body) -> Likeness | None:
        """How alike they are; None if nothing speaks for their being one, or something forbids."""
        if self.apart(one, other):
            return None
        near = self.near(one, other)
        names = self._names.between(one, other, near)
        if names is None:
            return None
        country = one_country(one.appearance.country, other.appearance.country)
        scripts = self._scripts(one, other)
        confidence, notes = names.level, [f"{names.one.text} = {names.other.text}", *names.notes]
        if names.one.key in one.secondary or names.other.key in other.secondary:
            confidence *= _ALIAS
        if not (one.appearance.active and other.appearance.active):
            confidence *= _INACTIVE
        if scripts < 0:
            confidence *= _OTHER_NAME_AGAINST
            notes.append("other names differ")
        if near is Nearness.AGREES:
            notes.append(f"{one.appearance.city} = {other.appearance.city}")
        elif near is Nearness.AGAINST:
            held = names.rule == "name" and self._holds_place(names.one, one, other)
            confidence *= _PLACE_IN_NAME if held else _PLACE_AGAINST
            notes.append(f"{one.appearance.city} / {other.appearance.city}")
        elif not names.placed:
            confidence *= _PLACE_UNKNOWN
            if country is Nearness.UNKNOWN:
                confidence *= _PLACE_UNKNOWN
            if scripts < 2 and not names.one.han and self._vague(names):
                confidence *= _VAGUE
                notes.append("a name that many could bear")
        placed = near is Nearness.AGREES or names.placed or scripts == 2
        if not placed and self._borne_by_several(names, one, other):
            confidence *= _SHARED
            notes.append("several bear this name")
        return Likeness(round(confidence, 4), names.rule, tuple(notes))

    def _vague(self, names: Agreement) -> bool:
        return self._register.specific(names.one.bag & names.other.bag) < _VAGUE_BELOW

    def _borne_by_several(self, names: Agreement, one: Body, other: Body) -> bool:
        shared = self._register.shared_name
        return shared(names.one.key, one if one.registered else other) or shared(
            names.other.key, other if other.registered else one
        )

    def _holds_place(self, name: Spelling, one: Body, other: Body) -> bool:
        """Whether a name of several words says itself where its bearer is, so that a suburb or
        another seat contradicts nothing."""
        if len(name.bag) <= _TWO:
            return False
        telling = self._register.specific(name.bag) >= _TELLING
        return not name.bag.isdisjoint(self._register.towns if telling else one.city | other.city)

    def _scripts(self, one: Body, other: Body) -> int:
        """In how many scripts a name agrees; -1 if those of the other script clash."""
        same = one.keys.keys() & other.keys.keys()
        han = any(one.keys[key].han for key in same)
        latin = any(not one.keys[key].han for key in same)
        if han and latin:
            return 2
        if latin and one.han and other.han and not self._akin(one, other, True):
            return -1
        if han and one.latin and other.latin and not self._akin(one, other, False):
            return -1
        return 1

    def _akin(self, ones: Body, others: Body, han: bool) -> bool:
        """Whether any names of that script are alike enough to be of one body."""
        mine, its = (ones.han, others.han) if han else (ones.latin, others.latin)
        return any(
            self._may_be_one(first, second)
            or self._abbreviates(first, others)
            or self._abbreviates(second, ones)
            for first in mine
            for second in its
        )

    def _abbreviates(self, name: Spelling, body: Body) -> bool:
        """Whether all words of a name may be abbreviations, so that it contradicts nothing."""
        telling = self._register.places | lexicon.COMMON
        return all(
            word in body.acronyms or (len(word) <= _LEAST_WORD and word not in telling)
            for word in name.words
        )

    def _may_be_one(self, first: Spelling, second: Spelling) -> bool:
        register = self._register
        shared = register.specific(first.bag & second.bag)
        if shared < _CLASH * (first.weight + second.weight - shared):
            return False
        mine, its = first.bag - second.bag, second.bag - first.bag
        if first.han:
            return True
        places = register.places
        if not places.isdisjoint(mine) and not places.isdisjoint(its):
            return False
        kinds = {lexicon.KINDS[word] for word in mine if word in lexicon.KINDS}
        other_kinds = {lexicon.KINDS[word] for word in its if word in lexicon.KINDS}
        return not kinds or not other_kinds or not kinds.isdisjoint(other_kinds)
