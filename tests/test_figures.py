"""The paper's figures as data, what is counted for each, and the sample registry beside them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cli_factory import Run, a_terminal, check

from matcher.catalogue.intake import import_files
from matcher.catalogue.store import Catalogue
from matcher.errors import Bilingual
from matcher.insight.figures import Survey, ranking
from matcher.insight.measures import MEASURES
from matcher.insight.published import (
    CAUTION,
    UNITS,
    Comparison,
    Figure,
    compare,
    published_figures,
    read_figures,
)
from matcher.organisation import (
    SECTOR_SCHEME,
    Cooperation,
    Name,
    Organisation,
    Side,
    SourceKey,
    Tag,
)
from matcher.settings import shipped
from matcher.vocabulary import load_vocabulary

REGISTRY = shipped("data", "sample", "registry.jsonl")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds the whole sample registry, without a snapshot."""
    folder = tmp_path_factory.mktemp("registry")
    with Catalogue.open(folder, create=True) as catalogue:
        report = import_files(catalogue, [REGISTRY])
        assert (report.rejected, report.waiting) == (0, 0)
    return folder


@pytest.fixture(scope="module")
def nouns(home: Path) -> tuple[list[Organisation], list[Cooperation]]:
    with Catalogue.open(home) as catalogue:
        return list(catalogue.organisations()), list(catalogue.cooperations())


def found(comparison: Comparison) -> dict[str, Any]:
    return {one.figure.id: one.found for one in comparison.findings}


def failing(comparison: Comparison) -> set[str]:
    return {one.figure.id for one in comparison.findings if not one.agrees}


def test_the_sample_registry_agrees_with_every_figure(
    nouns: tuple[list[Organisation], list[Cooperation]],
) -> None:
    """A property of its generator, which was given them; it is evidence of nothing."""
    comparison = compare(*nouns, load_vocabulary())
    assert failing(comparison) == set()
    assert comparison.fictional
    assert len(comparison.findings) >= 80
    assert found(comparison)["countries"] == 89


def test_a_registry_that_loses_a_part_no_longer_agrees(
    nouns: tuple[list[Organisation], list[Cooperation]],
) -> None:
    organisations, cooperations = nouns
    american = {one.id for one in organisations if one.country == "US"}
    without = [one for one in cooperations if not set(one.partners) & american]
    assert {"united_states", "first_country", "led_by_the_us", "north_america"} <= failing(
        compare(organisations, without, load_vocabulary())
    )
    moved = [
        replace(one, district="pinggu") if one.district == "haidian" else one
        for one in organisations
    ]
    assert failing(compare(moved, cooperations, load_vocabulary())) >= {"haidian", "pinggu"}


def test_figures_have_a_section_both_languages_and_one_value() -> None:
    for figure in published_figures():
        assert figure.section in {"3.1", "3.2", "3.3", "3.4"}
        assert figure.mark in {"exact", "bound", "order"}
        assert figure.label.zh
        assert figure.label.en
        assert figure.unit is None or figure.unit in UNITS
    assert {figure.measure for figure in published_figures()} == set(MEASURES)


@pytest.mark.parametrize(
    "row",
    [
        "measure: no_such_measure, value: 1, unit: bodies",
        "measure: regions_present, unit: regions",
        "measure: regions_present, value: 6, above: 5, unit: regions",
        "measure: regions_present, value: 6",
        "measure: regions_present, above: 6, unit: regions",
    ],
)
def test_a_figure_at_fault_is_refused_by_name(tmp_path: Path, row: str) -> None:
    path = tmp_path / "figures.yaml"
    path.write_text(
        f"figures:\n  - {{id: mine, section: '1', mark: exact, zh: 甲, en: a, {row}}}\n"
    )
    with pytest.raises(ValueError, match="mine"):
        read_figures(path)


def a_figure(**values: Any) -> Figure:
    stated: dict[str, Any] = {"id": "x", "section": "3.1", "mark": "exact", "measure": "regions"}
    return Figure(label=Bilingual("甲", "a"), **stated, **values)


def test_agreement_is_to_the_printed_precision() -> None:
    assert a_figure(value=45).agrees(45.05)
    assert not a_figure(value=45).agrees(44.4)
    assert a_figure(value=14.3, decimals=1).agrees(52 / 364 * 100)
    assert not a_figure(value=14.3, decimals=1).agrees(52 / 365 * 100)
    assert not a_figure(value=0).agrees(None)
    assert a_figure(above=10).agrees(10.1)
    assert not a_figure(above=10).agrees(10)
    assert not a_figure(below=5).agrees(5)
    assert a_figure(about=30, within=2).agrees(32)
    assert not a_figure(about=30, within=2).agrees(33)
    assert a_figure(value=("a", "b")).agrees(("a", "b"))
    assert not a_figure(value=("a", "b")).agrees(("b", "a"))


def organisation(identity: str, side: Side = Side.FOREIGN, **told: Any) -> Organisation:
    return Organisation(
        id=identity,
        names=(Name(identity),),
        side=side,
        sources=(SourceKey("test", identity),),
        **told,
    )


