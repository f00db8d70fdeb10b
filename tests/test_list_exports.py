"""What a list looks like in each format: the same rows everywhere, right names, ready to print, and
nothing that a source wrote can run."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from list_factory import (
    DAY,
    a_small_sector,
    csv_rows,
    outputs,
    sheet_rows,
)

from matcher.lists.batch import make_lists
from matcher.lists.export.csv import DANGEROUS, csv_file, safe
from matcher.lists.export.html import html_file
from matcher.lists.export.json import json_file, list_document
from matcher.lists.export.xlsx import xlsx_file
from matcher.lists.table import COLUMNS, EXCERPT, Cell, cells, excerpt, width
from matcher.lists.topk import SectorList
from matcher.service import Matcher, open_matcher
from matcher.settings import REPOSITORY

KEYS = [column.key for column in COLUMNS]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    return a_small_sector(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def made(small: Matcher) -> SectorList:
    return make_lists(small, ["materials"], 3, DAY)[0]


@pytest.fixture(scope="module")
def demo(demo_home: Path) -> Matcher:
    return open_matcher(demo_home)


def test_every_format_holds_the_same_rows(small: Matcher, made: SectorList) -> None:
    words = small.vocabulary
    table = [cells(row, words) for row in made.rows]
    heads, *sheet = sheet_rows(xlsx_file([made], words))
    assert [head.split("\n") for head in heads] == [[c.head.zh, c.head.en] for c in COLUMNS]
    assert [_sheet_cells(row) for row in sheet] == [_sheet_cells(row) for row in table]
    first, *lines = csv_rows(csv_file(made, words))
    assert first == [f"{c.head.zh} / {c.head.en}" for c in COLUMNS]
    assert [[_bare(cell) for cell in line] for line in lines] == [
        ["" if cell is None else str(cell) for cell in row] for row in table
    ]
    document = json.loads(json_file(made))
    told = [
        [
            row.get("rank"),
            row["body"]["id"],
            row.get("partner", {}).get("id", ""),
            row.get("score"),
            row.get("evidence", {}).get("text", ""),
            row.get("evidence", {}).get("licence", ""),
        ]
        for row in document["rows"]
    ]
    assert told == [
        [*(row[KEYS.index(key)] for key in ("rank", "body_id", "partner_id", "score", "evidence")),
         str(row[KEYS.index("licence")]).split("\n")[0]]
        for row in table
    ]  # fmt: skip
    page = Page(html_file(made, words).decode())
    assert page.partners == [row[2] for row in told if row[2]]
    assert page.bodies == list(dict.fromkeys(row[1] for row in told))
    for row in table:
        for key in ("reasons_zh", "reasons_en", "evidence", "partner"):
            for line in str(row[KEYS.index(key)]).split("\n"):
                assert line in page.text


def _sheet_cells(row: Sequence[Cell]) -> list[Cell]:
    """As a workbook keeps them: nothing for an empty text, fifteen digits of a number."""
    return [c or None if isinstance(c, str | None) else float(f"{c:.15g}") for c in row]


def _bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") else cell


class Page(HTMLParser):
    """The text of a page, the rows it shows, and whatever it would load or run."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.partners: list[str] = []
        self.bodies: list[str] = []
        self.loads: list[str] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if values.get("data-partner"):
            self.partners.append(str(values["data-partner"]))
        if values.get("class") == "body":
            self.bodies.append(str(values["id"]))
        if tag in {"script", "img", "link", "iframe", "object", "embed"}:
            self.loads.append(tag)
        asking = {"src", "href", "srcset", "action"}
        self.loads += [n for n in values if n in asking or n.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    @property
    def text(self) -> str:
        return "".join(self.pieces)


def test_hostile_names_are_only_text(small: Matcher, made: SectorList, tmp_path: Path) -> None:
    content = xlsx_file(make_lists(small, ["materials"], 9, DAY), small.vocabulary)
    book = openpyxl.load_workbook(io.BytesIO(content))
    shown = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in shown)
    assert [cell.coordinate for cell in shown if cell.data_type == "f" or cell.hyperlink] == []
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        assert sheets
        assert not any(b"<f>" in parts.read(name) for name in sheets)
    everything = make_lists(small, ["materials"], 9, DAY)[0]
    for row in csv_rows(csv_file(everything, small.vocabulary))[1:]:
        for cell in row:
            assert not cell.startswith(DANGEROUS) or _is_number(cell)
    page = html_file(everything, small.vocabulary).decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert Page(page).loads == []
    assert "default-src 'none'" in page


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell) is not None


