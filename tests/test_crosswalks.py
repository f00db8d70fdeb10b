"""How the closed lists relate: neighbours, sectors of 2021, zones, contracts, Belt and Road."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from cli_factory import a_terminal

from matcher.settings import Settings
from matcher.vocabulary import Vocabulary, load_vocabulary


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


@pytest.fixture(scope="module")
def shared_data() -> Path:
    folder = Settings().shared_data_folder()
    assert folder is not None
    return folder


def test_every_sector_has_six_links_and_thirty_capabilities(vocabulary: Vocabulary) -> None:
    for sector in vocabulary.sector:
        links = [link for link in vocabulary.chain_link if link.parent == sector.code]
        assert len(links) >= 6, sector.code
        assert len(vocabulary.capabilities_of(sector.code)) >= 30, sector.code
    assert len(vocabulary.capability) >= 300


def test_every_capability_has_neighbours_synonyms_and_a_place_in_the_list_of_2021(
    vocabulary: Vocabulary,
) -> None:
    for term in vocabulary.capability:
        near = vocabulary.neighbours_of(term.code)
        assert near, term.code
        assert term not in near
        for other in near:
            assert term in vocabulary.neighbours_of(other.code)
        assert vocabulary.corresponding(term, "sector_2021"), term.code
        assert term.synonyms_zh, term.code
        assert term.synonyms_en, term.code


def test_every_sector_of_2021_is_reached(vocabulary: Vocabulary) -> None:
    for term in vocabulary.sector_2021:
        assert vocabulary.corresponding(term, "capability"), term.code


def test_zones_lie_in_districts(vocabulary: Vocabulary) -> None:
    parks = [zone for zone in vocabulary.zone if zone.parent == "zhongguancun"]
    assert len(parks) == 16
    covered = {d.code for zone in parks for d in vocabulary.corresponding(zone, "district")}
    assert covered == {*vocabulary.district.codes}
    for zone in vocabulary.zone:
        assert vocabulary.corresponding(zone, "district"), zone.code


def test_contracts_correspond_to_modes_and_partnerships(vocabulary: Vocabulary) -> None:
    assert [c.zh for c in vocabulary.technology_contract] == [
        "技术开发", "技术转让", "技术许可", "技术咨询", "技术服务",
    ]  # fmt: skip
    for term in vocabulary.technology_contract:
        assert vocabulary.corresponding(term, "cooperation_mode"), term.code
        assert vocabulary.corresponding(term, "partnership_type"), term.code
    for term in vocabulary.partnership_type:
        assert vocabulary.corresponding(term, "cooperation_mode"), term.code
        assert vocabulary.corresponding(term, "technology_contract"), term.code
    development = vocabulary.technology_contract.get("development")
    [mode] = vocabulary.corresponding(development, "cooperation_mode")
    assert development in vocabulary.corresponding(mode, "technology_contract")


def test_belt_and_road_is_a_flag_of_countries(vocabulary: Vocabulary) -> None:
    assert vocabulary.on_belt_and_road("PK")
    for code in ("US", "DE", "CN", "TW", "nowhere"):
        assert not vocabulary.on_belt_and_road(code)


@pytest.mark.shared
def test_belt_and_road_agrees_with_the_reference(vocabulary: Vocabulary, shared_data: Path) -> None:
    """The reference writes American Samoa for Samoa and lacks twelve that had joined by 2022."""
    with (shared_data / "reference" / "bri_countries.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["bri_partner"]]
    odd = {"Congo": "CG", "Congo DRC": "CD", "American Samoa": "WS"}
    listed = {odd.get(r["name"]) or vocabulary.country_code(r["name"]) for r in rows} - {"CN"}
    ours = {code for code in vocabulary.country.codes if vocabulary.on_belt_and_road(code)}
    assert listed <= ours
    assert ours - listed == {
        "AR", "BF", "BW", "CF", "DO", "ER", "GW", "MW", "NI", "SK", "ST", "SY"
    }  # fmt: skip


def test_an_operator_marks_capabilities(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    run_cli = a_terminal(monkeypatch, capfdbinary)
    home = ("--home", str(tmp_path / "home"))
    assert (
        run_cli("capability", "mark", "advanced_ceramics", "卡脖子", "strategic", *home).code == 0
    )
    listed = run_cli("capability", "list", "--mark", "bottleneck", "--json", *home).document()
    assert [c["code"] for c in listed["capabilities"]] == ["advanced_ceramics"]
    shown = run_cli("capability", "show", "先进陶瓷", "--json", *home).document()
    assert [m["code"] for m in shown["marks"]] == ["bottleneck", "strategic"]
    run_cli("capability", "mark", "advanced_ceramics", "bottleneck", "--clear", *home)
    said = run_cli("capability", "show", "advanced_ceramics", "--language", "en", *home).out
    assert "marks: strategic" in said
    run_cli("capability", "mark", "advanced_ceramics", "--clear", *home)
    assert "advanced_ceramics" in run_cli("capability", "list", "--sector", "materials", *home).out
    assert "]" not in run_cli("capability", "list", "--sector", "materials", *home).out
    for wrong in (("mark", "no-such", "future"), ("mark", "advanced_ceramics"), ("show", "zzz")):
        assert run_cli("capability", *wrong, *home).code == 2
