"""Texts near the question, found in tiers: each tier is a pool of fixed depth, so that what is
found first never depends on how many were asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.snapshot.snapshot import Snapshot

from .eligibility import Eligible
from .question import Question
from .seeker import Found, Pool, Seeker

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
FIRST_DEPTH = 256
"""Texts of a language that the first tier takes from the vectors, for all asking texts together;
each further tier goes four times as deep."""
WIDENING = 4
LEAST_DEPTH = 64
"""For each asking text, however many ask."""


@dataclass(frozen=True, slots=True)
class Hits:
    """t texts of one tier, best first."""

    texts: Rows
    """(t,) text rows."""
    asked: Rows
    """(t,) which asking text each answers best."""
    meaning: Floats
    """(t,) Cosine of the whole text and of its best sentence, their mean in standard deviations
    above the background of the text's language."""
    alignment: Floats
    """(t,) Late interaction, likewise."""
    lexical: Floats
    """(t,) Share of the question's words, by weight, that stand in the text: 0 to about 1."""
    kindred: Floats
    """(t,) What those texts of the question's own language that answer it best lend to a text of
    the other, in deviations; NaN for texts of the question's own language."""
    relevance: Floats
    """(t,) All of them fused (`relevance.py`)."""


_NONE = np.empty(0, np.float32)
_NO_ROWS = np.empty(0, np.int64)
NOTHING = Hits(_NO_ROWS, _NO_ROWS, _NONE, _NONE, _NONE, _NONE, _NONE)
"""A tier in which nobody may be found."""


def retrieve(
    question: Question, seekers: tuple[Seeker, ...], eligible: Eligible, snapshot: Snapshot
) -> Iterator[Hits]:
    """Tiers of eligible texts, each with the texts of the tiers before it, until all are seen."""
    pool = eligible_pool(question, eligible, snapshot)
    total = int(pool.allowed.sum())
    depth = FIRST_DEPTH
    while total:
        each = max(depth // len(seekers), min(depth, LEAST_DEPTH))
        yield best_asked([seeker.find(pool, each) for seeker in seekers])
        if each >= total:
            return
        depth *= WIDENING


def eligible_pool(question: Question, eligible: Eligible, snapshot: Snapshot) -> Pool:
    """The texts that may speak for someone eligible."""
    columns = snapshot.columns
    index, rows = snapshot.index(question.side, question.query.sector)
    allowed = np.zeros(len(snapshot.texts), bool)
    allowed[columns.holding_text[eligible.holdings]] = True
    return Pool(index, rows, allowed[rows], allowed, columns.text_is_chinese[rows])


def best_asked(found: list[Found]) -> Hits:
    """Each text with the asking text that it answers best; best first, equal ones by text row
    (ids are hashes, so that order is nobody's favour)."""
    every = found[0]
    for more in found[1:]:
        every = every + more
    asked = np.repeat(np.arange(len(found)), [len(each.texts) for each in found])
    order = np.lexsort((every.texts, -every.relevance))
    if len(found) > 1:
        _, first = np.unique(every.texts[order], return_index=True)
        order = order[np.sort(first)]
    return Hits(
        every.texts[order],
        asked[order],
        every.meaning[order],
        every.alignment[order],
        every.lexical[order],
        every.kindred[order],
        every.relevance[order],
    )
