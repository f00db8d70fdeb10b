"""Bodies brought together step by step, never against what holds them apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from .appearance import Decision, Verdict
from .bodies import Body
from .likeness import Comparison
from .places import Nearness, one_country


class Clusters:
    """Which bodies are one so far."""

    def __init__(
        self, bodies: Sequence[Body], comparison: Comparison, decisions: Iterable[Decision]
    ) -> None:
        self._above = list(range(len(bodies)))
        self._members = [[body] for body in bodies]
        self._registered = [body.registered for body in bodies]
        self._comparison = comparison
        known = {body.appearance.id: body.number for body in bodies}
        self.number_of = known
        """Of an appearance, by its id."""
        self._barred: dict[int, set[int]] = defaultdict(set)
        for one in decisions:
            if one.verdict is Verdict.DIFFERENT and one.first in known and one.second in known:
                first, second = known[one.first], known[one.second]
                self._barred[first].add(second)
                self._barred[second].add(first)

    def top(self, number: int) -> int:
        """The number that stands for all bodies that are one with it."""
        above = self._above
        while above[number] != number:
            above[number] = above[above[number]]
            number = above[number]
        return number

    def members(self, number: int) -> list[Body]:
        """All bodies that are one with it."""
        return self._members[self.top(number)]

    def registered(self, body: Body) -> frozenset[str]:
        """The ROR ids of all that is one with it."""
        return self._registered[self.top(body.number)]

    def unite(self, one: int, other: int, decided: bool = False) -> bool:
        """Bring two together with all that is one with either; False if something forbids it.
        What a person decided yields only to what a person decided."""
        first, second = self.top(one), self.top(other)
        if first == second:
            return True
        if not self.may(one, other, decided):
            return False
        if len(self._members[first]) < len(self._members[second]):
            first, second = second, first
        self._above[second] = first
        self._members[first] += self._members[second]
        self._registered[first] |= self._registered[second]
        self._members[second] = []
        return True

    def may(self, one: int, other: int, decided: bool = False) -> bool:
        """Whether nothing keeps two, and all that is one with them, apart."""
        first, second = self.top(one), self.top(other)
        mine, its = self._members[first], self._members[second]
        if self._barred and self._bars(mine, its):
            return False
        if decided:
            return True
        numbers = self._registered[first], self._registered[second]
        if all(numbers) and numbers[0].isdisjoint(numbers[1]):
            return False
        return all(
            self._agree(a, b) for a in mine for b in its if {a.number, b.number} != {one, other}
        )

    def _bars(self, mine: list[Body], its: list[Body]) -> bool:
        numbers = {body.number for body in its}
        return any(not numbers.isdisjoint(self._barred.get(body.number, ())) for body in mine)

    def _agree(self, one: Body, other: Body) -> bool:
        a, b = one.appearance, other.appearance
        if one_country(a.country, b.country) is Nearness.AGAINST:
            return False
        if a.id in b.parents or b.id in a.parents:
            return False
        if one.registered and one.registered == other.registered:
            return True
        return self._comparison.near(one, other) is not Nearness.AGAINST