@given(st.text())
def test_no_text_of_a_csv_begins_like_a_formula(text: str) -> None:
    kept = safe(text)
    assert isinstance(kept, str)
    assert not kept.startswith(DANGEROUS)
    assert kept.endswith(text)


@given(st.text(max_size=700))
def test_an_excerpt_is_a_beginning_no_wider_than_allowed(text: str) -> None:
    shown = excerpt(text)
    assert text.startswith(shown.removesuffix("…")) or shown == text
    assert width(shown) <= EXCERPT + width("…")
    assert (width(text) <= EXCERPT) == (shown == text)


def test_places_abroad_are_named_as_they_should_be(small: Matcher, demo: Matcher) -> None:
    made = make_lists(small, ["materials"], 9, DAY)[0]
    for content in outputs(made, small):
        for name in ("中国香港", "中国台湾", "中国澳门", "Hong Kong, China"):
            assert name in content
    for content in outputs(made, small)[:-1]:  # JSON has keys, not heads
        for name in ("国家/地区", "Country/Region", "境外合作方", "Partner abroad"):
            assert name in content
    everything = make_lists(demo, demo.vocabulary.sector.codes, 5, DAY)
    texts = [content for one in everything for content in outputs(one, demo)]
    templates = [*REPOSITORY.glob("api/**/*.jinja"), *REPOSITORY.glob("matcher/**/*.jinja")]
    assert templates
    texts += [path.read_text("utf-8") for path in templates]
    for text in texts:
        assert not re.search("外国|国外|foreign (?:partner|compan|bod)", text, re.IGNORECASE)


def test_what_is_made_up_says_so_in_every_row(demo: Matcher, small: Matcher) -> None:
    (one,) = make_lists(demo, ["materials"], 3, DAY)
    column = KEYS.index("fictional")
    rows = [cells(row, demo.vocabulary) for row in one.rows]
    assert rows
    assert all(row[column] == "虚构示例\nfictional" for row in rows)
    assert all(row["fictional"] is True for row in list_document(one)["rows"])
    page = html_file(one, demo.vocabulary).decode()
    assert page.count("made-up") > 2 * len({row.body["id"] for row in one.rows})
    (real,) = make_lists(small, ["materials"], 3, DAY)
    assert not any(cells(row, small.vocabulary)[column] for row in real.rows)
    assert "fictional" not in json_file(real).decode()


def test_an_anonymous_body_is_nowhere_named(small: Matcher, made: SectorList) -> None:
    for content in outputs(made, small):
        assert "hidden Institute" not in content


def test_the_document_has_the_published_schema(demo: Matcher, small: Matcher) -> None:
    schema = json.loads((REPOSITORY / "docs" / "schema" / "list.json").read_text("utf-8"))
    for matcher in (demo, small):
        for one in make_lists(matcher, ["materials", "services"], 3, DAY):
            document = json.loads(json_file(one))
            jsonschema.validate(document, closed(schema))


def closed(schema: Any) -> Any:
    """The schema with nothing let through that it does not name."""
    if isinstance(schema, dict):
        tight = {key: closed(value) for key, value in schema.items()}
        return {**tight, "additionalProperties": False} if "properties" in schema else tight
    return [closed(value) for value in schema] if isinstance(schema, list) else schema


def test_a_sheet_is_ready_to_filter_and_to_print(demo: Matcher) -> None:
    lists = make_lists(demo, demo.vocabulary.sector.codes, 3, DAY)
    book = openpyxl.load_workbook(io.BytesIO(xlsx_file(lists, demo.vocabulary)))
    assert book.sheetnames == [*(one.sector.zh for one in lists), "说明 About"]
    for sheet, one in zip(book.worksheets, lists, strict=False):
        assert sheet.freeze_panes == "D2"
        assert sheet.auto_filter.ref.endswith(str(len(one.rows) + 1))
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in {None, 1}  # None: the format's default, which is 1
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows == "$1:$1"
        assert all(cell.alignment.wrap_text for cell in sheet[2])
        assert all(0 < sheet.row_dimensions[n].height <= 409 for n in range(2, len(one.rows) + 2))
    assert "虚构示例" in str([cell.value for row in book["说明 About"] for cell in row])
