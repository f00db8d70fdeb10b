"""Rows of `make bench-retrieval` on pools of texts: sentence pairs, questions to paragraphs, titles
to abstracts, terms."""

from __future__ import annotations

import csv
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.evaluation.metrics import Values
from matcher.evaluation.passages import (
    WHOLE,
    Ablation,
    AskedTexts,
    Find,
    Passage,
    Pool,
    Scores,
    all_are_in_front,
    first_in_own_language,
    first_is_right,
    lexical_scores,
    passages,
    pool,
)
from matcher.matching.alignment import Aligner
from matcher.matching.eligibility import screen
from matcher.matching.pipeline import Equipment
from matcher.matching.question import read_question
from matcher.matching.retrieve import retrieve
from matcher.query import Query
from matcher.text.encoder import Encoder, StaticEncoder
from matcher.vocabulary import Vocabulary
from models.encoder import evaluate

from .verdicts import PRODUCT, Goal, Line, intervals

COSINE, LATE = "encoder: cosine", "encoder: cosine + late interaction"
SYSTEMS: dict[str, Ablation] = {
    PRODUCT: WHOLE,
    f"{PRODUCT} without alignment": frozenset({"alignment"}),
    f"{PRODUCT} without lexical": frozenset({"lexical"}),
}
Tally = Callable[[Pool, Scores], Values]


@dataclass(frozen=True)
class Ground:
    """What every row is measured with."""

    folder: Path
    """The shared data."""
    encoder: Encoder
    static: StaticEncoder
    vocabulary: Vocabulary
    find: Find

    @cached_property
    def tasks(self) -> dict[tuple[str, str], evaluate.Task]:
        """The held-out files by name and direction."""
        return {(task.name, task.direction): task for task in evaluate.tasks(self.folder)}

    def pool(self, name: str, direction: str) -> Pool:
        """A held-out file as a pool."""
        task = self.tasks[name, direction]
        asked, other = direction.split("->")
        return pool(
            f"{name} {direction}",
            passages(task.questions, asked),
            passages(task.documents, other),
            ([right] for right in task.right.tolist()),
        )

    @contextmanager
    def asked_texts(self, texts: Sequence[Passage]) -> Iterator[AskedTexts]:
        """The product over some texts, as long as it is asked."""
        with tempfile.TemporaryDirectory(prefix="bench-texts-") as home:
            yield AskedTexts(
                texts, Path(home), self.encoder, self.static, self.vocabulary, self.find
            )

    def scores(self, asked: Pool, *, alone: bool, ablated: bool) -> dict[str, Scores]:
        """The product's whole retrieval, the baselines and, where wanted, the encoder `alone` and
        the product with a part taken away."""
        found: dict[str, Scores] = {}
        with self.asked_texts(asked.texts) as product:
            for system, ablation in SYSTEMS.items() if ablated else [(PRODUCT, WHOLE)]:
                found[system] = product.scores(asked.asked, ablation)
        if alone:
            found |= encoder_scores(self.encoder, asked)
        found |= lexical_scores(asked)
        print(f"{asked.name}: {len(asked.questions)} asked", file=sys.stderr)
        return found


def encoder_scores(encoder: Encoder, asked: Pool) -> dict[str, Scores]:
    """The encoder's cosine and, of our own, late interaction on top of it."""
    questions, texts = asked.asked, [each.body for each in asked.texts]
    cosine = encoder.encode(questions, is_query=True) @ encoder.encode(texts).T
    found = {COSINE: cosine}
    if isinstance(encoder, StaticEncoder):
        right = np.zeros(len(questions), np.int64)
        task = evaluate.Task(asked.name, "", "", questions, texts, right)
        found[LATE] = evaluate.late_interaction(encoder, task, cosine)
    return found


def tallied(
    row: str,
    asked: Pool,
    scores: Mapping[str, Scores],
    tally: Tally,
    goal: Goal | None,
    measure: str,
) -> Line:
    """A line in % of the questions, the product's own figure held against the goal."""
    figures, differences = intervals(
        {system: tally(asked, each) for system, each in scores.items()}, scale=100
    )
    return Line(
        row=row,
        name=f"{asked.name}, {measure}",
        unit="%",
        questions=len(asked.questions),
        figures=figures,
        judged=figures[PRODUCT],
        goal=goal,
        differences=differences,
    )


