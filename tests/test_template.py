"""The template: filled in by another program, it is read back as it was meant."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from import_factory import figures

from matcher.catalogue.guide import COOPERATIONS, ENTRIES
from matcher.catalogue.intake import import_files
from matcher.catalogue.readers.columns import EEN, EXAMPLE, HEADERS, field_of
from matcher.catalogue.store import Catalogue
from matcher.catalogue.template import header_of, template_csv, template_xlsx
from matcher.cli.main import run
from matcher.errors import FileFault
from matcher.vocabulary import load_vocabulary

FILLED = {
    "id": "bj-9", "name_zh": "北京第九示例公司", "country": "中国", "city": "北京",
    "profile_id": "bj-9-o1", "profile_kind": "技术供给", "title_zh": "高温陶瓷膜", "trl": "7",
    "ip_status": "知识产权已授权", "cooperation_types": "研发合作协议; 供货协议",
    "target_countries": "德国", "valid_until": "2027-12-31",
}  # fmt: skip


@pytest.fixture(scope="module")
def book() -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(template_xlsx(load_vocabulary())))


def fill(sheet: openpyxl.worksheet.worksheet.Worksheet, row: int, values: dict[str, str]) -> None:
    heads = {field_of(str(cell.value)): cell.column for cell in sheet[1]}
    for field, value in values.items():
        sheet.cell(row, heads[field], value)


def test_a_template_that_is_filled_in_is_read_back(tmp_path: Path, book: openpyxl.Workbook) -> None:
    path = tmp_path / "filled.xlsx"
    fill(book.worksheets[0], 4, FILLED)
    fill(book.worksheets[0], 5, {"id": "de-9", "name_en": "Ninth Example", "country": "DE"})
    fill(book.worksheets[1], 3, {"record": "合作", "id": "c9", "beijing": "bj-9",
                                 "partners": "de-9", "form": "联合项目"})  # fmt: skip
    book.save(path)
    with Catalogue.open(tmp_path / "home", create=True) as catalogue:
        report = import_files(catalogue, [path])
        assert figures(report) == (3, 0, 0, 0)
        assert [file.content for file in report.files] == ["tabular"] * 2 + ["skipped"] * 2
        assert "Example rows passed over: 2." in report.files[0].notes[0].en
        assert {o.sources[0].key for o in catalogue.organisations()} == {"bj-9", "de-9"}
        [profile] = catalogue.profiles()
        assert (profile.trl, profile.ip_status, profile.kind) == (7, "granted", "offer")
        assert profile.cooperation_types == ("rd_cooperation", "supplier")
        assert profile.target_countries == ("DE",)
        assert str(profile.valid_until) == "2027-12-31"
        [cooperation] = catalogue.cooperations()
        assert cooperation.form == "joint_project"
        empty = tmp_path / "empty.xlsx"
        empty.write_bytes(template_xlsx(load_vocabulary()))
        with pytest.raises(FileFault, match="no rows"):
            import_files(catalogue, [empty])


def test_its_examples_are_rows_that_could_be_imported(tmp_path: Path) -> None:
    text = template_csv().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    path = tmp_path / "examples.csv"
    path.write_text("\n".join(",".join(f'"{c}"' for c in row[1:]) for row in rows), "utf-8")
    with Catalogue.open(tmp_path / "home", create=True) as catalogue:
        assert figures(import_files(catalogue, [path])) == (2, 0, 0, 0)
        marked = tmp_path / "template.csv"
        marked.write_bytes(template_csv())
        with pytest.raises(FileFault, match="no rows"):
            import_files(catalogue, [marked])


def test_every_field_has_its_column_and_fields_of_the_network_its_names() -> None:
    fields = [column.field for column in (*ENTRIES, *COOPERATIONS)]
    assert set(fields) == set(HEADERS)
    assert len({column.field for column in ENTRIES}) == len(ENTRIES)
    for field in fields:
        assert field_of(header_of(field)) == field
        if field in EEN:
            assert EEN[field] in header_of(field)
    limits = {column.field: column.longest for column in ENTRIES if column.longest}
    for language in ("zh", "en"):
        assert limits[f"title_{language}"] == 256
        assert limits[f"summary_{language}"] == 500
        assert limits[f"description_{language}"] == 4000
        assert limits[f"partner_role_{language}"] == 4000


def test_what_it_offers_to_choose_from_is_understood(book: openpyxl.Workbook) -> None:
    """Every choice of a list, and every code on the sheet of codes, is a term of its vocabulary."""
    vocabulary = load_vocabulary()
    sheet = book["供需 Profiles"]
    assert sheet["A1"].value == EXAMPLE
    columns = {column.field: column for column in ENTRIES}
    checked = set()
    for rule in sheet.data_validations.dataValidation:
        if rule.type != "list":
            continue
        cell = str(rule.sqref).split(":")[0].rstrip("0123456789")
        column = columns[field_of(str(sheet[f"{cell}1"].value)) or ""]
        name, _, area = str(rule.formula1).strip("=").partition("!")
        words = [str(one[0].value) for one in book[name.strip("'")][area.replace("$", "")]]
        checked.add(column.field)
        if column.scheme == "flag":
            assert words == ["是", "否"]
            continue
        scheme = getattr(vocabulary, column.scheme)
        assert [scheme.resolve(word, "").code for word in words] == list(scheme.codes)
    assert {"country", "district", "profile_kind", "trl", "ip_status", "anonymous"} <= checked


def test_the_verb_writes_it_and_overwrites_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["template"]) == 0
    assert (tmp_path / "matcher-template.xlsx").read_bytes().startswith(b"PK")
    assert run(["template"]) == 2
    assert "已存在" in capsys.readouterr().err
    assert run(["template", "--format", "csv", "-o", "new/t.csv"]) == 0
    assert (tmp_path / "new" / "t.csv").read_bytes() == template_csv()
    assert run(["template", "--format", "doc"]) == 2
