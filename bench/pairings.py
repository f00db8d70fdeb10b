"""`make bench-pairings`: the product against chance, popularity, TF-IDF and BM25 on real CORDIS
projects; what is asked and what is right is defined in `matcher/evaluation/tasks.py`.

Prints four rows with paired intervals and who holds the top-ten places, says which figures moved
since they were frozen in `bench/results/pairings.json`, and with `--freeze` freezes them anew.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import cordis
from matcher.catalogue.store import Catalogue
from matcher.evaluation.baselines import (
    LEXICAL,
    lexical_run,
    popularity_run,
    product_run,
    random_run,
)
from matcher.evaluation.metrics import RESAMPLES, SEED, Run
from matcher.evaluation.report import PRODUCT, Row, interval, lines, row
from matcher.evaluation.tasks import (
    CUT,
    Body,
    Project,
    Task,
    cordis_tasks,
    read_bodies,
    read_projects,
)
from matcher.service import Matcher
from matcher.settings import Settings

FROZEN = Path(__file__).parent / "results" / "pairings.json"
PAGE = Path(__file__).parent.parent / "docs" / "quality.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
"""Between these the page repeats what is frozen; a test holds that it does."""
MOVED = 0.0005
"""A frozen mean that differs by more is named; less is rounding."""

FLOORS: dict[str, dict[str, dict[str, float]]] = {
    "forward, >= 2 texts": {
        "popularity": {"MRR": 0.227, "R@10": 0.110, "R@50": 0.371},
        "TF-IDF, best three": {"MRR": 0.32, "nDCG@10": 0.156, "R@10": 0.159, "R@50": 0.415},
        "BM25, best three": {"MRR": 0.287, "R@50": 0.405},
    },
    "forward, >= 1 text": {
        "popularity": {"MRR": 0.225, "R@10": 0.069, "R@50": 0.236},
        "TF-IDF, best one": {"MRR": 0.19},
        "TF-IDF, best three": {"MRR": 0.31, "nDCG@10": 0.13, "R@10": 0.10, "R@50": 0.25},
    },
    "leave-one-out, >= 2 texts": {
        "popularity": {"MRR": 0.177, "R@10": 0.061, "R@50": 0.230},
        "TF-IDF, best three": {"MRR": 0.318, "nDCG@10": 0.161, "R@10": 0.141, "R@50": 0.290},
        "BM25, best three": {"MRR": 0.308, "R@50": 0.280},
    },
    "reverse leave-one-out, >= 2 texts": {
        "popularity": {"MRR": 0.390, "R@10": 0.447, "R@50": 1.0},
        "TF-IDF, best three": {"MRR": 0.461, "nDCG@10": 0.461, "R@10": 0.616, "R@50": 1.0},
        "BM25, best three": {"MRR": 0.474, "R@50": 1.0},
    },
}
"""The same baselines computed apart from this code, on the same files: if ours are far from them,
a rule is wrong here. Ties and tokenisation leave a few hundredths of play."""


def read_catalogue(home: Path) -> tuple[tuple[Project, ...], dict[str, Body]]:
    """The projects of a home's catalogue and every organisation."""
    with closing(Catalogue.open(home)) as catalogue:
        projects = read_projects(catalogue.profiles(), catalogue.cooperations())
        return projects, read_bodies(catalogue.organisations())


def runs_of(task: Task, matcher: Matcher, organisations: int) -> dict[str, Run]:
    """Every system's run on a task, the product's last."""
    runs: dict[str, Run] = {"random": random_run(task), "popularity": popularity_run(task)}
    runs |= {lexical.name: lexical_run(task, lexical) for lexical in LEXICAL}

    def progress(done: int) -> None:
        if done % 50 == 0 or done == len(task.questions):
            print(f"{task.name}: {done} of {len(task.questions)}", file=sys.stderr)

    runs[PRODUCT] = product_run(matcher, task, k=organisations, progress=progress)
    return runs


