"""Which bodies are worth comparing: those that share a name, and those that share rare words.

Without this every body would be compared with every other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from .bodies import Body, Register
from .spelling import Spelling

Pair = tuple[int, int]

_EVERYWHERE = frozenset({None, "EU"})
_CHINAS = frozenset({"CN", "HK", "MO"})
_ALL_PAIRS = 1000
"""So many comparisons a name may cost before only those of like cities are made."""
_START = 3
_RAREST = 4
_MOST_HOLDERS = 200
_MOST_LOOKED_AT = 30
_MOST_COMPARED = 8
_LEAST_SHARE = 0.6
_INSIDE = 0.9
_LEAST_WEIGHT = 3000
"""Thousandths of a nat."""


def named_alike(register: Register) -> Iterator[Pair]:
    """Bodies that bear one name, or one abbreviation in one city."""
    for groups in (register.by_key, register.by_letters):
        for bodies in groups.values():
            if len(bodies) > 1:
                yield from _by_country(bodies)
    for bodies in register.by_short.values():
        if len(bodies) > 1:
            yield from _by_city(bodies)


def worded_alike(register: Register, bodies: Iterable[Body]) -> Iterator[Pair]:
    """For each of `bodies` the few whose names share most of what is rare in its own."""
    for body in bodies:
        found: dict[int, float] = {}
        for spelling in (*body.latin, *body.han):
            for other, alike in _near(register, body, spelling):
                if alike > found.get(other, 0.0):
                    found[other] = alike
        best = sorted(found, key=lambda number: (-found[number], number))[:_MOST_COMPARED]
        for other in best:
            yield min(body.number, other), max(body.number, other)


def _near(register: Register, body: Body, spelling: Spelling) -> Iterator[tuple[int, float]]:
    weight, holding = register.weight, register.holding
    told = [word for word in spelling.bag if register.frequency[word] > 1]
    told.sort(key=lambda word: (-weight[word], word))
    whole = register.specific(told)
    met: dict[tuple[int, Spelling], int] = {}
    for country in _countries(body):
        for word in told[:_RAREST]:
            holders = holding.get((country, word), ())
            if len(holders) <= _MOST_HOLDERS:
                worth = weight[word]
                for holder in holders:
                    met[holder] = met.get(holder, 0) + worth
    likely = [
        (_alike(share, whole, name.weight), number, name.key, name)
        for (number, name), share in met.items()
        if share >= _LEAST_WEIGHT and number != body.number
    ]
    likely.sort(key=lambda each: (-each[0], each[1], each[2]))
    for _, number, _, name in likely[:_MOST_LOOKED_AT]:
        alike = _alike(register.specific(spelling.bag & name.bag), whole, name.weight)
        if alike >= _LEAST_SHARE:
            yield number, alike


def _alike(shared: int, one: int, other: int) -> float:
    """Between 0 and 1: which share of both is common, or nearly as good, of the other alone."""
    return max(2 * shared / (one + other), _INSIDE * shared / other)


def _countries(body: Body) -> Sequence[str | None]:
    country = body.appearance.country
    if country in _CHINAS:
        return sorted(_CHINAS)
    return (country,)


def _by_country(bodies: Sequence[Body]) -> Iterator[Pair]:
    groups: dict[str | None, list[Body]] = defaultdict(list)
    for body in bodies:
        country = body.appearance.country
        groups["CN" if country in _CHINAS else country].append(body)
    lost = [body for country in sorted(_EVERYWHERE, key=str) for body in groups.pop(country, ())]
    for group in groups.values():
        yield from _pairs(group)
        yield from (_pair(body, one) for body in lost for one in group)
    yield from _pairs(lost)


def _by_city(bodies: Sequence[Body]) -> Iterator[Pair]:
    groups: dict[tuple[str | None, str], list[Body]] = defaultdict(list)
    for body in bodies:
        for word in body.city:
            groups[body.appearance.country, word].append(body)
    for group in groups.values():
        if len(group) > 1:
            yield from _pairs(group)


def _pairs(bodies: Sequence[Body]) -> Iterator[Pair]:
    """Pairs of which not both have an id: all, or where very many bear one name, those of one city
    or of cities that begin alike, so that a name that all the world bears costs no square."""
    registered = [body for body in bodies if body.registered]
    others = [body for body in bodies if not body.registered]
    if len(others) * len(bodies) <= _ALL_PAIRS:
        yield from _all_pairs(registered, others)
        return
    cities: dict[frozenset[str], tuple[list[Body], list[Body]]] = {}
    for body in bodies:
        here = cities.setdefault(body.city, ([], []))
        here[0 if body.registered else 1].append(body)
    leads: dict[str, list[Body]] = defaultdict(list)
    for city, (known, unknown) in cities.items():
        if unknown:
            lead, *rest = unknown
            yield from _all_pairs(known, [lead])
            yield from (_pair(lead, body) for body in rest)
            known = [*known, lead]
        for start in {word[:_START] for word in city}:
            leads[start] += known
    for group in leads.values():
        if len(group) ** 2 <= _ALL_PAIRS:
            yield from _all_pairs(
                [body for body in group if body.registered],
                [body for body in group if not body.registered],
            )


def _all_pairs(registered: Sequence[Body], others: Sequence[Body]) -> Iterator[Pair]:
    yield from (_pair(one, other) for one in registered for other in others)
    yield from (_pair(one, other) for one, other in combinations(others, 2))


def _pair(one: Body, other: Body) -> Pair:
    return (one.number, other.number) if one.number < other.number else (other.number, one.number)
