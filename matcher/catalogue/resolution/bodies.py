"""Appearances made ready for comparison, and what all of them together say: which words are rare,
which names are borne by several, which names hold a word."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from math import log

from matcher.organisation import NameKind

from . import gazetteer, lexicon
from .appearance import Appearance
from .places import city_words
from .spelling import Speller, Spelling, canonical, is_chinese, simplified, spelled_han

_SECONDARY = frozenset({NameKind.ALIAS, NameKind.FORMER})
_NATIONS = {canonical(word): code for word, code in gazetteer.NATION_WORDS.items()}
_UNIT = 1000
_LEAST_WORLD = 20_000
"""So many bodies a word is counted among at least: in a small catalogue all would be rare."""
_NOT_PLAIN = re.compile(r"[\W_]+")
Part = tuple[frozenset[str], str]


class Body:
    """An appearance with its names ready for comparison."""

    __slots__ = (
        "abbreviations",
        "acronyms",
        "appearance",
        "city",
        "han",
        "keys",
        "latin",
        "number",
        "parents",
        "registered",
        "secondary",
        "short",
    )

    def __init__(self, number: int, appearance: Appearance) -> None:
        self.number = number
        self.appearance = appearance
        self.latin: list[Spelling] = []
        self.han: list[Spelling] = []
        self.keys: dict[str, Spelling] = {}
        """Full names by key."""
        self.secondary: set[str] = set()
        """Keys that only an alias or a former name has."""
        self.short: dict[str, Spelling] = {}
        """Abbreviations, and names short enough to be one, by letters."""
        self.abbreviations: dict[str, Spelling] = {}
        """Those, and full names of one word, with or without the city behind it: "BOKU Wien"."""
        self.acronyms: set[str] = set()
        self.city: frozenset[str] = frozenset()
        self.registered = frozenset(
            plain(one.value) for one in appearance.identifiers if one.scheme == "ror"
        )
        """ROR ids: bodies with different ones are different."""
        self.parents: list[Part] = []
        """How parents are called: words, and the characters of a Chinese name or ""."""

    def add(self, spelling: Spelling, kind: NameKind) -> None:
        """One more name."""
        if kind is NameKind.ACRONYM or spelling.short:
            self.short.setdefault(spelling.joined, spelling)
            if not spelling.han:
                self.acronyms.add(spelling.joined)
            if kind is NameKind.ACRONYM or spelling.han:
                return
            if spelling not in self.latin:
                self.latin.append(spelling)
            return
        if kind in _SECONDARY:
            if spelling.key not in self.keys:
                self.secondary.add(spelling.key)
        else:
            self.secondary.discard(spelling.key)
        if spelling.key not in self.keys:
            self.keys[spelling.key] = spelling
            (self.han if spelling.han else self.latin).append(spelling)

    def abbreviate(self) -> None:
        """Finds its abbreviations; to be called when all names and the city are known."""
        self.abbreviations = dict(self.short)
        for spelling in self.latin:
            rest = sorted(spelling.bag - self.city)
            if len(rest) == 1:
                self.abbreviations.setdefault(rest[0], spelling)


class Register:
    """All bodies, and where a key, a name without blanks, an abbreviation or a word stands."""

    def __init__(self, appearances: Sequence[Appearance]) -> None:
        self.bodies = [Body(number, one) for number, one in enumerate(appearances)]
        self._spell(appearances)
        self._place(appearances)
        self.by_key = self._grouped(lambda body: body.keys)
        self.by_letters = self._grouped(
            lambda body: {spelling.joined for spelling in body.keys.values()}
        )
        self.by_short = self._grouped(lambda body: body.abbreviations)
        self._weigh()
        self._bear()
        self._descend()

    def _spell(self, appearances: Sequence[Appearance]) -> None:
        texts = {name.text for one in appearances for name in one.names}
        cities = {one.city for one in appearances if one.city}
        self._simple = simplified(texts | cities)
        chinese = {text for text in texts if is_chinese(text)}
        speller = Speller(texts - chinese)
        spelled = {text: speller.spelled(text) for text in texts - chinese}
        spelled |= {text: spelled_han(text, self._simple.get(text, text)) for text in chinese}
        for body in self.bodies:
            for name in body.appearance.names:
                spelling = spelled[name.text]
                if spelling is not None:
                    body.add(spelling, name.kind)

    def _place(self, appearances: Sequence[Appearance]) -> None:
        cities = {one.city for one in appearances if one.city}
        words = {
            city: city_words(city, lambda text: self._simple.get(text, text)) for city in cities
        }
        for body in self.bodies:
            if body.appearance.city:
                body.city = words[body.appearance.city]
            body.abbreviate()
        named = frozenset(word for found in words.values() for word in found)
        self.towns = frozenset(min(found) for found in words.values() if len(found) == 1)
        """Words that are the whole name of a city somewhere."""
        self.towns -= lexicon.COMMON
        self.places = (named - lexicon.COMMON) | gazetteer.PROVINCES | frozenset(_NATIONS)
        """Words that name a city, a province or a country."""

    def _grouped(self, keys_of: Callable[[Body], Iterable[str]]) -> dict[str, list[Body]]:
        groups: dict[str, list[Body]] = {}
        for body in self.bodies:
            for key in keys_of(body):
                groups.setdefault(key, []).append(body)
        return groups

    def _weigh(self) -> None:
        self.frequency: Counter[str] = Counter()
        self.holding: dict[tuple[str | None, str], list[tuple[int, Spelling]]] = defaultdict(list)
        for body in self.bodies:
            country = body.appearance.country
            said: set[str] = set()
            for spelling in (*body.latin, *body.han):
                said |= spelling.bag
                for word in spelling.bag:
                    self.holding[country, word].append((body.number, spelling))
            self.frequency.update(said)
        total = max(len(self.bodies) + 1, _LEAST_WORLD)
        for word in self.frequency.keys() & lexicon.OFTEN.keys():
            usual = lexicon.OFTEN[word] * total // 10_000
            self.frequency[word] = max(self.frequency[word], usual)
        # Whole numbers: their sums depend on no order.
        scale = {often: round(_UNIT * log(total / often)) for often in {*self.frequency.values()}}
        weight = {word: scale[often] for word, often in self.frequency.items()}
        self.weight = weight
        for body in self.bodies:
            for spelling in (*body.latin, *body.han):
                if not spelling.weight:
                    spelling.weight = sum(map(weight.__getitem__, spelling.bag))

    def _bear(self) -> None:
        """Who bears a key in a country, of those that are surely different bodies."""
        self.bearers: dict[tuple[str, str | None], tuple[set[str], set[str]]] = {}
        for body in self.bodies:
            if not body.registered or not body.appearance.active:
                continue
            for key in body.keys:
                first, second = self.bearers.setdefault(
                    (key, body.appearance.country), (set(), set())
                )
                (second if key in body.secondary else first).update(body.registered)

    def _descend(self) -> None:
        known = {body.appearance.id: body for body in self.bodies}
        for body in self.bodies:
            for parent in body.appearance.parents:
                above = known.get(parent)
                if above is None:
                    continue
                body.parents.extend((spelling.bag, "") for spelling in above.latin)
                body.parents.extend((frozenset[str](), one.joined) for one in above.han)
                body.parents.extend((frozenset((word,)), "") for word in above.acronyms)

    def specific(self, words: Iterable[str]) -> int:
        """How much words say together, in thousandths of a nat (the logarithm of one body in how
        many)."""
        return sum(map(self.weight.__getitem__, words))

    def shared_name(self, key: str, body: Body) -> bool:
        """Whether `key` is borne in the country of `body` by bodies that are surely different, so
        that it alone does not tell whose name it is. One whose main name it is comes first."""
        first, second = self.bearers.get((key, body.appearance.country), ((), ()))
        if len(first) == 1:
            return bool(body.registered) and body.registered.isdisjoint(first)
        return len(set(first) | set(second)) > 1

    def nation_of(self, word: str) -> str | None:
        """The country that a word says, if it says one."""
        return _NATIONS.get(word)


def plain(value: str) -> str:
    """An identifier's letters and digits, without case."""
    return _NOT_PLAIN.sub("", value.casefold())
