"""Late interaction over static token vectors: which word of the question met which word of the
partner, across languages, and how well all of them did together.

score(q, d) = sum over question tokens of weight x best cosine with a token of d, over the sum of
weights, with weight = idf squared. It always uses the project's own static table, whatever encoder
retrieves; a text's tokens come from the snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from matcher.snapshot.snapshot import Background, Snapshot
from matcher.text.encoder import StaticEncoder, TokenisedText

from .question import AskedText

Floats = NDArray[np.float32]
CHUNK = 256
"""Texts aligned at once: keeps the gathered similarities within a few megabytes."""
CLEAR_MATCH = 0.45
"""Cosine from which two words clearly say the same."""
CLEAR_CHARACTER = 0.6
"""The same for a single Chinese character, which may be a piece of a word."""
WORTH_SHOWING = 0.04
"""Share of the score from which a pair tells a reader something; of a long question the share that
each of its words has on average."""


@dataclass(frozen=True, slots=True)
class WordPair:
    """Two words that met; offsets count characters in the asking text and the partner's body."""

    asked: str
    asked_start: int
    found: str
    found_start: int
    similarity: float
    share: float
    """Its share of the alignment score, in (0, 1]."""


class Aligner:
    """One asking text against many texts of a snapshot."""

    def __init__(self, asked: AskedText, snapshot: Snapshot) -> None:
        self.asked = asked
        self._weights = asked.token_weights / max(float(asked.token_weights.sum()), 1e-9)
        self._similar: Floats = asked.token_vectors @ snapshot.token_table.T
        self._columns = snapshot.columns

    def scores(self, texts: NDArray[np.int64]) -> Floats:
        """Alignment score of each text row, (t,)."""
        if not len(self._weights):
            return np.zeros(len(texts), np.float32)
        parts = [self._chunk(texts[b : b + CHUNK]) for b in range(0, len(texts), CHUNK)]
        return np.concatenate([np.empty(0, np.float32), *parts])

    def _chunk(self, texts: NDArray[np.int64]) -> Floats:
        begins = self._columns.token_offsets[texts]
        lengths = self._columns.token_offsets[texts + 1] - begins
        starts = np.cumsum(lengths) - lengths
        places = np.arange(int(lengths.sum())) + np.repeat(begins - starts, lengths)
        return self._best(self._columns.token_ids[places], starts)

    def background(self, background: Background) -> Floats:
        """Alignment score with each definition of one language."""
        if not len(self._weights):
            return np.zeros(len(background.vectors), np.float32)
        return self._best(background.token_ids, background.token_offsets[:-1])

    def _best(self, token_ids: NDArray[np.int32], starts: NDArray[np.int64]) -> Floats:
        best = np.maximum.reduceat(self._similar[:, token_ids], starts, axis=1)
        return np.asarray(self._weights @ best, dtype=np.float32)


def word_pairs(
    asked: AskedText, body: str, static: StaticEncoder, most: int = 6
) -> tuple[WordPair, ...]:
    """The clearest word pairs of an asking text and a partner's text, by share of the score."""
    tokens = _tokens(static, body)
    if not len(tokens.ids) or not len(asked.token_weights):
        return ()
    similar = asked.token_vectors @ static.token_vectors(tokens.ids).T
    best = similar.argmax(axis=1)
    reached = similar[np.arange(len(best)), best] * asked.token_weights
    total = max(float(reached[reached > 0].sum()), 1e-9)
    pairs: dict[tuple[str, str], WordPair] = {}
    for token in np.argsort(-reached, kind="stable"):
        similarity = float(similar[token, best[token]])
        share = float(reached[token]) / total
        alone = asked.token_ends[token] - asked.token_starts[token] == 1
        clear = CLEAR_CHARACTER if alone else CLEAR_MATCH
        if similarity < clear or share < min(WORTH_SHOWING, 1 / len(best)) or len(pairs) == most:
            continue
        place = best[token]
        start, word = whole_word(
            asked.text, int(asked.token_starts[token]), int(asked.token_ends[token])
        )
        found_start, found = whole_word(body, int(tokens.starts[place]), int(tokens.ends[place]))
        if any(c.isalnum() for c in word):
            pairs.setdefault(
                (word.casefold(), found.casefold()),
                WordPair(word, start, found, found_start, similarity, share),
            )
    return tuple(pairs.values())


@lru_cache(maxsize=4096)
def _tokens(static: StaticEncoder, body: str) -> TokenisedText:
    """A partner's text is shown to many askers, above all in a batch: it is cut once."""
    return static.tokenise([body])[0]


def whole_word(text: str, start: int, end: int) -> tuple[int, str]:
    """A piece of an alphabetic word widened to the word; Chinese tokens are words already."""

    def inside(character: str) -> bool:
        return character.isalnum() and not "\u2e80" <= character <= "\u9fff"

    while start < end and not text[start].isalnum():
        start += 1
    if start < end and inside(text[start]):
        while start > 0 and inside(text[start - 1]):
            start -= 1
        while end < len(text) and inside(text[end]):
            end += 1
    return start, text[start:end].strip()
