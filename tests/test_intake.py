"""Imports: every row accounted for, the same rows the same catalogue, a refused file no trace."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from import_factory import (
    BODIES,
    ENTRIES,
    FIVE_BODIES,
    a_cordis_file,
    figures,
    lines_of,
    stored,
    their_bodies,
    two_projects,
)
from sqlalchemy import event

from matcher.catalogue.intake import import_files
from matcher.catalogue.lock import exclusive
from matcher.catalogue.store import Catalogue
from matcher.errors import BadInput, CatalogueBusy, FileFault


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


# Rows at fault


def test_rows_at_fault_are_rejected_with_place_cause_and_cure_and_the_rest_is_kept(
    catalogue: Catalogue, tmp_path: Path, projects: Path
) -> None:
    wrong = [
        *FIVE_BODIES,
        ("1", "", "Nowhere", "PRC", "X", "QQ", ""),
        ("1", "", "", "", "", "", ""),
    ]
    path = a_cordis_file(tmp_path, "o.csv", BODIES, wrong)
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
    path = lines_of(tmp_path, "a.jsonl", *ENTRIES, {"id": "z"})
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
    path = lines_of(tmp_path, "a.jsonl", one, same, other, same)
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
        "编号,中文名称\n1,甲公司\n".encode() + "2,乙公司\n".encode("gb18030"),
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
    path = lines_of(tmp_path, "many.jsonl", *many)
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
    lines = lines_of(tmp_path, "a.jsonl", ENTRIES[0])
    with pytest.raises(FileFault, match="CORDIS"):
        import_files(catalogue, [lines], fmt="cordis")
    with pytest.raises(FileFault, match="name_zh"):
        import_files(catalogue, [projects], fmt="tabular")


def test_progress_rises_to_its_end(catalogue: Catalogue, projects: Path, bodies: Path) -> None:
    told: list[tuple[int, int]] = []
    import_files(catalogue, [projects, bodies], progress=lambda *at: told.append(at))
    assert told == sorted(set(told))
    assert told[-1] == (1000, 1000)


# Laws


GOOD = "".join(
    f'"{n}";"Body {n}";"DE";"Title, {n}";"Some ""text""\r\nover lines"\r\n' for n in range(12)
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
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
