"""A file's lines as text, with every fault of the file as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from matcher.errors import Bilingual, FileFault

_HEAD = 1 << 16
_LONGEST_LINE = 1 << 26
_BINARY = {
    b"PK\x03\x04": ("xlsx 或 zip", "an xlsx or zip file"),
    b"\xd0\xcf\x11\xe0": ("xls 或 doc", "an xls or doc file"),
    b"%PDF": ("PDF", "a PDF"),
    b"\x1f\x8b": ("gzip", "a gzip file"),
    b"\x89PNG": ("图片", "a picture"),
}
_AS_UTF8 = Bilingual(
    "另存为 UTF-8 编码的 CSV 或 JSON Lines：在 Excel 中选“CSV UTF-8”；GBK 文本可用 "
    "iconv -f GB18030 -t UTF-8 旧文件 > 新文件。",
    "Save it as CSV or JSON Lines in UTF-8: in Excel, CSV UTF-8; for text in GBK, "
    "iconv -f GB18030 -t UTF-8 OLD > NEW.",
)


class Lines:
    """The lines of one UTF-8 file, without their ends; each is read once, in order.

    Lines end in LF or CRLF; in CR only where the file has no LF near its start. Raises FileFault
    for what is no readable UTF-8 text file, at the first line that shows it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes_read = 0
        self._sum = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Of the bytes read so far."""
        return self._sum.hexdigest()

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """Line number from 1, text."""
        try:
            if not self.path.is_file():
                raise self._unreadable()
            with self.path.open("rb") as handle:
                end = self._look(handle.read(_HEAD))
                handle.seek(0)
                for number, raw in enumerate(self._raw(handle, end), start=1):
                    yield number, self._decoded(number, raw)
        except OSError as fault:
            raise self._fault(
                f"无法读取（{fault.strerror}）。",
                f"It cannot be read ({fault.strerror}).",
                Bilingual("检查路径和权限。", "Check its path and permissions."),
            ) from fault

    def _raw(self, handle: BinaryIO, end: bytes) -> Iterator[bytes]:
        """Lines with their ends as written."""
        rest = b""
        while raw := handle.readline(_LONGEST_LINE):
            self.bytes_read += len(raw)
            self._sum.update(raw)
            if len(raw) == _LONGEST_LINE and not raw.endswith(b"\n"):
                raise self._not_text("一行过长", "one of its lines is endless")
            if end == b"\n":
                yield raw
            else:
                *whole, rest = (rest + raw).split(end)
                yield from (piece + end for piece in whole)
        if rest:
            yield rest

    def _look(self, head: bytes) -> bytes:
        """The line end in use, from the first bytes."""
        if not head.strip(b"\xef\xbb\xbf\r\n\t "):
            raise self._fault(
                "文件是空的。",
                "It is empty.",
                Bilingual("换一个有内容的文件。", "Give a file with rows."),
            )
        for start, (zh, en) in _BINARY.items():
            if head.startswith(start):
                raise self._not_text(f"是 {zh} 文件", f"it is {en}")
        utf_16 = head[:2] in (b"\xff\xfe", b"\xfe\xff") or head.count(0) * 10 > len(head)
        if utf_16 or b"\0" in head.split(b"\n", 1)[0]:
            raise self._not_text("可能是 UTF-16 或二进制文件", "it may be UTF-16 or binary")
        return b"\r" if b"\n" not in head and b"\r" in head else b"\n"

    def _decoded(self, number: int, raw: bytes) -> str:
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as fault:
            try:
                raw.decode("gb18030")
                zh, en = "看来是 GBK/GB18030", "it looks like GBK/GB18030"
            except UnicodeDecodeError:
                zh, en = "编码不明", "its encoding is unknown"
            raise self._not_text(
                f"第 {number} 行第 {fault.start + 1} 个字节起{zh}",
                f"from byte {fault.start + 1} of line {number}, {en}",
            ) from fault
        return text.removesuffix("\n").removesuffix("\r")

    def _unreadable(self) -> FileFault:
        if self.path.is_dir():
            zh, en = "这是一个文件夹。", "This is a folder."
        elif self.path.exists():
            zh, en = "这不是普通文件。", "This is no regular file."
        else:
            zh, en = "没有这个文件。", "There is no such file."
        return self._fault(zh, en, Bilingual("给出一个文件的路径。", "Give the path of a file."))

    def _not_text(self, zh: str, en: str) -> FileFault:
        return self._fault(f"不是 UTF-8 文本：{zh}。", f"It is no UTF-8 text: {en}.", _AS_UTF8)

    def _fault(self, zh: str, en: str, cure: Bilingual) -> FileFault:
        return FileFault(Bilingual(zh, en), cure, where=str(self.path))
