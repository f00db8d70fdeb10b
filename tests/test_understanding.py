"""Questions are read for what they say beside their subject."""

from __future__ import annotations

import json
from pathlib import Path
from time import process_time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bench.understanding import CASES as BENCH_CASES
from matcher.errors import BadInput
from matcher.understanding.places import member_countries
from matcher.understanding.reading import LONGEST, read
from matcher.understanding.spellings import OWN_SIDE, data
from matcher.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()
# Every scalar is a string: a bare NO is Norway.
CASES: dict[str, list[Any]] = yaml.load(
    b"".join(
        Path(__file__).with_name(f"understanding_{name}.yaml").read_bytes()
        for name in ("cases", "without")
    ),
    Loader=yaml.BaseLoader,
)
ENTERPRISE = ("nature", "enterprise", True)
GROUPS = data("places.yaml")["groups"]


def rules(text: str, **given_: object) -> set[tuple[str, str, bool]]:
    found = read(text, VOCABULARY, **given_).understood  # type: ignore[arg-type]
    return {(u.kind.value, u.code, u.wanted) for u in found}


def expected(written: list[str]) -> set[tuple[str, str, bool]]:
    """What "not country nordic" says: each of its countries, not wanted."""
    found = set()
    for rule in written:
        kind, code = rule.removeprefix("not ").split(" ", 1)
        group = GROUPS[code]["members"].split() if code in GROUPS and code != "EU" else [code]
        found |= {(kind, one, not rule.startswith("not ")) for one in group}
    return found


@pytest.mark.parametrize("case", CASES["questions"], ids=lambda case: case["text"])
def test_questions_are_read_as_they_are_meant(case: dict[str, Any]) -> None:
    assert rules(case["text"]) == expected(case["rules"])


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param(
            case["text"], case["rules"], marks=pytest.mark.xfail(strict=True, reason=case["why"])
        )
        for case in CASES["wrong"]
    ],
)
def test_questions_that_are_not_read_as_they_are_meant(text: str, written: list[str]) -> None:
    assert rules(text) == expected(written)


@pytest.mark.parametrize("text", [case["text"] for case in CASES["questions"] + CASES["wrong"]])
def test_nothing_is_asked_for_that_is_refused(text: str) -> None:
    """A rule may be missed, never be the opposite of what is meant."""
    (case,) = (c for c in CASES["questions"] + CASES["wrong"] if c["text"] == text)
    meant = expected(case["rules"])
    assert not {(kind, code, not wanted) for kind, code, wanted in meant} & (rules(text) - meant)


@pytest.mark.parametrize("text", CASES["without"])
def test_texts_without_a_rule_are_all_subject(text: str) -> None:
    assert (read(text, VOCABULARY).understood, read(text, VOCABULARY).subject) == ((), text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我们要找做钙钛矿封装的欧洲伙伴", {("region", "europe", True)}),
        ("来自日本的光刻胶供应商", {("country", "JP", True)}),
        ("寻找挪威做海上风电的团队", {("country", "NO", True)}),
        ("不要美国的量子计算团队", {("country", "US", False)}),
        ("非欧盟的水处理公司", {("country", "EU", False), ("nature", "enterprise", True)}),
        ("日本以外的碳纤维厂家", {("country", "JP", False)}),
        ("一带一路国家的地热合作伙伴", {("initiative", "belt_and_road", True)}),
        ("钙钛矿封装，欧洲", {("region", "europe", True)}),
        ("Swiss team for wafer bonding", {("country", "CH", True)}),
        ("partners outside Europe for water treatment", {("region", "europe", False)}),
        ("experts based in Spain or Malta", {("country", "ES", True), ("country", "MT", True)}),
        ("we seek a university partner", {("nature", "university", True)}),
        ("+钙钛矿 封装 -石墨烯", {("must", "钙钛矿", True), ("must", "石墨烯", False)}),
        ('"solid electrolyte" coatings', {("must", "solid electrolyte", True)}),
        ("“固态电解质”涂层", {("must", "固态电解质", True)}),
    ],
)  # fmt: skip
def test_rules_are_read(text: str, expected: set[tuple[str, str, bool]]) -> None:
    found = rules(text)
    assert found == expected or found == expected - {("nature", "enterprise", True)}


@pytest.mark.parametrize(
    "text",
    [
        "Swiss roll line", "日本脑炎疫苗", "企业级存储", "面向欧洲市场的空调", "C++ for -20 °C",
        "A - B", "state-of-the-art membranes", "EU AI Act compliance tools", "公司治理软件",
        "北京企业寻找氢能技术", "not only Germany", "优先考虑德国的团队", 'an 8" wafer',
        "每日本地数据", "Na+ channel", "", "   ", "+", '""', "- -", "🙂🙂", "\x00\x01",
        "“未配对的引号", '"unbalanced',
    ],
)  # fmt: skip
def test_no_rule_where_none_is_meant(text: str) -> None:
    assert not rules(text)


