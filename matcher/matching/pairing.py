"""What the pipeline gives: pairings with scores, and, where asked for, their reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import orjson

from matcher.errors import Bilingual

from .facets import Facets
from .musts import Met
from .phrases import NamePair, WordPair
from .question import Question
from .ranker import Block
from .rereading import UsedReranker

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, slots=True)
class Reason:
    """One contribution in words. `value` None is missing."""

    feature: str
    block: Block
    value: float | None
    contribution: float
    sentence: Bilingual


@dataclass(frozen=True, slots=True)
class Evidence:
    """A text behind a pairing, with where it comes from and how it came to be known."""

    profile: str
    kind: str
    publication: str
    language: str
    text: str
    source: str
    key: str
    date: str | None
    licence: str
    attribution: str
    completeness: float
    """How much of what a reader needs its profile says, 0 to 1 (`matcher/quality.py`)."""
    words: tuple[WordPair, ...] = ()
    names: tuple[NamePair, ...] = ()
    """Other names of the question's capabilities that stand in the text."""
    musts: tuple[Met, ...] = ()
    """The terms insisted on that the text meets, and how."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """One suggested cooperation. Scores are log-odds; prior + fit + track_record = score."""

    rank: int
    record: bytes
    """The organisation's record as JSON, as the snapshot stores it."""
    fictional: bool
    score: float
    fit: float
    track_record: float
    prior: float
    reasons: tuple[Reason, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    moved_from: int | None = None
    """Its better rank by score alone, where the one-text rule moved it down."""
    last_cooperation: int | None = None
    """For a partner of the asker: the last year known."""

    @property
    def organisation(self) -> dict[str, Any]:
        """The organisation's record, decoded."""
        decoded: dict[str, Any] = orjson.loads(self.record)
        return decoded

    @property
    def confidence(self) -> float | None:
        """How well the suggestion is documented, 0 to 1: the mean completeness of the profiles
        behind its evidence. No part of the score; None where no evidence was asked for."""
        if not self.evidence:
            return None
        return round(sum(piece.completeness for piece in self.evidence) / len(self.evidence), 2)

    @property
    def id(self) -> str:
        """The organisation's id."""
        return str(self.organisation["id"])


@dataclass(frozen=True, slots=True)
class OneTextRule:
    """At most a third of the first ten stand there by one text, unless nothing else comes near."""

    most: int
    moved: int
    """Organisations that it put out of the first ten."""
    price: float
    """Log-odds given up in the first ten: best possible sum of scores minus the sum shown."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one query."""

    snapshot: str
    ranker: str
    as_of: date
    question: Question
    eligible: int
    excluded: tuple[tuple[str, int], ...]
    missing: tuple[str, ...]
    """What could not be looked at because no asker was named."""
    pairings: tuple[Pairing, ...]
    known_partners: tuple[Pairing, ...]
    known_partner_count: int
    one_text: OneTextRule
    facets: Facets = ()
    unmet: tuple[str, ...] = ()
    """Terms insisted on that nobody else eligible meets: then there are no pairings ..."""
    nearest: tuple[Pairing, ...] = ()
    """... and these come nearest without them."""
    reranker: UsedReranker | None = None

    def __iter__(self) -> Iterator[Pairing]:
        return iter(self.pairings)

    def __len__(self) -> int:
        return len(self.pairings)

    def to_frame(self) -> pandas.DataFrame:
        """The pairings as a table, one row each, one column a feature's contribution."""
        import pandas  # off the query path: importing it takes longer than answering

        return pandas.DataFrame(
            [
                {
                    "rank": p.rank,
                    "id": p.id,
                    "name": p.organisation["name"],
                    "country": p.organisation["country"],
                    "score": p.score,
                    "fit": p.fit,
                    "track_record": p.track_record,
                    "prior": p.prior,
                    **{reason.feature: reason.contribution for reason in p.reasons},
                }
                for p in self.pairings
            ]
        )
