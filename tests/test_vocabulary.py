"""The vocabularies: whole, bilingual, unambiguous, and in agreement with their sources."""

from __future__ import annotations

import csv
import runpy
from itertools import combinations
from pathlib import Path

import pytest

from matcher.errors import UnknownTerm
from matcher.organisation import Form, NameKind, ProfileKind, Publication, Side, Visibility
from matcher.settings import Settings, shipped
from matcher.vocabulary import (
    Scheme,
    Vocabulary,
    VocabularyFault,
    folded,
    load_vocabulary,
    read_vocabulary,
)

FOLDER = shipped("data/vocabulary")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


def schemes(vocabulary: Vocabulary) -> list[Scheme]:
    return [one for one in vars(vocabulary).values() if isinstance(one, Scheme)]


@pytest.fixture(scope="module")
def shared_data() -> Path:
    folder = Settings().shared_data_folder()
    assert folder is not None
    return folder


@pytest.mark.parametrize(
    ("scheme", "count"),
    [
        ("sector", 10), ("sector_other", 11), ("entity_type", 5), ("partner_nature", 6),
        ("cooperation_mode", 5), ("form", 5), ("district", 16), ("region", 6), ("country", 250),
        ("trl", 9), ("ip_status", 9), ("partnership_type", 6),
    ],
)  # fmt: skip
def test_each_list_is_whole(vocabulary: Vocabulary, scheme: str, count: int) -> None:
    assert len(getattr(vocabulary, scheme)) == count


def test_the_ten_sectors_bear_the_names_of_the_list_of_2017(vocabulary: Vocabulary) -> None:
    assert {term.zh for term in vocabulary.sector} == {
        "医药健康", "节能环保", "智能装备", "科技服务业", "新一代信息技术",
        "新材料", "新能源智能汽车", "人工智能", "集成电路", "软件和信息服务",
    }  # fmt: skip
    for spelling, code in [
        ("医疗健康", "health"),
        ("电子信息", "nextgen_it"),
        ("软件和信息服务业", "software"),
        ("AI", "ai"),
        ("Energy-saving & environmental protection", "environment"),
        ("ＩＣ", "ic"),
    ]:
        found = vocabulary.sector.find(spelling)
        assert found is not None
        assert found.code == code
    assert vocabulary.sector.find("other") is None
    assert vocabulary.sector_other.codes == (*vocabulary.sector.codes, "other")


def test_codes_agree_with_the_nouns(vocabulary: Vocabulary) -> None:
    for scheme, kind in [
        (vocabulary.form, Form),
        (vocabulary.side, Side),
        (vocabulary.visibility, Visibility),
        (vocabulary.name_kind, NameKind),
        (vocabulary.profile_kind, ProfileKind),
        (vocabulary.publication, Publication),
    ]:
        assert scheme.codes == tuple(kind), scheme.name
    assert vocabulary.trl.codes == tuple(str(level) for level in range(1, 10))


def test_every_scheme_and_term_speaks_both_languages(vocabulary: Vocabulary) -> None:
    for scheme in schemes(vocabulary):
        assert scheme.zh
        assert scheme.en
        for term in scheme:
            assert any("\u4e00" <= letter <= "\u9fff" for letter in term.zh), term
            assert term.en.isprintable()
            assert not any("\u4e00" <= letter <= "\u9fff" for letter in term.en), term
            for spelling in term.spellings:
                assert scheme.find(spelling) is term


def test_nobody_is_called_a_foreigner() -> None:
    for path in FOLDER.iterdir():
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        for word in ("外国", "国外", "foreign partner", "foreign compan", "foreign countr"):
            assert word not in text.lower(), (path.name, word)


def test_the_side_and_the_states_of_publication_read_as_agreed(vocabulary: Vocabulary) -> None:
    assert [(term.zh, term.en) for term in vocabulary.side] == [
        ("北京", "Beijing"),
        ("境外", "partner abroad"),
        ("其他", "neither"),
    ]
    inferred = vocabulary.publication.get("inferred")
    assert inferred.zh == "由公开来源推断（未征询该机构）"
    assert "not asked" in inferred.en


# Places


