"""By which words two Latin names differ, and whether each of them has a reason: an abbreviation, a
parent, the city, a slip of the pen."""

from __future__ import annotations

from rapidfuzz.distance import OSA, LCSseq

from . import lexicon
from .bodies import Body, Register
from .places import Nearness
from .spelling import Spelling, without_nation

EXPLAINED = 0.97
"""How sure it is that two names are one whose differences have a reason, before its cost."""
PART = 0.8
"""How sure where one name is the beginning of another, or its part: a person is asked."""

_PARENT_SAID, _NAMES_TOGETHER = 0.94, 0.95
_OWN_CITY, _OWN_CITY_ALONE = 0.02, 0.15
_OWN_NATION, _ABBREVIATION, _SLIP = 0.03, 0.01, 0.02
_LEAST_SHARED, _MUCH_SHARED = 6000, 12000
"""Thousandths of a nat."""
_LEAST_SHARE = 3
"""The common words say at least one part in so many."""
_MOST_WORDS = 8
_LONGEST_ABBREVIATION = 8
_INITIALS = 0.6
"""Which share of an abbreviation are initials of the name."""
_RARE, _SELDOM = 12, 2
_TELLING_WORD = 5
_STEM, _STEM_SHARE = 5, 0.8
_LONG_WORD, _LONGER_WORD = 6, 9

Named = tuple[Spelling, Body]


