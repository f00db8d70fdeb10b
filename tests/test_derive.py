"""From rows to the catalogue: what becomes of them, the same in whatever order they come."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from import_factory import (
    BODIES,
    ENTRIES,
    FIVE_BODIES,
    PROJECTS,
    TWO_PROJECTS,
    a_cordis_file,
    figures,
    fingerprint_of,
    lines_of,
    stored,
    their_bodies,
    two_projects,
)

from matcher.catalogue import derive
from matcher.catalogue.intake import import_files
from matcher.catalogue.store import Catalogue
from matcher.organisation import Form, Name, NameKind, Side, organisation_id
from matcher.settings import Settings


@pytest.fixture
def projects(tmp_path: Path) -> Path:
    return two_projects(tmp_path)


@pytest.fixture
def bodies(tmp_path: Path) -> Path:
    return their_bodies(tmp_path)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.open(tmp_path / "home", create=True) as opened:
        yield opened


# What CORDIS becomes


def test_a_project_becomes_a_consortium_and_a_capability_of_each_participant(
    catalogue: Catalogue, projects: Path, bodies: Path
) -> None:
    report = import_files(catalogue, [projects, bodies])
    assert figures(report) == (7, 0, 0, 0)
    assert [file.content for file in report.files] == ["cordis projects", "cordis organisations"]
    known = {o.name(): o for o in catalogue.organisations()}
    tsinghua, alpha = known["TSINGHUA EXAMPLE"], known["Alpha GmbH"]
    assert [o.side for o in known.values()].count(Side.NONE) == 1
    assert (tsinghua.side, alpha.side) == (Side.BEIJING, Side.FOREIGN)
    assert (tsinghua.entity_type, alpha.partner_nature) == ("university", "enterprise")
    assert alpha.id == organisation_id("cordis", "alpha gmbh|DE")
    assert alpha.names == (
        Name("Alpha GmbH", "und"),
        Name("Alpha, GmbH", "und", NameKind.ALIAS),
    )
    assert alpha.city == "Berlin"  # once each: the smallest
    assert (tsinghua.entry_year, known["Shanghai Example"].entry_year) == (2017, None)

    first, second = sorted(catalogue.cooperations(), key=lambda c: c.source.key)
    assert (first.beijing, first.partners) == ((tsinghua.id,), (alpha.id,))
    assert first.others == (known["Shanghai Example"].id,)
    assert (first.leader, first.form) == (alpha.id, Form.JOINT_PROJECT)
    assert (first.amount, first.currency, second.amount) == (1000.5, "EUR", None)
    profiles = [p for p in catalogue.profiles() if p.source.key == "1"]
    assert {p.participants for p in profiles} == {3}
    assert {p.cooperation for p in profiles} == {first.id}
    [text] = {p.texts for p in profiles}
    assert text[0].body == "Membranes\nCapture,\nthen store.\nCO2; x"
    assert {(p.dated, p.licence) for p in profiles} == {(first.start, "CC BY 4.0")}
    assert catalogue.counts()["texts"] == 2


def test_a_body_listed_twice_in_a_project_is_one_participant(
    catalogue: Catalogue, tmp_path: Path, projects: Path
) -> None:
    row = FIVE_BODIES[1]
    twice = [row, row, (*row[:4], "Köln", *row[5:]), FIVE_BODIES[0]]
    path = a_cordis_file(tmp_path, "o.csv", BODIES, twice)
    assert figures(import_files(catalogue, [projects, path])) == (5, 0, 1, 0)
    assert figures(import_files(catalogue, [path])) == (0, 0, 4, 0)
    [cooperation] = catalogue.cooperations()
    assert len(cooperation.participants) == 2


def test_participants_wait_for_their_project(
    catalogue: Catalogue, projects: Path, bodies: Path
) -> None:
    assert import_files(catalogue, [bodies]).waiting == 2
    assert catalogue.counts() | {"profiles": 0, "cooperations": 0} == catalogue.counts()
    assert import_files(catalogue, [projects]).waiting == 0
    assert len(list(catalogue.profiles())) == 5


# The same rows, the same catalogue


def test_importing_again_changes_no_byte(
    catalogue: Catalogue, projects: Path, bodies: Path
) -> None:
    import_files(catalogue, [projects, bodies])
    before = stored(catalogue)
    again = import_files(catalogue, [bodies, projects])
    assert figures(again) == (0, 0, 7, 0)
    assert stored(catalogue) == before


def test_order_of_rows_files_and_imports_does_not_matter(tmp_path: Path) -> None:
    chance = random.Random(5)
    seen = set()
    for n in range(8):
        home = tmp_path / f"home{n}"
        rows = [
            (PROJECTS, TWO_PROJECTS[:]),
            (BODIES, FIVE_BODIES[:]),
        ]
        lines = ENTRIES[:]
        for _, some in rows:
            chance.shuffle(some)
        chance.shuffle(lines)
        paths = [
            a_cordis_file(tmp_path, f"{n}-{m}.csv", header, some)
            for m, (header, some) in enumerate(rows)
        ]
        paths += [
            lines_of(tmp_path, f"{n}-a.jsonl", *lines[:3]),
            lines_of(tmp_path, f"{n}-b.jsonl", *lines[3:]),
        ]
        chance.shuffle(paths)
        together = n % 2 == 0
        seen.add(fingerprint_of(home, *([paths] if together else [[path] for path in paths])))
    assert len(seen) == 1


def test_changes_one_by_one_end_where_a_fresh_import_ends(tmp_path: Path) -> None:
    """What is derived step by step equals what is derived at once from the final rows."""
    steps: list[list[dict[str, Any]]] = [
        ENTRIES[:4],
        ENTRIES[5:6],  # "c" is not there yet: waits for nothing, "x" would
        ENTRIES[4:],
        [{**ENTRIES[0], "city": "Shanghai"}],  # leaves Beijing: sides change
        [{**ENTRIES[1], "id": "d", "name_zh": "丁", "name_en": None}],  # a profile changes hands
        [{**ENTRIES[3], "title_en": "Better membranes"}],
        [{**ENTRIES[5], "start": "2012-01-01", "partners": ["c"]}],
    ]
    final = [
        {**ENTRIES[0], "city": "Shanghai"},
        {**ENTRIES[1], "id": "d", "name_zh": "丁", "name_en": None},
        ENTRIES[2],
        {**ENTRIES[3], "title_en": "Better membranes"},
        ENTRIES[4],
        {**ENTRIES[5], "start": "2012-01-01", "partners": ["c"]},
        ENTRIES[6],
    ]
    files = [[lines_of(tmp_path, f"{n}.jsonl", *rows)] for n, rows in enumerate(steps)]
    whole = lines_of(tmp_path, "final.jsonl", *final)
    assert fingerprint_of(tmp_path / "one", *files) == fingerprint_of(tmp_path / "two", [whole])
    with Catalogue.open(tmp_path / "one") as catalogue:
        assert catalogue.counts()["texts"] == 3  # the replaced title is gone
        moved = next(o for o in catalogue.organisations() if o.sources[0].key == "a")
        assert (moved.side, moved.entry_year) == (Side.NONE, None)


def test_a_changed_row_is_counted_and_takes_effect(
    catalogue: Catalogue, tmp_path: Path, projects: Path, bodies: Path
) -> None:
    import_files(catalogue, [projects, bodies])
    changed = [(*TWO_PROJECTS[0][:2], "Better membranes", *TWO_PROJECTS[0][3:]), TWO_PROJECTS[1]]
    report = import_files(catalogue, [a_cordis_file(tmp_path, "p.csv", PROJECTS, changed)])
    assert figures(report) == (0, 1, 1, 0)
    assert {p.texts[0].title for p in catalogue.profiles()} == {"Better membranes", "Batteries"}
    assert catalogue.counts()["texts"] == 2


def test_a_cooperation_waits_for_the_organisations_it_names(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    first = import_files(catalogue, [lines_of(tmp_path, "a.jsonl", *ENTRIES[2:4], ENTRIES[5])])
    assert (first.waiting, list(catalogue.cooperations())) == (1, [])
    second = import_files(catalogue, [lines_of(tmp_path, "b.jsonl", ENTRIES[0])])
    assert second.waiting == 0
    [cooperation] = catalogue.cooperations()
    assert (len(cooperation.beijing), len(cooperation.partners)) == (1, 1)


def test_new_rules_derive_everything_anew_though_no_row_changed(
    catalogue: Catalogue, projects: Path, bodies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_files(catalogue, [projects, bodies])
    before = catalogue.fingerprint()
    with catalogue.writing() as connection:
        connection.exec_driver_sql("UPDATE organisations SET side = 'none', digest = 'old'")
    assert import_files(catalogue, [projects]).unchanged == 2
    assert catalogue.fingerprint() != before
    monkeypatch.setattr(derive, "RULES", "next")
    assert figures(import_files(catalogue, [projects])) == (0, 0, 2, 0)
    assert catalogue.fingerprint() == before


# Real data


@pytest.mark.shared
def test_the_real_cordis_files_add_up(tmp_path: Path) -> None:
    folder = Settings().shared_data_folder()
    assert folder is not None
    paths = [folder / "cordis" / name for name in ("project.csv", "organization.csv")]
    with Catalogue.open(tmp_path / "home", create=True) as catalogue:
        report = import_files(catalogue, paths)
        assert [file.rows for file in report.files] == [244, 4865]
        assert (report.read, report.rejected, report.waiting) == (5109, 0, 0)
        assert figures(import_files(catalogue, paths)) == (0, 0, 5109, 0)
        counts, before = catalogue.counts(), catalogue.fingerprint()
        assert (counts["cooperations"], counts["texts"]) == (244, 244)
        # 109 spellings; one body stands there under two.
        assert counts["beijing"] == 108
        with_beijing = [c for c in catalogue.cooperations() if c.beijing]
        assert len(with_beijing) == 133

    shuffled = []
    for path in reversed(paths):
        with path.open(encoding="utf-8-sig", newline="") as handle:
            header, *rows = csv.reader(handle, delimiter=";")
        random.Random(3).shuffle(rows)
        shuffled.append(
            a_cordis_file(tmp_path, path.name, tuple(header), [tuple(row) for row in rows])
        )
    assert fingerprint_of(tmp_path / "other", *[[path] for path in shuffled]) == before
