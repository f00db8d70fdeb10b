"""One line of a benchmark with a goal: every system's figures, what is judged, the verdict.

A goal is missed only if the whole 95 % interval of what is judged lies on its wrong side; a value
that falls short while its interval reaches the goal is said to be within the interval.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from matcher.evaluation.metrics import Interval, Values, bootstrap

PRODUCT = "product"
PLACES = 4
REACHED, WITHIN, MISSED, REPORTED = "reached", "within the interval", "MISSED", "no goal"


@dataclass(frozen=True, slots=True)
class Goal:
    """What a value must reach: at least it, at most it, or lie above it."""

    value: float
    way: str = ">="
    stretch: float | None = None

    def __post_init__(self) -> None:
        if self.way not in {">=", "<=", ">"}:
            raise ValueError(f"a goal is >=, <= or >, not {self.way}")

    def met_by(self, value: float) -> bool:
        """Whether one value reaches it."""
        if self.way == ">":
            return value > self.value
        return value >= self.value if self.way == ">=" else value <= self.value

    def __str__(self) -> str:
        stretch = "" if self.stretch is None else f" (stretch {self.stretch:g})"
        return f"{self.way} {self.value:g}{stretch}"


@dataclass(frozen=True, slots=True)
class Line:
    """A measure on one set of questions, by every system that can take part."""

    row: str
    name: str
    unit: str
    """%, points, a measure between 0 and 1, ms, MB ..."""
    questions: int
    figures: Mapping[str, Interval]
    judged: Interval
    judged_as: str = PRODUCT
    """What is held against the goal: the product's figure, or a difference."""
    goal: Goal | None = None
    note: str = ""
    differences: Mapping[str, Interval] = field(default_factory=dict)
    """The product minus each baseline, paired by question."""

    @property
    def verdict(self) -> str:
        """`reached`, `within the interval`, `MISSED`, or that there is no goal."""
        if self.goal is None:
            return REPORTED
        if self.goal.met_by(self.judged.value):
            return REACHED
        best = self.judged.low if self.goal.way == "<=" else self.judged.high
        return WITHIN if self.goal.met_by(best) else MISSED

    @property
    def is_difference(self) -> bool:
        """Whether a difference is held against the goal, not the figure of one system."""
        return self.judged_as not in self.figures

    @property
    def held(self) -> str:
        """What is held against the goal, with its interval."""
        return f"{shown(self.judged, sign=self.is_difference)} {self.unit}".rstrip()

    def lines(self) -> Iterable[str]:
        """For a reader at a terminal."""
        goal = f"goal {self.goal}: {self.verdict}" if self.goal else ""
        asked = f"n {self.questions}" if self.questions else ""
        unit = f"[{self.unit}]" if self.unit else ""
        yield "  ".join(part for part in (self.name, unit, asked, goal) if part)
        if self.is_difference:
            yield f"    {self.judged_as:<59} {shown(self.judged, sign=True)}"
        for system, figure in self.figures.items():
            minus = self.differences.get(system)
            paired = f"   product minus: {shown(minus, sign=True)}" if minus else ""
            yield f"    {system:<44} {shown(figure)}{paired}"
        if self.note:
            yield f"    {self.note}"


def above(line: Line, systems: Sequence[str], what: str, goal: Goal) -> Line:
    """The same line held against another goal: the product's paired difference to the best of
    `systems`, which together are called `what`."""
    best = max(systems, key=lambda name: line.figures[name].value)
    return replace(
        line,
        name=f"{line.name}, above {what}",
        unit="points" if line.unit == "%" else "difference",
        figures={PRODUCT: line.figures[PRODUCT], best: line.figures[best]},
        judged=line.differences[best],
        judged_as=f"product minus {best}, paired",
        goal=goal,
        differences={},
        note="",
    )