def test_no_text_stands_here_and_in_the_benchmark() -> None:
    """What rules were written against must not be counted again where they are measured."""
    measured = yaml.safe_load(BENCH_CASES.read_bytes())
    here, there = (
        {text.strip().casefold() for text in (*(c["text"] for c in cases["questions"]),
                                              *cases["without"])}
        for cases in (CASES, measured)
    )  # fmt: skip
    assert len(here) > 200
    assert len(there) == 260
    assert not here & there


def test_the_card_of_the_benchmark_counts_right_and_names_its_figures() -> None:
    measured = yaml.safe_load(BENCH_CASES.read_bytes())
    bench = BENCH_CASES.parent
    card = (bench / "README.md").read_text("utf-8").split("## `understanding.yaml`")[1]
    card = card.split("\n## ")[0]
    asked, without = len(measured["questions"]), len(measured["without"])
    assert f"| {asked} questions" in card
    assert f"{without} texts that set no rule" in card
    assert "eight set none" in card
    assert sum(not case["expect"] for case in measured["questions"]) == 8
    assert "](results/retrieval.json)" in card
    frozen = json.loads((bench / "results" / "retrieval.json").read_bytes())["lines"]
    rows = [line["questions"] for line in frozen if line["row"] == "understanding"]
    assert rows == [asked, without]


def test_what_was_understood_leaves_the_subject() -> None:
    reading = read("membrane experts from Germany, not from the US", VOCABULARY)
    assert "Germany" not in reading.subject
    assert "US" not in reading.subject
    assert "membrane experts" in reading.subject
    assert read("+钙钛矿 封装 -石墨烯", VOCABULARY).subject == "钙钛矿 封装"


def test_struck_words_stay_and_unknown_ones_are_refused() -> None:
    text = "membrane experts from Germany"
    reading = read(text, VOCABULARY, strike=["germany"])
    assert (reading.understood, reading.subject) == ((), text)
    with pytest.raises(BadInput) as refused:
        read(text, VOCABULARY, strike=["France"])
    assert "Germany" in refused.value.message("en")
    assert rules(text, literal=True) == set()


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("来自德国的薄膜沉积团队", "薄膜沉积团队"),
        ("我们想找日本、韩国的光刻胶供应商", "我们想找光刻胶供应商"),
        ("寻找薄膜沉积伙伴，不要美国的", "寻找薄膜沉积伙伴"),
        ("Dutch or Belgian partners for wafer bonding", "partners for wafer bonding"),
        ("looking for a German company that can bond wafers", "looking for bond wafers"),
        ("partners (from Malta) for wafer bonding", "partners for wafer bonding"),
        ("wafer bonding -glue +plasma", "wafer bonding plasma"),
        ("寻找“一带一路”国家的盐碱地改良团队", "寻找盐碱地改良团队"),
        ("德国的大学", ""),
        ("寻找德国高校", ""),
        ("looking for a university partner", ""),
        ("-brazing", ""),
    ],
)
def test_the_subject_reads_on_without_them(text: str, subject: str) -> None:
    assert read(text, VOCABULARY).subject == subject


def test_one_of_a_list_is_struck_alone() -> None:
    reading = read("来自德国、奥地利的薄膜团队", VOCABULARY, strike=["奥地利"])
    assert [u.words for u in reading.understood] == ["德国"]
    assert "奥地利" in reading.subject
    assert rules("欧美的薄膜企业", strike=["欧美"]) == {("nature", "enterprise", True)}
    assert rules("+钙钛矿 薄膜", strike=["钙钛矿"]) == set()


def test_long_texts_are_all_subject() -> None:
    text = "来自德国的团队。" * LONGEST
    assert read(text, VOCABULARY).subject == text


@pytest.mark.parametrize(
    "words",
    ["德国hospital高水平", "large德国", "German a few ", "共研Germany", "德国中小", "a ", '"',
     "-德国 ", "find German ", "not ", "除德国", "German about "],
)  # fmt: skip
def test_repetition_is_read_in_no_time(words: str) -> None:
    """Patterns that try a word in all its parts took a minute for some of these."""
    text = (words * LONGEST)[:LONGEST]
    read(text, VOCABULARY)
    begun = process_time()
    read(text, VOCABULARY)
    assert process_time() - begun < 0.3
    begun = process_time()
    assert read(words * 20_000, VOCABULARY).understood == ()
    assert process_time() - begun < 0.3


