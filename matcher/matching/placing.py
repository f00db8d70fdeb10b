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
    partner_count: int
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


def place(tiers: list[Scored], partners: dict[int, int | None], k: int) -> Placed:
    """The k first of those the asker has not worked with, and up to k of those it has."""
    everyone = order(tiers)
    known = np.isin(everyone.organisation, list(partners))
    past, new = everyone.only(known), everyone.only(~known)
    first = spread(new.text)
    rest = np.setdiff1d(np.arange(len(new.row)), first)
    final = np.concatenate([first, rest])
    pairings = []
    for rank, number in enumerate(final[:k].tolist(), 1):
        before = number + 1
        pairings.append(
            Place(
                tier=tiers[new.tier[number]],
                row=int(new.row[number]),
                rank=rank,
                moved_from=before if before < rank else None,
            )
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
    price = float(new.score[:FIRST].sum() - new.score[first].sum())
    moved = sum(p.moved_from is not None for p in pairings)
    rule = OneTextRule(MOST_BY_ONE_TEXT, moved, max(price, 0.0))
    return Placed(tuple(pairings), acquainted, len(past.row), rule)


def spread(texts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers of the first ten, at most a third of them by one text unless there is nothing
    else; `texts` names each candidate's text, best candidate first."""
    by_text: Counter[int] = Counter()
    first: list[int] = []
    waiting: list[int] = []
    for number, text in enumerate(texts.tolist()):
        if by_text[text] < MOST_BY_ONE_TEXT:
            by_text[text] += 1
            first.append(number)
        elif len(waiting) < FIRST:
            waiting.append(number)
        if len(first) == FIRST:
            break
    return np.array((first + waiting)[:FIRST], dtype=np.int64)
