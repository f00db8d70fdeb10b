"""The whole sample registry: made anew it is the same; its prose, names, history and data card."""

from __future__ import annotations

import csv
import gzip
import json
import re
import unicodedata
from collections import Counter, defaultdict
from functools import cache
from typing import Any

import pytest

from data.sample.generate import BY_HAND, TARGET, read, text
from data.sample.names import slug
from data.sample.story import read_stories, sentences
from matcher.insight.published import published_figures
from matcher.settings import Settings, shipped
from matcher.vocabulary import load_vocabulary

Row = dict[str, Any]
FIELDS = ("title", "summary", "description", "partner_role")
LIMITS = {"title": 256, "summary": 500, "description": 4000, "partner_role": 4000}
MOST = 0.005
"""Share of the profiles in which one run of words may stand."""


@cache
def rows() -> list[Row]:
    return read(TARGET)


def profiles() -> list[Row]:
    return [row for row in rows() if "profile_id" in row]


def cooperations() -> list[Row]:
    return [row for row in rows() if row.get("record") == "cooperation"]


@cache
def organisations() -> dict[str, Row]:
    """What each organisation says of itself: its first row."""
    found: dict[str, Row] = {}
    for row in profiles():
        found.setdefault(row["id"], row)
    return found


def beijing() -> set[str]:
    return {key for key, row in organisations().items() if row["country"] == "CN"}


def languages(row: Row) -> tuple[str, ...]:
    return tuple(code for code in ("zh", "en") if f"title_{code}" in row)


def texts(row: Row) -> list[tuple[str, str, str]]:
    """(language, field, text) of a profile."""
    return [
        (code, name, row[f"{name}_{code}"])
        for code in languages(row)
        for name in FIELDS
        if f"{name}_{code}" in row
    ]


def test_made_anew_it_is_the_same() -> None:
    assert text() == TARGET.read_text("utf-8")


def test_another_seed_gives_another_registry() -> None:
    assert text(seed=1) != TARGET.read_text("utf-8")


def test_it_begins_with_the_hand_written_rows() -> None:
    by_hand = BY_HAND.read_text("utf-8").splitlines()
    assert [json.loads(line) for line in by_hand] == rows()[: len(by_hand)]


def test_everyone_is_fictional_and_nobody_stands_twice() -> None:
    assert all(row["fictional"] is True for row in profiles())
    assert set(Counter(row["id"] for row in profiles()).values()) <= {1, 2, 3}
    for key in ("name_zh", "name_en"):
        names = Counter(row[key] for row in organisations().values() if key in row)
        assert [name for name, times in names.items() if times > 1] == []
    assert max(Counter(row["profile_id"] for row in profiles()).values()) == 1


def test_beijing_has_both_names_and_partners_often_one() -> None:
    for key, row in organisations().items():
        if key in beijing():
            assert row["name_zh"]
            assert row["name_en"]
    abroad = [row for key, row in organisations().items() if key not in beijing()]
    named = sum("name_zh" in row for row in abroad) / len(abroad)
    assert 0.4 < named < 0.8


def test_languages_come_by_thirds() -> None:
    spoken = Counter(languages(row) for row in profiles())
    assert set(spoken) == {("zh",), ("en",), ("zh", "en")}
    for count in spoken.values():
        assert count / len(profiles()) == pytest.approx(1 / 3, abs=0.03)
    home = [languages(row) for row in profiles() if row["id"] in beijing()]
    away = [languages(row) for row in profiles() if row["id"] not in beijing()]
    assert 0.9 < sum("zh" in one for one in home) / len(home) < 1
    assert 0.7 < sum("en" in one for one in away) / len(away) < 1


def test_two_thirds_declare_what_they_are_about() -> None:
    declared = [row for row in profiles() if "sectors" in row]
    assert len(declared) / len(profiles()) == pytest.approx(2 / 3, abs=0.04)
    assert {code for row in declared for code in row.get("capabilities", [])} <= set(
        load_vocabulary().capability.codes
    )


def test_fields_keep_their_limits_and_their_sense() -> None:
    vocabulary = load_vocabulary()
    for row in profiles():
        for _, name, told in texts(row):
            assert 0 < len(told) <= LIMITS[name], row["profile_id"]
            assert not re.search(r"[{}|\[\]]|  |。。|\.\.", told), (row["profile_id"], told)
        assert len(row.get("cooperation_types", [])) <= 3
        assert row["publication"] in vocabulary.publication.codes
        if row["profile_kind"] == "offer":
            assert 1 <= row["trl"] <= 9
            assert row["ip_status"] in vocabulary.ip_status.codes
        if row["profile_kind"] != "capability":
            assert row["valid_from"] <= row["valid_until"]
            assert all(row[f"partner_role_{code}"] for code in languages(row))


def test_no_sentence_stands_twice() -> None:
    seen = Counter(
        sentence.lower()
        for row in profiles()
        for _, _, told in texts(row)
        for sentence in sentences(told)
    )
    assert [sentence for sentence, times in seen.items() if times > 1] == []


def test_no_template_shows_through() -> None:
    """No run of eight English words or twelve Chinese characters in more than 0.5 % of them."""
    holders: dict[str, set[str]] = defaultdict(set)
    for row in profiles():
        for code, _, told in texts(row):
            units = told.lower().split() if code == "en" else list(re.sub(r"\s", "", told))
            width = 8 if code == "en" else 12
            for start in range(len(units) - width + 1):
                holders[" ".join(units[start : start + width])].add(row["profile_id"])
    most = MOST * len(profiles())
    assert {run: len(who) for run, who in holders.items() if len(who) > most} == {}


