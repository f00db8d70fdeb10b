"""Texts near the question, found in tiers: each tier is a pool of fixed depth, so that what is
found first never depends on how many were asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.snapshot.snapshot import Snapshot

from .alignment import Aligner
from .eligibility import Eligible
from .fairness import standardise
from .question import Question

Floats = NDArray[np.float32]
FIRST_DEPTH = 1024
"""Texts in the first tier; each further tier goes four times as deep."""
WIDENING = 4


@dataclass(frozen=True, slots=True)
class Hits:
    """Texts of one tier, nearest first."""

    texts: NDArray[np.int64]
    """(t,) text rows."""
    asked: NDArray[np.int64]
    """(t,) which asking text each is nearest to."""
    meaning: Floats
    """(t,) cosine in standard deviations above the background of the text's language."""
    alignment: Floats
    """(t,) late interaction, likewise."""


def retrieve(
    question: Question, aligners: tuple[Aligner, ...], eligible: Eligible, snapshot: Snapshot
) -> Iterator[Hits]:
    """Tiers of eligible texts, each with the texts of the tiers before it, until all are seen."""
    columns = snapshot.columns
    index, rows = snapshot.index(question.side, question.query.sector)
    allowed = np.zeros(len(snapshot.texts), bool)
    allowed[columns.holding_text[eligible.holdings]] = True
    mask = allowed[rows]
    total = int(mask.sum())
    chinese = columns.text_is_chinese[rows]
    vectors = np.stack([asked.vector for asked in question.texts])
    cosine_background = [
        {lang: b.vectors @ vector for lang, b in snapshot.background.items()} for vector in vectors
    ]
    depth = FIRST_DEPTH
    while total:
        meaning = np.full(len(allowed), -np.inf, np.float32)
        asked_by = np.zeros(len(allowed), np.int64)
        for spoken in (chinese & mask, ~chinese & mask):
            if not spoken.any():
                continue
            scores, found = index.search(vectors, depth, spoken)
            for asked, (row_scores, row_found) in enumerate(zip(scores, found, strict=True)):
                texts = rows[row_found]
                fair = standardise(
                    row_scores, columns.text_is_chinese[texts], cosine_background[asked]
                )
                nearer = fair > meaning[texts]
                meaning[texts[nearer]] = fair[nearer]
                asked_by[texts[nearer]] = asked
        seen = np.flatnonzero(meaning > -np.inf)
        texts = seen[np.argsort(-meaning[seen], kind="stable")][:depth]
        asked_by, meaning = asked_by[texts], meaning[texts]
        yield Hits(texts, asked_by, meaning, align(aligners, texts, asked_by, snapshot))
        if depth >= total:
            return
        depth *= WIDENING


def align(
    aligners: tuple[Aligner, ...],
    texts: NDArray[np.int64],
    asked_by: NDArray[np.int64],
    snapshot: Snapshot,
) -> Floats:
    """Late interaction of each text with the asking text nearest to it."""
    result = np.empty(len(texts), np.float32)
    for number, aligner in enumerate(aligners):
        mine = asked_by == number
        if not mine.any():
            continue
        background = {lang: aligner.background(b) for lang, b in snapshot.background.items()}
        chinese = snapshot.columns.text_is_chinese[texts[mine]]
        result[mine] = standardise(aligner.scores(texts[mine]), chinese, background)
    return result