def test_countries_are_those_that_the_generator_writes() -> None:
    rows = runpy.run_path(str(FOLDER / "countries.py"))["rows"]()
    written = read_vocabulary(FOLDER).country
    assert [row["code"] for row in rows] == list(written.codes)
    for row, term in zip(rows, written, strict=True):
        assert (row["zh"], row["en"], row.get("parent")) == (term.zh, term.en, term.parent)
        for key in ("synonyms_zh", "synonyms_en", "aliases"):
            assert tuple(row.get(key, ())) == getattr(term, key)


def test_countries_bear_the_names_of_cldr_except_the_overrides(vocabulary: Vocabulary) -> None:
    from babel import Locale

    chinese, english = Locale("zh").territories, Locale("en").territories
    own = {
        term.code
        for term in vocabulary.country
        if (term.zh, term.en) != (chinese[term.code], english[term.code])
    }
    assert own == {"HK", "MO", "TW", "FK", "MM", "PS"}
    shown = {code: vocabulary.country.get(code) for code in ("HK", "MO", "TW")}
    assert [term.zh for term in shown.values()] == ["中国香港", "中国澳门", "中国台湾"]
    assert all(term.en.endswith(", China") for term in shown.values())
    assert not any(term.synonyms_zh or term.synonyms_en for term in shown.values())


def test_only_places_nobody_lives_in_have_no_region(vocabulary: Vocabulary) -> None:
    without = {code for code in vocabulary.country.codes if vocabulary.region_of(code) is None}
    assert without == {"AQ", "BV", "GS", "HM", "TF"}
    assert vocabulary.region_of("EU") == "europe"
    assert vocabulary.region_of("RU") == "europe"
    assert vocabulary.region_of("MX") == "north_america"
    assert vocabulary.region_of("nowhere") is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("UK", "GB"), ("EL", "GR"), ("GB", "GB"), ("gr", "GR"), ("USA", "US"), ("US", "US"),
        ("美国", "US"), ("United States", "US"), ("U.S.A.", "US"), ("英国", "GB"), ("韩国", "KR"),
        ("South Korea", "KR"), ("Republic of Korea", "KR"), ("德国", "DE"), ("DEU", "DE"),
        ("Turkey", "TR"), ("Turkiye", "TR"), ("cote d'ivoire", "CI"), ("The Netherlands", "NL"),
        ("Czech Republic", "CZ"), ("欧盟", "EU"), ("EU", "EU"), ("香港", "HK"), ("Macau", "MO"),
        ("台湾", "TW"), ("中国香港", "HK"), ("ＦＲ", "FR"), (" fra ", "FR"), ("中国", "CN"),
        ("NO", "NO"), ("刚果", None), ("Congo", None), ("Atlantis", None), ("", None), ("--", None),
    ],
)  # fmt: skip
def test_a_country_is_known_by_code_name_and_synonym(
    vocabulary: Vocabulary, text: str, code: str | None
) -> None:
    assert vocabulary.country_code(text) == code


@pytest.mark.parametrize(
    "city",
    [
        "BEIJING", "Beijing", "北京", "北京市", "BEIJING CITY", "Peking", "Pékin", "BEIJIGN",
        "Haidian, Beijing", "Haidian District", "Haidian District, P.R. China", "海淀区", "海淀",
        "北京市海淀区中关村东路", "Beijing 100084", "100084 Beijing", "Chaoyang District", "朝阳区",
        "宣武区", "Beijing, China", "北京　", "Ｂｅｉｊｉｎｇ", "Tongzhou District, Beijing",
        "HAIDIAN BEIJING",
    ],
)  # fmt: skip
def test_a_city_field_says_beijing(vocabulary: Vocabulary, city: str) -> None:
    assert vocabulary.is_beijing(city)
    assert vocabulary.special_city_country(city) is None


@pytest.mark.parametrize(
    "city",
    [
        "", " ", "-", "China", "中国", "100084", "Nanjing", "Beijing Road, Guangzhou",
        "No. 3 Beijing West Road, Shanghai", "Guangzhou, Beijing Lu", "南京市北京西路",
        "长春市朝阳区", "Chaoyang", "朝阳", "Tongzhou, Jiangsu", "Haidian Road, Dalian",
        "Beijingtown", "TIANJIN",
    ],
)  # fmt: skip
def test_a_city_field_says_something_else(vocabulary: Vocabulary, city: str) -> None:
    assert not vocabulary.is_beijing(city)


