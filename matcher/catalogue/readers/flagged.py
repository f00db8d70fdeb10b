"""Cells of a packed workbook that a reader of values alone would take for empty: errors, and
formulas whose value was never stored. They are found in the XML while it is inflated."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from xml.parsers import expat

ERROR = "#ERROR!"
UNSTORED = "#FORMULA!"
"""How an unknown error, and a formula without a value, stand in their cell."""

Flags = dict[tuple[int, int], str]
"""Row and column from 0; what the cell says instead of nothing."""

_MOST = 100_000
_LONGEST_ROW = 32 << 20
_ERROR_CELL = re.compile(
    rb"""<(?:\w+:)?c\s([^<>]*?\bt=["']e["'][^<>]*)>(?:<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>))?"""
    rb"\s*(?:<(?:\w+:)?v>([^<]*)<)?"
)
_UNSTORED_CELL = re.compile(
    rb"<(?:\w+:)?c\s([^<>]*)>\s*<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_STRING = re.compile(rb"""\bt=["']str["']""")
_TAG = re.compile(rb"<(?:\w+:)?(sheet|Relationship)\s([^<>]*)>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*["']([^"']*)["']""")


class XlsxFlags:
    """The cells at fault of one sheet's XML, fed block by block."""

    def __init__(self) -> None:
        self.flags: Flags = {}
        self._rest = b""

    def feed(self, block: bytes) -> None:
        """Take the next block."""
        self._rest += block
        cut = self._rest.rfind(b"row>") + 4
        if cut >= 4:
            self._scan(self._rest[:cut])
            self._rest = self._rest[cut:]
        elif len(self._rest) > _LONGEST_ROW:
            self._rest = b""

    def _scan(self, rows: bytes) -> None:
        if len(self.flags) > _MOST:
            return
        if b't="e"' in rows or b"t='e'" in rows:
            for match in _ERROR_CELL.finditer(rows):
                self._flag(match[1], (match[2] or b"").decode("ascii", "replace") or ERROR)
        if b"<f" in rows or b":f" in rows:
            for match in _UNSTORED_CELL.finditer(rows):
                if not _STRING.search(match[1]):  # a formula may well give the empty text
                    self._flag(match[1], UNSTORED)

    def _flag(self, attributes: bytes, said: str) -> None:
        if place := _PLACE.search(attributes):
            self.flags[int(place[2]) - 1, column_of(place[1].decode())] = said


class OdsFlags:
    """The cells at fault of all sheets of an OpenDocument's content; `encrypted` of its list."""

    def __init__(self) -> None:
        self.sheets: dict[str, Flags] = {}
        self.encrypted = False
        self._flags: Flags = {}
        self._row = self._column = 0
        self._rows = 1
        self._broken = False
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def feed(self, block: bytes) -> None:
        """Take the next block. What is no XML is the business of the reader of values."""
        if not self._broken:
            try:
                self._parser.Parse(block, False)
            except expat.ExpatError:
                self._broken = True

    def _start(self, name: str, given: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "table":
            self._flags = self.sheets.setdefault(given.get("table:name", ""), {})
            self._row = 0
        elif tag == "table-row":
            self._column = 0
            self._rows = _count(given, "rows")
        elif tag in ("table-cell", "covered-table-cell"):
            kind = given.get("calcext:value-type") or given.get("office:value-type")
            if kind == "error" or ("table:formula" in given and not kind):
                said = ERROR if kind == "error" else UNSTORED
                self._flags[self._row, self._column] = said
            self._column += _count(given, "columns")
        elif tag == "encryption-data":
            self.encrypted = True

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] == "table-row":
            self._row += self._rows


class SheetFlags:
    """The cells at fault of a workbook, by the name of their sheet."""

    def __init__(self) -> None:
        self.scanners: dict[str, XlsxFlags | OdsFlags] = {}
        self._lists: dict[str, bytearray] = {}

    def scanner(self, part: str) -> XlsxFlags | OdsFlags | _Kept:
        """What reads the part of that name as it is inflated."""
        if part in _LISTS:
            return _Kept(self._lists.setdefault(part, bytearray()))
        made = XlsxFlags() if part.startswith("xl/") else OdsFlags()
        return self.scanners.setdefault(part, made)

    def get(self, sheet: str, otherwise: Flags) -> Flags:
        """The cells at fault of a sheet; `otherwise` if there are none."""
        for scanner in self.scanners.values():
            if isinstance(scanner, OdsFlags) and sheet in scanner.sheets:
                return scanner.sheets[sheet]
        found = self.scanners.get(self._parts().get(sheet, ""))
        return found.flags if isinstance(found, XlsxFlags) else otherwise

    def _parts(self) -> dict[str, str]:
        """The part in which each sheet of an xlsx file stands."""
        targets, parts = {}, {}
        for _, given in _tags(self._lists.get(_RELATIONS, b""), b"Relationship"):
            target = given.get("Target", "")
            targets[given.get("Id", "")] = (
                target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            )
        for name, given in _tags(self._lists.get(_BOOK, b""), b"sheet"):
            own = next((v for k, v in given.items() if k.endswith(":id")), "")
            parts[given.get("name", name)] = targets.get(own, "")
        return parts


class _Kept:
    """Keeps a small part whole."""

    def __init__(self, kept: bytearray) -> None:
        self._kept = kept

    def feed(self, block: bytes) -> None:
        if len(self._kept) < _LONGEST_ROW:
            self._kept += block


_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_LISTS = {_BOOK, _RELATIONS}
_ODS = {"content.xml", "META-INF/manifest.xml"}


def sheet_parts(names: Iterable[str]) -> set[str]:
    """Which parts of a workbook have to be looked through."""
    sheets = re.compile(r"xl/worksheets/[^/]+\.xml")
    return {name for name in names if name in _LISTS | _ODS or sheets.fullmatch(name)}


def column_of(letters: str) -> int:
    """The number from 0 of a column that is called A, B ... AA, AB."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def letters_of(column: int) -> str:
    """What the column of that number from 0 is called."""
    letters = ""
    while column >= 0:
        column, rest = divmod(column, 26)
        letters = chr(65 + rest) + letters
        column -= 1
    return letters


def _tags(xml: bytes | bytearray, name: bytes) -> Iterable[tuple[str, dict[str, str]]]:
    for match in _TAG.finditer(bytes(xml)):
        if match[1] == name:
            given = _ATTRIBUTE.findall(match[2])
            yield (
                match[1].decode(),
                {k.decode(): html.unescape(v.decode("utf-8", "replace")) for k, v in given},
            )


def _count(given: dict[str, str], what: str) -> int:
    text = given.get(f"table:number-{what}-repeated", "1")
    return int(text) if text.isdecimal() and len(text) < 8 else 1
