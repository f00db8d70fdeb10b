"""Who is who: what makes two appearances one organisation, and what keeps them apart."""

from __future__ import annotations

import pytest
from resolution_factory import BEIJING, CAS, WUHAN, asked, joined, ror, seen

from matcher.catalogue.resolution.appearance import Decision, Verdict
from matcher.catalogue.resolution.resolve import Join, resolve


@pytest.mark.parametrize(
    ("spelling", "other", "city"),
    [
        ("CANCER HOSPITAL OF CHINESE ACADEMYOF MEDICAL SCIENCES", "Cancer Hospital of Chinese "
         "Academy of Medical Sciences", "BEIJING"),
        ("ACADEMY OF STATE ADMINISTRATION OFGRAIN", "Academy of State Administration of Grain",
         "Beijing"),
        ("Huawei Technologies (China)", "HUAWEI TECHNOLOGIES CO LTD", "SHENZHEN"),
        ("北京旷视科技有限公司", "旷视科技", "北京市"),
        ("清華大學", "清华大学", "北京"),
        ("中科院物理所", "中国科学院物理研究所", "Beijing"),
        ("北航", "北京航空航天大学", "北京"),
        ("国家电网有限公司", "国家电网公司", "北京"),
        ("中国地质大学（北京）", "中国地质大学 (北京)", "Beijing"),
        ("北京市农林科学院", "北京农林科学院", "Beijing"),
        ("首都医科大学附属北京朝阳医院", "首都醫科大學附屬北京朝陽醫院", "Beijing"),
        ("Beijng University of Chemical Technology", "Beijing University of Chemical Technology",
         "Beijing"),
        ("KIGAM (KOREA INSTITUTE OF GEOSCIENCE AND MINERAL RESOURCES)",
         "Korea Institute of Geoscience and Mineral Resources", "Daejeon"),
        ("Jiangsu Academy of Agricultural Sciences*JAAS",
         "Jiangsu Academy of Agricultural Sciences", "Nanjing"),
        ("The Taiyuan University of Technology", "Taiyuan University of Technology", "Taiyuan"),
        ("LINKS Foundation - Leading Knowledge", "LINKS Foundation", "Turin"),
    ],
)  # fmt: skip
def test_spellings_of_one_body(spelling: str, other: str, city: str) -> None:
    extra = {"alias": "Leading Knowledge"} if "LINKS" in other else {}
    words = "Medical Academy Chinese Sciences Hospital Administration of State Grain of of"
    glue = [seen(f"w{n}", word, country="XX") for n, word in enumerate(words.split() * 6)]
    assert joined(seen("a", spelling, city=city), ror("b", other, city=city, **extra), *glue)


@pytest.mark.parametrize(
    ("spelling", "other", "country", "city"),
    [
        ("GOETEBORGS UNIVERSITET", "Göteborgs universitet", "SE", "Göteborg"),
        ("UNIVERSITEIT VAN AMSTERDAM", "University of Amsterdam", "NL", "Amsterdam"),
        ("LEIBNIZ INSTITUT FUER PFLANZENGENETIK EV", "Leibniz-Institut für Pflanzengenetik", "DE",
         "Gatersleben"),
        ("VILNIAUS UNIVERSITETAS", "Vilnius University", "LT", "Vilnius"),
        ("UNIVERSITE D'AIX MARSEILLE", "Aix-Marseille Université", "FR", "Marseille"),
        ("TECHNISCHE UNIVERSITEIT DELFT", "Delft University of Technology", "NL", "Delft"),
        ("THE CHANCELLOR MASTERS AND SCHOLARS OF THE UNIVERSITY OF CAMBRIDGE",
         "University of Cambridge", "GB", "Cambridge"),
        ("KOKURITSU DAIGAKU HOJIN KOBE DAIGAKU", "Kobe University", "JP", "Kobe"),
        ("国立大学法人神戸大学", "神戸大学", "JP", "Kobe"),
        ("STICHTING DELTARES", "Deltares", "NL", "Delft"),
        ("AGRIFOOD AND BIOSCIENCES INSTITUTE", "Agri Food and Biosciences Institute", "GB",
         "Belfast"),
        ("INSTITUT NATIONAL DE L ENVIRONNEMENT INDUSTRIEL ET DES RISQUES - INERIS",
         "Institut national de l'environnement industriel et des risques", "FR", "Verneuil"),
        ("ASML NETHERLANDS B.V.", "ASML (Netherlands)", "NL", "Veldhoven"),
    ],
)  # fmt: skip
def test_spellings_of_one_body_abroad(spelling: str, other: str, country: str, city: str) -> None:
    one = seen("a", spelling, country=country, city=city)
    assert joined(one, ror("b", other, country=country, city=city))


