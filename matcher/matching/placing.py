"""Place the scored: tier by tier, best first, past partners apart, no text fills the first ten."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    one_text: OneTextRule


@dataclass(frozen=True, slots=True)
class Ordered:
    """All candidates, tier by tier, each tier by score; equal scores by id (a hash)."""

    tier: NDArray[np.int64]
    row: NDArray[np.int64]
    organisation: NDArray[np.int64]
    text: NDArray[np.int64]
    score: NDArray[np.float64]

    def only(self, mask: NDArray[np.bool_]) -> Ordered:
        """Those of the mask, in the same order."""
        return Ordered(
            self.tier[mask], self.row[mask], self.organisation[mask],
            self.text[mask], self.score[mask],
        )  # fmt: skip


def order(tiers: list[Scored]) -> Ordered:
    """Tiers keep their order, so that a deeper search never changes what a shallower one gave."""
    by_tier = [np.argsort(-tier.score, kind="stable") for tier in tiers]
    none = np.empty(0, np.int64)
    return Ordered(
        tier=np.concatenate([none, *(np.full(len(rows), n) for n, rows in enumerate(by_tier))]),
        row=np.concatenate([none, *by_tier]),
        organisation=np.concatenate(
            [none, *(t.organisations[rows] for t, rows in zip(tiers, by_tier, strict=True))]
        ),
        text=np.concatenate(
            [none, *(t.texts[rows] for t, rows in zip(tiers, by_tier, strict=True))]
        ),
        score=np.concatenate(
            [none.astype(float), *(t.score[rows] for t, rows in zip(tiers, by_tier, strict=True))]
        ),
    )


def place(tiers: list[Scored], partners: dict[int, int | None], k: int, prior: float) -> Placed:
    """The k first of those the asker has not worked with, and up to k of those it has.

    The one-text rule looks among the tiers that ten candidates take, never deeper for a greater
    k, so that fewer is always the beginning of more.
    """
    everyone = order(tiers)
    known = np.isin(everyone.organisation, list(partners))
    past, new = everyone.only(known), everyone.only(~known)
    reach = len(new.row)
    if reach > FIRST:
        reach = int(np.searchsorted(new.tier, new.tier[FIRST - 1], side="right"))
    first = spread(new.text[:reach], new.score[:reach], prior)
    final = np.concatenate([first, np.setdiff1d(np.arange(len(new.row)), first)])
    pairings = tuple(
        Place(
            tier=tiers[new.tier[number]],
            row=int(new.row[number]),
            rank=rank,
            moved_from=number + 1 if number + 1 < rank else None,
        )
        for rank, number in enumerate(final[:k].tolist(), 1)
    )
    acquainted = tuple(
        Place(
            tier=tiers[past.tier[number]],
            row=int(past.row[number]),
            rank=number + 1,
            last_cooperation=partners[int(past.organisation[number])],
        )
        for number in range(min(k, len(past.row)))
    )
    moved = int((final[FIRST:] < FIRST).sum())
    price = float(new.score[:FIRST].sum() - new.score[first].sum())
    rule = OneTextRule(MOST_BY_ONE_TEXT, moved, max(price, 0.0))
    return Placed(pairings, acquainted, rule)


def spread(
    texts: NDArray[np.int64], scores: NDArray[np.float64], prior: float
) -> NDArray[np.int64]:
    """The numbers of the first ten: at most a third of them by one text, unless there is nothing
    else. Who scores no better than one about whom nothing is known (`prior`) is nothing else."""
    by_text: Counter[int] = Counter()
    left = list(range(len(texts)))
    first: list[int] = []
    while left and len(first) < FIRST:
        best = left[0]
        other = next((n for n in left if by_text[int(texts[n])] < MOST_BY_ONE_TEXT), best)
        taken = other if scores[other] > prior else best
        by_text[int(texts[taken])] += 1
        first.append(taken)
        left.remove(taken)
    return np.array(first, dtype=np.int64)
