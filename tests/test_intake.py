"""Imports: every row accounted for, the same rows the same catalogue, a refused file no trace."""

from __future__ import annotations

import csv
import errno
import io
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from matcher.catalogue import derive
from matcher.catalogue.intake import import_files, import_into
from matcher.catalogue.lock import exclusive
from matcher.catalogue.report import ImportReport
from matcher.catalogue.store import CATALOGUE_FILE, Catalogue
from matcher.errors import BadInput, CatalogueBusy, FileFault, MatcherError
from matcher.organisation import Form, Name, NameKind, Side, organisation_id
from matcher.settings import Settings

PROJECTS = ("id", "acronym", "title", "startDate", "endDate", "totalCost", "objective", "keywords")
BODIES = ("projectID", "organisationID", "name", "activityType", "city", "country", "role")
Row = tuple[str, ...]

TWO_PROJECTS: list[Row] = [
    (
        "1",
        "A",
        "Membranes",
        "2019-01-01",
        "2021-12-31",
        "1000.5",
        "Capture,\nthen store.",
        "CO2, x",
    ),
    ("2", "B", "Batteries", "2017-05-01", "", "", 'The "solid" kind.', ""),
]
FIVE_BODIES: list[Row] = [
    ("1", "", "TSINGHUA EXAMPLE", "HES", "BEIJING", "CN", "participant"),
    ("1", "77", "Alpha GmbH", "PRC", "Bonn", "DE", "coordinator"),
    ("1", "", "Shanghai Example", "REC", "SHANGHAI", "CN", "participant"),
    ("2", "", "Alpha, GmbH", "PRC", "Berlin", "DE", "participant"),
    ("2", "", "Tsinghua Example", "HES", "Beijing", "CN", "participant"),
]


