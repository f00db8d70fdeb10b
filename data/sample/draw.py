"""Sampling that gives the same on every machine and Python: only `random.Random.random` is used,
whose sequence Python promises to keep; every purpose has a stream of its own."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")
Words = tuple[str, ...]


def words(text: str) -> Words:
    """The words of a text."""
    return tuple(text.split())


class Draw:
    """One stream of drawn values, begun by the registry's seed and the purpose's name."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._stream = random.Random(f"{seed}/{purpose}")

    def below(self, count: int) -> int:
        """A whole number in [0, count)."""
        return int(self._stream.random() * count)

    def between(self, low: int, high: int) -> int:
        """A whole number in [low, high]."""
        return low + self.below(high - low + 1)

    def chance(self, probability: float) -> bool:
        """True so often."""
        return self._stream.random() < probability

    def fraction(self) -> float:
        """A number in [0, 1)."""
        return self._stream.random()

    def pick(self, values: Sequence[T]) -> T:
        """One of them, each as likely as another."""
        return values[self.below(len(values))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """One of the keys, in proportion to its weight; the mapping's order counts."""
        point = self._stream.random() * math.fsum(weights.values())
        last = None
        for value, weight in weights.items():
            if weight > 0:
                last = value
                point -= weight
                if point < 0:
                    return value
        if last is None:
            raise ValueError("nothing to draw from")
        return last

    def shuffled(self, values: Iterable[T]) -> list[T]:
        """All of them in a drawn order."""
        mixed = list(values)
        for last in range(len(mixed) - 1, 0, -1):
            other = self.below(last + 1)
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed

    def some(self, values: Sequence[T], count: int) -> list[T]:
        """So many different ones of them (all, if there are fewer), in a drawn order."""
        return self.shuffled(values)[:count]
