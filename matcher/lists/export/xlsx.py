"""Lists as one workbook: a sheet a sector, ready to filter and to print, and a page about them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, time
from math import ceil
from typing import Any

import xlsxwriter

from matcher.lists.provenance import facts
from matcher.lists.table import COLUMNS, Cell, cells, lines, width
from matcher.lists.topk import ListRow, RowKind, SectorList
from matcher.vocabulary import Vocabulary

MOST_IN_A_CELL = 32_767
"""The format's own limit; a longer text would be dropped whole."""
A4 = 9
LINE_HEIGHT, HEAD_HEIGHT, TALLEST = 14, 46, 409
"""Points; the last is the format's own limit."""
FROZEN_COLUMNS = 3
FILLING = 1.1
"""Characters of our small font to a unit of column width."""
ABOUT_SHEET = "说明 About"
ABOUT_WIDTHS = (26, 62, 70)
FONT = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
HEAD = {**FONT, "bold": True, "text_wrap": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF",
        "valign": "vcenter", "border": 1, "border_color": "#FFFFFF"}  # fmt: skip
INK = {RowKind.SUGGESTED: "#000000", RowKind.KNOWN_PARTNER: "#5A5A5A",
       RowKind.NONE: "#8A4B00", RowKind.NOT_ASKED: "#8A4B00"}  # fmt: skip


def new_workbook(target: io.BytesIO) -> Any:
    """The one place where a workbook begins: no text ever becomes a formula, a link or a number."""
    return xlsxwriter.Workbook(
        target,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )


def xlsx_file(made: Sequence[SectorList], vocabulary: Vocabulary) -> bytes:
    """A workbook of at least one list. The same lists give the same bytes: its date of creation
    is the day the lists are as of."""
    target = io.BytesIO()
    workbook = new_workbook(target)
    created = datetime.combine(made[0].as_of, time())  # the format knows no zone
    workbook.set_properties({"title": "技术合作推荐名单 Suggested pairings", "created": created})
    formats = Formats(workbook)
    for one in made:
        write_sheet(workbook, one, vocabulary, formats)
    write_about(workbook, made, formats)
    workbook.close()
    return target.getvalue()


class Formats:
    """The cell formats of a workbook, each made once."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def get(self, **wanted: Any) -> Any:
        """The format with these properties."""
        key = tuple(sorted(wanted.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(wanted)
        return self._made[key]

    def cell(self, row: ListRow, first: bool, number: str) -> Any:
        """A body of the table: a rule above each Beijing body, past partners in grey."""
        return self.get(
            **FONT,
            text_wrap=True,
            font_color=INK[row.kind],
            top=2 if first else 4,
            top_color="#1F3A5F" if first else "#BBBBBB",
            **({"num_format": number, "align": "center"} if number else {}),
        )


def write_sheet(workbook: Any, made: SectorList, vocabulary: Vocabulary, formats: Formats) -> None:
    """One sector's sheet: heads frozen and repeated in print, filters, A4 across."""
    sheet = workbook.add_worksheet(made.sector.zh[:31])
    for number, column in enumerate(COLUMNS):
        sheet.set_column(number, number, column.width)
        sheet.write_string(0, number, lines(column.head), formats.get(**HEAD))
    sheet.set_row(0, HEAD_HEIGHT)
    before = ""
    for number, row in enumerate(made.rows, 1):
        first = row.body["id"] != before
        before = row.body["id"]
        shown = cells(row, vocabulary)
        sheet.set_row(number, height(shown, [column.width for column in COLUMNS]))
        for place, value in enumerate(shown):
            look = "" if isinstance(value, str) else "0.00" if isinstance(value, float) else "0"
            write(sheet, number, place, value, formats.cell(row, first, look))
    sheet.freeze_panes(1, FROZEN_COLUMNS)
    last = max(len(made.rows), 1)
    sheet.autofilter(0, 0, last, len(COLUMNS) - 1)
    printed = sum(column.printed for column in COLUMNS)
    sheet.print_area(0, 0, last, printed - 1)
    set_paper(sheet, made)
    sheet.repeat_rows(0)


def height(shown: Sequence[Cell], widths: Sequence[int]) -> float:
    """Points a row needs for its wrapped texts: not every program works it out on opening."""
    most = max(
        sum(max(ceil(width(line) / (room * FILLING)), 1) for line in str(cell or "").split("\n"))
        for cell, room in zip(shown, widths, strict=True)
    )
    return float(min(most * LINE_HEIGHT + 4, TALLEST))


def set_paper(sheet: Any, made: SectorList) -> None:
    """A4 across, as wide as the page; sector and day above, snapshot and page below."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.3, right=0.3, top=0.6, bottom=0.5)
    title = f"{made.sector.zh} {made.sector.en}".replace("&", "&&")
    sheet.set_header(f"&L&B{title}&B&R技术合作推荐名单 · 截至 as of {made.as_of}")
    sheet.set_footer(f"&L未做筛查 not screened · {made.snapshot}&R&P / &N")


def write(sheet: Any, row: int, column: int, value: Cell, form: Any) -> None:
    """A number as a number, all else as text."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, form)
    elif isinstance(value, str):
        sheet.write_string(row, column, value[:MOST_IN_A_CELL], form)
    else:
        sheet.write_number(row, column, value, form)


def write_about(workbook: Any, made: Sequence[SectorList], formats: Formats) -> None:
    """How the lists were made, and what each column holds."""
    sheet = workbook.add_worksheet(ABOUT_SHEET)
    for number, room in enumerate(ABOUT_WIDTHS):
        sheet.set_column(number, number, room)
    about = [(column.head, column.about) for column in COLUMNS]
    line = 0
    for title, told in (("名单 Lists", facts(made)), ("列 Columns", about)):
        for place, text in enumerate((title, "说明", "About")):
            sheet.write_string(line, place, text, formats.get(**HEAD))
        for number, (head, says) in enumerate(told, line + 1):
            shown = (lines(head), says.zh[:MOST_IN_A_CELL], says.en[:MOST_IN_A_CELL])
            sheet.set_row(number, height(shown, ABOUT_WIDTHS))
            for place, text in enumerate(shown):
                form = formats.get(**FONT, text_wrap=True, bold=place == 0)
                sheet.write_string(number, place, text, form)
        line += len(told) + 2
    set_paper(sheet, made[0])
    sheet.set_header("&L&B说明 About")
