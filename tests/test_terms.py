"""Text to lexical terms: what folds together, and where each term stands."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from matcher.text.silence import telling
from matcher.text.terms import LONGEST, NOTHING, is_han, line, stem, terms, words_and_characters
from models.encoder.charmap import simplified_characters

MIXED = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("钙钛矿鈣鈦礦膜的 、。，.,;'’-ﬁ½İßéＡａ5+#\u0301\ud800\n\t가ガ𠀀"),
    ),
    max_size=60,
)


def texts(text: str) -> list[str]:
    return [term.text for term in terms(text)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("membranes", "Membrane"),
        ("batteries", "BATTERY"),
        ("鈣鈦礦薄膜", "钙钛矿薄膜"),
        ("ＧａＮ　５Ｇ", "GaN 5G"),
        ("CO₂", "co2"),
        ("café straße", "CAFE\u0301 STRASSE"),
        ("ﬁbre", "fiber"),
        ("characterisation of aluminium", "characterization of aluminum"),
        ("analysing tumours", "analyzing tumors"),
        ("Alzheimer’s disease", "Alzheimer disease"),
        ("Alzheimer's disease", "Alzheimer disease"),
        ("thin-film", "thin film"),
        ("钙 钛 矿", "钙钛矿"),
    ],
)
def test_what_is_the_same_gives_the_same_terms(one: str, other: str) -> None:
    assert texts(one) == texts(other) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [("C++", "C"), ("C#", "C"), ("SiC", "Si"), ("H2", "H"), ("5G", "5"), ("films", "filter")],
)
def test_what_differs_stays_apart(one: str, other: str) -> None:
    assert texts(one) != texts(other)


def test_chinese_gives_characters_and_the_pairs_they_begin() -> None:
    text = "5G基站，芯片"
    found = [(term.text, term.position, text[term.start : term.end]) for term in terms(text)]
    assert found == [
        ("5g", 0, "5G"),
        ("基", 1, "基"),
        ("基站", 1, "基站"),
        ("站", 2, "站"),
        ("芯", 4, "芯"),  # the comma counts one, so that nothing reaches across it
        ("芯片", 4, "芯片"),
        ("片", 5, "片"),
    ]


def test_a_clause_ends_at_punctuation_and_a_number_does_not() -> None:
    film, thin = words_and_characters("film. Thin")
    assert thin.position == film.position + 2
    assert [term.position for term in words_and_characters("2.5D")] == [0, 1]


@given(MIXED)
@example("ﬁne ½ İstanbul 鈣鈦 e\u0301")
def test_every_term_stands_where_it_says(text: str) -> None:
    for term in terms(text):
        assert 0 <= term.start < term.end <= len(text)
        part = text[term.start : term.end]
        assert any(term.text in found.text or found.text in term.text for found in terms(part))


@given(MIXED)
def test_a_line_holds_every_term_at_its_place_and_nothing_else(text: str) -> None:
    found = terms(text)
    places = line(text).split(" ") if line(text) else []
    assert NOTHING not in {term.text for term in found}
    expected = {2 * t.position + (len(t.text) == 2 and is_han(t.text)): t.text for t in found}
    assert {i: place for i, place in enumerate(places) if place != NOTHING} == expected


def test_a_word_without_end_is_no_word_but_keeps_its_place() -> None:
    endless = "x" * 100_000
    assert texts(endless) == []
    assert [t.position for t in words_and_characters(f"a {endless} b")] == [0, 2]
    assert texts("x" * LONGEST) == [stem("x" * LONGEST)]


def test_the_table_of_characters_is_opencc_s() -> None:
    from matcher.text.terms import _simplified

    assert _simplified() == simplified_characters()


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("我们要找做钙钛矿封装的伙伴", "要钙钛矿封装"),
        ("请问谁能提供膜材料", "膜材料"),
        ("北京某某科技有限公司", "北京某某科技"),
        ("We are looking for a partner in membranes", "membranes"),
        ("Bosch GmbH", "Bosch"),
        ("的 and 我们", ""),
    ],
)
def test_the_way_of_asking_and_legal_forms_say_nothing(question: str, subject: str) -> None:
    words = words_and_characters(question)
    told = [w for w, tells in zip(words, telling(words), strict=True) if tells]
    assert "".join(question[w.start : w.end] for w in told) == subject
