"""The template that a centre fills in: headers in both languages, codes to choose from, examples.

Profile fields bear the names and limits of the Enterprise Europe Network where it has them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from matcher.errors import Bilingual
from matcher.vocabulary import Vocabulary

from .guide import COOPERATIONS, ENTRIES, EXAMPLE_COOPERATIONS, EXAMPLES, MARK, Column
from .readers.columns import CODES, EEN, EXAMPLE, GUIDE, HEADERS

FORMATS = ("xlsx", "csv")
_ROWS = 2000
"""So many rows are prepared for filling in."""
_SHEETS = (
    ("供需 Profiles", ENTRIES, EXAMPLES),
    ("合作 Cooperations", COOPERATIONS, EXAMPLE_COOPERATIONS),
)
_CLOSED = {"flag": ("是", "否"), "record": ("合作", "机构")}
_HEADS = ("列 Column", "说明", "Meaning", "取值 Values", "上限 Limit")
_INTRODUCTION = Bilingual(
    "每行一家机构，或一家机构的一项供需；同一机构的多项供需写成多行，编号相同。标有“示例”的行导入时跳过。"
    "列的次序可以改，不用的列可以删。",
    "One row is one organisation, or one profile of it; several profiles are several rows with the "
    "same id. Rows marked as examples are passed over. Columns may be moved or deleted.",
)


def header_of(field: str) -> str:
    """A field's header in both languages: "英文标题 Title (EN)"."""
    zh, *others = HEADERS[field]
    return f"{zh} {EEN.get(field) or next(one for one in others if one.isascii())}"


def template_csv() -> bytes:
    """The sheet of organisations and profiles as CSV, UTF-8 with a byte order mark."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([EXAMPLE, *(header_of(column.field) for column in ENTRIES)])
    for row in EXAMPLES:
        writer.writerow([MARK, *(row.get(column.field, "") for column in ENTRIES)])
    return out.getvalue().encode("utf-8-sig")


def template_xlsx(vocabulary: Vocabulary) -> bytes:
    """The whole template: profiles, cooperations, an explanation of each column, the codes."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book: Any = Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    ranges = _codes(vocabulary)
    for name, columns, examples in _SHEETS:
        _table(book, book.add_worksheet(name), columns, examples, ranges)
    _guide(book, vocabulary)
    sheet = book.add_worksheet(CODES)
    head = book.add_format({"bold": True})
    for place, (scheme, rows) in enumerate(_listed(vocabulary).items()):
        label = f"{getattr(vocabulary, scheme).zh} {scheme}" if scheme not in _CLOSED else scheme
        sheet.write_string(0, 3 * place, label, head)
        for number, texts in enumerate(rows, start=1):
            for offset, text in enumerate(texts):
                sheet.write_string(number, 3 * place + offset, text)
    book.close()
    return out.getvalue()


def _listed(vocabulary: Vocabulary) -> dict[str, list[tuple[str, ...]]]:
    """Of every scheme that a column chooses from: Chinese name, English name, code."""
    schemes = dict.fromkeys(
        column.scheme for _, columns, _ in _SHEETS for column in columns if column.scheme
    )
    return {
        scheme: [(word,) for word in _CLOSED[scheme]]
        if scheme in _CLOSED
        else [
            ((term.zh, term.en, term.code) if scheme != "trl" else (term.code, term.zh, term.en))
            for term in getattr(vocabulary, scheme)
        ]
        for scheme in schemes
    }


def _codes(vocabulary: Vocabulary) -> dict[str, str]:
    """Where on the sheet of codes the words of each scheme stand, as a formula's range."""
    from xlsxwriter.utility import xl_range_abs

    return {
        scheme: f"='{CODES}'!{xl_range_abs(1, 3 * place, len(rows), 3 * place)}"
        for place, (scheme, rows) in enumerate(_listed(vocabulary).items())
    }


def _table(
    book: Any, sheet: Any, columns: Sequence[Column], examples: Sequence[dict[str, str]],
    ranges: dict[str, str],
) -> None:  # fmt: skip
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    grey = book.add_format({"italic": True, "font_color": "#707070", "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.freeze_panes(1, 1)
    sheet.set_row(0, 48)
    sheet.set_column(0, 0, 34)
    sheet.write_string(0, 0, EXAMPLE, head)
    for place, column in enumerate(columns, start=1):
        sheet.write_string(0, place, header_of(column.field), head)
        sheet.set_column(place, place, 18, day if column.date else text)
        sheet.data_validation(1, place, _ROWS, place, _validation(column, ranges))
    for number, row in enumerate(examples, start=1):
        sheet.write_string(number, 0, MARK, grey)
        for place, column in enumerate(columns, start=1):
            sheet.write_string(number, place, row.get(column.field, ""), grey)


def _validation(column: Column, ranges: dict[str, str]) -> dict[str, Any]:
    """What the spreadsheet says and offers where a cell is filled in; it warns and forbids
    nothing, as codes and names in either language are understood."""
    shown = {
        "input_title": header_of(column.field)[:32],
        "input_message": f"{column.about.zh}\n{column.about.en}"[:255],
        "error_type": "warning",
        "error_title": "请核对 Please check",
        "error_message": f"{column.about.zh}\n{column.about.en}"[:255],
    }
    if column.scheme and not column.several:
        return {**shown, "validate": "list", "source": ranges[column.scheme], "show_error": False}
    if column.longest:
        return {**shown, "validate": "length", "criteria": "<=", "value": column.longest}
    return {**shown, "validate": "any"}


def _guide(book: Any, vocabulary: Vocabulary) -> None:
    sheet = book.add_worksheet(GUIDE)
    bold = book.add_format({"bold": True})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 4, 34, wrap)
    sheet.write_string(0, 0, _INTRODUCTION.zh)
    sheet.write_string(1, 0, _INTRODUCTION.en)
    row = 3
    for name, columns, _ in _SHEETS:
        sheet.write_string(row, 0, name, bold)
        for place, text in enumerate(_HEADS):
            sheet.write_string(row + 1, place, text, bold)
        row += 2
        for column in columns:
            values = _values(column, vocabulary)
            limit = f"{column.longest:,}" if column.longest else ""
            cells = (header_of(column.field), column.about.zh, column.about.en, values, limit)
            for place, text in enumerate(cells):
                sheet.write_string(row, place, text)
            row += 1
        row += 1


def _values(column: Column, vocabulary: Vocabulary) -> str:
    if not column.scheme:
        return ""
    if column.scheme in _CLOSED:
        return " | ".join(_CLOSED[column.scheme])
    terms = tuple(getattr(vocabulary, column.scheme))
    if len(terms) > 16:
        return f"{CODES}: {column.scheme}"
    return " | ".join(f"{term.zh} ({term.code})" for term in terms)
