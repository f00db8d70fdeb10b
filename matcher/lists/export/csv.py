"""A list as CSV: UTF-8 with a byte order mark, so that spreadsheets read Chinese as it is."""

from __future__ import annotations

import csv
import io

from matcher.lists.table import COLUMNS, Cell, cells
from matcher.lists.topk import SectorList
from matcher.vocabulary import Vocabulary

DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")
"""Signs that make a spreadsheet take a text for a formula, full width ones included."""


def csv_file(made: SectorList, vocabulary: Vocabulary) -> bytes:
    """The table of a list, heads first."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(f"{column.head.zh} / {column.head.en}" for column in COLUMNS)
    for row in made.rows:
        writer.writerow(safe(cell) for cell in cells(row, vocabulary))
    return out.getvalue().encode("utf-8-sig", "replace")


def safe(cell: Cell) -> Cell:
    """The cell with a quote before a text that a spreadsheet would run as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(DANGEROUS) else cell