def cooperation(number: int, beijing: str, partners: str, **told: Any) -> Cooperation:
    sectors = tuple(Tag(SECTOR_SCHEME, code) for code in told.pop("sectors", "").split())
    return Cooperation(
        id=f"c{number}",
        beijing=tuple(beijing.split()),
        partners=tuple(partners.split()),
        source=SourceKey("test", str(number)),
        licence="",
        attribution="",
        sectors=sectors,
        modes=tuple(told.pop("modes", "").split()),
    )


def a_survey() -> Survey:
    """Four bodies, of which one never cooperated; five cooperations in three countries."""
    organisations = [
        organisation("b1", Side.BEIJING, entry_year=2012, district="haidian"),
        organisation("b2", Side.BEIJING, entry_year=2014, district="haidian"),
        organisation("b3", Side.BEIJING, entry_year=2014),
        organisation("b4", Side.BEIJING),
        organisation("d1", country="DE", partner_nature="university"),
        organisation("d2", country="DE", partner_nature="enterprise"),
        organisation("j1", country="JP", partner_nature="university"),
        organisation("k1", country="KR"),
    ]
    cooperations = [
        cooperation(1, "b1", "d1 d2", sectors="health materials", modes="rd_cooperation standards"),
        cooperation(2, "b1", "d1", sectors="materials", modes="rd_cooperation"),
        cooperation(3, "b2", "j1 d2", sectors="health", modes="technology_transfer"),
        cooperation(4, "b2 b3", "k1", sectors="ai"),
        cooperation(5, "b1", "", sectors="ai", modes="standards"),
    ]
    return Survey(organisations, cooperations, load_vocabulary())


@pytest.mark.parametrize(
    ("measure", "of", "expected"),
    [
        ("bodies_by", ["2013"], 1),
        ("bodies_by", ["2014"], 3),
        ("district_share", ["haidian"], 100.0),
        ("districts_present", [], 1),
        ("main_sector_order", ["1"], ("ai=health=materials",)),
        ("countries_present", [], 3),
        ("country_share", ["DE"], 60.0),
        ("country_rank", ["JP"], 2),
        ("country_rank", ["FR"], None),
        ("region_share", ["asia"], 40.0),
        ("share_of_region", ["asia", "JP"], 50.0),
        ("region_with_most_countries", [], ("asia",)),
        ("several_modes_share", [], 100 / 3),
        ("single_mode_share", ["rd_cooperation"], 100 / 3),
        ("several_natures_share", [], 200 / 3),
        ("single_nature_share", ["university"], 100 / 3),
        ("region_sector_order", ["europe", "1"], ("health=materials",)),
        ("region_sector_share", ["europe", "health"], 200 / 3),
        ("behind_the_first", ["health", "JP"], 1),
        ("ahead_of_the_second", ["health", "DE"], 2.0),
        ("region_mode_order", ["asia", "1"], ("technology_transfer",)),
        ("country_first_sectors", ["DE", "2"], ("health", "materials")),
    ],
)
def test_measures_count_what_they_say(measure: str, of: list[str], expected: Any) -> None:
    counted = MEASURES[measure](a_survey(), *of)
    assert counted == (pytest.approx(expected) if isinstance(expected, float) else expected)


def test_equal_places_are_shown_as_equal() -> None:
    assert ranking({"a": 2, "b": 3, "c": 2, "d": 1}, 2) == ("b", "a=c")
    assert ranking({}, 3) == ()


def test_an_empty_catalogue_has_no_shares() -> None:
    comparison = compare([], [], load_vocabulary())
    assert found(comparison)["haidian"] is None
    assert "haidian" in failing(comparison)
    assert not comparison.fictional


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    return a_terminal(monkeypatch, capfdbinary)


def test_the_verb_shows_every_figure_and_what_agreement_is_worth(run: Run, home: Path) -> None:
    number = len(published_figures())
    chinese = run("figures", "--home", home)
    assert chinese.code == 0
    assert f"{number} 项中 {number} 项" in chinese.out
    assert CAUTION.zh in chinese.out
    english = run("figures", "--home", home, "--language", "en")
    assert f"{number} of {number} agree" in english.out
    assert CAUTION.en in english.out
    document = check(run("figures", "--home", home, "--json").document(), "figures")
    assert document["caution"] == {"zh": CAUTION.zh, "en": CAUTION.en}
    assert [one["id"] for one in document["figures"]] == [one.id for one in published_figures()]


def test_a_real_registry_gets_no_caution(run: Run, tmp_path: Path) -> None:
    rows = [
        {"id": "b", "name_en": "Body", "country": "CN", "city": "Beijing", "entry_year": 2012},
        {"id": "p", "name_en": "Partner", "country": "DE"},
        {"record": "cooperation", "id": "c", "beijing": ["b"], "partners": ["p"]},
    ]
    path = tmp_path / "real.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    assert run("import", path, "--home", tmp_path / "home").code == 0
    shown = run("figures", "--home", tmp_path / "home")
    assert CAUTION.zh not in shown.out
    document = check(run("figures", "--home", tmp_path / "home", "--json").document(), "figures")
    assert document["caution"] is None
    assert {one["id"]: one["found"] for one in document["figures"]}["countries"] == 1
