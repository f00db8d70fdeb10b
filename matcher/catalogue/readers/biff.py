"""Old Excel files (.xls): what kind of container, and which cells hold errors.

The container is a small file system: sectors, a table of which sector follows which, a folder.
Only as much of it is read as is needed to find the stream of records.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from matcher.errors import Bilingual

from .faults import MAKE_AGAIN, SAVE_AS, fault
from .flagged import ERROR, Flags

_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_LAST = 0xFFFFFFFC
"""From here on a number names no sector."""
_BOF, _EOF, _SHEET, _BOOLERR, _FORMULA = 0x0809, 0x000A, 0x0085, 0x0205, 0x0006


def xls_flags(path: Path) -> tuple[dict[str, Flags], list[tuple[str, str]]]:
    """Cells that hold errors, by sheet, and nothing to note; FileFault for a container that holds
    no workbook."""
    data = path.read_bytes()
    container = _Container(data)
    names = set(container.streams)
    if "EncryptedPackage" in names:
        raise fault(
            "",
            "文件有密码。",
            "The file is encrypted.",
            Bilingual(
                "在 Excel 或 WPS 中去掉打开密码，另存后再导入。",
                "Take the password off in the spreadsheet program, save it, then import it.",
            ),
        )
    found = next((name for name in ("Workbook", "Book") if name in names), None)
    if found is None:
        kind = "Word" if "WordDocument" in names else "PowerPoint"
        known = kind in ("Word",) or "PowerPoint Document" in names
        raise fault(
            "",
            f"这是 {kind} 文件，不是表格。" if known else "文件里没有工作簿。",
            f"It is a {kind} file and no spreadsheet." if known else "It holds no workbook.",
            SAVE_AS,
        )
    return _flags(container.stream(found)), []


class _Container:
    """The streams of an OLE file by name."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        try:
            shift, _ = struct.unpack_from("<HH", data, 30)
            self._size = 1 << min(shift, 12)
            first, _, self._small_limit, first_small = struct.unpack_from("<4L", data, 48)
            self._follows = self._table()
            self.streams = dict(self._listed(first))
            self._small = self._chain(self.streams.get("Root Entry", (_LAST, 0))[0])
            table = self._chain(first_small)
            self._small_follows = struct.unpack(f"<{len(table) // 4}L", table)
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise fault("", "文件已损坏或不完整。", "It is damaged.", MAKE_AGAIN) from error

    def _table(self) -> list[int]:
        """For each sector the one that follows."""
        count = len(self._data) // self._size + 1
        sectors = [s for s in struct.unpack_from("<109L", self._data, 76) if s < _LAST]
        further = struct.unpack_from("<L", self._data, 68)[0]
        while further < _LAST and len(sectors) < count:
            part = struct.unpack(f"<{self._size // 4}L", self._sector(further))
            sectors += [s for s in part[:-1] if s < _LAST]
            further = part[-1]
        follows: list[int] = []
        for sector in sectors[:count]:
            follows += struct.unpack(f"<{self._size // 4}L", self._sector(sector))
        return follows

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        return self._data[at : at + self._size].ljust(self._size, b"\0")

    def _chain(self, first: int) -> bytes:
        parts, seen = [], set()
        while first < _LAST and first not in seen and first < len(self._follows):
            seen.add(first)
            parts.append(self._sector(first))
            first = self._follows[first]
        return b"".join(parts)

    def _listed(self, first: int) -> Iterator[tuple[str, tuple[int, int]]]:
        folder = self._chain(first)
        for at in range(0, len(folder), 128):
            length = struct.unpack_from("<H", folder, at + 64)[0]
            if 2 <= length <= 64:
                name = folder[at : at + length - 2].decode("utf-16-le")
                yield name, struct.unpack_from("<LL", folder, at + 116)

    def stream(self, name: str) -> bytes:
        """The content of a stream. Small ones stand together in one of their own, in sectors of
        64 bytes."""
        first, size = self.streams[name]
        if size >= self._small_limit:
            return self._chain(first)[:size]
        parts: list[bytes] = []
        while first < len(self._small_follows) and len(parts) <= size // 64:
            parts.append(self._small[first * 64 : first * 64 + 64])
            first = self._small_follows[first]
        return b"".join(parts)[:size]


def _flags(stream: bytes) -> dict[str, Flags]:
    """Errors by sheet, from the records of a workbook."""
    sheets: dict[int, str] = {}
    flags: dict[str, Flags] = {}
    name, at = "", 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + size]
        if kind == _SHEET and size > 8:
            sheets[struct.unpack_from("<L", body)[0]] = _sheet_name(body)
        elif kind == _BOF:
            name = sheets.get(at, "")
        elif kind == _BOOLERR and size >= 8 and body[7] == 1:
            row, column = struct.unpack_from("<HH", body)
            flags.setdefault(name, {})[row, column] = _ERRORS.get(body[6], ERROR)
        elif kind == _FORMULA and size >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2:
            row, column = struct.unpack_from("<HH", body)
            flags.setdefault(name, {})[row, column] = _ERRORS.get(body[8], ERROR)
        at += 4 + size
    return flags


def _sheet_name(body: bytes) -> str:
    """Of a BIFF8 record: length, width of a character, characters."""
    length, wide = body[6], body[7] & 1
    text = body[8 : 8 + length * (1 + wide)]
    return text.decode("utf-16-le" if wide else "latin-1", "replace")
