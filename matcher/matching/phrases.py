"""Which words of the question met which words of a partner's text, across languages.

Each token of the question meets the token of the text that is nearest to it; what that adds to
the alignment is its share. Pieces become the words they are pieces of, and neighbours that met
neighbours become one phrase (光伏组件 with "photovoltaic modules"), their shares added up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.snapshot.snapshot import Snapshot
from matcher.text.normalise import has_han
from matcher.text.terms import fold

from .alignment import Aligner
from .question import AskedText

CLEAR_MATCH = 0.45
"""Cosine from which two words clearly say the same."""
CLEAR_CHARACTER = 0.6
"""The same for a single Chinese character, which may be a piece of a word."""
WORTH_SHOWING = 0.04
"""Share of the alignment from which a pair tells a reader something; of a long question the share
that each of its words has on average."""
MOST_PAIRS = 6
JOINING = frozenset(" -‐‑–/·")
"""What may stand between two words of one phrase."""


@dataclass(frozen=True, slots=True)
class WordPair:
    """Words that met; offsets count characters in the asking text and the partner's body."""

    asked: str
    asked_start: int
    found: str
    found_start: int
    similarity: float
    """Cosine, of a phrase the mean by share."""
    share: float
    """Its share of the alignment, in (0, 1]: those of all tokens of the question add up to 1."""


@dataclass(frozen=True, slots=True)
class NamePair:
    """Another name of a capability that the question names, as it stands in the partner's body."""

    asked: str
    asked_start: int
    found: str
    found_start: int
    capability: str


@dataclass(slots=True)
class Met:
    """A run of the question that met a run of the text."""

    start: int
    end: int
    found_start: int
    found_end: int
    share: float
    similarity: float

    def join(self, other: Met) -> None:
        """Take in a neighbour, to the right in the question."""
        share = self.share + other.share
        self.similarity = (self.similarity * self.share + other.similarity * other.share) / max(
            share, 1e-9
        )
        self.share, self.end = share, max(self.end, other.end)
        self.found_start = min(self.found_start, other.found_start)
        self.found_end = max(self.found_end, other.found_end)


def word_pairs(
    asked: AskedText, aligner: Aligner, text: int, body: str, snapshot: Snapshot
) -> tuple[WordPair, ...]:
    """The clearest pairs of an asking text and text row `text`, by share; at most six."""
    met = merged(meetings(asked, aligner, text, body, snapshot), asked.text, body)
    least = min(WORTH_SHOWING, 1 / max(len(asked.token_weights), 1))
    pairs: dict[tuple[str, str], WordPair] = {}
    for run in sorted(met, key=lambda run: -run.share):
        word, found = asked.text[run.start : run.end], body[run.found_start : run.found_end]
        if run.share >= least and any(c.isalnum() for c in word):
            pairs.setdefault(
                (word.casefold(), found.casefold()),
                WordPair(word, run.start, found, run.found_start, run.similarity, run.share),
            )
    return tuple(pairs.values())[:MOST_PAIRS]


def name_pairs(asked: AskedText, body: str) -> tuple[NamePair, ...]:
    """Other names of the capabilities of the question, in either language, that stand in `body`."""
    added = [one for one in asked.terms if one.origin is not None]
    if not added:
        return ()
    folded, places = fold(body)
    found = []
    for one in added:
        said = fold(one.words)[0]
        begin = folded.find(said)
        if begin >= 0 and (begin == 0 or has_han(said) or not folded[begin - 1].isalnum()):
            start = begin if places is None else places[begin]
            end = begin + len(said) if places is None else places[begin + len(said) - 1] + 1
            word = asked.text[one.start : one.end]
            found.append(NamePair(word, one.start, body[start:end], start, str(one.origin)))
    return tuple(found[:MOST_PAIRS])


def meetings(
    asked: AskedText, aligner: Aligner, text: int, body: str, snapshot: Snapshot
) -> list[Met]:
    """Each token of the question that clearly met one of the text, in the question's order."""
    tokens = snapshot.tokens
    place = tokens.of_text(text)
    if not len(asked.token_weights):
        return []
    similar = aligner.cosines(tokens.ids[place])
    best = similar.argmax(axis=0)
    near = similar[best, np.arange(len(best))]
    reached = np.maximum(near, 0) * asked.token_weights
    shares = reached / max(float(reached.sum()), 1e-9)
    found_starts, found_ends = tokens.starts[place].tolist(), tokens.ends[place].tolist()
    found = []
    for number in np.argsort(asked.token_starts, kind="stable").tolist():
        start, end = trimmed(
            asked.text, int(asked.token_starts[number]), int(asked.token_ends[number])
        )
        clear = CLEAR_CHARACTER if end - start == 1 else CLEAR_MATCH
        if end > start and near[number] >= clear and asked.token_tells[number]:
            other = int(best[number])
            found.append(
                Met(
                    *whole_word(asked.text, start, end),
                    *whole_word(
                        body, *trimmed(body, int(found_starts[other]), int(found_ends[other]))
                    ),
                    float(shares[number]),
                    float(near[number]),
                )
            )
    return found


def merged(met: list[Met], asked: str, body: str) -> list[Met]:
    """Pieces of one word as one, then neighbours that met neighbours as phrases."""
    runs: list[Met] = []
    for run in met:
        last = runs[-1] if runs else None
        if last is not None and run.start < last.end:  # pieces of one word
            if run.share > last.share:
                last.found_start, last.found_end = run.found_start, run.found_end
            found = last.found_start, last.found_end
            last.join(run)
            last.found_start, last.found_end = found
        elif (
            last is not None
            and adjoin(asked, last.end, run.start)
            and (
                adjoin(body, last.found_end, run.found_start)
                or adjoin(body, run.found_end, last.found_start)
            )
        ):
            last.join(run)
        else:
            runs.append(run)
    return runs


def adjoin(text: str, end: int, start: int) -> bool:
    """Whether nothing but a space or a hyphen stands between the two."""
    return 0 <= start - end <= 1 and JOINING.issuperset(text[end:start])


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without white space and punctuation at the ends."""
    while start < end and not text[start].isalnum():
        start += 1
    while start < end and not text[end - 1].isalnum():
        end -= 1
    return start, end


def whole_word(text: str, start: int, end: int) -> tuple[int, int]:
    """A piece of an alphabetic word widened to the word; Chinese tokens are words already."""

    def inside(character: str) -> bool:
        return character.isalnum() and not "\u2e80" <= character <= "\u9fff"

    if start < end and inside(text[start]):
        while start > 0 and inside(text[start - 1]):
            start -= 1
        while end < len(text) and inside(text[end]):
            end += 1
    return start, end
