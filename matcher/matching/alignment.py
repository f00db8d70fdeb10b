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
CHUNK = 256
"""Texts aligned at once: keeps the gathered similarities within a few megabytes."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """One asking text against t texts."""

    words: Floats
    """(t,) Late interaction: mean of the whole text's and its best sentence's."""
    passage: Floats
    """(t,) Cosine of the asking text with the best sentence, both pooled from the static table."""


class Aligner:
    """One asking text against many texts of a snapshot."""

    def __init__(self, asked: AskedText, similar: Floats, snapshot: Snapshot) -> None:
        """`similar` (v, m + 1): cosines of the snapshot's tokens with those of the asking text,
        the last column with the text as a whole."""
        total = float(asked.token_weights.sum())
        self._weights = np.append(asked.token_weights / max(total, 1e-9), 0).astype(np.float32)
        self._similar = similar
        self._pull = similar[:, -1] * snapshot.token_table.pull
        self._tokens = snapshot.tokens

    @classmethod
    def of_all(cls, asked: tuple[AskedText, ...], snapshot: Snapshot) -> tuple[Aligner, ...]:
        """One for each asking text; the table is read once for all of them, and whole: to gather
        the rows of the candidates first takes as long."""
        groups = [np.vstack([a.token_vectors, a.pooled[None, :]]) for a in asked]
        similar = snapshot.token_table.rows @ np.concatenate(groups).T
        ends = np.cumsum([len(group) for group in groups])
        return tuple(
            cls(each, np.ascontiguousarray(similar[:, end - len(group) : end]), snapshot)
            for each, group, end in zip(asked, groups, ends.tolist(), strict=True)
        )

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
        met = np.maximum.reduceat(self._similar.take(ids, axis=0), sentences, axis=0)
        whole = np.maximum.reduceat(met, texts, axis=0) @ self._weights
        sentence = np.maximum.reduceat(met @ self._weights, texts)
        pooled = np.add.reduceat(self._pull.take(ids), sentences) * scale
        words = np.asarray((whole + sentence) / 2, np.float32)
        return Aligned(words, np.asarray(np.maximum.reduceat(pooled, texts), np.float32))


def spans(begins: Longs, ends: Longs) -> tuple[Longs, Longs]:
    """All numbers of the ranges begin:end one after the other, and where each range starts in
    them; no range is empty."""
    lengths = ends - begins
    starts = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) + np.repeat(begins - starts, lengths), starts
