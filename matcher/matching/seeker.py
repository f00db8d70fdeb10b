"""One asking text on its search: by vectors and by words, in its own language, then in the other.

What answers best in its own language lends to what is like it in the other ("kindred"): a text of
a thousand words says more of the matter than a line, and texts meet across languages better than
lines do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matcher.index.protocol import Index
from matcher.snapshot.snapshot import Snapshot
from matcher.text.normalise import has_han
from matcher.text.vectors import unit_rows

from .alignment import Aligned, Aligner
from .fairness import Yardstick, beyond_chance
from .question import AskedText
from .relevance import LENDERS, Blend

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
LANGUAGES = {True: "zh", False: "en"}
LEAST_RARITY = 3.0
"""About that of a word which stands in one text of twenty."""
LEXICAL_SHARE = 2
"""One text by words for so many by vectors: a list by words is short of what means the same."""


@dataclass(frozen=True, slots=True)
class Found:
    """t texts beside one asking text; see `retrieve.Hits` for the measures."""

    texts: Rows
    meaning: Floats
    alignment: Floats
    lexical: Floats
    kindred: Floats
    relevance: Floats

    def __add__(self, other: Found) -> Found:
        return Found(
            *(
                np.concatenate([getattr(self, part), getattr(other, part)])
                for part in Found.__dataclass_fields__
            )
        )


@dataclass(frozen=True, slots=True)
class Pool:
    """The texts that may be found: an index, the text row of each of its rows, who is allowed."""

    index: Index
    rows: Rows
    allowed: Mask
    """(rows,) of the index."""
    allowed_texts: Mask
    """(texts,) of the snapshot."""
    chinese: Mask
    """(rows,) of the index."""

    def nearest(self, vector: Floats, depth: int, chinese: bool) -> Rows:
        """Text rows of a language nearest to a vector."""
        spoken = self.allowed & (self.chinese == chinese)
        if not spoken.any():
            return np.empty(0, np.int64)
        _, found = self.index.search(vector[None, :], depth, spoken)
        return np.asarray(self.rows[found[0]], np.int64)


class Seeker:
    """One asking text, ready to be compared with any text of a snapshot."""

    def __init__(
        self, asked: AskedText, aligner: Aligner, snapshot: Snapshot, blend: Blend
    ) -> None:
        self._asked, self.aligner, self._blend = asked, aligner, blend
        self._snapshot = snapshot
        self.chinese = has_han(asked.text)
        sides = {
            chinese: measures(b.vectors @ asked.vector, aligner.all_of(b.tokens))
            for chinese, b in (
                (True, snapshot.background["zh"]),
                (False, snapshot.background["en"]),
            )
        }
        self.definitions = sides[self.chinese]
        """Raw (meaning, alignment) with each capability's definition in the text's language."""
        self._meaning = Yardstick.of(sides[True][0], sides[False][0])
        self._alignment = Yardstick.of(sides[True][1], sides[False][1])
        self._ceiling = ceiling(asked, snapshot) if blend.lexical else 0.0

    def find(self, pool: Pool, depth: int) -> Found:
        """The nearest texts of both languages, at most `depth` by vectors of each."""
        nothing = np.empty(0, np.int64)
        own = self._compare(pool, depth, self.chinese, nothing)
        if not len(own.texts) or not self._blend.kindred:
            return own + self._compare(pool, depth, not self.chinese, nothing)
        best = np.argsort(-own.relevance, kind="stable")[:LENDERS]
        weights = np.exp(own.relevance[best] - own.relevance[best[0]])
        weights /= weights.sum()
        lender = unit_rows(weights[None, :] @ self._snapshot.vectors[own.texts[best]])[0]
        near = pool.nearest(lender, depth // LEXICAL_SHARE, not self.chinese)
        other = self._compare(pool, depth, not self.chinese, near)
        lift = self._blend.lift(
            other.relevance,
            self._nearness(lender, other.texts),
            float(weights @ own.relevance[best]),
        )
        return own + replace(other, kindred=lift, relevance=other.relevance + lift)

    def _compare(self, pool: Pool, depth: int, chinese: bool, more: Rows) -> Found:
        """What the two searches find in one language, and the texts `more`, all compared."""
        snapshot, asked = self._snapshot, self._asked
        near = pool.nearest(asked.vector, depth, chinese)
        worded, shares = self._by_words(pool, depth // LEXICAL_SHARE, chinese)
        texts = np.unique(np.concatenate([near, worded, more]))
        if not len(texts):
            none = np.empty(0, np.float32)
            return Found(texts, none, none, none, none, none)
        lexical = np.zeros(len(texts), np.float32)
        lexical[np.searchsorted(texts, worded)] = shares
        is_chinese = np.full(len(texts), chinese)
        meaning, alignment = measures(
            snapshot.vectors[texts] @ asked.vector, self.aligner.texts(texts)
        )
        meaning = self._meaning.deviations(meaning, is_chinese)
        alignment = beyond_chance(
            self._alignment.deviations(alignment, is_chinese),
            snapshot.tokens.lengths(texts),
            snapshot.background[LANGUAGES[chinese]].length,
        )
        relevance = self._blend.fuse(meaning, alignment, lexical, own=chinese == self.chinese)
        kindred = np.full(len(texts), np.nan, np.float32)
        return Found(texts, meaning, alignment, lexical, kindred, relevance)

    def _by_words(self, pool: Pool, limit: int, chinese: bool) -> tuple[Rows, Floats]:
        if not self._ceiling:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        rows, scores = self._snapshot.lexicon.search(
            self._asked.terms, limit, LANGUAGES[chinese], pool.allowed_texts
        )
        return rows, scores / np.float32(self._ceiling)

    def _nearness(self, lender: Floats, texts: Rows) -> Floats:
        """(t,) How near texts of the other language come to the lenders, in deviations."""
        background = self._snapshot.background
        yardstick = Yardstick.of(
            background["zh"].vectors @ lender, background["en"].vectors @ lender
        )
        raw = self._snapshot.vectors[texts] @ lender
        return yardstick.deviations(raw, np.full(len(texts), not self.chinese))


def ceiling(asked: AskedText, snapshot: Snapshot) -> float:
    """What a text scores that holds each word of the question; 0 for a question without a word.

    In the language in which it is greater: in the other most words are unknown. Where hardly any
    text is, nothing is rare, and LEAST_RARITY stands in.
    """
    least = LEAST_RARITY * sum(one.weight for one in asked.terms if one.origin is None)
    return max(least, *(snapshot.lexicon.ceiling(asked.terms, each) for each in LANGUAGES.values()))


def measures(cosine: Floats, aligned: Aligned) -> tuple[Floats, Floats]:
    """Raw meaning and alignment, (t,) each."""
    return np.asarray((cosine + aligned.passage) / 2, np.float32), aligned.words
