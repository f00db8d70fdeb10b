"""One pass from a query to explained pairings: read from `match` downwards.

    question -> eligible -> hits -> candidates -> scored -> placed -> explained

Each stage is called once a tier, takes what the stage before gave, and calls nobody back. Text
queries, profiles, organisations, lists, the API and the benchmarks all go through here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property

import numpy as np

from matcher.query import Must, Query
from matcher.snapshot.snapshot import Snapshot
from matcher.text.encoder import Encoder, StaticEncoder
from matcher.text.expansion import Names
from matcher.text.reranker import Reranker
from matcher.vocabulary import Vocabulary

from .alignment import Aligner
from .candidates import gather_candidates
from .eligibility import Eligible, screen
from .explain import Explainer, explain
from .facets import count_facets
from .features import RERANK, Pairs
from .history import read_history
from .musts import Insistence
from .pairing import Answer, Pairing
from .placing import FIRST, Placed, place
from .question import Question, read_question
from .ranker import Ranker, shipped_ranker
from .relevance import WHOLE, Blend
from .rereading import read_again, used
from .retrieve import NOTHING, Hits, retrieve
from .scoring import Scored, score
from .sectors import question_sectors
from .seeker import Seeker


class Reasons(StrEnum):
    """How much of the reasons an answer carries."""

    ALL = "all"
    TOP = "top"
    NONE = "none"


@dataclass(frozen=True)
class Equipment:
    """What a pipeline needs besides the query; all of it immutable and shared."""

    snapshot: Snapshot
    encoder: Encoder
    static: StaticEncoder
    vocabulary: Vocabulary
    ranker: Ranker
    reranker: Reranker | None = None
    """What reads the best texts once more, if anything does."""

    @cached_property
    def whole_ranker(self) -> Ranker:
        """The ranker that scores: with a curve more where there is a re-ranker."""
        if self.reranker is None:
            return self.ranker
        return self.ranker.joined(shipped_ranker(((RERANK.name, RERANK.block),), "rerank.json"))

    @cached_property
    def names(self) -> Names:
        """Every name of every capability, to look for beside the question's own words."""
        return Names(self.vocabulary.capability)


@dataclass(frozen=True, slots=True)
class Ranking:
    """A query ranked, before anything is put into words."""

    question: Question
    eligible: Eligible
    placed: Placed
    partner_count: int
    """Past partners among the eligible."""
    first: Scored | None
    """The first tier; None where nobody was found."""


def match(
    query: Query, equipment: Equipment, today: date, reasons: Reasons = Reasons.ALL
) -> Answer:
    """The k best pairings for a query, those the asker already worked with apart.

    `match` with k is a prefix of `match` with k + 1. Raises what `read_question` raises.
    """
    ranking = rank(query, equipment, today)
    words = explainer(equipment, query)
    pairings, partners = explain(ranking.placed, words, reasons.value)
    question, eligible, placed = ranking.question, ranking.eligible, ranking.placed
    unmet, nearest = without_musts(query, eligible, equipment, today, reasons)
    return Answer(
        snapshot=equipment.snapshot.id,
        ranker=equipment.whole_ranker.label,
        as_of=question.as_of,
        question=question,
        eligible=int(eligible.organisations.sum()),
        excluded=eligible.excluded,
        missing=missing(question),
        pairings=pairings,
        known_partners=partners,
        known_partner_count=ranking.partner_count,
        one_text=placed.one_text,
        facets=(
            count_facets(ranking.first, equipment.snapshot, equipment.vocabulary)
            if reasons is not Reasons.NONE
            else ()
        ),
        unmet=unmet,
        nearest=nearest,
        reranker=used(equipment.reranker),
    )


def missing(question: Question) -> tuple[str, ...]:
    """What an answer could not look at."""
    without_asker = () if question.asker is not None else MISSING_WITHOUT_ASKER
    return (*without_asker, *((UNDERSTANDING,) if question.query.unread else ()))


