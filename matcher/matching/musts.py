"""Terms that a text must hold, or must not: who meets them, and how.

A term is met literally, by another name of it in the capability vocabulary, or, where the
vocabulary has none and the text is in the other language, by meaning: words as near to it as
MEANT. A term in quotation marks is met as it stands and in no other way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from matcher.query import Must
from matcher.snapshot.snapshot import Snapshot
from matcher.text.encoder import StaticEncoder, TokenisedText
from matcher.text.normalise import has_han
from matcher.text.terms import fold

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]
MEANT = 0.62
"""Weighted mean of the cosines of a term's words with the nearest words of one sentence, from which
the sentence is taken to say the same."""
SLACK = 1e-4
"""By which the same sum, worked out for one text, may differ from that over all."""
MOST_APART = 2
"""Tokens of a text, for each of a term, over which the words that met it are shown as one run."""


class How(StrEnum):
    """How a text meets a term."""

    LITERAL = "literal"
    SYNONYM = "synonym"
    MEANING = "meaning"


@dataclass(frozen=True, slots=True)
class Met:
    """A term that a text meets."""

    text: str
    """As it was asked for."""
    how: How
    words: str
    """What stands in the text; empty where it is a form of the word (membranes for membrane)."""
    start: int
    similarity: float | None = None
    """By meaning: of the term with the nearest sentence of the text, from MEANT to 1."""


class Insistence:
    """The musts of one question, looked for in a snapshot."""

    def __init__(self, musts: Sequence[Must], snapshot: Snapshot, static: StaticEncoder) -> None:
        self.musts = tuple(musts)
        self._snapshot, self._static = snapshot, static

    def texts(self, must: Must) -> Mask:
        """(t,) The texts that hold the term, wanted or not."""
        snapshot = self._snapshot
        found = np.zeros(len(snapshot.texts), bool)
        for spelling in (must.text, *([] if must.literal else must.synonyms)):
            found[snapshot.lexicon.rows_with(spelling)] = True
        if must.literal:
            said = fold(must.text)[0]
            for row in np.flatnonzero(found).tolist():
                found[row] = standing(said, fold(snapshot.texts[row]["body"])[0]) >= 0
        elif not must.synonyms:
            other = snapshot.columns.text_is_chinese != has_han(must.text)
            found |= other & (self._nearness(must) >= MEANT)
        return found

    def profiles(self, must: Must) -> Mask:
        """(p,) The profiles that meet the must: in one of their texts, or, not wanted, in none."""
        columns = self._snapshot.columns
        holders = columns.holding_profile[self.texts(must)[columns.holding_text]]
        found = np.zeros(len(self._snapshot.profiles), bool)
        found[holders] = True
        return found if must.wanted else ~found

    def met(self, row: int, body: str) -> tuple[Met, ...]:
        """How a text meets each wanted must that it meets."""
        wanted = (must for must in self.musts if must.wanted)
        return tuple(found for must in wanted if (found := self._met(must, row, body)))

    def _met(self, must: Must, row: int, body: str) -> Met | None:
        folded, places = fold(body)
        for spelling in (must.text, *([] if must.literal else must.synonyms)):
            said = fold(spelling)[0]
            begin = standing(said, folded)
            if begin >= 0:
                end = begin + len(said)
                if places is not None:
                    begin, end = places[begin], places[end - 1] + 1
                how = How.LITERAL if spelling == must.text else How.SYNONYM
                return Met(must.text, how, body[begin:end], begin)
        if must.literal:
            return None
        for spelling in (must.text, *must.synonyms):
            if row in self._snapshot.lexicon.rows_with(spelling):  # another form of the word
                how = How.LITERAL if spelling == must.text else How.SYNONYM
                return Met(must.text, how, "", 0)
        other = bool(self._snapshot.columns.text_is_chinese[row]) != has_han(must.text)
        return self._meant(must, row, body) if other and not must.synonyms else None

    def _meant(self, must: Must, row: int, body: str) -> Met | None:
        """The words of the text's nearest sentence that are nearest to the term; None where no
        sentence is near enough."""
        told, weights = self._asked(must)
        if not len(told.ids):
            return None
        tokens = self._snapshot.tokens
        place = tokens.of_text(row)
        similar = (
            self._snapshot.token_table.rows[tokens.ids[place]]
            @ self._static.token_vectors(told.ids).T
        )
        first, last = int(tokens.texts[row]), int(tokens.texts[row + 1])
        sentences = np.asarray(tokens.sentences[first : last + 1]) - place.start
        reached = np.maximum.reduceat(similar, sentences[:-1], axis=0) @ weights
        best = int(reached.argmax())
        if reached[best] < MEANT - SLACK:
            return None
        begin = int(sentences[best])
        near = begin + similar[begin : int(sentences[best + 1])].argmax(axis=0)
        if int(near.max() - near.min()) > MOST_APART * len(near):  # far apart: the rarest alone
            near = near[[int(weights.argmax())]]
        start = int(tokens.starts[place][near.min()])
        end = int(tokens.ends[place][near.max()])
        while inside(body, start):
            start -= 1
        while inside(body, end):
            end += 1
        while start < end and body[start].isspace():
            start += 1
        return Met(must.text, How.MEANING, body[start:end].rstrip(), start, float(reached[best]))

    def _asked(self, must: Must) -> tuple[TokenisedText, Floats]:
        """The tokens of a term and (q,) the share of each in what it says."""
        told = self._static.tokenise([must.text])[0]
        weights = self._static.idf[told.ids] ** 2
        return told, np.asarray(weights / max(float(weights.sum()), 1e-9), np.float32)

    def _nearness(self, must: Must) -> Floats:
        """(t,) How near each text's nearest sentence comes to the term."""
        tokens, table = self._snapshot.tokens, self._snapshot.token_table
        told, weights = self._asked(must)
        if not len(told.ids):
            return np.zeros(len(self._snapshot.texts), np.float32)
        ids, of = np.unique(told.ids, return_inverse=True)
        similar = self._static.token_vectors(ids) @ table.rows.T
        reached = np.zeros(len(tokens.sentences) - 1, np.float32)
        for row, weight in zip(similar, np.bincount(of, weights), strict=True):
            # One word at a time: of all at once the table takes tokens x words x 4 bytes.
            near = np.maximum.reduceat(row.take(tokens.ids), tokens.sentences[:-1])
            reached += np.float32(weight) * near
        return np.asarray(np.maximum.reduceat(reached, tokens.texts[:-1]), np.float32)


def standing(said: str, text: str) -> int:
    """Where `said` stands in `text`, not inside a longer Latin word; -1 if nowhere."""
    begin = text.find(said)
    while begin >= 0:
        end = begin + len(said)
        if not (inside(text, begin) or inside(text, end)):
            return begin
        begin = text.find(said, begin + 1)
    return -1


def inside(text: str, place: int) -> bool:
    """Whether a Latin word or a number goes on across a place."""
    pair = text[max(place - 1, 0) : place + 1]
    return 0 < place < len(text) and pair.isalnum() and not has_han(pair)
