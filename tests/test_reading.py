"""What files hold, whatever they are packed in and however they are written."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hostile import csv, one_sheet, packed, xls, xlsx
from import_factory import figures, lines_of

from matcher.catalogue.intake import import_files
from matcher.catalogue.readers.cells import RowRejected
from matcher.catalogue.readers.columns import EEN, HEADERS, field_of
from matcher.catalogue.readers.encoding import chinese_encoding, encoding_named
from matcher.catalogue.readers.files import Source
from matcher.catalogue.readers.flagged import column_of, letters_of
from matcher.catalogue.readers.lines import Lines
from matcher.catalogue.readers.mapping import proposal, read_mapping
from matcher.catalogue.readers.reading import Reading
from matcher.catalogue.store import Catalogue
from matcher.errors import BadInput, FileFault
from matcher.settings import Settings
from matcher.vocabulary import load_vocabulary

HEAD, ROW = ["编号", "中文名称", "国家/地区"], ["1", "北京示例膜科技有限公司", "中国"]
ROR = {
    "id": "https://ror.org/03cve4549",
    "names": [{"value": "Example University", "types": ["ror_display", "label"], "lang": "en"}],
    "locations": [{"geonames_details": {"name": "Bonn", "country_code": "DE"}}],
    "status": "active",
}
WORK = {
    "id": "https://openalex.org/W1",
    "title": "Membranes",
    "publication_year": 2015,
    "authorships": [{"institutions": [{"display_name": "Example", "country_code": "DE"}]}],
}


def contents(path: Path, reading: Reading | None = None) -> list[tuple[str, str, str, int]]:
    """name, content, encoding and number of rows of each table."""
    found = []
    for table in Source(path, reading).tables():
        rows = len(list(table))
        name = table.where.removeprefix(str(path))
        found.append((name, table.content, table.encoding, rows))
    return found


# Encodings


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("gbk", "GB18030"),
        ("gb18030", "GB18030"),
        ("utf-16", "UTF-16LE"),
        ("utf-16-be", "UTF-16BE"),
    ],
)
def test_the_encoding_is_found_and_reported(tmp_path: Path, encoding: str, shown: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(csv(",".join(HEAD), ",".join(ROW), encoding=encoding))
    assert contents(path) == [("", "tabular", shown, 1)]
    with Catalogue.open(tmp_path / "home", create=True) as catalogue:
        report = import_files(catalogue, [path])
        assert report.as_dict()["files"][0]["encoding"] == shown  # type: ignore[index]
        assert [o.names[0].text for o in catalogue.organisations()] == [ROW[1]]


def test_gb18030_and_big5_are_told_apart_by_what_they_say() -> None:
    simplified, traditional = "北京大学材料科学与工程学院", "國立臺灣大學材料科學與工程學系"
    assert chinese_encoding(simplified.encode("gb18030")) == "GB18030"
    assert chinese_encoding(traditional.encode("big5")) == "Big5"
    assert chinese_encoding(traditional.encode("gb18030")) == "GB18030"
    assert chinese_encoding("Universität für Bodenkultur".encode("cp1252")) == ""


@pytest.mark.shared
def test_real_names_are_told_apart_line_by_line() -> None:
    folder = Settings().shared_data_folder()
    assert folder is not None
    rows = (folder / "ror" / "names_zh_en.csv").read_text("utf-8-sig").splitlines()
    names = [name for row in rows for name in row.split(",") if "大学" in name or "研究院" in name]
    assert len(names) > 500
    right = sum(chinese_encoding(name.encode("gb18030")) == "GB18030" for name in names)
    assert right == len(names)


def test_an_encoding_may_be_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(csv("id,name_en", "1,Universität Köln", encoding="cp1252"))
    with pytest.raises(FileFault, match="unknown"):
        contents(path)
    reading = Reading(encoding=encoding_named("latin-1"))
    [table] = Source(path, reading).tables()
    assert [original for _, _, original in table] == [("1", "Universität Köln")]
    assert encoding_named("big5") == "Big5"
    for nonsense in ("klingon", "base64", "rot13", "idna"):
        with pytest.raises(BadInput, match="no text encoding"):
            encoding_named(nonsense)


def test_a_line_keeps_its_number_across_blocks() -> None:
    lines = [f"{n},{'甲' * (n % 50)}" for n in range(60_000)]
    data = "\r\n".join(lines).encode()
    blocks = iter([data[at : at + 4096] for at in range(0, len(data), 4096)])
    assert list(Lines(blocks, "file")) == list(enumerate(lines, start=1))


# Archives, arrays, formats


def test_archives_are_opened_and_each_of_their_files_is_read(tmp_path: Path) -> None:
    table = csv(",".join(HEAD), ",".join(ROW))
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(table))
    assert contents(tmp_path / "a.csv.gz") == [("", "tabular", "UTF-8", 1)]
    members: dict[str, bytes | str] = {
        "in/甲.csv": csv(",".join(HEAD), ",".join(ROW), encoding="gbk"),
        "works.jsonl": json.dumps(WORK) + "\n",
        "ror.json": json.dumps([ROR]),
        "book.xlsx": one_sheet(HEAD, ROW),
    }
    (tmp_path / "b.zip").write_bytes(packed(members))
    assert contents(tmp_path / "b.zip") == [
        ("/in/甲.csv", "tabular", "GB18030", 1),
        ("/works.jsonl", "openalex", "UTF-8", 1),
        ("/ror.json", "ror", "UTF-8", 1),
        ("/book.xlsx[供需]", "tabular", "xlsx", 1),
    ]
    with Catalogue.open(tmp_path / "home", create=True) as catalogue:
        report = import_files(catalogue, [tmp_path / "b.zip"])
        assert figures(report) == (3, 0, 1, 0)  # a row of the sheet is one of the table, too
        assert [file.rows for file in report.files] == [1, 1, 1, 1]


def test_an_array_is_read_as_a_stream_and_numbered(tmp_path: Path) -> None:
    path = tmp_path / "ror.json"
    path.write_text(json.dumps([ROR, {**ROR, "id": "nobody"}, 5], indent=2), "utf-8")
    [table] = Source(path).tables()
    rows = list(table)
    assert [number for number, _, _ in rows] == [1, 2, 3]
    assert table.place(2) == f"{path}#2"
    row = table.reader(rows[0][1], load_vocabulary())
    assert row.key == "organisation/03cve4549"
    with pytest.raises(RowRejected):
        table.reader(rows[1][1], load_vocabulary())
    assert isinstance(rows[2][1], RowRejected)


@pytest.mark.shared
def test_a_real_dump_is_read_from_its_archive() -> None:
    folder = Settings().shared_data_folder()
    assert folder is not None
    for name, rows in (("ror-data_schema_v2.json.gz", 7234), ("ror-data_schema_v1.json.gz", 7029)):
        assert contents(folder / "ror" / name) == [("", "ror", "UTF-8", rows)]
    assert contents(folder / "openalex" / "works.jsonl.gz") == [("", "openalex", "UTF-8", 6301)]


def test_a_format_that_is_asked_for_is_the_only_one(tmp_path: Path) -> None:
    rows, works = tmp_path / "rows.csv", lines_of(tmp_path, "works.jsonl", WORK)
    rows.write_bytes(csv(",".join(HEAD), ",".join(ROW)))
    assert contents(rows, Reading("tabular"))[0][1] == "tabular"
    assert contents(works, Reading("openalex"))[0][1] == "openalex"
    for path, fmt in ((rows, "ror"), (rows, "cordis"), (works, "ror"), (works, "cordis")):
        with pytest.raises(FileFault, match=r"no .* file|not that of CORDIS"):
            contents(path, Reading(fmt))
    with pytest.raises(BadInput, match="no format"):
        Reading("een")


# Spreadsheets


def test_a_fault_in_a_sheet_names_sheet_row_and_column(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(
        xlsx({"供需": [["名单"], HEAD, ROW, ["2", "乙", "Atlantis"]], "封面": [["x"]]})
    )
    with Catalogue.open(tmp_path / "home", create=True) as catalogue:
        report = import_files(catalogue, [path])
    [fault] = report.faults
    assert fault.message("zh").startswith(f"{path}[供需]:4 [C 国家/地区]：")
    assert fault.message("en").startswith(f"{path}[供需]:4 [C 国家/地区]: ")
    read, skipped = report.files
    assert (read.content, read.encoding, read.rows) == ("tabular", "xlsx", 2)
    assert (skipped.path, skipped.content, skipped.rows) == (f"{path}[封面]", "skipped", 0)
    assert "name_zh" in skipped.notes[0].en


def test_what_is_merged_downwards_holds_for_each_row(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    rows = [
        ["id", "name_zh", "title_zh"],
        ["1", "甲公司", "膜"],
        ["", "", "泵"],
        ["2", "乙公司", "阀"],
    ]

    def merge(book: object) -> None:
        sheet = book.worksheets()[0]  # type: ignore[attr-defined]
        sheet.merge_range("A2:A3", "1")
        sheet.merge_range("B2:B3", "甲公司")

    path.write_bytes(one_sheet(*rows, and_then=merge))
    [table] = Source(path).tables()
    assert [original for _, _, original in table] == [
        ("1", "甲公司", "膜"),
        ("1", "甲公司", "泵"),
        ("2", "乙公司", "阀"),
    ]


def test_old_and_new_spreadsheets_say_the_same(tmp_path: Path) -> None:
    found = []
    for name, content in (("a.xlsx", one_sheet(HEAD, ROW)), ("a.xls", xls({"供需": [HEAD, ROW]}))):
        path = tmp_path / name
        path.write_bytes(content)
        [table] = Source(path).tables()
        found.append([(number, original) for number, _, original in table])
    assert found == [[(2, tuple(ROW))]] * 2


def test_columns_of_a_sheet_are_called_by_letters() -> None:
    for number, letters in ((0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (16_383, "XFD")):
        assert (letters_of(number), column_of(letters)) == (letters, number)


# Headers


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("中文名称 name_zh", "name_zh"),
        ("国家/地区 (Country)", "country"),
        ("国家/地区Country/Region", "country"),
        ("Chinese name 中文名称", "name_zh"),
        ("中文名称*", "name_zh"),
        ("中文名称（必填）", "name_zh"),
        ("英文标题 Title (EN)", "title_en"),
        ("联系人 Name EN", None),
        ("英文摘要 Short summary (ZH)", None),
        ("Start date of membership", None),
        ("x" * 500, None),
    ],
)
def test_a_header_in_both_languages_is_understood(header: str, field: str | None) -> None:
    assert field_of(header) == field


def test_every_header_is_understood_alone_and_beside_the_others() -> None:
    for name, (chinese, *others) in HEADERS.items():
        for other in (name, *others):
            assert field_of(other) == name
            assert not other.isascii() or field_of(f"{chinese} {other}") == name
    assert all(field_of(said) == name for name, said in EEN.items())


def test_a_mapping_tells_what_foreign_headers_mean(tmp_path: Path) -> None:
    path, rules = tmp_path / "rows.csv", tmp_path / "mapping.yaml"
    path.write_bytes(csv("单位,Where,城市", "甲公司,德国,x"))
    with pytest.raises(FileFault, match=r"mapping\.yaml") as caught:
        contents(path)
    proposed = caught.value.cure.en.rpartition("mapping.yaml: ")[2]
    rules.write_text(proposed, "utf-8")
    assert read_mapping(rules) == {"单位": "name_zh", "where": None, "城市": "city"}
    rules.write_text('"单位": name_zh\n"Where": 国家/地区\n城市: null\n', "utf-8")
    [table] = Source(path, Reading(mapping=read_mapping(rules))).tables()
    [(_, cells, _)] = table
    claims = next(iter(table.reader(cells, load_vocabulary()).payload["appearances"].values()))
    assert (claims["names"][0][0], claims["country"], claims["city"]) == ("甲公司", "DE", None)
    assert table.ignored == ("城市",)
    rows = lines_of(tmp_path, "rows.jsonl", {"单位": "甲公司", "Where": "法国"})
    assert contents(rows, Reading(mapping=read_mapping(rules)))[0][3] == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "does not map"),
        ("[1, 2]", "does not map"),
        ("a: [", "valid YAML"),
        ("甲: name_zhh", "Did you mean name_zh"),
        ("甲: [name_zh]", "no field"),
        ("甲: name_zh\n乙: 中文名称", "stands twice"),
        ("a b: name_zh\nA_B: name_en", "stands twice"),
    ],
)
def test_a_mapping_at_fault_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput, match=says) as caught:
        read_mapping(path)
    assert caught.value.where.startswith(str(path))
    with pytest.raises(BadInput, match="cannot be read"):
        read_mapping(tmp_path / "none.yaml")


def test_a_proposal_gives_each_field_once() -> None:
    proposed = json.loads(
        proposal(["企业名称", "公司名称", "Country of origin", "技术简介", "", "Tel"])
    )
    assert proposed == {
        "企业名称": "name_zh",
        "公司名称": None,
        "Country of origin": "country",
        "技术简介": "description_zh",
        "Tel": None,
    }
