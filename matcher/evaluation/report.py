"""One row of the report: every system on one task, as plain data and as lines to read.

`row` computes (JSON-ready, figures rounded to four places), `lines` only lays out what `row` gave.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TypedDict

from .baselines import popularity_ties
from .metrics import (
    MEASURES,
    Interval,
    Qrels,
    Run,
    bootstrap,
    exposure,
    paired_bootstrap,
    per_question,
)
from .tasks import LARGEST, SLICES, Task

PLACES = 4
PRODUCT = "product"

Figures = dict[str, dict[str, float]]
"""A measure's name -> value, low, high."""


class Compared(TypedDict):
    """The systems on one set of questions."""

    questions: int
    dropped: int
    systems: dict[str, Figures]
    product_minus: dict[str, Figures]
    """Each baseline -> the product's paired difference; empty without a product's run."""


class Row(TypedDict):
    """One task, as it is frozen in `bench/results/pairings.json`."""

    name: str
    side: str
    minimum: int
    as_of: str
    questions: int
    dropped: int
    candidates: int
    candidates_with_one_text: int
    texts: int
    all: Compared
    slices: dict[str, Compared]
    popularity_ties: dict[str, float]
    """MRR of popularity over random tie orders: mean (value), lowest, highest."""
    places: dict[str, dict[str, float]]
    """Each system -> who holds its top-ten places."""


def compare(runs: Mapping[str, Run], qrels: Qrels, *, asked: int) -> Compared:
    """Every system on the questions of `qrels`; `asked` questions were put, the rest dropped."""
    systems: dict[str, Figures] = {}
    minus: dict[str, Figures] = {}
    if qrels:
        values = {name: per_question(run, qrels) for name, run in runs.items()}
        systems = {name: _figures(bootstrap(each)) for name, each in values.items()}
        if PRODUCT in values:
            minus = {
                name: _figures(paired_bootstrap(values[PRODUCT], each))
                for name, each in values.items()
                if name != PRODUCT
            }
    return Compared(
        questions=len(qrels), dropped=asked - len(qrels), systems=systems, product_minus=minus
    )


def row(task: Task, runs: Mapping[str, Run]) -> Row:
    """Everything the report says of one task; `runs` by system, the product's under `PRODUCT`."""
    asked = len(task.questions)
    slices = {}
    for name in SLICES:
        within = {system: task.slice_run(name, run) for system, run in runs.items()}
        slices[name] = compare(within, task.slice_qrels(name), asked=asked)
    places = {
        system: _rounded(asdict(exposure(run, task.candidates, task.largest, task.with_one_text)))
        for system, run in runs.items()
    }
    return Row(
        name=task.name,
        side=task.side.value,
        minimum=task.minimum,
        as_of=task.as_of.isoformat(),
        questions=asked,
        dropped=task.dropped,
        candidates=len(task.candidates),
        candidates_with_one_text=sum(size == 1 for size in task.sizes.values()),
        texts=len(task.texts),
        all=compare(runs, task.qrels, asked=asked + task.dropped),
        slices=slices,
        popularity_ties=_rounded(asdict(popularity_ties(task))),
        places=places,
    )


def lines(row: Row, published: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """The row for a reader; `published` gives figures of others for the same task: system ->
    measure -> value."""
    yield f"== {row['name']}: partners on the {row['side']} side, as of {row['as_of']}"
    yield (
        f"{row['questions']} questions ({row['dropped']} dropped: no candidate took part), "
        f"{row['candidates']} candidates ({row['candidates_with_one_text']} with one text), "
        f"{row['texts']} texts"
    )
    yield ""
    yield _line("mean [95 %]", [*MEASURES])
    for name, figures in row["all"]["systems"].items():
        yield _line(name, [interval(figures[m]) for m in MEASURES])
    for name, floor in published.items():
        yield _line(f"  floor: {name}", [f"{floor[m]:.3f}" if m in floor else "" for m in MEASURES])
    ties = row["popularity_ties"]
    yield f"MRR of popularity over other tie orders: {interval(ties)} (mean, lowest, highest)"
    yield ""
    if row["all"]["product_minus"]:
        yield _line("product minus, paired", [*MEASURES])
        for name, figures in row["all"]["product_minus"].items():
            yield _line(name, [interval(figures[m], sign=True) for m in MEASURES])
        yield ""
    titles = [f"{LARGEST} largest", "one text", "shown", "most shown", "Gini"]
    yield _line("top-ten places held by", titles)
    for name, held in row["places"].items():
        shares = [f"{held[key]:.0%}" for key in ("largest_twenty", "one_text")]
        shown = f"{held['distinct']:.0f} of {row['candidates']}"
        yield _line(name, [*shares, shown, f"{held['most_shown']:.0%}", f"{held['gini']:.2f}"])
    for name, part in row["slices"].items():
        yield ""
        yield f"slice {name}: {part['questions']} questions ({part['dropped']} dropped)"
        for system, figures in part["systems"].items():
            minus = part["product_minus"].get(system)
            cells = [interval(figures["MRR"]), f"R@10 {figures['R@10']['value']:.3f}"]
            if minus:
                cells.append(f"product minus, MRR {interval(minus['MRR'], sign=True)}")
            yield _line(system, cells)
    yield ""


def _line(head: str, cells: list[str]) -> str:
    return f"{head:<32}" + "".join(f"{cell:<26}" for cell in cells).rstrip()


def interval(figure: Mapping[str, float], *, sign: bool = False) -> str:
    """A mean with the ends of its interval: "0.318 [0.275, 0.365]"."""
    form = "+.3f" if sign else ".3f"
    low, high = (format(figure[end], form) for end in ("low", "high"))
    return f"{figure['value']:{form}} [{low}, {high}]"


def _figures(intervals: list[Interval]) -> Figures:
    return {m: _rounded(asdict(i)) for m, i in zip(MEASURES, intervals, strict=True)}


def _rounded(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, PLACES) for name, value in figures.items()}
