"""Questions are read for what they say beside their subject."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import BadInput
from matcher.understanding.places import member_countries
from matcher.understanding.reading import LONGEST, read
from matcher.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()


def rules(text: str, **given_: object) -> set[tuple[str, str, bool]]:
    found = read(text, VOCABULARY, **given_).understood  # type: ignore[arg-type]
    return {(u.kind.value, u.code, u.wanted) for u in found}


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


def test_long_texts_are_all_subject() -> None:
    text = "来自德国的团队。" * LONGEST
    assert read(text, VOCABULARY).subject == text


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


@given(st.lists(WORDS, max_size=30).map("".join) | st.text(max_size=60))
def test_reading_never_fails_and_says_where(text: str) -> None:
    reading = read(text, VOCABULARY)
    assert all(u.words == text[u.start : u.end] for u in reading.understood)
    assert len(reading.subject) <= len(text) or not reading.understood
