"""The stories from which the sample registry's profiles are made: form, coverage, wording."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache
from typing import Any

import pytest

from data.sample.draw import Draw
from data.sample.story import (
    FIELDS,
    FOLDER,
    LANGUAGES,
    SLOT,
    Story,
    drawn,
    faults,
    fill,
    fixed_sentences,
    number,
    read_file,
    read_stories,
    sentences,
)
from matcher.vocabulary import load_vocabulary

Row = dict[str, Any]


@cache
def rows() -> list[tuple[str, Row]]:
    """Every story with the place it stands at."""
    return [
        (f"{path.name}, story {place}", row)
        for path in sorted(FOLDER.glob("*.yaml"))
        for place, row in enumerate(read_file(path), 1)
    ]


def test_every_story_keeps_the_form() -> None:
    assert {place: found for place, row in rows() if (found := faults(row))} == {}


def test_every_sentence_holds_a_slot_so_that_none_is_said_twice() -> None:
    assert {place: found for place, row in rows() if (found := fixed_sentences(row))} == {}


def test_every_capability_has_offers_and_requests() -> None:
    told = {(row["capability"], row["kind"]) for _, row in rows()}
    wanted = {
        (c, kind) for c in load_vocabulary().capability.codes for kind in ("offer", "request")
    }
    assert {capability for capability, _ in told} <= set(load_vocabulary().capability.codes)
    assert sorted(wanted - told) == []


def test_both_languages_have_a_length_that_people_write() -> None:
    odd = [
        place
        for place, row in rows()
        if not (
            60 <= len(row["text_zh"]) <= 320
            and 40 <= len(row["text_en"].split()) <= 180
            and 12 <= len(row["wish_zh"]) <= 100
            and 6 <= len(row["wish_en"].split()) <= 50
            and len(row["title_zh"]) <= 60
            and len(row["title_en"]) <= 160
        )
    ]
    assert odd == []


def test_no_run_of_words_stands_in_two_stories() -> None:
    """Eight English words or twelve Chinese characters, slots and codes of standards aside."""
    holders: dict[str, set[str]] = defaultdict(set)
    for place, row in rows():
        for code in LANGUAGES:
            for field in FIELDS:
                for piece in SLOT.split(row[f"{field}_{code}"])[::2]:
                    for run in runs(piece, code):
                        holders[run].add(place)
    assert {run: sorted(where) for run, where in holders.items() if len(where) > 1} == {}


def runs(text: str, language: str) -> list[str]:
    if language == "en":
        words = text.lower().split()
        return [" ".join(words[start : start + 8]) for start in range(len(words) - 7)]
    chinese = re.findall(r"[\u4e00-\u9fff，、；：。]+", text)
    return [piece[start : start + 12] for piece in chinese for start in range(len(piece) - 11)]


def test_nothing_is_called_foreign() -> None:
    strays = [
        place
        for place, row in rows()
        if re.search(r"外国|国外|海外企业", "".join(row[f"{field}_zh"] for field in FIELDS))
        or re.search(
            r"\bforeign\b", " ".join(row[f"{field}_en"] for field in FIELDS), re.IGNORECASE
        )
    ]
    assert strays == []


def test_a_story_at_fault_is_told_by_name() -> None:
    row = {
        "capability": "x",
        "kind": "gift",
        "slots": {"n": "3..4", "m": ["只有一个~only one"], "q": "many"},
        **{f"{field}_{code}": "a {n} {z}" for field in FIELDS for code in LANGUAGES},
    }
    found = " ".join(faults(row))
    for told in ("kind gift", "slot m", "slot q", "unknown slot z", "does not use m"):
        assert told in found
    assert faults({**row, "wish_en": ""}) == ["no wish_en"]


@pytest.mark.parametrize(
    ("span", "pattern"),
    [("85..110", r"\d{2,3}"), ("0.15..0.40", r"0\.\d\d"), ("8..9.5", r"[89]\.\d"), ("7..7", "7")],
)
def test_values_are_drawn_within_their_range(span: str, pattern: str) -> None:
    draw = Draw(1, span)
    low, high = map(float, span.split(".."))
    for _ in range(200):
        value = number(draw, span)
        assert re.fullmatch(pattern, value)
        assert low <= float(value) <= high


def test_a_slot_is_drawn_once_for_both_languages() -> None:
    values = drawn(
        Draw(2, ""), {"n": "1..900", "m": ["钛合金~titanium alloy", "镍~nickel"], "k": [4, 8]}
    )
    assert values["zh"]["n"] == values["en"]["n"]
    assert (values["zh"]["m"], values["en"]["m"]) in {
        ("钛合金", "titanium alloy"),
        ("镍", "nickel"),
    }
    assert values["zh"]["k"] == values["en"]["k"] in {"4", "8"}
    assert fill("{m} at {n} K", {"m": "nickel", "n": "7"}) == "Nickel at 7 K"


@pytest.mark.parametrize(
    ("drawn_as", "written"),
    [
        ("with 4100,000 cars", "With 4,100,000 cars"),
        ("34 hundred sites and 12,000 more", "3,400 sites and 12,000 more"),
        ("含铟面板27百吨", "含铟面板2700吨"),
        ("累计封存297千吨", "累计封存29.7万吨"),
        ("只看到1.13千种", "只看到1130种"),
        ("每毫升20百万以上", "每毫升2000万以上"),
        ("107百万单元", "1.07亿单元"),
        ("重35千克，45千次，3百米", "重35千克，4.5万次，3百米"),
    ],
)
def test_round_numbers_are_written_as_people_write_them(drawn_as: str, written: str) -> None:
    assert fill(drawn_as, {}) == written


def test_sentences_end_where_people_end_them() -> None:
    assert sentences("纯度99.5%。用时3天！") == ["纯度99.5%。", "用时3天！"]
    text = "It uses E. coli at 0.5 g/L. Modules, incl. frames, last. Why?"
    assert sentences(text) == [
        "It uses E. coli at 0.5 g/L.",
        "Modules, incl. frames, last.",
        "Why?",
    ]


def test_who_speaks_is_seen_from_what_it_calls_itself() -> None:
    def voice(zh: str) -> str | None:
        texts = {f"{field}_{code}": "" for field in FIELDS for code in LANGUAGES}
        return Story(0, "x", "offer", {}, {**texts, "text_zh": zh}).voice

    assert voice("课题组在手套箱外成膜。") == "academic"
    assert voice("本厂两条产线停机。") == "enterprise"
    assert voice("我院每年手术{n}台，患者随访两年。") == "hospital"
    assert voice("样机满负荷运行。") is None
    assert Counter(story.voice for story in read_stories())[None] > 300
