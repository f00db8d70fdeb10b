"""Orders that no specialist would dispute, on the sample registry; and that both languages agree
on real data. `bench/cases.yaml` holds the cases: anyone can add one."""

from __future__ import annotations

import math
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from matcher.catalogue.intake import import_files
from matcher.catalogue.store import Catalogue
from matcher.catalogue.tagging import refresh_tags
from matcher.service import Matcher, Wish
from matcher.settings import REPOSITORY, Settings, shipped
from matcher.snapshot.build import build
from matcher.text.encoder import default_encoder
from matcher.vocabulary import load_vocabulary

CASES: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (REPOSITORY / "bench" / "cases.yaml").read_text("utf-8")
)
EVERYBODY = 1000


def a_home(folder: Path, *files: Path) -> Matcher:
    """The files imported, tagged and indexed."""
    static, vocabulary = default_encoder(), load_vocabulary()
    with closing(Catalogue.open(folder, create=True)) as catalogue:
        import_files(catalogue, files)
        refresh_tags(catalogue, static, vocabulary)
        build(folder, catalogue, static, static, vocabulary)
    return Matcher.open(folder)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    return a_home(tmp_path_factory.mktemp("sample"), shipped("data", "sample", "demo.jsonl"))


@pytest.mark.parametrize("case", CASES["better_worse"], ids=lambda case: case["id"])
def test_the_better_stands_above_the_worse(sample: Matcher, case: dict[str, Any]) -> None:
    answer = sample.match(Wish(text=case["query"], side=case["side"], k=EVERYBODY))
    score = {p.organisation["sources"][0]["key"]: p.score for p in answer.pairings}
    # Who breaks a rule of the question is not even in the answer.
    assert score[case["better"]] > score.get(case["worse"], -math.inf), case["why"]


@pytest.mark.shared
def test_both_languages_find_mostly_the_same_partners_in_real_projects(tmp_path: Path) -> None:
    shared = Settings().shared_data_folder()
    assert shared is not None
    folder = shared / "cordis"
    matcher = a_home(tmp_path, folder / "project.csv", folder / "organization.csv")
    overlaps = []
    for case in CASES["pairs"]:
        zh, en = ({p.id for p in matcher.match(case[tongue])} for tongue in ("zh", "en"))
        assert len(zh) == len(en) == 10
        overlaps.append(len(zh & en))
    assert sum(overlaps) / len(overlaps) >= 6
