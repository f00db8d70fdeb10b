"""How names and cities are brought to a form in which they compare, and the tables behind it."""

from __future__ import annotations

import pytest

from matcher.catalogue.resolution import gazetteer, lexicon
from matcher.catalogue.resolution.places import Nearness, city_words, nearness
from matcher.catalogue.resolution.spelling import Speller, fold_han, fold_latin, simplified


def test_tables_are_written_as_names_are_folded() -> None:
    for table in (lexicon.SAME, gazetteer.EXONYMS):
        for word, target in table.items():
            assert fold_latin(word) == word
            assert table.get(target, target) == target, (word, target)
    for word in (*lexicon.LEGAL, *lexicon.CONNECTING, *gazetteer.NATIONS, *lexicon.KINDS):
        assert fold_latin(word) == word
    assert all(fold_latin(word) == word for word in gazetteer.CITIES.values())
    assert simplified(gazetteer.CITIES) == {
        city: city for city in gazetteer.CITIES if city in simplified(gazetteer.CITIES)
    }


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Universität zu Köln", "universitat zu koln"),
        ("UNIVERSITAET ZU KOELN", "universitat zu koln"),
        ("Xi’an Jiaotong University", "xian jiaotong university"),
        ("Centre d'Études", "centre d etudes"),
        ("C.I.R.A.D. e. V.", "cirad e v"),
        ("Nestlé R&D", "nestle rd"),
        ("Łódź · Tromsø", "lodz tromso"),
    ],
)
def test_folding(written: str, folded: str) -> None:
    assert fold_latin(written) == folded


def test_glued_words_are_divided_only_where_the_parts_are_words() -> None:
    texts = ["Academy of Sciences", "Academy of Arts", "Academy of X", "Academy Y", "Academy Z"]
    speller = Speller([*texts, "ROYAL ACADEMYOF SCIENCES", "GREENACADEMY"])
    found = speller.spelled("ROYAL ACADEMYOF SCIENCES")
    assert found is not None
    assert found.words == ("royal", "academy", "science")
    alone = speller.spelled("GREENACADEMY")
    assert alone is not None
    assert alone.words == ("greenacademy",)


def test_chinese_short_forms_are_written_out() -> None:
    assert fold_han("中科院物理所") == fold_han("中国科学院物理研究所")
    assert fold_han("北京市某某（集团）股份有限公司") == "北京某某集团"
    assert fold_han("公司") == "公司"


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("HAIDIAN BEIJING", "Beijing", Nearness.AGREES),
        ("北京市昌平区", "Beijing", Nearness.AGREES),
        ("哈尔滨", "Harbin", Nearness.AGREES),
        ("Amoy", "XIAMEN", Nearness.AGREES),
        ("MUENCHEN", "Munich", Nearness.AGREES),
        ("Napoli", "Naples", Nearness.AGREES),
        ("SHANGAI", "Shanghai", Nearness.AGREES),
        ("Zhen Jiang", "Zhenjiang", Nearness.AGREES),
        ("Pudong", "上海", Nearness.AGREES),
        ("San Juan", "San Salvador", Nearness.AGAINST),
        ("Bacau", "Buzau", Nearness.AGAINST),
        ("武汉", "Beijing", Nearness.AGAINST),
        ("Shandong", "Qingdao", Nearness.UNKNOWN),
        ("某地", "Beijing", Nearness.UNKNOWN),
        (None, "Beijing", Nearness.UNKNOWN),
    ],
)
def test_cities(one: str | None, other: str, said: Nearness) -> None:
    first, second = city_words(one, str), city_words(other, str)
    assert nearness(first, second) is said
    assert nearness(second, first) is said
