"""Rejected rows: written so that they can be mended and imported again, and nothing is lost."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hostile import csv as table
from hostile import one_sheet, xlsx
from hypothesis import given
from hypothesis import strategies as st
from import_factory import BODIES, FIVE_BODIES, a_cordis_file, figures, lines_of

from matcher.catalogue.intake import import_files
from matcher.catalogue.readers.columns import CURE, ERROR, PLACE, RAW
from matcher.catalogue.readers.header import DANGEROUS, quoted, unquoted
from matcher.catalogue.store import CATALOGUE_FILE, Catalogue
from matcher.errors import BadInput, FileFault


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.open(tmp_path / "home", create=True) as opened:
        yield opened


def cells_of(path: Path) -> list[dict[str, str]]:
    """As a spreadsheet program reads it."""
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def mended(path: Path, change: dict[str, dict[str, str]], by: str) -> None:
    """Write the file anew with some cells changed, by the content of the column `by`."""
    rows = cells_of(path)
    for row in rows:
        row.update(change.get(row[by], {}))
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def names(catalogue: Catalogue) -> set[str]:
    return {name.text for body in catalogue.organisations() for name in body.names}


def test_rejected_rows_are_mended_and_imported_and_nothing_is_lost(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    path = tmp_path / "机构.csv"
    path.write_bytes(
        table(
            "编号,中文名称,国家/地区,备注",
            "1,甲公司,德国,",
            "2,乙公司,Germny,=1+1",
            '3,"丙公司,法国,x',
            "4,丁公司,日本,a,b",
            "5,戊公司,法国,'=y",
            "5,己公司,法国,",
            encoding="gbk",
        )
    )
    report = import_files(catalogue, [path])
    assert figures(report) == (1, 0, 0, 5)
    [kept] = map(Path, report.rejected_files)
    assert kept.parent == catalogue.home / "rejected"
    assert kept.name.startswith("机构-")
    assert kept.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = cells_of(kept)
    assert [row["编号"] for row in rows] == ["2", "", "", "5", "5"]
    assert [row[RAW] for row in rows] == ["", '3,"丙公司,法国,x', "4,丁公司,日本,a,b", "", ""]
    assert rows[0]["备注"] == "'=1+1"
    assert rows[0][PLACE] == f"{path}:3"
    assert "Germny" in rows[0][ERROR]
    assert "Germany" in rows[0][CURE]
    again = import_files(catalogue, [kept])  # as it is: rejected again, and no quote is added
    assert figures(again) == (0, 0, 0, 5)
    [second] = map(Path, again.rejected_files)
    assert second.name.startswith("机构-")
    assert [{**row, PLACE: "", ERROR: "", CURE: ""} for row in cells_of(second)] == [
        {**row, PLACE: "", ERROR: "", CURE: ""} for row in rows
    ]
    mended(
        second,
        {
            f"{kept}:2": {"国家/地区": "德国"},
            f"{kept}:3": {RAW: '3,"丙公司",法国,x'},
            f"{kept}:4": {RAW: "", "编号": "4", "中文名称": "丁公司", "国家/地区": "日本"},
            f"{kept}:6": {"编号": "6"},
        },
        PLACE,
    )
    last = import_files(catalogue, [second])
    assert figures(last) == (5, 0, 0, 0)
    assert last.rejected_files == []
    assert last.files[0].ignored == ("备注",)
    assert names(catalogue) == {f"{letter}公司" for letter in "甲乙丙丁戊己"}


def test_json_rows_are_mended_and_imported(catalogue: Catalogue, tmp_path: Path) -> None:
    good = {"id": "1", "name_en": "A"}
    path = lines_of(tmp_path, "rows.jsonl", good, {"id": "2", "name_en": "B", "country": "QQ"})
    with path.open("a") as handle:
        handle.write('{"id": "3", "name_en": "C"\n')
    report = import_files(catalogue, [path], rejected=tmp_path / "kept" / "mine.jsonl")
    [kept] = map(Path, report.rejected_files)
    assert kept == tmp_path / "kept" / "mine.jsonl"
    rows: list[dict[str, Any]] = [json.loads(line) for line in kept.read_text("utf-8").splitlines()]
    assert [row.get(RAW) for row in rows] == [None, '{"id": "3", "name_en": "C"']
    rows[0]["country"] = "DE"
    rows[1][RAW] += "}"
    lines_of(tmp_path / "kept", "mine.jsonl", *rows)
    assert figures(import_files(catalogue, [kept])) == (2, 0, 0, 0)
    assert names(catalogue) == {"A", "B", "C"}


def test_rows_of_cordis_and_of_sheets_come_back_too(catalogue: Catalogue, tmp_path: Path) -> None:
    wrong = ("1", "", "Nowhere", "PRC", "X", "QQ", "")
    bodies = a_cordis_file(tmp_path, "bodies.csv", BODIES, [*FIVE_BODIES, wrong])
    head = ["编号", "中文名称", "国家/地区"]
    book = tmp_path / "book.xlsx"
    sheets = {"甲": [head, ["1", "甲公司", "QQ"]], "乙": [["单位"], head, ["2", "乙公司", "XX"]]}
    book.write_bytes(xlsx(sheets))
    report = import_files(catalogue, [bodies, book])
    assert report.rejected == 3
    first, second, third = map(Path, report.rejected_files)
    assert [path.name.rpartition("-")[0] for path in (first, second, third)] == [
        "bodies", "book-甲", "book-乙",
    ]  # fmt: skip
    mended(first, {"Nowhere": {"country": "DE"}}, "name")
    mended(second, {"1": {"国家/地区": "德国"}}, "编号")
    mended(third, {"2": {"国家/地区": "法国"}}, "编号")
    again = import_files(catalogue, [first, second, third])
    assert figures(again) == (3, 0, 0, 0)
    assert [file.content for file in again.files] == ["cordis organisations", "tabular", "tabular"]


def test_a_file_of_rejected_rows_runs_nothing_in_a_spreadsheet(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    path = tmp_path / "rows.xlsx"
    evil = ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1", "＝1"]
    path.write_bytes(one_sheet(["name_en", "country"], *([text, "QQ"] for text in evil)))
    [kept] = import_files(catalogue, [path]).rejected_files
    for row in csv.reader(io.StringIO(Path(kept).read_text("utf-8-sig"), newline="")):
        assert not [cell for cell in row if cell.startswith(DANGEROUS)]


@given(st.text(st.sampled_from("'=+-@\t＝ab"), max_size=8))
def test_quoting_is_undone_to_the_letter(text: str) -> None:
    assert unquoted(quoted(text)) == text
    assert not quoted(text).startswith(DANGEROUS)


def test_a_refused_import_writes_no_rejected_rows(catalogue: Catalogue, tmp_path: Path) -> None:
    good = lines_of(tmp_path, "a.jsonl", {"id": "1", "name_en": "A", "country": "QQ"})
    bad = tmp_path / "b.csv"
    bad.write_bytes(b"")
    with pytest.raises(FileFault):
        import_files(catalogue, [good, bad])
    assert not (catalogue.home / "rejected").exists()


def test_a_place_that_cannot_be_written_refuses_the_import_and_leaves_no_trace(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    path = lines_of(tmp_path, "a.jsonl", {"id": "1", "name_en": "A"}, {"id": "2"})
    before = (catalogue.home / CATALOGUE_FILE).read_bytes()
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(FileFault):
        import_files(catalogue, [path], rejected=blocked / "kept.jsonl")
    assert (catalogue.home / CATALOGUE_FILE).read_bytes() == before


def test_the_file_that_is_imported_is_not_written_over(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    path = lines_of(tmp_path, "a.jsonl", {"id": "1", "name_en": "A", "country": "QQ"})
    before = path.read_bytes()
    with pytest.raises(BadInput, match="being imported"):
        import_files(catalogue, [path], rejected=path)
    assert path.read_bytes() == before
    assert catalogue.counts()["source_rows"] == 0


def test_an_import_that_fails_while_it_stores_leaves_no_rejected_rows(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    path = lines_of(tmp_path, "a.jsonl", {"id": "1", "name_en": "A"}, {"id": "2"})

    def cut_off(done: int, _: int) -> None:
        if done > 600:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_files(catalogue, [path], progress=cut_off)
    assert list((catalogue.home / "rejected").iterdir()) == []


def test_an_independent_reader_opens_what_the_reader_took(tmp_path: Path) -> None:
    """The rows that are taken from a workbook are those that another program finds in it."""
    path = tmp_path / "book.xlsx"
    rows = [["id", "name_en", "city"], *([f"{n}", f"Body {n}", "Bonn"] for n in range(500))]
    path.write_bytes(one_sheet(*rows))
    sheet = openpyxl.load_workbook(path)["供需"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == rows
    with Catalogue.open(tmp_path / "home", create=True) as catalogue:
        assert import_files(catalogue, [path]).added == sheet.max_row - 1
