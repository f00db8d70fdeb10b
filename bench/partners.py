"""Rows of `make bench-retrieval` on real partners: what the texts alone say of who worked on what.

An organisation is credited with the fused relevance of its texts, and with nothing else: not its
size, not its history. The baselines credit in the same way, over the same texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml

from matcher.evaluation.baselines import LEXICAL, lexical_run, popularity_run, run_by_texts
from matcher.evaluation.metrics import (
    MEASURES,
    RESAMPLES,
    SEED,
    Interval,
    Run,
    Values,
    per_question,
)
from matcher.evaluation.passages import WHOLE, Scores, passages
from matcher.evaluation.tasks import Task

from .ground import SYSTEMS, Ground
from .verdicts import PRODUCT, Goal, Line, above, intervals

NEEDS = Path(__file__).parent / "needs_zh.yaml"
SHOWN = ("MRR", "nDCG@10", "R@10", "R@50")
TF_IDF = ("TF-IDF, best three", "TF-IDF characters, best three")
BM25 = ("BM25, best three",)
BEST = 3
"""Texts of an organisation that are added up; beside it stands the best one alone."""
MOST_LOST = 10.0
"""% of a measure that the same needs in Chinese may lose."""


def credit(relevance: Scores) -> Values:
    """What each text adds to its holder: its relevance, where it was found and lies above that of
    any technical text; else nothing. Same shape as `relevance`."""
    return np.maximum(relevance, 0.0).astype(np.float64)


def product_runs(ground: Ground, task: Task, *, ablated: bool) -> dict[str, Run]:
    """The product by the best three texts and by the best one and, `ablated`, with parts away."""
    number = {project.key: i for i, project in enumerate(task.texts)}
    left_out = [{number[key] for key in q.leave_out if key in number} for q in task.questions]
    asked = [question.text for question in task.questions]
    runs: dict[str, Run] = {}
    with ground.asked_texts(passages(project.text for project in task.texts)) as product:
        for system, ablation in (SYSTEMS if ablated else {PRODUCT: WHOLE}).items():
            credited = credit(product.scores(asked, ablation, left_out))
            runs[system] = run_by_texts(task, credited, BEST)
            if system == PRODUCT:
                runs[f"{PRODUCT}, best one"] = run_by_texts(task, credited, 1)
    return runs


def compared(row: str, task: Task, runs: Mapping[str, Run]) -> dict[str, Line]:
    """A line for each measure, without a goal."""
    values = {system: per_question(run, task.qrels) for system, run in runs.items()}
    lines = {}
    for column, measure in enumerate(MEASURES):
        if measure in SHOWN:
            figures, differences = intervals({s: each[:, column] for s, each in values.items()})
            lines[measure] = Line(
                row=row,
                name=f"{task.name}, {len(task.candidates)} candidates: {measure}",
                unit="mean",
                questions=len(task.questions),
                figures=figures,
                judged=figures[PRODUCT],
                differences=differences,
            )
    return lines


def judged(
    ground: Ground, row: str, task: Task, goals: Mapping[str, Goal], note: str = ""
) -> Iterator[Line]:
    """All measures of a task; those with a goal also by their difference to TF-IDF and to BM25."""
    runs = product_runs(ground, task, ablated=True)
    runs |= {lexical.name: lexical_run(task, lexical) for lexical in LEXICAL}
    runs["popularity"] = popularity_run(task)
    for measure, line in compared(row, task, runs).items():
        yield replace(line, note=note)
        if measure in goals:
            yield above(line, TF_IDF, "TF-IDF", goals[measure])
            yield above(line, BM25, "BM25", goals[measure])


NOT_BELOW, ABOVE = Goal(0), Goal(0, ">")


def left_out(ground: Ground) -> Iterator[Line]:
    """Every CORDIS project asks for its partners abroad, itself left out."""
    task = ground.cordis_tasks["leave-one-out, >= 2 texts"]
    yield from judged(ground, "leave-one-out", task, {"MRR": ABOVE})


def forward(ground: Ground) -> Iterator[Line]:
    """Later CORDIS projects ask."""
    for name in ("forward, >= 2 texts", "forward, >= 1 text"):
        yield from judged(ground, "forward", ground.cordis_tasks[name], {"MRR": NOT_BELOW})


def papers(ground: Ground) -> Iterator[Line]:
    """Later papers with a Beijing body ask, by their titles."""
    task = ground.paper_tasks["papers forward"]
    note = "Taiwan stands among the partners abroad; without it 406 questions and 1,067 candidates"
    yield from judged(ground, "papers", task, {"MRR": NOT_BELOW, "R@50": ABOVE}, note)


def needs(ground: Ground) -> Iterator[Line]:
    """The same needs in Chinese, as a broker writes them, in place of the English project texts."""
    given = yaml.safe_load(NEEDS.read_text("utf-8"))["needs"]
    chinese = {f"cordis:{need['project']}": need["text"] for need in given}
    english = ground.cordis_tasks["forward, >= 2 texts"]
    asked = tuple(replace(q, text=chinese[q.id]) for q in english.questions)
    task = replace(english, name="the same needs in Chinese", questions=asked)
    tongues = {
        f"{PRODUCT}, English": product_runs(ground, english, ablated=False)[PRODUCT],
        PRODUCT: product_runs(ground, task, ablated=False)[PRODUCT],
    }
    for lexical in LEXICAL:
        if lexical.name in (*TF_IDF, *BM25):
            tongues[f"{lexical.name}, Chinese"] = lexical_run(task, lexical)
            tongues[f"{lexical.name}, English"] = lexical_run(english, lexical)
    column = {measure: number for number, measure in enumerate(MEASURES)}
    values = {s: per_question(run, task.qrels) for s, run in tongues.items()}
    for measure, line in compared("needs", task, tongues).items():
        yield replace(
            line, note="English: title, objective and keywords; Chinese: one or two sentences"
        )
        if measure in {"MRR", "R@50"}:
            zh, en = (values[s][:, column[measure]] for s in (PRODUCT, f"{PRODUCT}, English"))
            yield replace(
                line,
                name=f"{line.name} lost to the English text",
                unit="%",
                judged=loss(zh, en),
                judged_as="lost, paired",
                goal=Goal(MOST_LOST, "<="),
                differences={},
            )


def loss(kept: Values, whole: Values) -> Interval:
    """What % of the mean of `whole` (questions,) is missing from that of `kept`, the same questions
    drawn for both."""
    count = len(whole)
    draws = np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), RESAMPLES)
    lost = 100 * (1 - (draws @ kept) / np.maximum(draws @ whole, 1e-12))
    low, high = np.percentile(lost, [2.5, 97.5])
    return Interval(float(100 * (1 - kept.mean() / whole.mean())), float(low), float(high))
