"""The retrieval bench's own rules: verdicts, what is printed, what is frozen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import encoding, latency, partners, parts, pools, retrieval, understanding, verdicts
from bench.ground import Ground, NotMeasured
from bench.verdicts import MISSED, PRODUCT, REACHED, REPORTED, WITHIN, Goal, Line, exact
from matcher.evaluation import metrics
from matcher.evaluation.metrics import Interval
from matcher.matching.features import BLOCKS
from matcher.matching.pipeline import find_texts
from matcher.matching.ranker import shipped_ranker
from matcher.settings import REPOSITORY
from matcher.text.encoder import default_encoder
from matcher.vocabulary import load_vocabulary


@pytest.fixture(scope="module")
def ground() -> Ground:
    static = default_encoder()
    return Ground(Path(), static, static, load_vocabulary(), find_texts)


# --- verdicts ---------------------------------------------------------------------------------


def a_line(value: float, low: float, high: float, goal: Goal | None) -> Line:
    held = Interval(value, low, high)
    return Line("row", "name", "%", 10, {PRODUCT: held}, held, goal=goal)


@pytest.mark.parametrize(
    ("held", "goal", "verdict"),
    [
        ((90, 88, 92), Goal(90), REACHED),
        ((89, 88, 90), Goal(90), WITHIN),
        ((88, 86, 89.9), Goal(90), MISSED),
        ((60, 58, 62), Goal(60, "<="), REACHED),
        ((61, 60, 62), Goal(60, "<="), WITHIN),
        ((62, 60.1, 64), Goal(60, "<="), MISSED),
        ((0.1, -1, 1), Goal(0, ">"), REACHED),
        ((0, -1, 1), Goal(0, ">"), WITHIN),
        ((-1, -2, 0), Goal(0, ">"), MISSED),
        ((0, -1, 1), Goal(0), REACHED),
        ((5, 4, 6), None, REPORTED),
    ],
)
def test_a_goal_is_missed_only_by_the_whole_interval(
    held: tuple[float, float, float], goal: Goal | None, verdict: str
) -> None:
    line = a_line(*held, goal)
    assert line.verdict == verdict
    assert bool(goal) == (f"goal {goal}: {verdict}" in next(iter(line.lines())))


def test_a_goal_has_a_way() -> None:
    with pytest.raises(ValueError, match="not =="):
        Goal(1, "==")


def test_differences_are_paired_and_the_best_baseline_is_held_against() -> None:
    steady = np.tile([0.0, 1.0], 50)
    values = {"weak": steady * 0.0, PRODUCT: steady, "strong": steady * 0.9, "other": steady + 1}
    figures, differences = verdicts.intervals(values, scale=100)
    assert list(figures) == list(values)
    for name, each in values.items():
        (expected,) = metrics.bootstrap(100 * each[:, None])
        assert figures[name] == pytest.approx(expected)
        if name != PRODUCT:
            (paired,) = metrics.bootstrap(100 * (steady - each)[:, None])
            assert differences[name] == pytest.approx(paired)
    line = replace(a_line(50, 40, 60, None), figures=figures, differences=differences)
    held = verdicts.above(line, ["weak", "strong"], "both", Goal(3))
    assert held.judged == differences["strong"]
    assert held.judged.value == pytest.approx(5)
    assert list(held.figures) == [PRODUCT, "strong"]
    assert "product minus strong" in "\n".join(held.lines())


def test_what_is_lost_is_a_share_of_the_whole_on_the_same_questions() -> None:
    whole = np.linspace(0.1, 1, 40)
    lost = partners.loss(0.8 * whole, whole)
    assert (lost.value, lost.low, lost.high) == pytest.approx((20, 20, 20))
    assert partners.loss(whole[::-1].copy(), whole).low < 0 < partners.loss(whole / 2, whole).low


# --- the command ------------------------------------------------------------------------------


def test_percentiles_have_an_interval() -> None:
    values = np.random.default_rng(1).normal(10, 1, 300)
    found = latency.percentile(values, 50)
    assert found.low < found.value == np.median(values) < found.high
    assert found.high - found.low < 0.6


def test_only_a_clone_with_its_history_has_the_earlier_encoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "FIRST_ENCODER", "0" * 40)
    with pytest.raises(NotMeasured, match="history"):
        pools.first_encoder(tmp_path)


def test_without_the_data_it_says_what_is_missing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.retrieval"],
        cwd=REPOSITORY,
        env=os.environ | {"MATCHER_SHARED_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 2


def test_nothing_is_frozen_while_a_row_is_not_measured(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def there(_: Ground) -> Iterator[Line]:
        yield a_line(90, 88, 92, Goal(95))

    def absent(_: Ground) -> Iterator[Line]:
        yield a_line(1, 1, 1, None)
        raise NotMeasured("its part is away")

    monkeypatch.setattr(retrieval, "ROWS", {"there": there, "absent": absent})
    monkeypatch.setattr(retrieval, "ground", lambda _: ground)
    monkeypatch.setattr(retrieval, "FROZEN", Path("/nowhere/retrieval.json"))
    assert retrieval.main(["--freeze"]) == 1
    said = capsys.readouterr()
    assert "not measured: its part is away" in said.out
    assert f"{MISSED:<20} name: 90.0 [88.0, 92.0] % (goal >= 95)" in said.out
    assert "nothing is frozen" in said.err
    assert retrieval.main(["--rows", "there"]) == 0
    for wrong in (["--rows", "nobody"], ["--rows", "there", "--freeze"]):
        with pytest.raises(SystemExit):
            retrieval.main(wrong)


def test_the_table_shows_what_is_judged_and_every_system() -> None:
    line = replace(
        a_line(90, 88, 92, Goal(95, stretch=97)),
        figures={
            PRODUCT: Interval(90, 88, 92),
            "TF-IDF, words": exact(70),
            "TF-IDF, characters 3-5": exact(71),
            "BM25, words": exact(72),
            "encoder: cosine": exact(60),
        },
    )
    page = retrieval.with_figures(
        f"before {retrieval.BEGIN} old {retrieval.END} after", [verdicts.as_data(line)]
    )
    assert page.startswith("before ")
    assert page.endswith(" after")
    assert "old" not in page
    assert "| name (%) | 10 | >= 95 (stretch 97) | 90.0 [88.0, 92.0] | MISSED |" in page
    assert "| 71.0 (characters 3-5) | 72.0 (words) | encoder: cosine 60.0 |" in page


# --- what is frozen ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def frozen() -> dict[str, Any]:
    result: dict[str, Any] = json.loads(retrieval.FROZEN.read_text("utf-8"))
    return result


def test_frozen_figures_are_whole_and_of_the_parts_that_ship(frozen: dict[str, Any]) -> None:
    rows = list(retrieval.ROWS)
    assert list(dict.fromkeys(line["row"] for line in frozen["lines"])) == rows
    assert set(frozen["data"]) == {Path(name).name for name in retrieval.FILES}
    assert frozen["encoder"]["fingerprint"] == default_encoder().fingerprint, "freeze it again"
    assert frozen["ranker"] == shipped_ranker(tuple(BLOCKS.items())).label, "freeze it again"
    for line in frozen["lines"]:
        for figure in (*line["figures"].values(), line["judged"]):
            assert figure["low"] <= figure["value"] <= figure["high"]


def test_the_page_repeats_what_is_frozen(frozen: dict[str, Any]) -> None:
    page = retrieval.PAGE.read_text("utf-8")
    assert retrieval.with_figures(page, frozen["lines"]) == page


def test_parts_measured_elsewhere_become_lines(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"ratio to model2vec": 0.9, "one text, ms": 0.2, "import, s": 0.1}
    monkeypatch.setattr(encoding, "measure", lambda: found)
    lines = list(parts.encoding(ground))
    assert [(line.name, line.unit, line.verdict) for line in lines] == [
        ("encoding: ratio to model2vec", "", MISSED),
        ("encoding: one text", "ms", REACHED),
        ("encoding: import", "s", REPORTED),
    ]
    monkeypatch.setattr(encoding, "measure", lambda: {"one text, ms": 0.2})
    with pytest.raises(NotMeasured, match="model2vec"):
        list(parts.encoding(ground))
    read = {"n": 4, "right": 3, "misses": [("asked", [], [])]}
    read |= {"n_without": 2, "false": 1, "false_filters": [("told", [])]}
    monkeypatch.setattr(understanding, "measure", lambda: read)
    right, false = parts.understanding(ground)
    assert (right.judged.value, right.note) == (75, "missed: asked")
    assert (false.judged, false.verdict) == (exact(1), MISSED)


def test_another_system_can_be_held_against_the_goal() -> None:
    line = replace(a_line(90, 88, 92, None), figures={PRODUCT: exact(90), "other": exact(50)})
    held = verdicts.by(line, "other", Goal(60))
    assert (held.verdict, held.held) == (MISSED, "50.0 %")
    assert "| name by other (%) | 10 | >= 60 | 50.0 | MISSED |" in verdicts.table(
        [verdicts.as_data(held)]
    )
