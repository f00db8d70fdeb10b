"""The texts written for the benchmarks are whole, of one shape, and name what exists."""

from __future__ import annotations

import csv
import re
from typing import Any

import pytest
import yaml

from matcher.evaluation.tasks import CUT
from matcher.query import Kind
from matcher.settings import REPOSITORY, Settings
from matcher.vocabulary import Scheme, Vocabulary, load_vocabulary


def read(name: str) -> Any:
    return yaml.safe_load((REPOSITORY / "bench" / name).read_text("utf-8"))


def schemes(vocabulary: Vocabulary) -> dict[Kind, Scheme]:
    return {
        Kind.COUNTRY: vocabulary.country,
        Kind.REGION: vocabulary.region,
        Kind.INITIATIVE: vocabulary.initiative,
        Kind.NATURE: vocabulary.partner_nature,
        Kind.MODE: vocabulary.cooperation_mode,
    }


def test_the_questions_are_whole_and_their_codes_exist() -> None:
    known = schemes(load_vocabulary())
    questions = read("understanding.yaml")["questions"]
    assert len({question["text"] for question in questions}) == len(questions) == 60
    for question in questions:
        assert question.keys() == {"text", "expect"}
        for rule in question["expect"]:
            assert {"kind", "code"} <= rule.keys() <= {"kind", "code", "wanted"}, question
            assert rule.get("wanted", True) in (True, False)
            kind = Kind(rule["kind"])
            if kind is Kind.MUST:
                assert rule["code"] in question["text"]
            else:
                assert rule["code"] in known[kind], question
    rules = [rule for question in questions for rule in question["expect"]]
    assert {rule["kind"] for rule in rules} == {kind.value for kind in Kind}
    assert sum(not question["expect"] for question in questions) == 8


def test_the_texts_without_a_rule_are_two_hundred() -> None:
    texts = read("understanding.yaml")["without"]
    assert all(isinstance(text, str) and text.strip() == text for text in texts)
    assert len({text.casefold() for text in texts}) == len(texts) == 200
    assert not {question["text"] for question in read("understanding.yaml")["questions"]} & {*texts}


def test_the_needs_are_short_and_chinese() -> None:
    needs = read("needs_zh.yaml")["needs"]
    assert len({need["project"] for need in needs}) == len(needs) == 84
    assert len({need["text"] for need in needs}) == len(needs)
    for need in needs:
        assert need.keys() == {"project", "text"}
        assert 30 <= len(need["text"]) <= 90, need
        assert not re.search(r"(?![\d_])[^\W\u4e00-\u9fff]", need["text"]), need


@pytest.mark.shared
def test_there_is_one_need_for_each_later_project() -> None:
    folder = Settings().shared_data_folder()
    assert folder is not None
    with (folder / "cordis" / "project.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = csv.DictReader(handle, delimiter=";")
        later = {row["id"] for row in rows if int(row["startDate"][:4]) > CUT}
    assert {need["project"] for need in read("needs_zh.yaml")["needs"]} == later
