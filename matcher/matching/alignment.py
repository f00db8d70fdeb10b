"""Late interaction over static token vectors: how well the words of the question meet words of a
partner's text, across languages.

words(q, d) = sum over question tokens of weight x best cosine with a token of d, over the sum of
weights, with weight = idf squared; taken once over the whole text and once over its best single
sentence, and the mean of the two: a sentence that answers counts more than words strewn about.
It always uses the project's own static table, whatever encoder retrieves; a text's tokens come
from the snapshot. Which word met which is told by `phrases.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.snapshot.snapshot import Snapshot
from matcher.snapshot.tokens import Tokens

from .question import AskedText

Floats = NDArray[np.float32]
Longs = NDArray[np.int64]
CHUNK = 512
"""Texts aligned at once: keeps the gathered similarities within a few megabytes."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """One asking text against t texts."""

    words: Floats
    """(t,) Late interaction: mean of the whole text's and its best sentence's."""
    passage: Floats
    """(t,) Cosine of the asking text with the best sentence, both pooled from the static table."""


class Cosines:
    """Cosines of the snapshot's tokens with those of one asking text: of the tokens in which the
    background is written at once, of each other when it is first needed. What is compared with a
    question holds a fraction of the table, and to read all of it would take a third of the time
    of an answer."""

    def __init__(self, columns: Floats, table: Floats, common: int) -> None:
        """`columns` (m, d) are unit rows, as those of the `table` (v, d), of which the first
        `common` are needed for certain."""
        self._columns, self._table = np.ascontiguousarray(columns.T), table
        self._values = np.empty((len(table), len(columns)), np.float32)
        np.matmul(table[:common], self._columns, out=self._values[:common])
        self._missing = np.ones(len(table), bool)
        self._missing[:common] = False

    def of(self, tokens: NDArray[np.int32]) -> Floats:
        """(n, m) for positions (n,) in the table."""
        needed = np.zeros(len(self._missing), bool)
        needed[tokens] = True
        needed &= self._missing
        fresh = np.flatnonzero(needed)
        if len(fresh):
            self._values[fresh] = self._table.take(fresh, axis=0) @ self._columns
            self._missing[fresh] = False
        return self._values.take(tokens, axis=0)


class Aligner:
    """One asking text against many texts of a snapshot."""

    def __init__(self, asked: AskedText, snapshot: Snapshot) -> None:
        total = float(asked.token_weights.sum())
        self._weights = np.append(asked.token_weights / max(total, 1e-9), 0).astype(np.float32)
        # The last column is the text as a whole.
        columns = np.vstack([asked.token_vectors, asked.pooled[None, :]])
        self._cosines = Cosines(columns, snapshot.token_table.rows, snapshot.common_tokens)
        self._pull = snapshot.token_table.pull
        self._tokens = snapshot.tokens

    def cosines(self, tokens: NDArray[np.int32]) -> Floats:
        """(n, m) of tokens (n,) of the snapshot with those of the asking text."""
        return self._cosines.of(tokens)[:, :-1]

    def texts(self, texts: Longs) -> Aligned:
        """Each text row, (t,)."""
        parts = [self._chunk(texts[b : b + CHUNK]) for b in range(0, len(texts), CHUNK)]
        none = np.empty(0, np.float32)
        return Aligned(
            np.concatenate([none, *(part.words for part in parts)]),
            np.concatenate([none, *(part.passage for part in parts)]),
        )

    def all_of(self, tokens: Tokens) -> Aligned:
        """Every text of `tokens`, such as the background's."""
        return self._measure(tokens.ids, tokens.sentences[:-1], tokens.texts[:-1], tokens.scale)

    def _chunk(self, texts: Longs) -> Aligned:
        tokens = self._tokens
        sentences, text_starts = spans(tokens.texts[texts], tokens.texts[texts + 1])
        places, sentence_starts = spans(
            tokens.sentences[sentences], tokens.sentences[sentences + 1]
        )
        return self._measure(
            tokens.ids[places], sentence_starts, text_starts, tokens.scale[sentences]
        )

    def _measure(
        self, ids: NDArray[np.int32], sentences: Longs, texts: Longs, scale: Floats
    ) -> Aligned:
        cosines = self._cosines.of(ids)
        met = np.maximum.reduceat(cosines, sentences, axis=0)
        whole = np.maximum.reduceat(met, texts, axis=0) @ self._weights
        sentence = np.maximum.reduceat(met @ self._weights, texts)
        pulled = cosines[:, -1] * self._pull.take(ids)
        pooled = np.add.reduceat(pulled, sentences) * scale
        words = np.asarray((whole + sentence) / 2, np.float32)
        return Aligned(words, np.asarray(np.maximum.reduceat(pooled, texts), np.float32))


def spans(begins: Longs, ends: Longs) -> tuple[Longs, Longs]:
    """All numbers of the ranges begin:end one after the other, and where each range starts in
    them; no range is empty."""
    lengths = ends - begins
    starts = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) + np.repeat(begins - starts, lengths), starts
