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
from matcher.text.encoder import StaticEncoder
from matcher.text.normalise import has_han
from matcher.text.terms import fold

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]
MEANT = 0.62
"""Weighted mean of the cosines of a term's words with the nearest words of one sentence, from which
the sentence is taken to say the same."""


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
    """What stands in the text."""
    start: int


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
        if row in self._snapshot.lexicon.rows_with(must.text):  # another form of the word
            return Met(must.text, How.LITERAL, "", 0)
        tokens = self._static.tokenise([must.text])[0]
        place = self._snapshot.tokens.of_text(row)
        near = (
            self._static.token_vectors(tokens.ids)
            @ self._snapshot.token_table.rows[self._snapshot.tokens.ids[place]].T
        )
        if not near.size:
            return None
        best = int(near.max(axis=0).argmax())
        start = int(self._snapshot.tokens.starts[place][best])
        stop = int(self._snapshot.tokens.ends[place][best])
        return Met(must.text, How.MEANING, body[start:stop].strip(), start)

    def _nearness(self, must: Must) -> Floats:
        """(t,) How near each text's nearest sentence comes to the term."""
        tokens, table = self._snapshot.tokens, self._snapshot.token_table
        told = self._static.tokenise([must.text])[0]
        if not len(told.ids):
            return np.zeros(len(self._snapshot.texts), np.float32)
        weights = self._static.idf[told.ids] ** 2
        similar = table.rows @ self._static.token_vectors(told.ids).T
        met = np.maximum.reduceat(similar.take(tokens.ids, axis=0), tokens.sentences[:-1], axis=0)
        reached = met @ (weights / max(float(weights.sum()), 1e-9))
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
