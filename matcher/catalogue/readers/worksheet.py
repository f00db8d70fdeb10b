"""A sheet's rows: where its header stands, what merged cells mean, cells by field."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from matcher.errors import Bilingual

from .cells import RowRejected
from .columns import CODES, GUIDE
from .faults import fault, unrecognised
from .flagged import letters_of
from .header import Header, recognise, unknown_header
from .reading import Reading
from .sheets import Sheet, Workbook
from .table import Read, Table

_TITLE_ROWS = 20
"""So many first rows that are not empty may stand above the header, or be it."""
_WITHOUT = Bilingual("删去这个工作表，或补上表头。", "Delete the sheet, or give it a header.")

Row = tuple[int, list[str]]
"""Number from 1, cells."""


def sheet_table(sheet: Sheet, where: str, kind: str, book: Workbook, reading: Reading) -> Table:
    """What a sheet holds; Unrecognised where it is empty or has no header that is known, FileFault
    where its header is at fault."""
    if sheet.kind != "WorkSheet":
        raise unrecognised(where, "是图表，不是数据。", "It is a chart, no rows.", _WITHOUT)
    if sheet.name in (GUIDE, CODES):
        raise unrecognised(
            where, "是模板的说明，不是数据。", "It explains the template, no rows.", _WITHOUT
        )
    rows = _filled(sheet)
    first = list(islice(rows, _TITLE_ROWS))
    if not first:
        raise unrecognised(where, "工作表是空的。", "The sheet is empty.", _WITHOUT)
    place, header = _header(first, where, reading)
    number = first[place][0]
    _refuse_merged(sheet, number - 1, header, where)
    notes = [] if sheet.visible else [Bilingual("工作表是隐藏的，已读取。", "Hidden, but read.")]
    if place:
        notes.append(
            Bilingual(
                f"表头在第 {number} 行，其上的行没有读取。",
                f"The header stands in row {number}; what is above was not read.",
            )
        )
    following = chain(first[place + 1 :], rows)
    return Table(
        where,
        header.content,
        header.reader,
        _rows(following, header, _spread(sheet)),
        encoding=lambda: kind,
        ignored=header.ignored,
        header=header,
        notes=[*book.notes, *notes],
    )


def _header(first: list[Row], where: str, reading: Reading) -> tuple[int, Header]:
    """The row that has most fields, the first of equals, and its place."""
    found: tuple[int, Header] | None = None
    for place, (_, cells) in enumerate(first):
        tidy = [" ".join(cell.split()) for cell in cells]
        header = recognise(tidy, where, reading, lettered=True)
        if header is not None and (found is None or header.strength > found[1].strength):
            found = place, header
    if found is None:
        likely = next((cells for _, cells in first if sum(map(bool, cells)) > 1), first[0][1])
        raise unknown_header(likely, where, reading)
    return found


def _refuse_merged(sheet: Sheet, row: int, header: Header, where: str) -> None:
    for top, left, bottom, right in sheet.merged:
        if top <= row <= bottom and right > left and left < len(header.headers):
            area = f"{letters_of(left)}{top + 1}:{letters_of(right)}{bottom + 1}"
            raise fault(
                where,
                f"表头单元格 {area} 是合并的，一个表头对着几列。",
                f"The header cells {area} are merged: one header for several columns.",
                Bilingual(
                    "取消合并，给每一列写上自己的表头。",
                    "Unmerge them and give each column a header of its own.",
                ),
            )


def _filled(sheet: Sheet) -> Iterator[Row]:
    """The rows, with what stands in cells that are merged downwards in each of their rows."""
    tops = {
        (top + 1, left): bottom + 1
        for top, left, bottom, right in sheet.merged
        if left == right and bottom > top
    }
    columns = sorted({left for _, left in tops})
    held: dict[int, tuple[int, str]] = {}
    for number, cells in sheet.rows:
        for column in columns:
            own = cells[column] if column < len(cells) else ""
            if (number, column) in tops:
                held[column] = tops[number, column], own
            elif not own and column in held and number <= held[column][0]:
                cells.extend([""] * (column + 1 - len(cells)))
                cells[column] = held[column][1]
        yield number, cells


def _spread(sheet: Sheet) -> dict[int, str]:
    """Rows in which cells are merged across columns, and which cells those are."""
    return {
        row + 1: f"{letters_of(left)}{top + 1}:{letters_of(right)}{bottom + 1}"
        for top, left, bottom, right in sheet.merged
        if right > left and bottom - top < 1000
        for row in range(top, bottom + 1)
    }


def _rows(rows: Iterator[Row], header: Header, spread: dict[int, str]) -> Iterator[Read]:
    width = len(header.headers)
    for number, cells in rows:
        if len(cells) < width:
            cells.extend([""] * (width - len(cells)))
        elif len(cells) > width:
            header.ignored.update(
                f"({letters_of(n)})" for n in range(width, len(cells)) if cells[n]
            )
        read = header.cells(cells)
        if read is None:
            continue
        if number in spread:
            read = _merged(spread[number])
        yield number, read, tuple(cells)


def _merged(area: str) -> RowRejected:
    return RowRejected(
        area,
        Bilingual(f"{area} 是跨列合并的单元格。", f"{area} are cells merged across columns."),
        Bilingual(
            "取消合并，把内容写进各自的列；如果只是小标题，删去这一行。",
            "Unmerge them and write what belongs in each column; delete the row if it is a title.",
        ),
    )
