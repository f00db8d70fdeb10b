"""Files to rows: what the readers make of good files, and of broken ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from matcher.catalogue.identity import folded_name, language_of, name_and_country, side_of
from matcher.catalogue.readers import columns, cordis, tabular
from matcher.catalogue.readers.cells import LONGEST_CELL, Cells, RowRejected, SourceRow
from matcher.catalogue.readers.files import Source
from matcher.catalogue.readers.lines import Lines
from matcher.catalogue.readers.reading import Reading
from matcher.errors import FileFault
from matcher.organisation import Side, organisation_id
from matcher.vocabulary import load_vocabulary


def claims_of(row: SourceRow) -> dict[str, Any]:
    """What a row says of the one organisation that it describes."""
    [claims] = row.payload["appearances"].values()
    return dict(claims)


def rows_of(path: Path, fmt: str = "auto") -> list[tuple[int, SourceRow | RowRejected]]:
    found: list[tuple[int, SourceRow | RowRejected]] = []
    for table in Source(path, Reading(fmt)).tables():
        for line, cells, _ in table:
            try:
                if isinstance(cells, RowRejected):
                    raise cells
                found.append((line, table.reader(cells, load_vocabulary())))
            except RowRejected as fault:
                found.append((line, fault))
    return found


def tabular_row(**values: object) -> SourceRow:
    return tabular.row(Cells(values, {}), load_vocabulary())


# Lines and files


def test_lines_end_in_lf_crlf_or_in_an_old_file_cr() -> None:
    for name, content in (("lf", b"a\nb\n"), ("mixed", b"a\r\nb"), ("cr", b"a\rb\r")):
        assert [text for _, text in Lines(iter([content]), name)] == ["a", "b"], name


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n", "empty"),
        (b"PK\x03\x04rest", "damaged"),
        ("id,name\n1,甲公司\n".encode("gb18030"), "name_zh"),
        (b"id,city\n" + b"1,Berlin\n" * 20_000 + b"\xff\n", "byte 1 of line 20002"),
        (b"\x7fELF\0id,name\n" + b"text\n" * 99, "program"),
        (b"id,name_en\n1,\xff\xfe\xff\n", "unknown"),
        (b"\x00\x01\x02" * 50, "binary"),
        (b"id,city\n1,Berlin\n", "name_zh"),
        (b'id,name_en,"Name EN"\n1,a,b\n', "twice"),
        (b'[{"id": "1"}]', "name_zh"),
        (b"[1, 2]", "name_zh"),
        (b'[{"id": "1", "name_en": "A"}', "after record 1"),
        (b'{\n"id": "1"\n}\n', "several lines"),
        (b'{"id": "1", "city": "Berlin"}\n', "name_zh"),
        (b"projectID;name;country;activityType;role\n1;a;DE;;\n", "city"),
        (b"id;acronym;title;startDate;topics\n1;a;t;;\n", "objective"),
    ],
)
def test_a_file_at_fault_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(FileFault, match=says) as caught:
        rows_of(path)
    assert caught.value.where.startswith(str(path))
    assert caught.value.cure.zh


def test_a_path_that_is_no_file_is_refused(tmp_path: Path) -> None:
    for path, says in ((tmp_path / "none.csv", "no such"), (tmp_path, "folder")):
        with pytest.raises(FileFault, match=says):
            rows_of(path)


def test_a_header_is_understood_in_either_language_with_any_separator(tmp_path: Path) -> None:
    headers = ("编号", "Chinese name", "NAME_EN", "国家 / 地区", "note")
    cells = ("k1", "甲公司", "Alpha", "德国", "x")
    for delimiter in ",;\t":
        path = tmp_path / "table"
        path.write_text("\ufeff\ufeff" + "\n".join(map(delimiter.join, (headers, cells))))
        [table] = Source(path).tables()
        [(line, found)] = rows_of(path)
        assert isinstance(found, SourceRow)
        assert (line, found.key, table.ignored) == (2, "organisation/k1", ("note",))
        assert claims_of(found)["country"] == "DE"


def test_a_bad_json_line_is_rejected_alone(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(
        '{"id": "1", "name_en": "A"}\n\n{"id": "2", "name_en"\n"text"\n'
        '{"id": "3", "name_en": "\\ud800"}\n{"id": "4", "name_en": "A", "Name EN": "B"}\n'
        '{"id": "5", "name_en": "A", "aliases": [1]}\n{"id": "6", "name_en": ["A"]}\n'
        '{"id": "7", "name_en": "A", "aliases": null, "entry_year": 2001.0}\n'
    )
    found = rows_of(path)
    assert [line for line, row in found if isinstance(row, SourceRow)] == [1, 9]
    assert [line for line, row in found if isinstance(row, RowRejected)] == [3, 4, 5, 6, 7, 8]


# Tabular rows


def test_a_kind_of_profile_may_go_by_its_other_names() -> None:
    for spelling in ("能力", "技术专长", "capability"):
        row = tabular_row(id="1", name_zh="甲", profile_kind=spelling, title_zh="膜")
        assert row.payload["profile"]["kind"] == "capability"


def test_the_documented_columns_are_the_ones_read() -> None:
    text = (Path(__file__).parent.parent / "docs" / "import.md").read_text("utf-8")
    tables = text.partition("\n## What CORDIS")[0]
    lines = [line for line in tables.splitlines() if line.startswith("| `")]
    documented = {name for line in lines for name in line.split("|")[1].replace("`", "").split(",")}
    fields = set(columns.HEADERS)
    assert fields - {name.strip() for name in documented} == set()
    for name, spellings in columns.HEADERS.items():
        [line] = [x for x in lines if f"`{name}`" in x.split("|")[1]]
        for spelling in spellings:
            assert spelling in line, f"{spelling} of {name}"
            assert columns.field_of(spelling) == name


def test_a_row_without_texts_is_an_organisation_and_one_with_is_a_profile_too() -> None:
    alone = tabular_row(id="k", name_en="Alpha")
    assert (alone.key, alone.dossiers) == ("organisation/k", ())
    both = tabular_row(id="k", name_en="Alpha", profile_id="p", title_en="Membranes")
    assert (both.key, both.dossiers) == ("profile/p", ("tabular:profile:p",))
    assert alone.appearances == both.appearances == (organisation_id("tabular", "k"),)


def test_without_an_id_name_and_country_stand_for_it() -> None:
    row = tabular_row(name_en="Alpha  (Beta), Ltd.", country="UK")
    assert row.appearances == (organisation_id("tabular", "alpha beta ltd|GB"),)


def test_codes_names_dates_and_lists_are_understood() -> None:
    row = tabular_row(
        id="k",
        name_zh="甲",
        country="中国",
        district="海淀",
        aliases="Alpha | A.L.",
        parents="p1;ror:x y",
        profile_kind="Request",
        title_zh="求购",
        keywords_zh="膜，碳捕集、膜",
        sectors=["新材料", "environment"],
        target_countries="Germany;EL",
        valid_from="2024年3月1日",
        valid_until="2024/12/31",
        date="2024-03-01",
        trl="TRL ６",
        anonymous="是",
    )
    profile, claims = row.payload["profile"], claims_of(row)
    assert profile["texts"][0]["keywords"] == ("膜", "碳捕集")
    assert profile["sectors"] == ("materials", "environment")
    assert profile["target_countries"] == ("DE", "GR")
    assert profile["valid_from"] == date(2024, 3, 1)
    assert (profile["trl"], profile["anonymous"], profile["kind"]) == (6, True, "request")
    assert profile["publication"] == "published"
    assert (claims["country"], claims["district"]) == ("CN", "haidian")
    assert [name[0] for name in claims["names"]] == ["甲", "Alpha", "A.L."]
    assert claims["parents"] == [organisation_id("tabular", "p1"), organisation_id("ror", "x y")]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("country", "Atlantis"),
        ("sectors", "materials;magic"),
        ("entity_type", "guild"),
        ("district", "Montmartre"),
        ("date", "31.02.2024"),
        ("date", "soon"),
        ("trl", "10"),
        ("trl", "six"),
        ("entry_year", "99"),
        ("anonymous", "perhaps"),
        ("record", "person"),
        ("source", "No Such!"),
        ("source", "cordis"),
        ("identifiers", "12345"),
        ("valid_until", "2023-01-01"),
        ("name_en", "a\x00b"),
        ("description_en", "x" * (LONGEST_CELL + 1)),
    ],
)
def test_a_cell_that_cannot_be_rejects_its_row_and_says_which(column: str, value: str) -> None:
    good = {"id": "k", "name_en": "Alpha", "title_en": "t", "valid_from": "2024-01-01"}
    with pytest.raises(RowRejected) as caught:
        tabular_row(**{**good, column: value})
    assert caught.value.column == column
    assert caught.value.what.zh
    assert caught.value.cure.zh


def test_an_unknown_term_names_the_nearest() -> None:
    with pytest.raises(RowRejected) as caught:
        tabular_row(id="k", name_en="A", country="Germny")
    assert "Germany" in caught.value.cure.en
    assert "德国" in caught.value.cure.zh


@pytest.mark.parametrize(
    "values",
    [
        {"id": "k"},
        {"id": "k", "name_en": "A", "sectors": "materials"},
        {"id": "k", "name_en": "A", "keywords_en": "membranes"},
        {"record": "cooperation", "beijing": "a"},
        {"record": "cooperation", "id": "c"},
        {"record": "cooperation", "id": "c", "beijing": "a", "leader": "b"},
        {"record": "cooperation", "id": "c", "beijing": "a", "amount": "5"},
        {"record": "cooperation", "id": "c", "beijing": "a", "amount": "x", "currency": "EUR"},
        {"record": "合作", "id": "c", "partners": "a", "start": "2020-01-02", "end": "2020-01-01"},
    ],
)
def test_a_row_that_lacks_its_point_is_rejected(values: dict[str, object]) -> None:
    with pytest.raises(RowRejected):
        tabular_row(**values)


# CORDIS rows


def participant(**values: str) -> SourceRow:
    given = {"projectID": "1", "name": "Alpha", "country": "DE", "city": "Bonn"} | values
    return cordis.participant(Cells(given, {}), load_vocabulary())


def test_a_body_is_the_same_with_and_without_its_number() -> None:
    without, with_pic = participant(), participant(organisationID="999", name="ALPHA.")
    assert without.appearances == with_pic.appearances == (organisation_id("cordis", "alpha|DE"),)
    assert claims_of(with_pic)["identifiers"] == [["pic", "999"]]


@pytest.mark.parametrize(
    ("country", "city", "code"),
    [
        ("UK", "Leeds", "GB"),
        ("EL", "Athina", "GR"),
        ("", "Roma", None),
        ("CN", "HONG KONG", "HK"),
        ("CN", "BEIJING", "CN"),
        ("TW", "Taipei", "TW"),
    ],
)
def test_countries_are_those_of_iso(country: str, city: str, code: str | None) -> None:
    claims = claims_of(participant(country=country, city=city))
    assert claims["country"] == code


def test_what_cordis_cannot_mean_is_rejected() -> None:
    for wrong in (
        {"country": "QQ"},
        {"projectID": ""},
        {"projectID": "not a number"},
        {"name": "***"},
        {"activityType": "XYZ"},
    ):
        with pytest.raises(RowRejected):
            participant(**wrong)
    for project in (
        {"id": "1"},
        {"id": "1", "title": "t", "startDate": "yesterday"},
        {"id": "1", "title": "t", "startDate": "2020-01-01", "endDate": "2019-01-01"},
        {"id": "1", "title": "t", "totalCost": "-5"},
    ):
        with pytest.raises(RowRejected):
            cordis.project(Cells(project, {}), load_vocabulary())


def test_the_codes_that_cordis_is_mapped_to_exist() -> None:
    vocabulary = load_vocabulary()
    assert cordis.MODE in vocabulary.cooperation_mode
    for entity_type, nature in cordis.ACTIVITY.values():
        assert entity_type is None or entity_type in vocabulary.entity_type
        assert nature is None or nature in vocabulary.partner_nature


@pytest.mark.parametrize(
    ("cost", "amount"), [("6752835.25", 6752835.25), ("6752835,25", 6752835.25), ("0.0", None)]
)
def test_a_cost_is_read_with_point_or_comma_and_nought_is_not_stated(
    cost: str, amount: float | None
) -> None:
    row = cordis.project(Cells({"id": "1", "title": "t", "totalCost": cost}, {}), load_vocabulary())
    assert row.payload["amount"] == amount


# Identity and sides


def test_names_fold_case_width_and_punctuation() -> None:
    assert folded_name("  ＡLPHA-Beta_(S.p.A.) ") == "alpha beta s p a"
    assert name_and_country("清华大学", "CN") == "清华大学|CN"
    assert name_and_country("-- ", "CN") == ""


@pytest.mark.parametrize(
    ("country", "city", "side"),
    [
        ("CN", "Beijing", Side.BEIJING),
        ("CN", "HAIDIAN BEIJING", Side.BEIJING),
        ("CN", "北京市", Side.BEIJING),
        ("CN", "Shanghai", Side.NONE),
        ("CN", None, Side.NONE),
        (None, "Beijing", Side.NONE),
        ("HK", "Hong Kong", Side.FOREIGN),
        ("MO", None, Side.FOREIGN),
        ("TW", "Taipei", Side.FOREIGN),
        ("DE", "Bonn", Side.FOREIGN),
        ("EU", None, Side.FOREIGN),
    ],
)
def test_every_place_has_its_side(country: str | None, city: str | None, side: Side) -> None:
    assert side_of(country, city, load_vocabulary()) is side


def test_a_text_is_chinese_by_its_script() -> None:
    assert language_of("基于 CO2 的膜分离", "en") == "zh"
    assert language_of("Membranes by 甲 for CO2 capture", "en") == "en"
    assert language_of("123", "und") == "und"
