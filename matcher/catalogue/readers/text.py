"""A text's rows: JSON, or cells between commas, semicolons or tabs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from matcher.errors import Bilingual, FileFault

from .cells import RowRejected
from .delimited import Records, Scanner, State
from .faults import GIVE_ROWS, SAVE_AS, fault
from .header import DELIMITERS, Header, recognise, unknown_header
from .lines import Lines
from .objects import json_array, json_lines
from .reading import Reading
from .table import Read, Table

_TITLE_LINES = 10
"""So many first lines may stand above the header."""
_PAGES = ("<!doctype html", "<html", "<table", "<?xml", "mime-version:")
"""How pages begin that programs save under the name of a spreadsheet."""


def text_table(blocks: Iterator[bytes], where: str, reading: Reading) -> Table:
    """What a text holds; FileFault if it cannot be read, lacks a column that its kind needs, or
    is of no kind that may be read."""
    head, blocks = _head(blocks)
    lines = Lines(blocks, where, reading.encoding, reading.limits)
    if head.startswith(b"[") and head[1:].lstrip()[:1] in (b"", b"{", b"]"):
        return json_array(lines, reading, reading.limits)
    following = iter(lines)
    skipped = (one for one in following if one[1].strip("\ufeff \t\r"))
    first = next(skipped, None)
    if first is None:
        raise fault(where, "文件是空的。", "It is empty.", GIVE_ROWS)
    begins = first[1].strip("\ufeff \t").casefold()
    if begins.startswith(_PAGES):
        raise fault(
            where,
            "这是网页或 XML，不是表格（有的程序导出时仍以 .xls 命名）。",
            "It is a web page or XML and no spreadsheet, though some programs name it .xls.",
            SAVE_AS,
        )
    if begins.startswith("{") and reading.fmt != "cordis":
        return json_lines(lines, chain([first], following), reading)
    try:
        return _delimited(lines, chain([first], following), reading)
    except FileFault:
        # Of a text that cannot be decoded this is said first: its columns are not what is wrong.
        for _ in following:
            pass
        raise


def _head(blocks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes that are neither blank nor a byte order mark, NULs left out."""
    seen: list[bytes] = []
    head = b""
    for block in blocks:
        seen.append(block)
        head = block.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:64]
        if head:
            break
    return head, chain(seen, blocks)


def _delimited(lines: Lines, following: Iterator[tuple[int, str]], reading: Reading) -> Table:
    first = list(islice(following, _TITLE_LINES))
    found: tuple[int, str, Header] | None = None
    for place in range(len(first)):
        best = _best(first, place, lines.where, reading)
        if best is not None and (found is None or best[2].strength > found[2].strength):
            found = best
        if found is not None and found[2].strength > 1:
            break
    if found is None:
        widest = max(
            (_cut(first, 0, delimiter)[0] for delimiter in DELIMITERS), key=len, default=[]
        )
        raise unknown_header(widest, lines.where, reading)
    end, delimiter, header = found
    records = Records(chain(first[end:], following), delimiter, len(header.headers))
    above = end - 1
    notes = []
    if above:
        notes.append(
            Bilingual(
                f"表头在第 {first[above][0]} 行，其上的行没有读取。",
                f"The header stands in line {first[above][0]}; what is above was not read.",
            )
        )
    return Table(
        lines.where,
        header.content,
        header.reader,
        _rows(records, header),
        encoding=lambda: lines.encoding,
        ignored=header.ignored,
        header=header,
        notes=notes,
    )


def _best(
    first: list[tuple[int, str]], place: int, where: str, reading: Reading
) -> tuple[int, str, Header] | None:
    """The header that begins at a line, where the next line begins, its delimiter."""
    found: list[tuple[int, str, Header]] = []
    for delimiter in DELIMITERS:
        cells, end = _cut(first, place, delimiter)
        header = recognise(cells, where, reading) if cells else None
        if header is not None:
            found.append((end, delimiter, header))
    return max(found, key=lambda one: one[2].strength, default=None)


def _cut(first: list[tuple[int, str]], place: int, delimiter: str) -> tuple[list[str], int]:
    """The cells of the header that begins at a line, and where the next line begins."""
    scanner = Scanner(delimiter)
    for end in range(place, len(first)):
        state = scanner.feed(first[end][1].lstrip("\ufeff") if end == place else first[end][1])
        if state is State.WHOLE:
            return [cell.strip().strip("\ufeff").strip() for cell in scanner.cells], end + 1
        if state is State.BROKEN:
            break
    return [], place


def _rows(records: Records, header: Header) -> Iterator[Read]:
    for record in records:
        if record.fault is not None:
            yield record.line, RowRejected("", *record.fault), record.raw
            continue
        read = header.cells(record.cells)
        if read is not None:
            yield record.line, read, record.cells
