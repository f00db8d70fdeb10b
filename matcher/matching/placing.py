"""Place the scored: tier by tier, best first, past partners apart, no text fills the first ten."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from .pairing import OneTextRule
from .scoring import Scored

FIRST = 10
MOST_BY_ONE_TEXT = FIRST // 3


@dataclass(frozen=True, slots=True)
class Place:
    """One place in the answer: candidate number `row` of a tier."""

    tier: Scored
    row: int
    rank: int
    moved_from: int | None = None
    last_cooperation: int | None = None

    @property
    def organisation(self) -> int:
        """The organisation's row."""
        return int(self.tier.organisations[self.row])


@dataclass(frozen=True, slots=True)
class Placed:
    """The places that are shown."""

    pairings: tuple[Place, ...]
    partners: tuple[Place, ...]
    partner_count: int
    one_text: OneTextRule


def place(tiers: list[Scored], partners: dict[int, int | None], k: int) -> Placed:
    """The k first of those the asker has not worked with, and up to k of those it has.

    Within a tier the order is by score, equal scores by the organisation's id (a hash). Tiers
    keep their order, so that a deeper search never changes what a shallower one showed.
    """
    ordered: list[tuple[Scored, int]] = []
    known: list[Place] = []
    known_count = 0
    for tier in tiers:
        for row in np.argsort(-tier.score, kind="stable").tolist():
            organisation = int(tier.organisations[row])
            if organisation in partners:
                known_count += 1
                if len(known) < k:
                    year = partners[organisation]
                    known.append(Place(tier, row, len(known) + 1, last_cooperation=year))
            else:
                ordered.append((tier, row))
    first = spread(ordered)
    by_score = {id_of(entry): n for n, entry in enumerate(ordered, 1)}
    best = sum(float(t.score[r]) for t, r in ordered[:FIRST])
    shown = sum(float(t.score[r]) for t, r in first)
    taken = {id_of(entry) for entry in first}
    final = first + [entry for entry in ordered if id_of(entry) not in taken]
    places = []
    for rank, entry in enumerate(final[:k], 1):
        before = by_score[id_of(entry)]
        places.append(Place(*entry, rank, moved_from=before if before < rank else None))
    moved = sum(p.moved_from is not None for p in places)
    rule = OneTextRule(MOST_BY_ONE_TEXT, moved, max(best - shown, 0.0))
    return Placed(tuple(places), tuple(known), known_count, rule)


def spread(ordered: list[tuple[Scored, int]]) -> list[tuple[Scored, int]]:
    """The first ten, at most a third of them by one text unless there is nothing else."""
    by_text: Counter[int] = Counter()
    first: list[tuple[Scored, int]] = []
    waiting: list[tuple[Scored, int]] = []
    for entry in ordered:
        text = int(entry[0].texts[entry[1]])
        if by_text[text] < MOST_BY_ONE_TEXT:
            by_text[text] += 1
            first.append(entry)
        elif len(waiting) < FIRST:
            waiting.append(entry)
        if len(first) == FIRST:
            return first
    return first + waiting[: FIRST - len(first)]


def id_of(entry: tuple[Scored, int]) -> int:
    """The organisation row of a candidate."""
    return int(entry[0].organisations[entry[1]])