def above(line: Line, *, by: float, over: str, strictly: bool = False) -> Line:
    """The same line with another goal: the product's paired difference to the best baseline whose
    name begins with one of `over` (split at |)."""
    beside = {n: f for n, f in line.figures.items() if n.startswith(tuple(over.split("|")))}
    best = max(beside, key=lambda name: beside[name].value)
    return replace(
        line,
        name=f"{line.name}: above {over.replace('|', ' and ')}",
        unit="points",
        figures={PRODUCT: line.figures[PRODUCT], best: line.figures[best]},
        judged=line.differences[best],
        judged_as=f"product minus {best}, paired",
        goal=Goal(by, ">" if strictly else ">="),
        differences={},
    )


def sentences(ground: Ground) -> Iterator[Line]:
    """technical.test and tatoeba.test, both ways: reported, never chosen by."""
    for name, least, stretch in (("technical.test", 97.5, 98.2), ("tatoeba.test", 94.5, 95.5)):
        for direction in ("zh->en", "en->zh"):
            asked = ground.pool(name, direction)
            scores = ground.scores(asked, alone=True, ablated=False)
            goal = Goal(least, stretch=stretch)
            yield tallied("sentences", asked, scores, first_is_right, goal, "accuracy@1")


def xquad(ground: Ground) -> Iterator[Line]:
    """Question to paragraph, across the languages and within one."""
    for direction, least in (("zh->en", 89), ("en->zh", 89), ("zh->zh", 97), ("en->en", 97)):
        asked = ground.pool("xquad.dev", direction)
        scores = ground.scores(asked, alone=True, ablated=True)
        line = tallied("xquad", asked, scores, first_is_right, Goal(least), "recall@1")
        yield line
        if direction in {"zh->zh", "en->en"}:
            yield above(line, by=3, over="TF-IDF|BM25")


def mixed(ground: Ground) -> Iterator[Line]:
    """One pool of paragraphs in both languages, asked in both."""
    zh, en = (ground.pool("xquad.dev", f"{each}->{each}") for each in ("zh", "en"))
    texts = (*zh.texts, *en.texts)
    both = [[*a, *(len(zh.texts) + i for i in b)] for a, b in zip(zh.right, en.right, strict=True)]
    asked = pool("xquad.dev, one zh + en pool", (*zh.questions, *en.questions), texts, both + both)
    scores = ground.scores(asked, alone=True, ablated=True)
    yield tallied(
        "mixed", asked, scores, all_are_in_front, Goal(92), "both right texts in the first two"
    )
    yield tallied(
        "mixed",
        asked,
        scores,
        first_in_own_language,
        Goal(60, "<="),
        "first places in the question's own language",
    )


def csl(ground: Ground) -> Iterator[Line]:
    """Title to abstract, Chinese."""
    return _titles(ground, "csl", ground.pool("csl title", "zh->zh"), 98.5)


def cordis(ground: Ground) -> Iterator[Line]:
    """Title to objective, English."""
    asked = cordis_titles(ground.folder / "cordis" / "project.csv")
    return _titles(ground, "cordis", asked, 80)


def _titles(ground: Ground, row: str, asked: Pool, stretch: float) -> Iterator[Line]:
    scores = ground.scores(asked, alone=True, ablated=True)
    line = tallied(row, asked, scores, first_is_right, None, "recall@1")
    yield replace(line, note=f"stretch {stretch}")
    yield above(line, by=0, over="TF-IDF", strictly=True)


def cordis_titles(path: Path) -> Pool:
    """Titles of CORDIS projects, each with its objective, where there is one."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [r for r in csv.DictReader(file, delimiter=";") if r["objective"].strip()]
    return pool(
        "cordis title en->en",
        [Passage("en", row["title"]) for row in rows],
        [Passage("en", row["objective"]) for row in rows],
        ([number] for number in range(len(rows))),
    )


@dataclass(frozen=True, slots=True)
class FirstTier:
    """Texts of the first tier, best first."""

    texts: NDArray[np.int64]
    relevance: Scores


def finder() -> Find:
    """How the product finds texts."""
    try:
        from matcher.matching.pipeline import find_texts
    except ImportError:
        return first_tier
    return find_texts


def first_tier(query: Query, equipment: Equipment, today: date, ablation: Ablation) -> FirstTier:
    """Meaning plus alignment of the first tier."""
    question = read_question(query, today, equipment.snapshot, equipment.encoder, equipment.static)
    eligible = screen(question, equipment.snapshot, equipment.vocabulary)
    aligners = tuple(Aligner(asked, equipment.snapshot) for asked in question.texts)
    hits = next(iter(retrieve(question, aligners, eligible, equipment.snapshot)))
    relevance = hits.meaning if "alignment" in ablation else hits.meaning + hits.alignment
    order = np.argsort(-relevance, kind="stable")
    return FirstTier(hits.texts[order], relevance[order])
