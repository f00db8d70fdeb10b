"""The benchmarks' own rules: what they do without data, what a home up to a year may hold, and that
the frozen figures are whole, agree with the floors, and stand on the page as they are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import cordis, pairings
from matcher.evaluation.baselines import LEXICAL
from matcher.evaluation.metrics import MEASURES
from matcher.evaluation.report import PRODUCT
from matcher.evaluation.tasks import SLICES
from matcher.matching.features import BLOCKS
from matcher.matching.ranker import shipped_ranker
from matcher.text.encoder import default_encoder

ROOT = Path(__file__).resolve().parent.parent
SYSTEMS = ["random", "popularity", *(lexical.name for lexical in LEXICAL), PRODUCT]
PLAY = {"MRR": 0.03, "nDCG@10": 0.03, "R@10": 0.05, "R@50": 0.04}
"""How far a baseline may lie from its floor: ties and tokenisation, no wrong rule."""


@pytest.fixture(scope="module")
def frozen() -> dict[str, Any]:
    result: dict[str, Any] = json.loads(pairings.FROZEN.read_text("utf-8"))
    return result


@pytest.mark.parametrize("module", ["bench.pairings", "bench.overlap"])
def test_without_the_data_a_benchmark_says_what_is_missing_and_how_to_mend_it(
    module: str, tmp_path: Path
) -> None:
    (tmp_path / "cordis").mkdir()
    (tmp_path / "cordis" / "project.csv").touch()
    done = subprocess.run(
        [sys.executable, "-m", module],
        cwd=ROOT,
        env=os.environ | {"MATCHER_SHARED_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    chinese, english = done.stderr.splitlines()
    for said in (chinese, english):
        assert str(tmp_path) in said
        assert "organization.csv" in said
        assert "project.csv" not in said
        assert "MATCHER_SHARED_DATA" in said
    assert "缺少" in chinese
    assert "missing" in english


def test_a_home_up_to_a_year_holds_nothing_begun_later(tmp_path: Path) -> None:
    project, organization = tmp_path / "p.csv", tmp_path / "o.csv"
    project.write_text(
        '\ufeff"id";"startDate";"title"\r\n"1";"2018-12-31";"kept; a\nbreak"\n'
        '"2";"2019-01-01";"later"\n"3";"";"undated"\n',
        "utf-8",
    )
    organization.write_text(
        '\ufeff"projectID";"name"\n"1";"A"\n"2";"B"\n"3";"C"\n"1";"D"\n', "utf-8"
    )
    kept, members = cordis.up_to(2018, project, organization, tmp_path / "cut")
    assert "later" not in kept.read_text("utf-8")
    assert '"1";"2018-12-31";"kept; a\nbreak"' in kept.read_text("utf-8")
    assert members.read_text("utf-8").split() == [
        '\ufeff"projectID";"name"',
        '"1";"A"',
        '"1";"D"',
    ]


def test_frozen_figures_are_whole(frozen: dict[str, Any]) -> None:
    assert [row["name"] for row in frozen["rows"]] == list(pairings.FLOORS)
    assert set(frozen["data"]) == set(cordis.FILES)
    assert set(cordis.PACKAGES) < set(frozen["versions"])
    assert {"system", "processor", "cores"} == set(frozen["machine"])
    for row in frozen["rows"]:
        assert row["questions"] + row["dropped"] == row["all"]["questions"] + row["all"]["dropped"]
        assert set(row["slices"]) == set(SLICES)
        assert list(row["places"]) == SYSTEMS
        for part in (row["all"], *row["slices"].values()):
            assert list(part["systems"]) == (SYSTEMS if part["questions"] else [])
            for figures in part["systems"].values():
                assert list(figures) == list(MEASURES)
                for figure in figures.values():
                    assert 0 <= figure["low"] <= figure["value"] <= figure["high"] <= 1


def test_frozen_differences_are_differences(frozen: dict[str, Any]) -> None:
    for row in frozen["rows"]:
        for part in (row["all"], *row["slices"].values()):
            for baseline, figures in part["product_minus"].items():
                for name, figure in figures.items():
                    product = part["systems"][PRODUCT][name]["value"]
                    other = part["systems"][baseline][name]["value"]
                    assert figure["value"] == pytest.approx(product - other, abs=2e-4)
                    assert figure["low"] <= figure["value"] <= figure["high"]


def test_frozen_baselines_lie_near_the_floors(frozen: dict[str, Any]) -> None:
    """The floors were computed apart from this code: near them, the rules are the same."""
    for row in frozen["rows"]:
        for system, floor in pairings.FLOORS[row["name"]].items():
            for name, value in floor.items():
                ours = row["all"]["systems"][system][name]["value"]
                assert ours == pytest.approx(value, abs=PLAY[name]), (row["name"], system, name)


def test_a_figure_that_moved_is_named(frozen: dict[str, Any]) -> None:
    assert list(pairings.moved(frozen["rows"], frozen)) == []
    changed = json.loads(json.dumps(frozen))
    changed["rows"][0]["all"]["systems"][PRODUCT]["MRR"]["value"] += 0.01
    (line,) = pairings.moved(changed["rows"], frozen)
    assert PRODUCT in line
    assert "MRR" in line


def test_the_page_repeats_what_is_frozen(frozen: dict[str, Any]) -> None:
    page = pairings.PAGE.read_text("utf-8")
    assert pairings.with_figures(page, frozen["rows"]) == page


@pytest.mark.parametrize("name", ["pairings", "overlap", "speed"])
def test_frozen_figures_are_of_the_parts_that_ship(name: str) -> None:
    frozen = json.loads((ROOT / "bench" / "results" / f"{name}.json").read_text("utf-8"))
    assert frozen["encoder"]["fingerprint"] == default_encoder().fingerprint, "freeze it again"
    assert frozen["ranker"] == shipped_ranker(tuple(BLOCKS.items())).label, "freeze it again"
