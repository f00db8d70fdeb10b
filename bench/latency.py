"""How long a question takes on a home of some 20,000 profiles: text to ten explained pairings, on
one core and warm, beside encoding and raw search alone."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import yaml

from matcher.catalogue.intake import import_files
from matcher.catalogue.store import Catalogue
from matcher.catalogue.tagging import refresh_tags
from matcher.evaluation.metrics import SEED, Interval, Values
from matcher.organisation import Side
from matcher.service import Matcher
from matcher.snapshot.build import build

from .ground import Ground
from .imports import SOURCES
from .verdicts import PRODUCT, Goal, Line

CASES = Path(__file__).parent / "cases.yaml"
RUNS, RESAMPLES = 300, 2000
GOALS = {50: Goal(9, "<="), 99: Goal(25, "<=")}
RAW, CPU = "encode and raw search", "product, CPU time"


def query(ground: Ground) -> Iterator[Line]:
    """p50 and p99 of a question in milliseconds."""
    cases = yaml.safe_load(CASES.read_text("utf-8"))["pairs"]
    texts = [case[tongue] for case in cases for tongue in ("zh", "en")]
    with tempfile.TemporaryDirectory(prefix="bench-latency-") as folder:
        profiles = fill(ground, Path(folder))
        matcher = Matcher(ground.equipment(Path(folder)))
        index, _ = matcher.snapshot.index(Side.FOREIGN, None)
        encoder = ground.encoder

        def bare_search(text: str) -> None:
            index.search(encoder.encode([text], is_query=True), 10)

        with one_core():
            for text in texts:
                matcher.match(text)
                bare_search(text)
            waited, spent = timed(matcher.match, texts)
            raw, _ = timed(bare_search, texts)
    systems = {PRODUCT: waited, CPU: spent, RAW: raw}
    for percent, goal in GOALS.items():
        figures = {name: percentile(values, percent) for name, values in systems.items()}
        yield Line(
            row="query",
            name=f"query, text to ten explained pairings, {profiles:,} profiles: p{percent}",
            unit="ms",
            questions=RUNS,
            figures=figures,
            judged=figures[PRODUCT],
            goal=goal,
            note=f"{len(texts)} texts in turn, warm, one core; "
            f"{figures[PRODUCT].value / figures[RAW].value:.1f} times encoding and raw search",
        )


def fill(ground: Ground, home: Path) -> int:
    """A home of CORDIS, ROR and OpenAlex with tags and a snapshot; how many profiles it holds."""
    paths = [ground.folder / file for files in SOURCES.values() for file in files]
    with closing(Catalogue.open(home, create=True)) as catalogue:
        import_files(catalogue, paths)
        refresh_tags(catalogue, ground.static, ground.vocabulary)
        build(home, catalogue, ground.encoder, ground.static, ground.vocabulary)
        held = catalogue.counts()["profiles"]
    print(f"query: a home of {held} profiles is filled", file=sys.stderr)
    return held


def timed(run: Callable[[str], object], texts: Sequence[str]) -> tuple[Values, Values]:
    """Milliseconds of each of `RUNS` runs over the texts in turn: waited, and spent by this
    process; (runs,) each."""
    waited, spent = np.empty(RUNS), np.empty(RUNS)
    for number in range(RUNS):
        each = partial(run, texts[number % len(texts)])
        worked, begun = time.process_time(), time.perf_counter()
        each()
        waited[number] = time.perf_counter() - begun
        spent[number] = time.process_time() - worked
    return 1000 * waited, 1000 * spent


def percentile(values: Values, percent: float) -> Interval:
    """A percentile of (n,) with its 95 % interval over runs drawn with replacement."""
    draws = np.random.default_rng(SEED).integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.percentile(np.percentile(values[draws], percent, axis=1), [2.5, 97.5])
    return Interval(float(np.percentile(values, percent)), float(low), float(high))


@contextmanager
def one_core() -> Iterator[None]:
    """This process on a single core, where the system can bind it; elsewhere as it is."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
