"""Tools that make malformed files: texts, archives and spreadsheets, byte by byte where needed.

Nothing binary is kept in the repository: each file is made when its test runs.
"""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import xlsxwriter
import xlwt

from matcher.catalogue.readers.archive import Limits

CONTENT = bytes | Callable[[], bytes]


@dataclass(frozen=True)
class Case:
    """One file: its class, its content, and what is to come of it.

    Either `refused`: the English message of the refusal; or `accepted` rows and the rejected ones
    in order, each as a pattern of "place [column]: message". `noted` is sought in the notes.
    """

    group: str
    name: str
    content: CONTENT
    refused: str = ""
    accepted: int = 0
    rejected: tuple[str, ...] = ()
    noted: str = ""
    limits: Limits = field(default_factory=Limits)

    def made(self) -> bytes:
        """The file."""
        return self.content if isinstance(self.content, bytes) else self.content()


def csv(*rows: str, encoding: str = "utf-8", end: str = "\n") -> bytes:
    """Lines of comma-separated cells."""
    return (end.join(rows) + end).encode(encoding, "surrogatepass")


def packed(parts: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of these parts, in order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return out.getvalue()


def lying(data: bytes, name: str, size: int) -> bytes:
    """The archive whose local and central headers declare another size for a member."""
    made = bytearray(data)
    for mark, at_size, at_name in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        at = made.find(mark)
        while at >= 0:
            if made[at + at_name : at + at_name + len(name)] == name.encode():
                struct.pack_into("<L", made, at + at_size, size)
            at = made.find(mark, at + 4)
    return bytes(made)


def flagged(data: bytes, flag: int) -> bytes:
    """The archive whose members all claim a flag, as 1 for being encrypted."""
    made = bytearray(data)
    for mark, at_flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = made.find(mark)
        while at >= 0:
            made[at + at_flag] |= flag
            at = made.find(mark, at + 4)
    return bytes(made)


def method_of(data: bytes, method: int) -> bytes:
    """The archive whose members all claim a packing method."""
    made = bytearray(data)
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = made.find(mark)
        while at >= 0:
            struct.pack_into("<H", made, at + place, method)
            at = made.find(mark, at + 4)
    return bytes(made)


def zeros(size: int) -> bytes:
    """Raw deflated NULs of that size, made without ever holding them."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = bytes(1 << 20)
    return b"".join([engine.compress(block) for _ in range(size >> 20)] + [engine.flush()])


def zip_bomb(name: str, size: int, declared: int | None = None) -> bytes:
    """An archive with one member of `size` NULs (whole MB); it may declare less."""
    body, crc = zeros(size), 0
    for _ in range(size >> 20):
        crc = zlib.crc32(bytes(1 << 20), crc)
    said = size if declared is None else declared
    about = struct.pack("<HHHHHLLLHH", 20, 0, 8, 0, 0, crc, len(body), said, len(name), 0)
    local = b"PK\x03\x04" + about + name.encode() + body
    entry = b"PK\x01\x02" + struct.pack("<H", 20) + about + bytes(14) + name.encode()
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), len(local), 0)
    return local + entry + end


def gzip_bomb(size: int, filling: bytes = b" ") -> bytes:
    """A gzip file of a header and that many spaces, or line ends."""
    out = io.BytesIO()
    with gzip.open(out, "wb", 9) as handle:
        handle.write(b"id,name_en\n")
        for _ in range(size >> 20):
            handle.write(filling * (1 << 20))
    return out.getvalue()


Sheets = Mapping[str, list[list[Any]]]


def xlsx(sheets: Sheets, and_then: Callable[[Any], None] | None = None) -> bytes:
    """A workbook as a spreadsheet program writes it; `and_then` may change it before the end."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book: Any = xlsxwriter.Workbook(out, options)
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    if and_then is not None:
        and_then(book)
    book.close()
    return out.getvalue()


def one_sheet(*rows: list[Any], and_then: Callable[[Any], None] | None = None) -> bytes:
    """A workbook of one sheet called 供需."""
    return xlsx({"供需": list(rows)}, and_then)


_NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def text_cell(place: str, text: str) -> str:
    """The XML of a cell that holds its text itself."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def sheet_xml(rows: str, *, before: str = "", dimension: str = "") -> str:
    """The XML of a sheet around its rows."""
    stated = f'<dimension ref="{dimension}"/>' if dimension else ""
    return (
        f"{_XML}{before}<worksheet {_NAMESPACE}>{stated}<sheetData>{rows}</sheetData></worksheet>"
    )


TWO_ROWS = (
    f'<row r="1">{text_cell("A1", "id")}{text_cell("B1", "name_en")}</row>'
    f'<row r="2">{text_cell("A2", "x1")}{text_cell("B2", "Alpha")}</row>'
)


def bare_parts(sheet: str | bytes = "") -> dict[str, bytes | str]:
    """The parts of the smallest workbook there is, around the XML of its one sheet."""
    return {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship '
        f'Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_XML}<workbook {_NAMESPACE} xmlns:r="{_RELATIONS}"><sheets>'
        '<sheet name="供需" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": sheet or sheet_xml(TWO_ROWS),
    }


def bare(sheet: str | bytes = "", **parts: bytes | str) -> bytes:
    """The smallest workbook; parts are added or replaced, "__" in a name standing for "/"."""
    changed = {name.replace("__", "/").replace("_dot_", "."): c for name, c in parts.items()}
    return packed({**bare_parts(sheet), **changed})


def many_cells(rows: int, columns: int) -> bytes:
    """A workbook of so many numbers."""
    cells = "<c><v>1</v></c>" * columns
    return bare(sheet_xml(TWO_ROWS + f"<row>{cells}</row>" * rows))


def with_parts(data: bytes, parts: Mapping[str, bytes | str | None]) -> bytes:
    """The archive with parts added, replaced, or (None) left out."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        whole: dict[str, bytes | str] = {n: archive.read(n) for n in archive.namelist()}
    whole.update({n: c for n, c in parts.items() if c is not None})
    return packed({n: c for n, c in whole.items() if parts.get(n, b"") is not None})


def ods(tables: str, before: str = "", manifest: str = "") -> bytes:
    """An OpenDocument spreadsheet around the XML of its tables."""
    names = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = " ".join(f'xmlns:{n}="{names}:{n}:1.0"' for n in ("office", "table", "text"))
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'{_XML}<manifest:manifest xmlns:manifest="{names}:manifest:'
            f'1.0">{manifest}</manifest:manifest>',
            "content.xml": f'{_XML}{before}<office:document-content {spaces} xmlns:calcext="c">'
            f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
            "</office:document-content>",
        }
    )


