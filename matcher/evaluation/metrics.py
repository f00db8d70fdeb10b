"""Measures of a run against judged truth, and what its top places are made of.

Pure functions over plain data: a *run* gives each question its ranked ids, best first, and
*qrels* give each question the set of right ids. Relevance is yes or no. A question that stands in
the qrels and not in the run scores 0: an unanswered question is not a question unasked.
Checked against ir-measures in `tests/test_evaluation.py`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Run = Mapping[str, Sequence[str]]
Qrels = Mapping[str, AbstractSet[str]]
Measure = Callable[[Sequence[str], AbstractSet[str]], float]
Values = NDArray[np.float64]

SEED = 2018
RESAMPLES = 10_000


def reciprocal_rank(ranked: Sequence[str], relevant: AbstractSet[str]) -> float:
    """1 / the place of the first right id; 0 if none was ranked."""
    for place, each in enumerate(ranked, start=1):
        if each in relevant:
            return 1.0 / place
    return 0.0


def ndcg(ranked: Sequence[str], relevant: AbstractSet[str], k: int) -> float:
    """Discounted gain of the first `k` (gain 1, discount log2(place + 1)) over the best possible
    gain; 0 without a right id."""
    gain = sum(1 / math.log2(i + 2) for i, each in enumerate(ranked[:k]) if each in relevant)
    best = sum(1 / math.log2(i + 2) for i in range(min(k, len(relevant))))
    return gain / best if best else 0.0


def precision(ranked: Sequence[str], relevant: AbstractSet[str], k: int) -> float:
    """Share of the first `k` places that are right; an empty place is a wrong one."""
    return sum(each in relevant for each in ranked[:k]) / k


def recall(ranked: Sequence[str], relevant: AbstractSet[str], k: int) -> float:
    """Share of the right ids that stand in the first `k` places; 0 without a right id."""
    return sum(each in relevant for each in ranked[:k]) / len(relevant) if relevant else 0.0


MEASURES: dict[str, Measure] = {
    "MRR": reciprocal_rank,
    "nDCG@10": lambda ranked, relevant: ndcg(ranked, relevant, 10),
    "P@10": lambda ranked, relevant: precision(ranked, relevant, 10),
    "R@10": lambda ranked, relevant: recall(ranked, relevant, 10),
    "R@50": lambda ranked, relevant: recall(ranked, relevant, 50),
}
"""The measures of a report, in its order."""


def per_question(run: Run, qrels: Qrels) -> Values:
    """(questions, measures): each measure of each question, questions in the order of `qrels`.

    Raises ValueError for a run that names a question nobody judged, or ranks an id twice.
    """
    if strange := set(run) - set(qrels):
        raise ValueError(f"the run answers questions that were never judged: {sorted(strange)[:3]}")
    for question, ranked in run.items():
        if len(set(ranked)) != len(ranked):
            raise ValueError(f"the run ranks an id twice for {question}")
    rows = [[m(run.get(q, ()), right) for m in MEASURES.values()] for q, right in qrels.items()]
    return np.asarray(rows, dtype=np.float64).reshape(len(qrels), len(MEASURES))


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over questions with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


def bootstrap(values: Values, *, seed: int = SEED, resamples: int = RESAMPLES) -> list[Interval]:
    """One interval for each column of `values` (questions, measures).

    Questions are drawn with replacement, the same draws for every column and every call with the
    same seed and number of questions; the ends are the 2.5th and 97.5th percentile of the means.
    Raises ValueError without a question.
    """
    count = len(values)
    if not count:
        raise ValueError("no question to draw from")
    draws = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), resamples)
    means = draws @ values / count
    low, high = np.percentile(means, [2.5, 97.5], axis=0)
    return [
        Interval(float(value), float(a), float(b))
        for value, a, b in zip(values.mean(axis=0), low, high, strict=True)
    ]


def paired_bootstrap(
    product: Values, baseline: Values, *, seed: int = SEED, resamples: int = RESAMPLES
) -> list[Interval]:
    """The interval of product minus baseline, question by question: both (questions, measures),
    the same questions in the same order. Raises ValueError where their shapes differ."""
    if product.shape != baseline.shape:
        raise ValueError(f"unpaired: {product.shape} against {baseline.shape}")
    return bootstrap(product - baseline, seed=seed, resamples=resamples)


def gini(counts: Sequence[int]) -> float:
    """0 where every candidate is shown equally often, towards 1 where one takes every place."""
    ordered = np.sort(np.asarray(counts, dtype=np.float64))
    total = float(ordered.sum())
    if not total:
        return 0.0
    n = len(ordered)
    return float(2 * (np.arange(1, n + 1) * ordered).sum() / (n * total) - (n + 1) / n)


@dataclass(frozen=True, slots=True)
class Exposure:
    """Who holds the top places of a run."""

    places: int
    """Places filled, over all questions."""
    largest_twenty: float
    """Share of the places held by the twenty largest candidates."""
    one_text: float
    """Share held by candidates of whom the question's catalogue has one text."""
    distinct: int
    """Candidates shown at least once."""
    most_shown: float
    """Share of the questions that show the candidate shown most often."""
    gini: float
    """Over all candidates, those never shown included."""


def exposure(
    run: Run,
    candidates: Sequence[str],
    largest: AbstractSet[str],
    with_one_text: Mapping[str, AbstractSet[str]],
    k: int = 10,
) -> Exposure:
    """Who holds the first `k` places of `run`; `with_one_text` is given for each question."""
    shown = Counter(each for ranked in run.values() for each in ranked[:k])
    places = sum(shown.values())
    small = sum(each in with_one_text[q] for q, ranked in run.items() for each in ranked[:k])
    return Exposure(
        places=places,
        largest_twenty=sum(shown[each] for each in largest) / places if places else 0.0,
        one_text=small / places if places else 0.0,
        distinct=len(shown),
        most_shown=max(shown.values(), default=0) / len(run) if run else 0.0,
        gini=gini([shown[each] for each in candidates]),
    )