def test_nothing_is_called_foreign() -> None:
    told = TARGET.read_text("utf-8")
    assert not re.search(r"外国|国外|foreign (partner|compan|bod|firm)", told, re.IGNORECASE)


def test_cooperations_name_known_bodies_and_follow_each_other() -> None:
    by_id = {row["id"]: row for row in cooperations()}
    assert len(by_id) == len(cooperations())
    for row in cooperations():
        assert set(row["beijing"]) <= beijing()
        assert set(row["partners"]) <= set(organisations()) - beijing()
        assert row.get("leader", row["beijing"][0]) in row["beijing"] + row["partners"]
        assert "2009" <= row["start"] <= "2026-11"
        if "follow_up_of" in row:
            earlier = by_id[row["follow_up_of"]]
            assert earlier["start"] < row["start"]
            assert set(earlier["beijing"]) & set(row["beijing"])
            assert set(earlier["partners"]) & set(row["partners"])
    titles = Counter(row["title"] for row in cooperations())
    assert max(titles.values()) == 1


def test_nobody_begins_before_the_first_year_and_no_tree_has_cooperated_with_itself() -> None:
    parents = {key: set(row.get("parents", [])) for key, row in organisations().items()}
    assert {one for above in parents.values() for one in above} <= set(organisations())
    for row in cooperations():
        for body in row["beijing"]:
            assert int(row["start"][:4]) >= organisations()[body]["entry_year"]
            for partner in row["partners"]:
                assert partner not in parents[body]
                assert body not in parents[partner]
    crossing = [
        key
        for key, above in parents.items()
        if above and (key in beijing()) != (next(iter(above)) in beijing())
    ]
    assert len(crossing) >= 20


def counts() -> dict[str, int]:
    """What the data card's table says, by its first column."""
    spoken = Counter(languages(row) for row in profiles())
    kinds = Counter(row["profile_kind"] for row in profiles())
    met = {partner for row in cooperations() for partner in row["partners"]}
    abroad = set(organisations()) - beijing()
    return {
        "organisations": len(organisations()),
        "Beijing bodies": len(beijing()),
        "partners abroad": len(abroad),
        "countries/regions of partners": len({organisations()[key]["country"] for key in abroad}),
        "partners abroad with a past cooperation": len(met),
        "profiles": len(profiles()),
        "offers": kinds["offer"],
        "requests": kinds["request"],
        "capabilities (inferred)": kinds["capability"],
        "profiles in Chinese only": spoken[("zh",)],
        "profiles in English only": spoken[("en",)],
        "profiles in both": spoken["zh", "en"],
        "profiles with declared sectors and capabilities": sum(
            "capabilities" in row for row in profiles()
        ),
        "cooperations": len(cooperations()),
        "cooperations with an amount": sum("amount" in row for row in cooperations()),
        "follow-ups": sum("follow_up_of" in row for row in cooperations()),
        "organisations with a parent": sum("parents" in row for row in organisations().values()),
        "stories": len(read_stories()),
        "published figures that hold": len(published_figures()),
    }


def test_the_data_card_counts_right() -> None:
    card = shipped("data", "sample", "README.md").read_text("utf-8")
    table = card.split("<!-- checked: counts -->\n")[1].split("\n\n")[0].splitlines()[2:]
    told = {cells[1].strip(): cells[2].strip() for line in table if (cells := line.split("|"))}
    assert told == {name: f"{count:,}" for name, count in counts().items()}
    counted = counts()
    assert counted["Beijing bodies"] == 365
    assert counted["countries/regions of partners"] == 89
    assert counted["partners abroad"] >= 1200


def words(name: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", name)
    letters = "".join(one for one in plain if not unicodedata.combining(one)).casefold()
    return frozenset(re.findall(r"[a-z0-9]+", letters))


def folded(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()


def real_names() -> set[str]:
    """Every name in ROR, CORDIS and OpenAlex as far as they are shared."""
    folder = Settings().shared_data_folder()
    assert folder is not None
    found: set[str] = set()
    for version in ("v1", "v2"):
        with gzip.open(folder / "ror" / f"ror-data_schema_{version}.json.gz", "rt") as file:
            for record in json.load(file):
                told = record.get("names") or record.get("labels", [])
                found |= {str(one.get("value") or one.get("label")) for one in told}
                found |= {*record.get("aliases", []), *record.get("acronyms", [])}
                found.add(str(record.get("name", "")))
    with (folder / "cordis" / "organization.csv").open(encoding="utf-8-sig", newline="") as file:
        found |= {row["name"] for row in csv.DictReader(file, delimiter=";")}
    with gzip.open(folder / "openalex" / "works.jsonl.gz", "rt") as lines:
        for line in lines:
            for authorship in json.loads(line).get("authorships", []):
                found |= {str(i.get("display_name")) for i in authorship.get("institutions", [])}
    return {name for name in found if name}


@pytest.mark.shared
def test_no_name_is_or_resembles_that_of_a_real_body() -> None:
    real = real_names()
    assert len(real) > 40_000
    spelled = {folded(name) for name in real}
    worded = {words(name) for name in real} - {frozenset()}
    every = set().union(*worded)
    for key, row in organisations().items():
        for name in filter(None, (row.get("name_zh"), row.get("name_en"), *row.get("aliases", []))):
            assert folded(name) not in spelled, (key, name)
            assert words(name) not in worded, (key, name)
        assert slug(key.split("-")[1]) not in every, key