def by(line: Line, system: str, goal: Goal | None) -> Line:
    """The same line with the figure of another system held against the goal, and nothing else."""
    return replace(
        line,
        name=f"{line.name} by {system}",
        figures={system: line.figures[system]},
        judged=line.figures[system],
        judged_as=system,
        goal=goal,
        differences={},
        note="",
    )


def shown(figure: Interval, *, sign: bool = False) -> str:
    """A value with its interval: "91.2 [89.0, 93.1]"; more digits for small values."""
    largest = max(abs(figure.value), abs(figure.high))
    form = ".1f" if largest >= 10 else ".2f" if largest >= 1.5 else ".3f"
    value = f"{figure.value:{'+' if sign else ''}{form}}"
    if figure.low == figure.high:
        return value
    low, high = (f"{end:{'+' if sign else ''}{form}}" for end in (figure.low, figure.high))
    return f"{value} [{low}, {high}]"


def as_data(line: Line) -> dict[str, Any]:
    """A line as it is frozen: figures to four places, the verdict in words."""

    def figures(named: Mapping[str, Interval]) -> dict[str, dict[str, float]]:
        return {name: _rounded(each) for name, each in named.items()}

    return {
        "row": line.row,
        "name": line.name,
        "unit": line.unit,
        "questions": line.questions,
        "figures": figures(line.figures),
        "product_minus": figures(line.differences),
        "judged": _rounded(line.judged),
        "judged_as": line.judged_as,
        "goal": str(line.goal) if line.goal else None,
        "verdict": line.verdict,
        "note": line.note,
    }


def table(lines: Sequence[Mapping[str, Any]]) -> str:
    """Frozen lines as Markdown: first what is held against a goal, then every system's figure."""
    goals = ["| measure | n | goal | held against it | verdict |", "| --- " * 5 + "|"]
    every = ["| measure | n | product | TF-IDF | BM25 | beside |", "| --- " * 6 + "|"]
    for line in lines:
        unit = f" ({line['unit']})" if line["unit"] else ""
        name, asked = f"{line['name']}{unit}", str(line["questions"] or "")
        figures = {system: Interval(**each) for system, each in line["figures"].items()}
        if line["goal"]:
            held = shown(Interval(**line["judged"]), sign=line["judged_as"] not in figures)
            cells = [name, asked, line["goal"], held, line["verdict"]]
            goals.append(f"| {' | '.join(cells)} |")
        if line["judged_as"] == PRODUCT:
            cells = [shown(figures.pop(PRODUCT))]
            for baseline in ("TF-IDF", "BM25"):
                found = {s: figures.pop(s) for s in [*figures] if s.startswith(baseline)}
                best = max(found, key=lambda s: found[s].value, default=None)
                cells.append(f"{shown(found[best])} ({_detail(best)})" if best else "")
            cells.append("; ".join(f"{s} {shown(each)}" for s, each in figures.items()))
            every.append(f"| {' | '.join([name, asked, *cells])} |")
    return "\n".join([*goals, "", *every])


def _detail(system: str) -> str:
    """What "TF-IDF, words" says besides the method's name."""
    return system.split(" ", 1)[1].removeprefix(", ") if " " in system else system


def _rounded(figure: Interval) -> dict[str, float]:
    return {end: round(value, PLACES) for end, value in asdict(figure).items()}


def exact(value: float) -> Interval:
    """A count or a size: nothing was drawn."""
    return Interval(value, value, value)


def intervals(
    values: Mapping[str, Values], *, scale: float = 1.0
) -> tuple[dict[str, Interval], dict[str, Interval]]:
    """Each system's mean, and the product's paired difference to each other system.

    `values` holds (questions,) by system, the same questions in the same order.
    """
    others = [name for name in values if name != PRODUCT]
    columns = [*values.values(), *(values[PRODUCT] - values[name] for name in others)]
    found = bootstrap(scale * np.stack(columns, axis=1))
    return dict(zip(values, found, strict=False)), dict(
        zip(others, found[len(values) :], strict=True)
    )