def write_cordis(folder: Path, name: str, header: Row, rows: list[Row]) -> Path:
    """A file as CORDIS writes it: BOM, semicolons, every cell quoted, CRLF."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([header, *rows])
    path = folder / name
    path.write_bytes(("\ufeff" + text.getvalue()).encode())
    return path


def write_lines(folder: Path, name: str, *rows: dict[str, Any]) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture
def projects(tmp_path: Path) -> Path:
    return write_cordis(tmp_path, "p.csv", PROJECTS, TWO_PROJECTS)


@pytest.fixture
def bodies(tmp_path: Path) -> Path:
    return write_cordis(tmp_path, "o.csv", BODIES, FIVE_BODIES)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.open(tmp_path / "home", create=True) as opened:
        yield opened


def fingerprint_of(home: Path, *imports: list[Path]) -> str:
    for paths in imports:
        import_into(home, paths)
    with Catalogue.open(home) as catalogue:
        return catalogue.fingerprint()


def figures(report: ImportReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.rejected


def stored(catalogue: Catalogue) -> bytes:
    return (catalogue.home / CATALOGUE_FILE).read_bytes()


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
    path = write_cordis(tmp_path, "o.csv", BODIES, twice)
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


ENTRIES: list[dict[str, Any]] = [
    {"id": "a", "name_zh": "甲", "country": "CN", "city": "北京", "title_zh": "膜"},
    {"id": "a", "name_zh": "甲", "name_en": "Alpha", "profile_id": "p2", "title_en": "Skids"},
    {"id": "b", "name_en": "Beta", "country": "DE", "parents": ["c"], "fictional": True},
    {"id": "b", "name_en": "BETA", "city": "Bonn", "profile_id": "p3", "title_en": "Membranes"},
    {"id": "c", "name_en": "Gamma", "country": "JP"},
    {
        "record": "cooperation",
        "id": "w",
        "beijing": ["a"],
        "partners": ["b"],
        "start": "2015-01-01",
    },
    {
        "record": "cooperation",
        "id": "x",
        "beijing": ["a"],
        "partners": ["c", "cordis:alpha gmbh|DE"],
    },
]


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
            write_cordis(tmp_path, f"{n}-{m}.csv", header, some)
            for m, (header, some) in enumerate(rows)
        ]
        paths += [
            write_lines(tmp_path, f"{n}-a.jsonl", *lines[:3]),
            write_lines(tmp_path, f"{n}-b.jsonl", *lines[3:]),
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
    files = [[write_lines(tmp_path, f"{n}.jsonl", *rows)] for n, rows in enumerate(steps)]
    whole = write_lines(tmp_path, "final.jsonl", *final)
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
    report = import_files(catalogue, [write_cordis(tmp_path, "p.csv", PROJECTS, changed)])
    assert figures(report) == (0, 1, 1, 0)
    assert {p.texts[0].title for p in catalogue.profiles()} == {"Better membranes", "Batteries"}
    assert catalogue.counts()["texts"] == 2


def test_a_cooperation_waits_for_the_organisations_it_names(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    first = import_files(catalogue, [write_lines(tmp_path, "a.jsonl", *ENTRIES[2:4], ENTRIES[5])])
    assert (first.waiting, list(catalogue.cooperations())) == (1, [])
    second = import_files(catalogue, [write_lines(tmp_path, "b.jsonl", ENTRIES[0])])
    assert second.waiting == 0
    [cooperation] = catalogue.cooperations()
    assert (len(cooperation.beijing), len(cooperation.partners)) == (1, 1)


# Rows at fault


def test_rows_at_fault_are_rejected_with_place_cause_and_cure_and_the_rest_is_kept(
    catalogue: Catalogue, tmp_path: Path, projects: Path
) -> None:
    wrong = [
        *FIVE_BODIES,
        ("1", "", "Nowhere", "PRC", "X", "QQ", ""),
        ("1", "", "", "", "", "", ""),
    ]
    path = write_cordis(tmp_path, "o.csv", BODIES, wrong)
    report = import_files(catalogue, [projects, path])
    assert figures(report) == (7, 0, 0, 2)
    assert [(f.place, f.column) for f in report.faults] == [
        (f"{path}:7", "country"),
        (f"{path}:8", "name"),
    ]
    for fault in report.faults:
        assert fault.message("zh")
        assert fault.message("en") != fault.message("zh")
    assert json.loads(json.dumps(report.as_dict()))["read"] == 9


def test_strict_refuses_all_when_one_row_is_at_fault(
    catalogue: Catalogue, tmp_path: Path, projects: Path
) -> None:
    import_files(catalogue, [projects])
    before = stored(catalogue)
    path = write_lines(tmp_path, "a.jsonl", *ENTRIES, {"id": "z"})
    report = import_files(catalogue, [projects, path], strict=True)
    assert not report.committed
    assert figures(report) == (0, 0, 2, 8)
    assert len(report.faults) == 1
    assert stored(catalogue) == before
    assert import_files(catalogue, [projects], strict=True).committed


def test_rows_that_contradict_each_other_are_all_rejected_and_equal_ones_are_one(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    one, other = {"id": "k", "name_en": "A"}, {"id": "k", "name_en": "B"}
    same = {"id": "s", "name_en": "C"}
    path = write_lines(tmp_path, "a.jsonl", one, same, other, same)
    report = import_files(catalogue, [path])
    assert figures(report) == (1, 0, 1, 2)
    assert [fault.place for fault in report.faults] == [f"{path}:1", f"{path}:3"]
    assert f"{path}:3" in report.faults[0].what.zh
    assert figures(import_files(catalogue, [path])) == (0, 0, 2, 2)


def test_nasty_cells_cost_their_row_only(catalogue: Catalogue, tmp_path: Path) -> None:
    rows = [
        "\ufeff\ufeffid,name_en,title_en,description_en",
        "1,A,t,fine",
        "2,B\x00,t,a NUL",
        '3,C,"t,never closed',
        "4,D,t," + "x" * 10_000_000,
        "5,E,t,",
        "6,F,t,a stray\rcarriage return",
        "7,G,t",
        "8,H,t,one,more",
        '9,I,5" pipe,fine',
        "",
        ",,,",
        "",
    ]
    path = tmp_path / "nasty.csv"
    path.write_bytes("\n".join(rows).encode())
    report = import_files(catalogue, [path])
    assert figures(report) == (4, 0, 0, 5)
    lines = [int(fault.place.rpartition(":")[2]) for fault in report.faults]
    assert lines == [3, 4, 5, 8, 9]
    assert {o.sources[0].key for o in catalogue.organisations()} == {"1", "5", "6", "9"}


# Files at fault


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"id,name_en\n",
        b"\xef\xbb\xbfid,name_en\r\n\r\n",
        b"id,city\n1,Bonn\n",
        b"id,name_en\n1,A\n2,\xff\xfe\n",
        "编号,中文名称\n1,甲公司\n".encode("gb18030"),
    ],
)
def test_a_file_at_fault_refuses_the_whole_import_and_leaves_no_trace(
    catalogue: Catalogue, tmp_path: Path, projects: Path, bodies: Path, content: bytes | None
) -> None:
    import_files(catalogue, [projects])
    before = stored(catalogue)
    path = tmp_path / "bad.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FileFault) as caught:
        import_files(catalogue, [bodies, path])
    assert str(path) in caught.value.message("zh")
    assert stored(catalogue) == before


def test_a_refused_first_import_leaves_no_home_behind(tmp_path: Path, projects: Path) -> None:
    home = tmp_path / "new" / "home"
    with pytest.raises(FileFault):
        import_into(home, [projects, tmp_path / "none.csv"])
    assert not home.exists()
    assert import_into(home, [projects]).added == 2
    with pytest.raises(FileFault):
        import_into(home, [])
    assert (home / CATALOGUE_FILE).exists()


def test_another_import_running_refuses_this_one(catalogue: Catalogue, projects: Path) -> None:
    with exclusive(catalogue.home), pytest.raises(CatalogueBusy):
        import_files(catalogue, [projects])
    assert import_files(catalogue, [projects]).added == 2


def test_a_full_disk_refuses_the_import_and_leaves_no_trace(
    catalogue: Catalogue, tmp_path: Path, projects: Path
) -> None:
    import_files(catalogue, [projects])
    before, content = stored(catalogue), catalogue.fingerprint()

    @event.listens_for(catalogue.engine, "connect")
    def _allow_hardly_more(connection: Any, _: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    many = [{"id": f"{n}", "name_en": f"Body {n}", "title_en": "t" * 500} for n in range(300)]
    path = write_lines(tmp_path, "many.jsonl", *many)
    with pytest.raises(FileFault, match="No space"):
        import_files(catalogue, [path])
    assert stored(catalogue) == before
    assert catalogue.fingerprint() == content


def test_the_systems_own_word_for_a_full_disk_is_understood(
    catalogue: Catalogue, projects: Path
) -> None:
    def full(_: int, __: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(FileFault, match="No space"):
        import_files(catalogue, [projects], progress=full)
    assert catalogue.counts()["source_rows"] == 0


def test_an_import_cut_off_in_the_middle_of_writing_leaves_no_trace(
    catalogue: Catalogue, projects: Path, bodies: Path
) -> None:
    import_files(catalogue, [projects])
    before = catalogue.fingerprint()

    def cut_off(done: int, _: int) -> None:
        if done > 600:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_files(catalogue, [bodies], progress=cut_off)
    assert catalogue.fingerprint() == before
    assert import_files(catalogue, [bodies]).added == 5


def test_an_unknown_format_is_refused(catalogue: Catalogue, projects: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        import_files(catalogue, [projects], fmt="xlsx")
    lines = write_lines(tmp_path, "a.jsonl", ENTRIES[0])
    with pytest.raises(FileFault, match="CORDIS"):
        import_files(catalogue, [lines], fmt="cordis")
    with pytest.raises(FileFault, match="name_zh"):
        import_files(catalogue, [projects], fmt="tabular")


def test_progress_rises_to_its_end(catalogue: Catalogue, projects: Path, bodies: Path) -> None:
    told: list[tuple[int, int]] = []
    import_files(catalogue, [projects, bodies], progress=lambda *at: told.append(at))
    assert told == sorted(set(told))
    assert told[-1] == (1000, 1000)


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


# Laws


GOOD = "".join(
    f'"{n}";"Body {n}";"DE";"Title, {n}";"Some ""text""\r\nover lines"\r\n' for n in range(12)
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cuts=st.lists(
        st.tuples(
            st.integers(0, len(GOOD) - 1),
            st.sampled_from(["", '"', ";", "\n", "\r", "\x00", "\ufeff", '""', '";"', "乱"]),
            st.integers(0, 3),
        ),
        max_size=6,
    )
)
def test_a_mangled_file_is_accounted_for_and_imports_the_same_again(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[tuple[int, str, int]]
) -> None:
    text = GOOD
    for at, put, drop in cuts:
        text = text[:at] + put + text[at + drop :]
    folder = tmp_path_factory.mktemp("mangled")
    path = folder / "file.csv"
    path.write_bytes(("id;name_en;country;title_en;description_en\r\n" + text).encode())
    with Catalogue.open(folder / "home", create=True) as catalogue:
        first = import_files(catalogue, [path])
        assert first.read == sum(file.rows for file in first.files)
        assert len(first.faults) == first.rejected
        # A cut spoils at most the row it lies in and, by joining or by doubling an id, one more.
        assert first.added >= 12 - 2 * len(cuts)
        before = stored(catalogue)
        again = import_files(catalogue, [path])
        assert figures(again) == (0, 0, first.added + first.unchanged, first.rejected)
        assert stored(catalogue) == before


def test_every_fault_speaks_both_languages(tmp_path: Path) -> None:
    with pytest.raises(MatcherError) as caught:
        import_into(tmp_path / "home", [tmp_path])
    assert "文件夹" in caught.value.message("zh")
    assert "folder" in caught.value.message("en")


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
        assert (counts["cooperations"], counts["texts"], counts["beijing"]) == (244, 244, 109)
        with_beijing = [c for c in catalogue.cooperations() if c.beijing]
        assert len(with_beijing) == 133

    shuffled = []
    for path in reversed(paths):
        with path.open(encoding="utf-8-sig", newline="") as handle:
            header, *rows = csv.reader(handle, delimiter=";")
        random.Random(3).shuffle(rows)
        shuffled.append(
            write_cordis(tmp_path, path.name, tuple(header), [tuple(row) for row in rows])
        )
    assert fingerprint_of(tmp_path / "other", *[[path] for path in shuffled]) == before
