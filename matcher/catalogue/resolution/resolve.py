"""Which appearances are one organisation.

What people decided comes first, then identifiers, then names. The surest joins are made first, and
none that would bring together what cannot be one: two ROR ids, contradicting places, a parent and
its child. Nothing depends on the order of the appearances.
"""

from __future__ import annotations

import gc
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from .appearance import Appearance, Decision, Verdict
from .bodies import Body, Register, plain
from .candidates import Pair, named_alike, worded_alike
from .clusters import Clusters
from .likeness import SURE, UNSURE, Comparison, Likeness

RULES = "1"
"""Raise it when the same appearances would be resolved otherwise."""

_MARGIN = 0.025
_AMBIGUOUS = 0.85
_MOST_QUESTIONS = 3
_FIRST_SOURCE = "ror"
"""Its appearance gives an organisation its id."""


@dataclass(frozen=True, slots=True)
class Join:
    """Two appearances (ids) and why they are, or may be, one organisation."""

    first: str
    second: str
    rule: str
    confidence: float
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """Whose appearances they are, which joins hold, and which a person should decide."""

    organisation_of: dict[str, str]
    joins: tuple[Join, ...]
    review: tuple[Join, ...]


def resolve(
    appearances: Sequence[Appearance],
    decisions: Iterable[Decision] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Resolution:
    """The organisation of every appearance: the id of its preferred one (ROR's, else the least).

    `review` holds, most sure first, the pairs that a person should decide; a pair that somebody
    decided is not among them. `progress` is told steps done and steps in all.
    """
    with _unswept():
        return _resolved(appearances, decisions, progress or (lambda _done, _all: None))


@contextmanager
def _unswept() -> Iterator[None]:
    """Without the collector of cyclic garbage: it would walk a million small objects again and
    again, none of which is garbage before the end, and take as long as the work itself."""
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if swept:
            gc.enable()


def _resolved(
    appearances: Sequence[Appearance],
    decisions: Iterable[Decision],
    tell: Callable[[int, int], None],
) -> Resolution:
    ordered = sorted(appearances, key=lambda one: one.id)
    register = Register(ordered)
    tell(1, 4)
    comparison = Comparison(register)
    decided = sorted(decisions)
    clusters = Clusters(register.bodies, comparison, decided)
    joins = _decided(decided, clusters) + _identified(register, clusters)
    tell(2, 4)
    pairs = _compared(named_alike(register), register, comparison)
    _unite(_weighed(pairs, register.bodies), clusters)
    tell(3, 4)
    unknown = [body for body in register.bodies if not clusters.registered(body)]
    more = (pair for pair in worded_alike(register, unknown) if pair not in pairs)
    pairs |= _compared(more, register, comparison)
    pairs = _weighed(pairs, register.bodies)
    _unite(pairs, clusters)
    tell(4, 4)
    return _told(register.bodies, joins, pairs, clusters, decided)


def _decided(decisions: Sequence[Decision], clusters: Clusters) -> list[Join]:
    """Brings together what people brought together."""
    number = clusters.number_of
    return [
        Join(one.first, one.second, "decided", 1.0)
        for one in decisions
        if one.verdict is Verdict.SAME
        and one.first in number
        and one.second in number
        and clusters.unite(number[one.first], number[one.second], decided=True)
    ]


def _identified(register: Register, clusters: Clusters) -> list[Join]:
    """Brings together what bears one identifier, if nothing forbids it."""
    bearers: dict[tuple[str, str], list[Body]] = defaultdict(list)
    for body in register.bodies:
        for one in body.appearance.identifiers:
            bearers[one.scheme.casefold(), plain(one.value)].append(body)
    joins = []
    for (scheme, value), bodies in sorted(bearers.items()):
        first, *others = sorted(bodies, key=_preferred)
        same = Likeness(1.0, "identifier", (f"{scheme}:{value}",))
        joins += [
            _join(first, other, same)
            for other in others
            if clusters.unite(first.number, other.number)
        ]
    return joins


def _compared(
    pairs: Iterable[Pair], register: Register, comparison: Comparison
) -> dict[Pair, Likeness]:
    """How alike the two bodies of each pair are, where something speaks for their being one."""
    found = {}
    for one, other in set(pairs):
        likeness = comparison.of(register.bodies[one], register.bodies[other])
        if likeness is not None and likeness.confidence >= UNSURE:
            found[one, other] = likeness
    return found


def _weighed(pairs: dict[Pair, Likeness], bodies: Sequence[Body]) -> dict[Pair, Likeness]:
    """The same pairs, less sure where a body is as like to another that is surely different."""
    rivals: dict[int, list[tuple[float, frozenset[str], Pair]]] = defaultdict(list)
    for pair, likeness in pairs.items():
        for one, other in (pair, pair[::-1]):
            if bodies[other].registered and not bodies[one].registered:
                rivals[one].append((likeness.confidence, bodies[other].registered, pair))
    doubtful = set()
    for found in rivals.values():
        best = max(confidence for confidence, _, _ in found)
        near = [each for each in found if each[0] > best - _MARGIN]
        if len({number for _, number, _ in near}) > 1:
            doubtful |= {pair for _, _, pair in near}
    return {
        pair: Likeness(
            round(one.confidence * _AMBIGUOUS, 4), one.rule, (*one.evidence, "as like to another")
        )
        if pair in doubtful
        else one
        for pair, one in pairs.items()
    }


def _unite(pairs: dict[Pair, Likeness], clusters: Clusters) -> None:
    """Makes the sure joins, the surest first."""
    sure = [(pair, one) for pair, one in pairs.items() if one.confidence >= SURE]
    for pair, _ in sorted(sure, key=lambda each: (-each[1].confidence, each[0])):
        clusters.unite(*pair)


def _told(
    bodies: Sequence[Body],
    joins: list[Join],
    pairs: dict[Pair, Likeness],
    clusters: Clusters,
    decisions: Sequence[Decision],
) -> Resolution:
    """The result: owners, joins that hold, questions that are left."""
    owner: dict[str, str] = {}
    for body in bodies:
        if clusters.top(body.number) == body.number:
            members = clusters.members(body.number)
            preferred = min(members, key=_preferred).appearance.id
            owner.update((member.appearance.id, preferred) for member in members)
    held = {(join.first, join.second): join for join in joins}
    asked: list[tuple[Pair, Join]] = []
    settled = {(one.first, one.second) for one in decisions}
    for pair, likeness in pairs.items():
        join = _join(bodies[pair[0]], bodies[pair[1]], likeness)
        if owner[join.first] == owner[join.second]:
            if likeness.confidence >= SURE:
                held.setdefault((join.first, join.second), join)
        elif (join.first, join.second) not in settled and clusters.may(*pair):
            asked.append((pair, join))
    return Resolution(
        owner,
        tuple(sorted(held.values(), key=lambda join: (join.first, join.second))),
        tuple(_questions(asked, clusters)),
    )


def _questions(asked: list[tuple[Pair, Join]], clusters: Clusters) -> Iterator[Join]:
    """One question for two organisations, a few for each, the most sure first."""
    asked.sort(key=lambda each: (-each[1].confidence, each[0]))
    put: Counter[int] = Counter()
    pairs: set[frozenset[int]] = set()
    for (one, other), join in asked:
        first, second = clusters.top(one), clusters.top(other)
        if frozenset((first, second)) in pairs or max(put[first], put[second]) >= _MOST_QUESTIONS:
            continue
        pairs.add(frozenset((first, second)))
        put.update((first, second))
        yield join


def _join(one: Body, other: Body, likeness: Likeness) -> Join:
    first, second = sorted((one.appearance.id, other.appearance.id))
    return Join(first, second, likeness.rule, likeness.confidence, likeness.evidence)


def _preferred(body: Body) -> tuple[bool, str]:
    return body.appearance.source != _FIRST_SOURCE, body.appearance.id
