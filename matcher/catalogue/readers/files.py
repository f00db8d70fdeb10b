"""Sees what a file holds, and gives its tables: a text has one, a spreadsheet one a sheet, an
archive those of its members."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matcher.errors import Bilingual, FileFault

from .archive import Archive, Member, blocks_of, gunzipped, peeked
from .faults import AS_TEXT, CHECK_PATH, SAVE_AS, UNPACK, Unrecognised, fault, unrecognised
from .reading import Reading
from .sheets import Workbook
from .table import Table
from .text import text_table
from .worksheet import sheet_table

_SHEETS = (b"\xd0\xcf\x11\xe0",)
_REFUSED: tuple[tuple[bytes, str, str, Bilingual], ...] = (
    (b"PK\x05\x06", "空的压缩包", "an empty archive", UNPACK),
    (b"%PDF", "PDF", "a PDF", AS_TEXT),
    (b"\x89PNG", "图片", "a picture", AS_TEXT),
    (b"\xff\xd8\xff", "图片", "a picture", AS_TEXT),
    (b"GIF8", "图片", "a picture", AS_TEXT),
    (b"{\\rtf", "RTF 文档", "an RTF document", AS_TEXT),
    (b"\x7fELF", "程序", "a program", AS_TEXT),
    (b"MZ\x90", "程序", "a program", AS_TEXT),
    (b"SQLite format 3", "SQLite 数据库", "an SQLite database", AS_TEXT),
    (b"PAR1", "Parquet", "a Parquet file", AS_TEXT),
    (b"BZh", "bzip2 压缩包", "packed with bzip2", UNPACK),
    (b"\xfd7zXZ", "xz 压缩包", "packed with xz", UNPACK),
    (b"7z\xbc\xaf", "7z 压缩包", "packed with 7-Zip", UNPACK),
    (b"Rar!", "RAR 压缩包", "packed with RAR", UNPACK),
    (b"\x28\xb5\x2f\xfd", "zstd 压缩包", "packed with zstd", UNPACK),
)
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_HEAD = 512
_KINDS: tuple[tuple[str, str, str, str], ...] = (
    ("xl/workbook.xml", "xlsx", "", ""),
    ("xl/workbook.bin", "", "xlsb（二进制工作簿）", "an xlsb (binary) workbook"),
    ("word/document.xml", "", "Word 文档", "a Word document"),
    ("ppt/presentation.xml", "", "PowerPoint 文档", "a PowerPoint document"),
    ("Index/Document.iwa", "", "Numbers 表格", "an Apple Numbers sheet"),
)
"""Part -> the spreadsheet that has it, or what has it and cannot be read."""


class Source:
    """One file of an import: its tables, and what of it was not read and why."""

    def __init__(self, path: Path, reading: Reading | None = None) -> None:
        """FileFault if there is no such file or it cannot be read."""
        self.path = path
        self.reading = reading or Reading()
        self.skipped: list[tuple[str, Bilingual]] = []
        """Sheets and members that were not read, with the reason; whole when `tables` ends."""
        with self._readable():
            if not path.is_file():
                raise self._no_file()
            self.size = path.stat().st_size
            with path.open("rb") as handle:
                self.sha256 = hashlib.file_digest(handle, "sha256").hexdigest()
        self.bytes_read = 0
        """Of the file as it is on disk, for showing progress."""

    def tables(self) -> Iterator[Table]:
        """Its tables, each to be read before the next; FileFault where there is none."""
        with self._readable():
            with self.path.open("rb") as handle:
                head = handle.read(_HEAD)
            where, archive = str(self.path), None
            _refuse(head, where)
            if head.startswith(_ZIP):
                archive = Archive(self.path, where, self.reading.limits)
            kind = _workbook(archive, where) if archive else ""
            if kind or head.startswith(_SHEETS):
                yield from self._chosen(self._sheets(self.path, where, kind or "xls"))
            elif archive is not None:
                yield from self._chosen(self._members(archive))
            else:
                yield from self._text(where)
            self.bytes_read = self.size

    def _text(self, where: str) -> Iterator[Table]:
        with self.path.open("rb") as handle:
            blocks = self._counted(blocks_of(handle))
            head, blocks = peeked(blocks, 2)
            if head.startswith(_GZIP):
                blocks = gunzipped(blocks, where, self.reading.limits)
                head, blocks = peeked(blocks, _HEAD)
                _refuse_packed(head, where)
            yield text_table(blocks, where, self.reading)

    def _members(self, archive: Archive) -> Iterator[Table | Unrecognised]:
        names = {member.name for member in archive.members}
        for member in archive.members:
            where = f"{self.path}/{member.name}"
            last = member.name.rpartition("/")[2]
            if "__MACOSX/" in member.name or last.startswith("."):
                continue
            newer = member.name.removesuffix(".json") + "_schema_v2.json"
            if member.name.endswith(".json") and newer in names:
                yield unrecognised(
                    where, f"同一数据另有 {newer}。", f"{newer} is the same.", UNPACK
                )
                continue
            try:
                yield from self._member(archive, member, where)
            except Unrecognised as error:
                yield error
            self.bytes_read += member.packed

    def _member(
        self, archive: Archive, member: Member, where: str
    ) -> Iterator[Table | Unrecognised]:
        head, blocks = peeked(archive.blocks(member), _HEAD)
        try:
            _refuse(head, where)
        except FileFault as error:
            raise Unrecognised(error.what, error.cure, where=where) from error
        if head.startswith(_GZIP):
            raise _nested(where)
        if not head.startswith((_ZIP, *_SHEETS)):
            yield text_table(blocks, where, self.reading)
            return
        with tempfile.NamedTemporaryFile() as spooled:
            size = 0
            for block in blocks:
                size += len(block)
                if size > self.reading.limits.workbook:
                    raise _nested(where)
                spooled.write(block)
            spooled.flush()
            path = Path(spooled.name)
            kind = "xls"
            if head.startswith(_ZIP):
                kind = _workbook(Archive(path, where, self.reading.limits), where)
                if not kind:
                    raise _nested(where)
            yield from self._sheets(path, where, kind)

    def _sheets(self, path: Path, where: str, kind: str) -> Iterator[Table | Unrecognised]:
        book = Workbook(path, where, kind, self.reading.limits)
        for sheet in book.sheets():
            try:
                yield sheet_table(sheet, f"{where}[{sheet.name}]", kind, book, self.reading)
            except Unrecognised as error:
                yield error

    def _chosen(self, found: Iterator[Table | Unrecognised]) -> Iterator[Table]:
        """The tables among what was found; what is none is said, and if none is one, refused."""
        read = False
        reasons: list[Unrecognised] = []
        for one in found:
            if isinstance(one, Table):
                read = True
                yield one
            else:
                reasons.append(one)
                self.skipped.append((one.where, one.what))
        if not read:
            raise self._nothing(reasons)

    def _nothing(self, reasons: list[Unrecognised]) -> FileFault:
        if len(reasons) == 1:
            return reasons[0]
        if not reasons:
            return fault(str(self.path), "里面没有文件。", "It holds no file.", UNPACK)
        known = {one.what.en: one for one in reasons}
        zh = "；".join(f"{one.where}：{one.what.zh}" for one in known.values())
        en = "; ".join(f"{one.where}: {one.what.en}" for one in known.values())
        return fault(
            str(self.path),
            f"没有一个可以读取：{zh}",
            f"None of what it holds can be read: {en}",
            reasons[-1].cure,
        )

    def _counted(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        with self._readable():
            for block in blocks:
                self.bytes_read += len(block)
                yield block

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise fault(
                str(self.path),
                f"无法读取（{error.strerror}）。",
                f"It cannot be read ({error.strerror}).",
                CHECK_PATH,
            ) from error

    def _no_file(self) -> FileFault:
        if self.path.is_dir():
            zh, en = "这是一个文件夹。", "This is a folder."
        elif self.path.exists():
            zh, en = "这不是普通文件。", "This is no regular file."
        else:
            zh, en = "没有这个文件。", "There is no such file."
        cure = Bilingual("给出一个文件的路径。", "Give the path of a file.")
        return fault(str(self.path), zh, en, cure)


def _refuse(head: bytes, where: str) -> None:
    for start, zh, en, cure in _REFUSED:
        if head.startswith(start):
            raise fault(where, f"文件类型不对：{zh}。", f"It is {en}.", cure)


def _refuse_packed(head: bytes, where: str) -> None:
    _refuse(head, where)
    if head.startswith((_ZIP, _GZIP, *_SHEETS)):
        raise _nested(where)


def _nested(where: str) -> FileFault:
    return fault(
        where,
        "压缩包里还有压缩包（或过大的表格）。",
        "It is an archive, or too large a spreadsheet, within an archive.",
        UNPACK,
    )


def _workbook(archive: Archive, where: str) -> str:
    """xlsx or ods if the archive is one, "" for any other; FileFault for a document that is no
    spreadsheet which can be read."""
    members = {member.name: member for member in archive.members}
    for part, kind, zh, en in _KINDS:
        if part in members:
            if kind:
                return kind
            raise fault(where, f"文件类型不对：{zh}。", f"It is {en}.", SAVE_AS)
    if "mimetype" in members and members["mimetype"].size < 200:
        said = b"".join(archive.blocks(members["mimetype"]))
        if said.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
            return "ods"
        if said.startswith(b"application/vnd.oasis"):
            raise fault(where, "不是表格文档。", "It is a document, no spreadsheet.", SAVE_AS)
    return ""
