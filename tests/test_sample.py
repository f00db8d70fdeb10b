"""The fictional sample registry: numbers, coverage, languages, prose, and that it imports whole."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from matcher.catalogue.intake import import_files
from matcher.catalogue.store import Catalogue
from matcher.organisation import Form, Side
from matcher.settings import Settings, shipped
from matcher.vocabulary import load_vocabulary

SAMPLE = shipped("data", "sample", "demo.jsonl")
Row = dict[str, Any]

FIELDS = ("title", "summary", "description", "partner_role")
LIMITS = {"title": 256, "summary": 500, "description": 4000, "partner_role": 4000}
SECTORS = (
    "health",
    "environment",
    "equipment",
    "services",
    "nextgen_it",
    "materials",
    "vehicles",
    "ai",
    "ic",
    "software",
)
PUBLICATIONS = {"accepting_interest", "published", "inferred"}


@cache
def rows() -> list[Row]:
    with SAMPLE.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def profiles() -> list[Row]:
    return [row for row in rows() if "profile_id" in row]


def cooperations() -> list[Row]:
    return [row for row in rows() if row.get("record") == "cooperation"]


def organisations() -> dict[str, Row]:
    """What each organisation says of itself: its first row, which alone carries its place."""
    found: dict[str, Row] = {}
    for row in profiles():
        found.setdefault(row["id"], row)
    return found


def beijing() -> dict[str, Row]:
    return {key: row for key, row in organisations().items() if row["country"] == "CN"}


def abroad() -> dict[str, Row]:
    return {key: row for key, row in organisations().items() if row["country"] != "CN"}


def languages(row: Row) -> tuple[str, ...]:
    return tuple(code for code in ("zh", "en") if f"title_{code}" in row)


def sentences(text: str) -> list[str]:
    parts = re.split(r"(?<=[。；！？])|(?<=[.;!?])\s+", text)
    return [part.strip().lower() for part in parts if part.strip()]


def test_twenty_beijing_bodies_in_the_papers_proportions() -> None:
    assert len(beijing()) == 20
    kinds = Counter(row["entity_type"] for row in beijing().values())
    assert kinds == {
        "enterprise": 8,
        "university": 6,
        "research_institute": 4,
        "intermediary": 1,
        "science_park": 1,
    }
    districts = Counter(row["district"] for row in beijing().values())
    assert len(districts) >= 6
    assert "pinggu" not in districts
    assert districts["haidian"] / 20 == pytest.approx(0.45, abs=0.05)


def test_forty_partners_abroad_on_six_continents() -> None:
    vocabulary = load_vocabulary()
    countries = {row["country"] for row in abroad().values()}
    assert len(abroad()) == 40
    assert len(countries) >= 22
    assert "HK" in countries
    assert {vocabulary.region_of(code) for code in countries} == set(vocabulary.region.codes)
    natures = {row["partner_nature"] for row in abroad().values()}
    assert natures == set(vocabulary.partner_nature.codes)


def test_everyone_is_marked_fictional_and_has_one_to_three_profiles() -> None:
    assert all(row["fictional"] is True for row in profiles())
    assert set(Counter(row["id"] for row in profiles()).values()) <= {1, 2, 3}
    assert {row["publication"] for row in profiles()} == PUBLICATIONS
    assert {row["profile_kind"] for row in profiles()} == {"offer", "request", "capability"}


@pytest.mark.parametrize("sector", SECTORS)
def test_every_sector_has_someone_asking_and_three_partners_abroad(sector: str) -> None:
    near = {row["id"] for row in profiles() if sector in row["sectors"]}
    asking = {
        row["id"]
        for row in profiles()
        if sector in row["sectors"] and row["profile_kind"] != "capability"
    }
    assert asking & set(beijing())
    assert len(near & set(abroad())) >= 3


def test_languages_come_by_thirds_and_beijing_writes_mostly_chinese() -> None:
    spoken = Counter(languages(row) for row in profiles())
    assert set(spoken) == {("zh",), ("en",), ("zh", "en")}
    for count in spoken.values():
        assert count / len(profiles()) == pytest.approx(1 / 3, abs=0.03)
    at_home = [languages(row) for row in profiles() if row["id"] in beijing()]
    assert sum("zh" in found for found in at_home) / len(at_home) > 0.9
    away = [languages(row) for row in profiles() if row["id"] in abroad()]
    assert sum("en" in found for found in away) / len(away) > 0.8


def test_texts_keep_the_limits_and_carry_figures() -> None:
    for row in profiles():
        for language in languages(row):
            for name, limit in LIMITS.items():
                assert len(row.get(f"{name}_{language}", "")) <= limit, row["profile_id"]
            description = row[f"description_{language}"]
            assert len(re.findall(r"[\d一二三四五六七八九十百千]", description)) >= 2, row[
                "profile_id"
            ]
            if row["publication"] != "inferred":
                assert row[f"partner_role_{language}"], row["profile_id"]


def test_no_sentence_stands_twice() -> None:
    seen = Counter(
        sentence
        for row in profiles()
        for language in languages(row)
        for name in FIELDS
        for sentence in sentences(row.get(f"{name}_{language}", ""))
    )
    assert [sentence for sentence, times in seen.items() if times > 1] == []


def test_no_template_shows_through() -> None:
    """No six words in a row, and no twelve Chinese characters, stand in two organisations."""
    holders: dict[str, set[str]] = {}
    for row in profiles():
        for language in languages(row):
            text = " ".join(row.get(f"{name}_{language}", "") for name in FIELDS)
            units = text.lower().split() if language == "en" else list(re.sub(r"\s", "", text))
            width = 6 if language == "en" else 12
            for start in range(len(units) - width + 1):
                key = " ".join(units[start : start + width])
                holders.setdefault(key, set()).add(row["id"])
    assert [key for key, who in holders.items() if len(who) > 1] == []


def test_nothing_is_called_foreign() -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    assert not re.search(r"外国|国外|foreign (partner|compan|bod|firm)", text, re.IGNORECASE)


def test_valid_beyond_2028_but_for_two() -> None:
    ends = [date.fromisoformat(row["valid_until"]) for row in profiles() if "valid_until" in row]
    assert sum(end < date(2026, 1, 1) for end in ends) == 2
    assert all(end > date(2028, 12, 31) for end in ends if end >= date(2026, 1, 1))
    for row in profiles():
        if row["profile_kind"] != "capability":
            assert row["valid_from"] <= row["valid_until"]


def test_offers_state_their_maturity_and_rights() -> None:
    for row in profiles():
        if row["profile_kind"] == "offer":
            assert 1 <= row["trl"] <= 9
            assert row["ip_status"] in load_vocabulary().ip_status.codes
            assert 1 <= len(row["cooperation_types"]) <= 3


def test_past_cooperations_differ_and_name_known_bodies() -> None:
    assert len(cooperations()) >= 12
    for row in cooperations():
        assert set(row["beijing"]) <= set(beijing())
        assert set(row["partners"]) <= set(abroad())
    assert {row["form"] for row in cooperations() if "form" in row} == {form.value for form in Form}
    assert {mode for row in cooperations() for mode in row.get("modes", [])} == set(
        load_vocabulary().cooperation_mode.codes
    )
    with_amount = sum("amount" in row for row in cooperations())
    assert 3 <= with_amount <= len(cooperations()) - 3
    assert any("follow_up_of" in row for row in cooperations())


def test_corporate_trees_cross_the_border_and_intermediaries_stand_on_both_sides() -> None:
    parents = {key: row["parents"] for key, row in organisations().items() if "parents" in row}
    assert parents["bj-lingzhanyuan"] == parents["it-bralonna"] == ["de-vehlkamm"]
    assert parents["sg-shuoxiaoqi"] == ["bj-shuoxiaoqi"]
    between = [
        key for key, row in organisations().items() if row.get("entity_type") == "intermediary"
    ]
    assert sorted(between) == ["bj-qiaozhuting", "nl-overlinge"]


def test_the_chinese_question_meets_its_partner_in_english_only() -> None:
    """Among partners abroad no Chinese text speaks of perovskite: keyword search cannot help."""
    chinese = [
        row[f"{name}_zh"]
        for row in profiles()
        if row["id"] in abroad()
        for name in FIELDS
        if f"{name}_zh" in row
    ]
    assert not any("钙钛矿" in text for text in chinese)
    right = [row for row in profiles() if row["id"] == "de-glasholm"]
    assert {languages(row) for row in right} == {("en",)}
    coater = [row for row in profiles() if row["id"] == "jp-ozunuma"]
    assert {languages(row) for row in coater} == {("zh",)}


def test_imports_whole_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    catalogue = Catalogue.open(tmp_path, create=True)
    try:
        first = import_files(catalogue, [SAMPLE])
        assert (first.read, first.rejected, first.faults) == (len(rows()), 0, [])
        held = {o.sources[0].key: o for o in catalogue.organisations()}
        assert set(held) == set(organisations())
        assert all(o.fictional for o in held.values())
        assert {k for k, o in held.items() if o.side is Side.BEIJING} == set(beijing())
        assert {k for k, o in held.items() if o.side is Side.FOREIGN} == set(abroad())
        assert sum(1 for _ in catalogue.profiles()) >= len(profiles())
        assert sum(1 for _ in catalogue.cooperations()) == len(cooperations())
        before = catalogue.fingerprint()
        second = import_files(catalogue, [SAMPLE])
        assert (second.added, second.changed, second.rejected) == (0, 0, 0)
        assert catalogue.fingerprint() == before
    finally:
        catalogue.close()


def _folded(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()


@pytest.mark.shared
def test_no_name_is_that_of_a_registered_body() -> None:
    folder = Settings().shared_data_folder()
    assert folder is not None
    real: set[str] = set()
    for version in ("v1", "v2"):
        with gzip.open(folder / "ror" / f"ror-data_schema_{version}.json.gz", "rt") as file:
            for record in json.load(file):
                names = record.get("names") or record.get("labels", [])
                real |= {_folded(entry.get("value") or entry.get("label")) for entry in names}
                real.add(_folded(str(record.get("name", ""))))
    with (folder / "cordis" / "organization.csv").open(encoding="utf-8-sig", newline="") as file:
        real |= {_folded(row["name"]) for row in csv.DictReader(file, delimiter=";")}
    ours = {
        _folded(name)
        for row in profiles()
        for name in (row.get("name_zh"), row["name_en"], *row.get("aliases", []))
        if name
    }
    assert len(real) > 10_000
    assert ours & real == set()
