"""The question pairs and the undisputed orders of `bench/cases.yaml`: their form."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from functools import cache
from typing import Any

import pytest
import yaml

from matcher.settings import REPOSITORY, Settings, shipped
from matcher.vocabulary import load_vocabulary

Case = dict[str, Any]


@cache
def cases() -> dict[str, list[Case]]:
    text = (REPOSITORY / "bench" / "cases.yaml").read_text(encoding="utf-8")
    loaded: dict[str, list[Case]] = yaml.safe_load(text)
    return loaded


@cache
def places() -> dict[str, str]:
    """Organisation id of the sample registry -> the side it stands on."""
    with shipped("data", "sample", "demo.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {
        row["id"]: "beijing" if row["country"] == "CN" else "foreign"
        for row in rows
        if "country" in row
    }


def test_thirty_pairs_three_a_sector() -> None:
    pairs = cases()["pairs"]
    sectors = load_vocabulary().sector.codes
    assert Counter(pair["sector"] for pair in pairs) == dict.fromkeys(sectors, 3)
    assert len({pair["id"] for pair in pairs}) == len(pairs) == 30
    assert all(pair["id"].rpartition("-")[0] == pair["sector"] for pair in pairs)
    assert all(set(pair) == {"id", "sector", "zh", "en", "why"} for pair in pairs)


def test_questions_are_one_line_of_a_brokers_length() -> None:
    for pair in cases()["pairs"]:
        assert "\n" not in pair["zh"] + pair["en"], pair["id"]
        assert 8 <= len(pair["zh"]) <= 40, pair["id"]
        assert 6 <= len(pair["en"].split()) <= 25, pair["id"]
        assert re.search(r"[\u4e00-\u9fff]", pair["zh"]), pair["id"]
        assert not re.search(r"[\u4e00-\u9fff]", pair["en"]), pair["id"]
        assert pair["why"].endswith("."), pair["id"]


def test_figures_agree_between_the_languages() -> None:
    for pair in cases()["pairs"]:
        numbers = [re.findall(r"\d+(?=G)", pair[language]) for language in ("zh", "en")]
        assert numbers[0] == numbers[1], pair["id"]


def test_no_question_stands_twice() -> None:
    questions = [pair[language] for pair in cases()["pairs"] for language in ("zh", "en")]
    questions += [case["query"] for case in cases()["better_worse"]]
    assert len(set(questions)) == len(questions)


def test_undisputed_orders_name_two_bodies_of_the_side_asked_for() -> None:
    orders = cases()["better_worse"]
    assert len(orders) >= 20
    assert len({case["id"] for case in orders}) == len(orders)
    for case in orders:
        assert set(case) == {"id", "side", "query", "better", "worse", "why"}, case["id"]
        assert case["better"] != case["worse"], case["id"]
        assert places()[case["better"]] == places()[case["worse"]] == case["side"], case["id"]
    chinese = sum(bool(re.search(r"[\u4e00-\u9fff]", case["query"])) for case in orders)
    assert 10 <= chinese <= len(orders) - 10


@pytest.mark.shared
def test_no_question_repeats_a_project_title() -> None:
    """Four words in a row of a title would make the question a quotation."""
    folder = Settings().shared_data_folder()
    assert folder is not None
    with (folder / "cordis" / "project.csv").open(encoding="utf-8-sig", newline="") as file:
        titles = [row["title"].lower().split() for row in csv.DictReader(file, delimiter=";")]
    quoted = {tuple(words[i : i + 4]) for words in titles for i in range(len(words) - 3)}
    assert len(quoted) > 1000
    for pair in cases()["pairs"]:
        words = pair["en"].lower().split()
        assert not quoted & {tuple(words[i : i + 4]) for i in range(len(words) - 3)}, pair["id"]