class Difference:
    """What one name has and another has not."""

    def __init__(self, register: Register, mine: Named, its: Named, near: Nearness) -> None:
        self._register = register
        self._sides = (mine, its)
        self._near = near
        first, second = mine[0], its[0]
        self._shared = first.bag & second.bag
        self._extra = (set(first.bag - self._shared), set(second.bag - self._shared))
        self._told = register.specific(self._shared)
        self.level = EXPLAINED
        """How sure it is that both name one body, each reason having its cost."""
        self.notes: list[str] = []
        """The words that were explained."""
        self.parent = False
        """Whether one name says whom the other body belongs to."""

    def explained(self) -> bool:
        """Whether every word that only one of the two names has is explained."""
        if not self._worth_explaining():
            return False
        self._parents()
        self._abbreviations()
        self._technical()
        # Enough is common for small differences to be slips.
        if self._placed or self._told >= _MUCH_SHARED:
            self._slips()
        self._needless()
        mine, its = self._extra
        if mine and its:
            return False
        for rest, shorter, long in (
            (mine, self._sides[1], self._sides[0][0]),
            (its, self._sides[0], self._sides[1][0]),
        ):
            if (
                rest
                and not self._other_name(rest, shorter)
                and not self._goes_on(rest, shorter, long)
            ):
                return False
        return self.parent or self._told >= _LEAST_SHARED

    @property
    def _placed(self) -> bool:
        return self._near is Nearness.AGREES

    def _worth_explaining(self) -> bool:
        (first, one), (second, other) = self._sides
        mine, its = self._extra
        if not self._shared or len(mine) + len(its) > _MOST_WORDS:
            return False
        if (first.short or second.short) and not self._placed:
            return False
        whole = first.weight + second.weight - self._told
        if self._told * _LEAST_SHARE < whole and not (one.parents or other.parents):
            return False
        places = self._register.places
        return places.isdisjoint(mine) or places.isdisjoint(its)

    def _parents(self) -> None:
        """Takes out the words by which one name says a parent of the other body."""
        for at in (0, 1):
            words, name, child = self._extra[at], self._sides[at][0], self._sides[1 - at][1]
            for bag, _ in child.parents:
                if bag and bag <= name.bag and not bag.isdisjoint(words):
                    words -= bag
                    self.notes.append(" ".join(sorted(bag)))
                    self.parent = True
                    break

    def _abbreviations(self) -> None:
        """Takes out abbreviations of the whole, as in "… de l'environnement INERIS"."""
        for at in (0, 1):
            for word in sorted(self._extra[at]):
                if self._abbreviates(word, self._sides[at][0], self._sides[1 - at][0]):
                    self._take(at, word, _ABBREVIATION)

    def _abbreviates(self, word: str, own: Spelling, whole: Spelling) -> bool:
        if any(word in body.acronyms for _, body in self._sides):
            return self._placed or self._told >= _MUCH_SHARED
        if not 2 <= len(word) <= _LONGEST_ABBREVIATION or word in lexicon.COMMON:
            return False
        if word in self._register.places or word not in (own.words[0], own.words[-1]):
            return False
        initials = "".join(part[0] for part in whole.words)
        if word == initials:
            return True
        alike = LCSseq.similarity(word, initials)
        return self._register.frequency[word] <= _RARE and alike >= _INITIALS * len(word)

    def _technical(self) -> None:
        """Takes out that a Technische Universiteit is called University of Technology in English;
        where both names are English, only the city tells that they are one."""
        for at in (0, 1):
            mine, its = self._extra[at], self._extra[1 - at]
            of_two = "technical" in mine and "technology" in its and "university" in self._shared
            english = "technical" in self._sides[at][0].text.casefold()
            if of_two and (self._placed or not english):
                self._take(at, "technical", _SLIP)
                its.discard("technology")

    def _slips(self) -> None:
        """Takes out words that only an ending or a slip of the pen divides."""
        frequency, places = self._register.frequency, self._register.places
        for word in sorted(self._extra[0]):
            for twin in sorted(self._extra[1]):
                if not self._placed and (word in places or twin in places):
                    continue
                rare = min(frequency[word], frequency[twin]) <= _SELDOM
                if _inflected(word, twin) or (rare and _slipped(word, twin)):
                    self._take(0, word, _SLIP)
                    self._extra[1].discard(twin)
                    break

    def _needless(self) -> None:
        """Takes out the country, the city and words that may as well be left out."""
        for at in (0, 1):
            for word in sorted(self._extra[at]):
                cost = self._cost(word, self._sides[1 - at][0])
                if cost is not None:
                    self._take(at, word, cost)

    def _cost(self, word: str, whole: Spelling) -> float | None:
        """Of a word that only one name has; None: it makes the two different."""
        bodies = [body for _, body in self._sides]
        nation = self._register.nation_of(word)
        if nation and any(nation == body.appearance.country for body in bodies):
            if without_nation(whole.text)[1] == nation:
                return 0.0
            return _OWN_NATION if self._placed else None
        if self._near is not Nearness.AGAINST and any(word in body.city for body in bodies):
            return _OWN_CITY if self._placed else _OWN_CITY_ALONE
        return lexicon.SOFT.get(word)

    def _take(self, at: int, word: str, cost: float) -> None:
        self._extra[at].discard(word)
        self.notes.append(word)
        self.level -= cost

    def _other_name(self, rest: set[str], shorter: Named) -> bool:
        """Whether what a name has more is another name of the same body, as in "LINKS - Leading
        Innovation and Knowledge for Society"."""
        name, body = shorter
        whole = name.bag | rest
        said: set[str] = set()
        for other in body.latin:
            if other.bag <= whole:
                said |= other.bag
        if not rest <= said or not (self._placed or self._told >= _MUCH_SHARED):
            return False
        self._doubt(_NAMES_TOGETHER, " ".join(sorted(rest)))
        return True

    def _goes_on(self, rest: set[str], shorter: Named, long: Spelling) -> bool:
        """Whether a name may go on so and be the same: with whom it belongs to, or behind the rare
        word that is the whole other name."""
        short, body = shorter
        said = " ".join(sorted(rest))
        if not rest.isdisjoint(lexicon.PARENTS) and self._names_a_body(rest, said):
            if body.parents:  # it belongs to others
                return False
            if self._told < _MUCH_SHARED and not (self._placed and len(short.bag) > 1):
                return False
            sure = _PARENT_SAID if self._told >= _MUCH_SHARED else PART
            self._doubt(sure, f"part of: {said}")
            return True
        word = long.words[0]
        alone = short.bag == {word} and self._register.frequency[word] <= _SELDOM
        if alone and self._placed and len(word) >= _TELLING_WORD:
            self._doubt(PART, f"begins with: {word}")
            return True
        return False

    def _names_a_body(self, words: set[str], key: str) -> bool:
        """Whether words name a known body, or a national or general one, as "Russian Academy of
        Sciences"."""
        if key in self._register.by_key:
            return True
        country = self._sides[0][1].appearance.country
        general = {word for word in words if self._register.nation_of(word) == country}
        return len(words) > 1 and words <= general | lexicon.GENERIC - {"university"}

    def _doubt(self, sure: float, note: str) -> None:
        self.level -= EXPLAINED - sure
        self.notes.append(note)


def _inflected(word: str, twin: str) -> bool:
    """environment, environmental: one stem, which is most of both."""
    pairs = enumerate(zip(word, twin, strict=False))
    least, most = sorted((len(word), len(twin)))
    stem = next((at for at, (a, b) in pairs if a != b), least)
    return stem >= _STEM and stem >= _STEM_SHARE * most


def _slipped(word: str, twin: str) -> bool:
    """Whether two words are long and differ by a letter, very long ones by two."""
    least = min(len(word), len(twin))
    slips = 2 if least >= _LONGER_WORD else 1 if least >= _LONG_WORD else 0
    return slips > 0 and OSA.distance(word, twin, score_cutoff=slips) <= slips