def ods_row(*cells: str, more: str = "") -> str:
    """A row of text cells; a cell that begins with "<" is XML already."""
    made = "".join(
        c
        if c.startswith("<")
        else f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>'
        for c in cells
    )
    return f"<table:table-row{more}>{made}</table:table-row>"


def xls(sheets: Sheets, and_then: Callable[[Any], None] | None = None) -> bytes:
    """A workbook as Excel 97 wrote it."""
    book = xlwt.Workbook(encoding="utf-8")
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                sheet.write(number, place, value)
    if and_then is not None:
        and_then(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ole(*streams: str) -> bytes:
    """An OLE container with empty streams of these names."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<LLLLL", header, 44, 1, 1, 0, 4096, 0xFFFFFFFE)
    struct.pack_into("<109L", header, 76, 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128L", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    folder = b""
    for number, name in enumerate(("Root Entry", *streams)):
        text = name.encode("utf-16-le")
        entry = text.ljust(64, b"\0") + struct.pack(
            "<HBB", len(text) + 2, 5 if not number else 2, 1
        )
        links = struct.pack("<3L", 0xFFFFFFFF, 0xFFFFFFFF, 1 if not number else 0xFFFFFFFF)
        folder += (entry + links).ljust(116, b"\0") + struct.pack("<LQ", 0xFFFFFFFE, 0)
    return bytes(header) + table + folder.ljust(512, b"\0")


def later(make: Callable[..., bytes], *arguments: Any) -> Callable[[], bytes]:
    """The file that is made only when it is asked for."""
    return partial(make, *arguments)