@pytest.mark.parametrize(
    ("one", "other", "country", "cities"),
    [
        ("Hunan Agricultural University", "Henan Agricultural University", "CN",
         (None, "Zhengzhou")),
        ("University of Tennessee System", "University of Tennessee", "US", ("Knoxville",) * 2),
        ("VRIJE UNIVERSITEIT BRUSSEL", "Université Libre de Bruxelles", "BE", ("Brussels",) * 2),
        ("Liaoning University of Technology", "Liaoning Technical University", "CN",
         ("Jinzhou", "Fuxin")),
        ("Zhejiang University of Science and Technology", "Zhejiang Sci-Tech University", "CN",
         ("Hangzhou",) * 2),
        ("University of Jinan", "Jinan University", "CN", ("Jinan", "Guangzhou")),
        ("University of Kochi", "Kōchi University", "JP", (None, None)),
        ("Peking University", "Peking University Third Hospital", "CN", ("Beijing",) * 2),
        ("北京大学", "北京大学第三医院", "CN", ("北京", "Beijing")),
        ("北京师范大学珠海校区", "北京师范大学", "CN", ("珠海", "Beijing")),
        ("清华大学机械工程系", "清华大学", "CN", ("北京", "Beijing")),
        ("国家电力投资集团有限公司", "国家能源投资集团有限责任公司", "CN", ("北京",) * 2),
        ("UNIVERSITY OF EAST LONDON", "University of London", "GB", ("London",) * 2),
        ("Statiunea Legumicultura BACAU", "Statiunea Legumicultura Buzau", "RO",
         ("Bacau", "Buzau")),
        ("Merck Healthcare Germany GmbH", "Merck KGaA", "DE", ("Darmstadt",) * 2),
        ("Telefonica Investigacion SA", "Telefonica SA", "ES", ("Madrid",) * 2),
        ("Institute of Chemistry, Henan Academy of Sciences", "Institute of Chemistry", "CN",
         ("Zhengzhou", "Beijing")),
    ],
)  # fmt: skip
def test_alike_names_of_different_bodies(
    one: str, other: str, country: str, cities: tuple[str | None, str | None]
) -> None:
    first = seen("a", one, country=country, city=cities[0])
    second = ror("b", other, country=country, city=cities[1])
    assert not joined(first, second)


def test_one_name_in_two_countries_is_two_bodies() -> None:
    here = seen("a", "Northeastern University", city="Shenyang")
    there = ror("b", "Northeastern University", country="US", city="Boston")
    assert not joined(here, there)
    assert not asked(here, there)


def test_hong_kong_stands_under_china_in_some_sources() -> None:
    one = seen("a", "THE UNIVERSITY OF HONG KONG", country="CN", city="HONG KONG")
    assert joined(one, ror("b", "University of Hong Kong", country="HK", city="Hong Kong"))


def test_against_the_city_a_name_alone_is_asked_about() -> None:
    one = seen("a", "UK CENTRE FOR ECOLOGY & HYDROLOGY", country="GB", city="Oxford")
    other = ror("b", "UK Centre for Ecology & Hydrology", country="GB", city="Wallingford")
    assert not joined(one, other)
    assert asked(one, other)


def test_a_name_of_several_words_may_say_the_city_itself() -> None:
    one = seen("a", "UNIVERSITE GRENOBLE ALPES", country="FR", city="Grenoble")
    other = ror("b", "Université Grenoble Alpes", country="FR", city="Saint-Martin-d'Hères")
    assert joined(one, other)


def test_a_name_that_many_could_bear_needs_a_place() -> None:
    known = ror("b", "Institute of Physics", country="GB", city="London")
    unplaced = seen("a", "Institute of Physics", country="GB")
    assert not joined(unplaced, known)
    assert asked(unplaced, known)
    assert joined(seen("c", "Institute of Physics", country="GB", city="London"), known)


def test_a_label_that_two_bodies_bear_needs_a_place_or_another_name() -> None:
    for city, own, other in (("北京", BEIJING, WUHAN), ("武汉市", WUHAN, BEIJING)):
        placed = seen("a", "中国地质大学", city=city)
        assert joined(placed, own, other)
        assert not joined(placed, other, own)
    assert joined(seen("a", "中国地质大学（北京）"), BEIJING, WUHAN) is False  # no city is given
    unplaced = seen("a", "中国地质大学")
    result = resolve([unplaced, WUHAN, BEIJING])
    assert len(set(result.organisation_of.values())) == 3
    assert {(join.first, join.second) for join in result.review} == {
        tuple(sorted((unplaced.id, known.id))) for known in (WUHAN, BEIJING)
    }


def test_two_without_a_place_are_not_joined_by_a_label_that_two_bear() -> None:
    placed = seen("a", "中国地质大学", city="武汉")
    assert not joined(seen("b", "中国地质大学"), placed, WUHAN, BEIJING)