@pytest.mark.parametrize(
    ("city", "country"),
    [
        ("HONG KONG", "HK"), ("Hong-Kong", "HK"), ("HongKong", "HK"), ("Kowloon, Hong Kong", "HK"),
        ("Pokfulam", "HK"), ("香港", "HK"), ("Macau", "MO"), ("澳门", "MO"),
        ("NEW TAIPEI CITY", "TW"),
        ("Hsinchu", "TW"), ("台北市", "TW"), ("Shenzhen", None), ("Hong Kong Road, Qingdao", None),
        ("青岛市香港中路", None), ("", None),
    ],
)  # fmt: skip
def test_a_city_may_decide_the_country(
    vocabulary: Vocabulary, city: str, country: str | None
) -> None:
    assert vocabulary.special_city_country(city) == country
    assert country is None or not vocabulary.is_beijing(city)


# Unknown terms


def test_an_unknown_term_is_answered_with_the_nearest(vocabulary: Vocabulary) -> None:
    with pytest.raises(UnknownTerm) as caught:
        vocabulary.country.resolve("Germny", "--country")
    error = caught.value
    assert error.where == "--country"
    assert "Germany (DE)" in error.cure.en
    assert "德国（DE）" in error.cure.zh
    assert len(vocabulary.country.nearest("Germny")) <= 3
    assert [term.code for term in vocabulary.country.nearest("刚果")] == ["CD", "CG"]
    with pytest.raises(UnknownTerm, match="no known country/region"):
        vocabulary.country.get("germany")


def test_an_unknown_term_of_a_short_list_is_answered_with_the_list(vocabulary: Vocabulary) -> None:
    with pytest.raises(UnknownTerm) as caught:
        vocabulary.entity_type.resolve("zzzz", "--type")
    for term in vocabulary.entity_type:
        assert term.zh in caught.value.cure.zh
        assert term.en in caught.value.cure.en


def test_a_known_term_is_resolved(vocabulary: Vocabulary) -> None:
    assert vocabulary.region.resolve("大洋洲", "--region").code == "oceania"
    assert vocabulary.trl.resolve("TRL5", "row 3").code == "5"
    assert vocabulary.capability.resolve("CAR-T cells", "row 3").code == "cell_therapy"


# Chains and capabilities


def test_every_sector_has_a_chain_and_at_least_ten_capabilities(vocabulary: Vocabulary) -> None:
    for sector in vocabulary.sector:
        links = [link.code for link in vocabulary.chain_link if link.parent == sector.code]
        held = vocabulary.capabilities_of(sector.code)
        assert 4 <= len(links) <= 6, sector.code
        assert len(held) >= 10, sector.code
        assert {term.parent for term in held} == set(links), "a link without a capability"
        assert [links.index(term.parent or "") for term in held] == sorted(
            links.index(term.parent or "") for term in held
        )
    assert vocabulary.capabilities_of("other") == ()
    count = sum(len(vocabulary.capabilities_of(code)) for code in vocabulary.sector.codes)
    assert count == len(vocabulary.capability) >= 120


def test_capabilities_are_described_in_both_languages(vocabulary: Vocabulary) -> None:
    for term in vocabulary.capability:
        assert 2 <= len(term.synonyms_zh) <= 5, term.code
        assert 2 <= len(term.synonyms_en) <= 5, term.code
        assert len(term.definition_zh) >= 40, term.code
        assert len(term.definition_en.split()) >= 15, term.code
    for term in vocabulary.sector:
        assert 2 <= term.definition_zh.count("。") <= 4, term.code
        assert 2 <= term.definition_en.count(". ") + 1 <= 4, term.code


def pieces(text: str) -> set[str]:
    """Three-letter pieces; a crude but fair measure of what two sentences share."""
    joined = folded(text)
    return {joined[place : place + 3] for place in range(len(joined) - 2)}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_two_definitions_are_alike(vocabulary: Vocabulary, language: str) -> None:
    described = [*vocabulary.capability, *vocabulary.sector]
    cut = [(term.code, pieces(getattr(term, f"definition_{language}"))) for term in described]
    for (one, left), (other, right) in combinations(cut, 2):
        assert len(left & right) / min(len(left), len(right)) < 0.5, (one, other)


# Loading


def copied(target: Path) -> None:
    for path in FOLDER.glob("*.yaml"):
        (target / path.name).write_bytes(path.read_bytes())