def test_a_name_with_a_sign_is_shown_leaves_and_can_be_struck() -> None:
    reading = read("laser cleaning -South Korea", VOCABULARY)
    assert (reading.subject, reading.musts) == ("laser cleaning", ())
    assert [(u.words, u.code, u.wanted) for u in reading.understood] == [
        ("-South Korea", "KR", False)
    ]
    for word in ("South Korea", "-South Korea"):
        left = read("laser cleaning -South Korea", VOCABULARY, strike=[word])
        assert (left.understood, left.musts) == ((), ())
    quoted = read('laser cleaning -"Germany"', VOCABULARY)
    assert [(must.text, must.wanted) for must in quoted.musts] == [("Germany", False)]
    one = read("激光清洗 -美国、日本", VOCABULARY, strike=["日本"])
    assert [(u.code, u.wanted) for u in one.understood] == [("US", False)]


def test_every_place_of_the_vocabulary_is_one() -> None:
    """Each country and region, in Chinese and in English, where companies of it are asked for."""
    places = data("places.yaml")
    unused = set(places["unused"])
    schemes = {"country": VOCABULARY.country, "region": VOCABULARY.region,
               "initiative": VOCABULARY.initiative}  # fmt: skip
    named = 0
    for kind, scheme in schemes.items():
        for term in scheme:
            rule = (kind, term.code, True)
            if term.code in OWN_SIDE:
                continue
            for zh in {term.zh, *term.synonyms_zh} - unused:
                assert rules(f"{zh}的激光清洗企业") == {rule, ENTERPRISE}, zh
                assert rules(f"寻找{zh}做激光清洗的企业") == {rule, ENTERPRISE}, zh
                assert rules(f"激光清洗 -{zh}") == {(kind, term.code, False)}, zh
                named += 1
            for en in {term.en, *term.synonyms_en}:
                assert rules(f"laser cleaning companies in {en}") >= {rule}, en
                assert rules(f"companies in {en}") >= {rule}, en
                named += 1
    for group in places["groups"].values():
        members = {("country", code, True) for code in group["members"].split()}
        if group["zh"] == "欧盟":
            members = {("country", "EU", True)}
        for word in group["words"]:
            asked = f"companies in the {word}" if word.isascii() else f"{word}的激光清洗企业"
            assert rules(asked) == members | {ENTERPRISE}, word
        for word in group.get("adjectives", ()):
            assert rules(f"{word} laser companies") == members | {ENTERPRISE}, word
    for code, words in places["adjectives"].items():
        for word in words:
            assert code in {of for _, of, wanted in rules(f"{word} laser companies") if wanted}, (
                word
            )
    assert named > 500


def test_musts_bring_the_vocabularys_other_names() -> None:
    (must,) = read("+电子设计自动化", VOCABULARY).musts
    assert {"EDA", "electronic design automation"} <= set(must.synonyms)
    (phrase,) = read('"electronic design automation"', VOCABULARY).musts
    assert (phrase.literal, phrase.synonyms) == (True, ())


def test_the_union_is_its_members() -> None:
    assert len(member_countries("EU")) == 27
    assert member_countries("NO") == ("NO",)


WORDS = st.sampled_from(
    ["德国", "Germany", "German", "企业", "partners", "from", "来自", "不要", "not", "的", "，",
     ".", "+", "-", '"', "“", "”", "钙钛矿", "laser", " ", "联合研发", "欧盟", "\n", "ß", "臺灣"]
)  # fmt: skip


@given(st.lists(WORDS, min_size=2, max_size=30).map("".join))
def test_what_is_struck_stays(text: str) -> None:
    for words in {u.words for u in read(text, VOCABULARY).understood}:
        left = read(text, VOCABULARY, strike=[words])
        assert words not in {u.words for u in left.understood}
        assert read(text, VOCABULARY, literal=True).subject == text


@given(st.lists(WORDS, max_size=30).map("".join) | st.text(max_size=60))
def test_reading_never_fails_and_says_where(text: str) -> None:
    reading = read(text, VOCABULARY)
    assert all(u.words == text[u.start : u.end] for u in reading.understood)
    assert [u.start for u in reading.understood] == sorted(u.start for u in reading.understood)
    assert reading.understood or reading.subject == text
    assert len(reading.subject) <= len(text) or not reading.understood


@pytest.mark.parametrize(
    "text",
    [
        "wafer bonding, everyone but Russian groups",
        "battery recycling, any European partner but Hungarian ones",
        "量子通信，俄罗斯团队除外",
    ],
)
def test_who_is_excluded_is_never_asked_for(text: str) -> None:
    assert not {(code, True) for _, code, wanted in rules(text) if wanted} & {
        ("RU", True),
        ("HU", True),
    }