def without_musts(
    query: Query, eligible: Eligible, equipment: Equipment, today: date, reasons: Reasons
) -> tuple[tuple[str, ...], tuple[Pairing, ...]]:
    """Where nobody meets what is insisted on: the terms that are to blame, each alone or all
    together, and who comes nearest without them. Nothing where somebody does."""
    if not query.musts or eligible.organisations.any():
        return (), ()
    alone = tuple(must.text for must in query.musts if not lone(must, query, equipment, today))
    found = rank(replace(query, musts=(), k=NEAREST), equipment, today).placed
    nearest, _ = explain(found, explainer(equipment, query), reasons.value)
    return alone or tuple(must.text for must in query.musts), nearest


def lone(must: Must, query: Query, equipment: Equipment, today: date) -> bool:
    """Whether anybody otherwise eligible meets this must, were it the only one."""
    question = ask(replace(query, musts=(must,)), equipment, today)
    found = screen(question, equipment.snapshot, equipment.vocabulary, equipment.static)
    return bool(found.organisations.any())


def rank(query: Query, equipment: Equipment, today: date) -> Ranking:
    """Encode, screen, retrieve, score and place: everything but the words."""
    snapshot, vocabulary = equipment.snapshot, equipment.vocabulary
    question = ask(query, equipment, today)
    eligible = screen(question, snapshot, vocabulary, equipment.static)
    history = read_history(snapshot, question.as_of, query.leave_out, question.asker)
    seekers = seek(question, snapshot)
    aligners = tuple(seeker.aligner for seeker in seekers)
    sectors = question_sectors(question, seekers, snapshot, vocabulary)
    seen = np.zeros(len(snapshot.organisations), bool)
    tiers: list[Scored] = []
    found = 0
    reranker = equipment.reranker
    for hits in retrieve(question, seekers, eligible, snapshot):
        candidates = gather_candidates(hits, eligible, snapshot, seen)
        reread = read_again(question, hits, snapshot, reranker)
        reranker = None  # the best stand in the first tier
        if len(candidates):
            pairs = Pairs(question, snapshot, hits, aligners, candidates, history, sectors, reread)
            tiers.append(score(pairs, equipment.whole_ranker))
            seen[candidates.organisations] = True
            found += sum(row not in history.partners for row in candidates.organisations.tolist())
        if found >= max(query.k, FIRST):
            break
    placed = place(tiers, history.partners, query.k, equipment.whole_ranker.prior)
    acquainted = sum(bool(eligible.organisations[row]) for row in history.partners)
    return Ranking(question, eligible, placed, acquainted, tiers[0] if tiers else None)


def ask(query: Query, equipment: Equipment, today: date) -> Question:
    """The question made ready to search with."""
    e = equipment
    return read_question(query, today, e.snapshot, e.encoder, e.static, e.names)


def seek(question: Question, snapshot: Snapshot, blend: Blend = WHOLE) -> tuple[Seeker, ...]:
    """One seeker for each asking text."""
    return tuple(
        Seeker(asked, Aligner(asked, snapshot), snapshot, blend) for asked in question.texts
    )


def find_texts(
    query: Query, equipment: Equipment, today: date, ablation: frozenset[str] = frozenset()
) -> Hits:
    """The first tier's texts, before anything is asked about who holds them; without the measures
    named in `ablation` (`relevance.py`)."""
    snapshot = equipment.snapshot
    question = ask(query, equipment, today)
    seekers = seek(question, snapshot, WHOLE.without(ablation))
    eligible = screen(question, snapshot, equipment.vocabulary, equipment.static)
    return next(retrieve(question, seekers, eligible, snapshot), NOTHING)


def explainer(equipment: Equipment, query: Query) -> Explainer:
    """Who puts places into words."""
    snapshot = equipment.snapshot
    insistence = Insistence(query.musts, snapshot, equipment.static) if query.musts else None
    return Explainer(snapshot, equipment.vocabulary, equipment.whole_ranker, insistence)


NEAREST = 5
"""Pairings shown apart when nobody meets what is insisted on."""
MISSING_WITHOUT_ASKER = ("second_direction", "corporate_tree", "past_partners", "screening")
UNDERSTANDING = "understanding"
"""Rules and terms insisted on, in a text too long to be read for them."""