def test_a_label_that_stands_on_the_wrong_body_does_not_outweigh_the_other_name() -> None:
    wrong = ror("b", "Chinese Center for Disease Control and Prevention", "北京市预防医学研究中心",
                city="Beijing")  # fmt: skip
    one = seen("a", "北京市预防医学研究中心",
               "Beijing Center for Disease Prevention and Control", city="北京")  # fmt: skip
    assert not joined(one, wrong)
    assert asked(one, wrong)


def test_a_parent_in_the_name_is_evidence() -> None:
    institute = ror("b", "Institute of Chemistry", city="Beijing", parents=(CAS.id,))
    assert joined(seen("a", "INSTITUTE OF CHEMISTRY, CHINESE ACADEMY OF SCIENCES", city="Beijing"),
                  institute, CAS)  # fmt: skip
    assert joined(seen("a", "Institute of Chemistry, CAS", city="Beijing"), institute, CAS)
    assert joined(seen("a", "中国科学院自动化研究所", city="北京"),
                  ror("c", "自动化研究所", city="Beijing", parents=(CAS.id,)), CAS)  # fmt: skip
    assert not joined(seen("a", "Institute of Chemistry, CAS", city="Beijing"), CAS, institute)


def test_a_child_is_never_its_parent() -> None:
    child = ror("b", "Max Planck Society", country="DE", city="Munich")
    parent = seen("a", "Max Planck Society", country="DE", city="Munich", parents=(child.id,))
    assert not joined(child, parent)


def test_of_two_records_the_active_one_is_meant() -> None:
    old = ror("old", "Beibu Gulf University", city="Qinzhou", active=False)
    new = ror("new", "Beibu Gulf University", city="Qinzhou")
    one = seen("a", "Beibu Gulf University", city="Qinzhou")
    assert joined(one, new, old)
    assert not joined(one, old, new)


def test_an_abbreviation_needs_the_city() -> None:
    known = ror("b", "Korea Advanced Institute", country="KR", city="Daejeon", acronym="KAIST")
    assert joined(seen("a", "KAIST", country="KR", city="Daejeon"), known)
    assert not joined(seen("a", "KAIST", country="KR", city="Seoul"), known)
    assert not joined(seen("a", "KAIST", country="KR"), known)


def test_identifiers_join_whatever_the_names() -> None:
    for scheme in ("grid", "isni", "pic", "wikidata"):
        one = seen("a", "甲研究所", ids={scheme: "0000 0001"})
        other = ror("b", "Institute B", country="DE", ids={scheme: "00000001", "ror": "b"})
        result = resolve([one, other])
        assert set(result.organisation_of.values()) == {other.id}
        assert [join.rule for join in result.joins] == ["identifier"]


def test_two_ror_ids_are_never_one_unless_a_person_says_so() -> None:
    one, other = (ror(key, "Shared Health", country="CA", city="Winnipeg") for key in "ab")
    between = seen("c", "Shared Health", country="CA", city="Winnipeg", ids={"isni": "7"})
    linked = ror("b", "Shared Health", country="CA", city="Winnipeg", ids={"ror": "b", "isni": "7"})
    for others in ([one, other], [one, other, between], [one, linked, between]):
        owner = resolve(others).organisation_of
        assert owner[one.id] != owner[other.id]
    first, second = sorted((one.id, other.id))
    owner = resolve([one, other], [Decision(first, second, Verdict.SAME)]).organisation_of
    assert owner[one.id] == owner[other.id] == min(one.id, other.id)


def test_what_a_person_told_apart_stays_apart() -> None:
    one = seen("a", "Tsinghua University", city="Beijing", ids={"isni": "1"})
    other = ror("b", "Tsinghua University", city="Beijing", ids={"ror": "b", "isni": "1"})
    third = seen("c", "Tsinghua University", city="Beijing", source="portal")
    first, second = sorted((one.id, other.id))
    apart = Decision(first, second, Verdict.DIFFERENT)
    result = resolve([one, other, third], [apart])
    assert result.organisation_of[one.id] != result.organisation_of[other.id]
    assert (first, second) not in {(join.first, join.second) for join in result.review}
    pairs = [(min(third.id, x.id), max(third.id, x.id)) for x in (one, other)]
    both = [apart, *(Decision(*pair, Verdict.SAME) for pair in pairs)]
    owner = resolve([one, other, third], both).organisation_of
    assert owner[one.id] != owner[other.id]


def test_a_decision_of_sameness_comes_before_names_and_countries() -> None:
    one, other = seen("a", "Alpha", country="DE"), seen("b", "Omega", country="FR")
    first, second = sorted((one.id, other.id))
    result = resolve([one, other], [Decision(first, second, Verdict.SAME)])
    assert len(set(result.organisation_of.values())) == 1
    assert result.joins == (Join(first, second, "decided", 1.0),)
    assert result.review == ()
