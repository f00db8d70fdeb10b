"""What the product is measured against: chance, popularity, TF-IDF and BM25, and its own run.

Each takes a task and gives a run: for every question all candidates, best first, ties broken by
the task's order. Nothing is tuned: one stated setting each. The lexical baselines learn their
words, their document frequencies and mean lengths from the texts of the question's catalogue only
(in a leave-one-out task anew for each question, without the text that asks), and credit a candidate
with its *best one* text or with the sum of its *best three*: the sum rewards whoever holds many
texts, so it is text plus popularity.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.matching.pipeline import Reasons
from matcher.query import Query

from .lexical import Analyser, bm25, counts, tf_idf
from .metrics import SEED, Interval, Run, Values, per_question
from .tasks import Question, Task

Mask = NDArray[np.bool_]
TIE_ORDERS = 30
TIE_DIGITS = 12
"""Sums are rounded to this before ranking, so that the order of adding makes no difference."""


@dataclass(frozen=True, slots=True)
class Lexical:
    """One lexical baseline."""

    name: str
    weighting: Literal["tf-idf", "bm25"]
    analyser: Analyser
    best: int
    """How many of a candidate's texts are added up."""


LEXICAL = (
    Lexical("TF-IDF, best one", "tf-idf", "words", 1),
    Lexical("TF-IDF, best three", "tf-idf", "words", 3),
    Lexical("TF-IDF characters, best three", "tf-idf", "characters 3-5", 3),
    Lexical("BM25, best three", "bm25", "words", 3),
)


def random_run(task: Task, seed: int = SEED) -> Run:
    """Chance: candidates by the SHA-256 of seed, question and id."""

    def key(question: Question, candidate: str) -> bytes:
        return hashlib.sha256(f"{seed}\x1f{question.id}\x1f{candidate}".encode()).digest()

    return {q.id: sorted(task.candidates, key=lambda c: key(q, c)) for q in task.questions}


def popularity_run(task: Task) -> Run:
    """The candidates with most texts in the question's catalogue first, whatever is asked."""
    holders, known = _holders(task), _known(task)
    return {
        question.id: _ranked(task, holders @ known[i].astype(np.float64))
        for i, question in enumerate(task.questions)
    }


def popularity_ties(task: Task, orders: int = TIE_ORDERS, seed: int = SEED) -> Interval:
    """Lowest, mean and highest MRR of popularity over random tie orders: most candidates hold as
    few texts as the next, and two large ones that tie can move the mean by hundredths."""
    draw = np.random.default_rng(seed)
    found: list[float] = []
    for _ in range(orders):
        shuffled = replace(task, candidates=tuple(draw.permutation(task.candidates).tolist()))
        found.append(float(per_question(popularity_run(shuffled), task.qrels)[:, 0].mean()))
    return Interval(float(np.mean(found)), min(found), max(found))


def lexical_run(task: Task, lexical: Lexical) -> Run:
    """Candidates by the similarity of their texts to the question's; needs scikit-learn."""
    return run_by_texts(task, _similarities(task, lexical, _known(task)), lexical.best)


def run_by_texts(task: Task, scores: Values, best: int) -> Run:
    """Candidates by the sum of the `best` largest scores of their texts. `scores` (questions,
    texts) are at least 0; 0 adds nothing, so that who has fewer texts loses nothing by it."""
    held = _texts_of(task)
    run: dict[str, Sequence[str]] = {}
    for question, row in zip(task.questions, scores, strict=True):
        each = np.append(row, 0.0)[held]
        if best < each.shape[1]:
            each = np.partition(each, -best, axis=1)[:, -best:]
        run[question.id] = _ranked(task, each.sum(axis=1))
    return run


class _Suggested(Protocol):
    @property
    def id(self) -> str:
        """The organisation's id."""
        ...


class Answering(Protocol):
    """What the product's run needs of `matcher.service.Matcher`."""

    def match(self, query: Query, reasons: Reasons) -> Iterable[_Suggested]: ...


def product_run(
    matcher: Answering, task: Task, *, k: int, progress: Callable[[int], None] | None = None
) -> Run:
    """The product's own pipeline, asked each question as text, without an asker.

    `k` should be the number of organisations in the home, so that no candidate is cut off; of its
    answer those remain that are candidates of the task. A candidate that it does not give stays
    unranked. `progress` is told how many questions are done.
    """
    candidates = frozenset(task.candidates)
    run: dict[str, Sequence[str]] = {}
    for done, question in enumerate(task.questions, start=1):
        query = Query(
            text=question.text,
            side=task.side,
            k=k,
            as_of=task.as_of,
            leave_out=question.leave_out,
        )
        given = (pairing.id for pairing in matcher.match(query, Reasons.NONE))
        run[question.id] = [each for each in given if each in candidates]
        if progress:
            progress(done)
    return run


def _ranked(task: Task, scores: Values) -> list[str]:
    order = np.argsort(-np.round(scores, TIE_DIGITS), kind="stable")
    return [task.candidates[i] for i in order]


def _holders(task: Task) -> Values:
    """(candidates, texts): 1 where the candidate took part in the text's project."""
    return np.array(
        [[each in project.members for project in task.texts] for each in task.candidates],
        dtype=np.float64,
    )


def _texts_of(task: Task) -> NDArray[np.int64]:
    """(candidates, most): the numbers of each candidate's texts, filled up with the number of
    texts, which is that of no text."""
    held: dict[str, list[int]] = {each: [] for each in task.candidates}
    for number, project in enumerate(task.texts):
        for member in project.members & held.keys():
            held[member].append(number)
    most = max(map(len, held.values()), default=0)
    rows = [[*texts, *([len(task.texts)] * (most - len(texts)))] for texts in held.values()]
    return np.array(rows, np.int64).reshape(len(rows), most)


def _known(task: Task) -> Mask:
    """(questions, texts): whether the text stands in the question's catalogue."""
    return np.array(
        [[project.key not in q.leave_out for project in task.texts] for q in task.questions],
        dtype=np.bool_,
    )


def _similarities(task: Task, lexical: Lexical, known: Mask) -> Values:
    """(questions, texts), at least 0; 0 for a text that the question's catalogue lacks."""
    asked, texts = counts(
        [q.text for q in task.questions], [project.text for project in task.texts], lexical.analyser
    )
    weigh = tf_idf if lexical.weighting == "tf-idf" else bm25
    found = np.zeros(known.shape, dtype=np.float64)
    for mask in np.unique(known, axis=0):  # questions with the same catalogue share its weights
        rows = np.flatnonzero((known == mask).all(axis=1))
        block = weigh(asked[rows], texts[np.flatnonzero(mask)])
        found[np.ix_(rows, np.flatnonzero(mask))] = block.toarray()
    return found