def test_the_same_files_give_the_same_fingerprint(vocabulary: Vocabulary, tmp_path: Path) -> None:
    copied(tmp_path)
    assert read_vocabulary(tmp_path).fingerprint == vocabulary.fingerprint
    (tmp_path / "more.yaml").write_text("{}", encoding="utf-8")
    assert read_vocabulary(tmp_path).fingerprint != vocabulary.fingerprint
    assert load_vocabulary() is vocabulary


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    copied(tmp_path)
    (tmp_path / "zz.yaml").write_text(
        """
region:
  - {code: moon, zh: 月球}
  - {code: asia, zh: 亚洲, en: Asia}
  - {code: polar, zh: 极地, en: polar, synonyms_en: [Europe], colour: white}
  - {code: deep, zh: 深海, en: deep sea, synonyms_en: ocean}
  - {code: south, zh: 南方, en: south, synonyms_en: [Africa]}
country:
  - {code: XX, zh: 某地, en: somewhere, parent: atlantis}
capability:
  - {code: lonely, zh: 孤立技术, en: lonely, definition_zh: 仅中文。}
moods:
  - {code: glad, zh: 高兴, en: glad}
trl: high
""",
        encoding="utf-8",
    )
    (tmp_path / "torn.yaml").write_text("sector: [", encoding="utf-8")
    (tmp_path / "form.yaml").write_text("just words", encoding="utf-8")
    with pytest.raises(VocabularyFault) as caught:
        read_vocabulary(tmp_path)
    for expected in (
        "zz.yaml: region moon: en is missing",
        "region asia: this code stands twice",
        "zz.yaml: region polar: unknown key colour",
        "zz.yaml: region deep: synonyms_en is no list",
        "zz.yaml: region south: 'Africa' is also a spelling of africa",
        "zz.yaml: country XX: unknown parent atlantis",
        "zz.yaml: capability lonely: a definition stands in one language only",
        "schemes.yaml: moods: this scheme has no label",
        "zz.yaml: trl: not a list of terms",
        "torn.yaml: ",
        "form.yaml: not a mapping",
    ):
        assert expected in caught.value.what.en
    assert "zz.yaml: region moon：缺少 en；" in caught.value.what.zh
    assert caught.value.what.zh.count("；") == caught.value.what.en.count("; ")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VocabularyFault, match="capability: no file holds this scheme"):
        read_vocabulary(tmp_path)


# Against the shared reference data


@pytest.mark.shared
def test_districts_agree_with_the_reference(vocabulary: Vocabulary, shared_data: Path) -> None:
    with (shared_data / "reference" / "beijing_districts.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["name_zh"], row["name_en"]) for row in rows] == [
        (term.zh, term.en) for term in vocabulary.district
    ]
    for row in rows:
        assert vocabulary.district.resolve(row["adcode"], "adcode").zh == row["name_zh"]


@pytest.mark.shared
def test_countries_agree_with_the_reference(vocabulary: Vocabulary, shared_data: Path) -> None:
    with (shared_data / "reference" / "countries_zh_en.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["cca2"] != "XK"]
    assert {row["cca2"] for row in rows} == set(vocabulary.country.codes) - {"EU"}
    for row in rows:
        assert vocabulary.country_code(row["cca3"]) == row["cca2"]
        assert vocabulary.region_of(row["cca2"]) == continent(row), row["cca2"]


def continent(row: dict[str, str]) -> str | None:
    """Our region of a row of the reference, whose Americas are one."""
    if row["cca2"] == "UM":
        return "oceania"  # All but one of these islands lie in the Pacific.
    if row["region"] == "Americas":
        south = row["subregion"] == "South America"
        return "south_america" if south else "north_america"
    return None if row["region"] == "Antarctic" else row["region"].lower()


@pytest.mark.shared
def test_cordis_places_are_understood(vocabulary: Vocabulary, shared_data: Path) -> None:
    path = shared_data / "cordis" / "organization.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert all(vocabulary.country_code(row["country"]) for row in rows if row["country"])
    chinese = [row["city"] for row in rows if row["country"] == "CN"]
    assert sum(map(vocabulary.is_beijing, chinese)) >= 203
    assert {vocabulary.special_city_country(city) for city in chinese} == {None, "HK"}
    abroad = [row["city"] for row in rows if row["country"] not in ("CN", "")]
    assert not any(map(vocabulary.is_beijing, abroad))