def measure(home: Path, whole: Matcher, early: Matcher) -> Iterator[Row]:
    """The four rows: `home` holds the whole catalogue that `whole` serves, and `early` serves one
    into which nothing after the cut was imported."""
    projects, bodies = read_catalogue(home)
    for task in cordis_tasks(projects, bodies):
        leaves_out = any(question.leave_out for question in task.questions)
        yield row(task, runs_of(task, whole if leaves_out else early, len(bodies)))


def means(rows: list[Row] | list[dict[str, Any]]) -> Iterator[tuple[str, str, str, float]]:
    """(task, system, measure, mean) of every figure over all questions."""
    for each in rows:
        for system, figures in each["all"]["systems"].items():
            for name, figure in figures.items():
                yield each["name"], system, name, figure["value"]


def moved(rows: list[Row], frozen: Mapping[str, Any]) -> Iterator[str]:
    """A line for each mean that differs from the frozen one, or that is new."""
    before = {key: value for *key_, value in means(frozen["rows"]) if (key := tuple(key_))}
    for task, system, name, value in means(rows):
        old = before.get((task, system, name))
        if old is None or abs(value - old) > MOVED:
            was = "new" if old is None else f"{old:.4f}"
            yield f"{task} · {system} · {name}: {was} -> {value:.4f}"


def tables(rows: list[Row] | list[dict[str, Any]]) -> str:
    """The frozen figures as Markdown, one table a task."""
    return "\n\n".join("\n".join(_table(each)) for each in rows)


def with_figures(page: str, rows: list[Row] | list[dict[str, Any]]) -> str:
    """`page` with the tables of `rows` between its two markers."""
    head, rest = page.split(BEGIN)
    return f"{head}{BEGIN}\n\n{tables(rows)}\n\n{END}{rest.split(END)[1]}"


def _table(each: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"**{each['name']}**: {each['questions']} questions ({each['dropped']} dropped), "
        f"{each['candidates']} candidates ({each['candidates_with_one_text']} with one text)"
    )
    yield ""
    yield (
        "| system | MRR | product minus, MRR | nDCG@10 | R@10 | R@50 | "
        "places of the 20 largest | of those with one text | candidates shown |"
    )
    yield "| --- " * 9 + "|"
    for system, figures in each["all"]["systems"].items():
        minus = each["all"]["product_minus"].get(system)
        held = each["places"][system]
        cells = [
            system,
            interval(figures["MRR"]),
            interval(minus["MRR"], sign=True) if minus else "",
            *(f"{figures[name]['value']:.3f}" for name in ("nDCG@10", "R@10", "R@50")),
            f"{held['largest_twenty']:.0%}",
            f"{held['one_text']:.0%}",
            f"{held['distinct']:.0f}",
        ]
        yield f"| {' | '.join(cells)} |"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--freeze", action="store_true", help=f"write {FROZEN.name}")
    asked = parser.parse_args(arguments)
    settings = Settings()
    paths = cordis.files(settings)
    begin = time.perf_counter()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench-pairings-") as made:
        folder = Path(made)
        whole = cordis.fill(folder / "whole", paths, settings, join=False)
        cut = cordis.up_to(CUT, *paths, folder / "files")
        early = cordis.fill(folder / f"to-{CUT}", cut, settings, join=False)
        for each in measure(folder / "whole", whole, early):
            rows.append(each)
            print(*lines(each, FLOORS[each["name"]]), sep="\n", flush=True)
    seconds = time.perf_counter() - begin
    print(f"{seconds:.0f} s; seed {SEED}, {RESAMPLES} resamples by question")
    if FROZEN.exists():
        changes = list(moved(rows, json.loads(FROZEN.read_text("utf-8"))))
        print(f"{len(changes)} means differ from {FROZEN.name}", *changes, sep="\n  ")
    if asked.freeze:
        result = {
            "benchmark": "pairings",
            "made": datetime.now(UTC).date().isoformat(),
            "seconds": round(seconds),
            "seed": SEED,
            "resamples": RESAMPLES,
            **cordis.circumstances(paths, settings),
            "floors": FLOORS,
            "rows": rows,
        }
        FROZEN.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")
        PAGE.write_text(with_figures(PAGE.read_text("utf-8"), rows), "utf-8")
        print(f"frozen: {FROZEN}, {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(cordis.told(main))
