"""A text's lines, in whatever encoding, with every fault of the text as a whole."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import chain, islice

from matcher.errors import Bilingual, FileFault

from .archive import Limits, peeked
from .encoding import (
    CHINESE,
    UTF_8,
    by_mark,
    by_nuls,
    chinese_encoding,
    decoded_as,
    is_utf_8,
    previews,
)
from .faults import GIVE_ROWS, fault

_HEAD = 1 << 16
_MOST_BLANK = 4 << 20
"""Bytes of blank lines without one that is not."""
_NAME_IT = Bilingual(
    "另存为 UTF-8，或用 --encoding 指明编码，如 --encoding cp1252。",
    "Save it as UTF-8, or name its encoding, like --encoding cp1252.",
)
_ONE_ENCODING = Bilingual(
    "改正这一行，或把整个文件另存为 UTF-8。", "Mend that line, or save the whole file as UTF-8."
)


class Lines:
    """The lines of one text, without their ends; each is read once, in order.

    Lines end in LF or CRLF; in CR only where the text has no LF near its start. The encoding is
    settled at the first line that is no ASCII. Raises FileFault for what is no readable text, at
    the first line and byte that show it; half a character of UTF-16 (a lone surrogate) stays in
    its line, for the row that holds it to be rejected.
    """

    def __init__(
        self, blocks: Iterator[bytes], where: str, encoding: str = "", limits: Limits | None = None
    ) -> None:
        """`encoding` as `encoding_named` gives it, or "" to find out."""
        self.where = where
        self._blocks = blocks
        self._limits = limits or Limits()
        self._known = encoding
        self._number = 0

    @property
    def encoding(self) -> str:
        """The name of the encoding, as far as read; a text of ASCII alone is UTF-8."""
        return self._known or UTF_8

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """Line number from 1, text."""
        utf_8, end = self._opened()
        blank = 0
        for piece in self._pieces(utf_8, end):
            blank = blank + len(piece) if piece.isspace() else 0
            if blank > _MOST_BLANK:
                raise self._endless("只有空行", "there are blank lines only")
            text = self._decoded(piece)
            if end == b"\r":
                text = text.replace("\r", "\n")
            lines = text.split("\n")
            if not lines[-1]:
                lines.pop()
            for line in lines:
                self._number += 1
                yield self._number, line.removesuffix("\r")

    def utf_8(self) -> Iterator[bytes]:
        """Instead of lines: the whole text as UTF-8, without its byte order mark."""
        blocks, _ = self._opened()
        head, blocks = peeked(blocks, _HEAD)
        if not self._known and not head.isascii():
            self._known = self._settled(head[: head.rfind(b"\n") + 1] or head[:-8] or head)
        if self._known in CHINESE:
            blocks = self._recoded(blocks, self._known)
        mark, blocks = peeked(blocks, _HEAD)
        return chain([mark.lstrip(codecs.BOM_UTF8)], islice(blocks, 1, None))

    def _opened(self) -> tuple[Iterator[bytes], bytes]:
        """The blocks in an encoding that keeps ASCII as it is, and the line end in use."""
        head, blocks = peeked(self._blocks, _HEAD)
        marked, mark = by_mark(head)
        name = marked or self._known or by_nuls(head)
        if not head[mark:].strip(b"\r\n\t \0"):
            raise fault(self.where, "文件是空的。", "It is empty.", GIVE_ROWS)
        if name not in ("", UTF_8, *CHINESE):  # lines cannot be told apart before it is decoded
            self._known = name
            head, blocks = peeked(self._recoded(blocks, name), _HEAD)
        elif head.count(0) * 10 > len(head) or b"\0" in head.split(b"\n", 1)[0]:
            raise fault(
                self.where,
                "不是文本文件，可能是二进制文件。",
                "It is no text: it may be binary.",
                Bilingual("换用 CSV、JSON Lines 或表格文件。", "Give CSV, JSON Lines or a sheet."),
            )
        else:
            self._known = name
        return blocks, b"\r" if b"\n" not in head and b"\r" in head else b"\n"

    def _recoded(self, blocks: Iterator[bytes], name: str) -> Iterator[bytes]:
        """The blocks from another encoding to UTF-8."""
        codec = CHINESE.get(name, (name,))[0]
        lone = "surrogatepass" if codec.casefold().startswith("utf-16") else "strict"
        decoder = codecs.getincrementaldecoder(codec)(lone)
        lines, at = 1, 0
        for block in chain(blocks, (b"",)):
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                good = str(bytes(error.object)[: error.start], codec, "replace")
                lines += good.count("\n")
                byte = at + error.start + 1
                raise self._mixed(
                    lines, f"{byte}（自文件开头）", f"{byte} (of the file)"
                ) from error
            at += len(block)
            lines += text.count("\n")
            if text:
                yield text.encode("utf-8", "surrogatepass")

    def _pieces(self, blocks: Iterator[bytes], end: bytes) -> Iterator[bytes]:
        """Blocks cut where a line ends."""
        parts: list[bytes] = []
        size = 0
        for block in blocks:
            at = block.rfind(end) + 1
            if at:
                parts.append(block[:at])
                yield b"".join(parts)
                parts, size = [block[at:]], len(block) - at
                continue
            parts.append(block)
            size += len(block)
            if size > self._limits.record:
                raise self._endless("有一行没有尽头", "a line is endless")
        if rest := b"".join(parts):
            yield rest

    def _endless(self, zh: str, en: str) -> FileFault:
        return fault(
            self.where,
            f"从第 {self._number + 1} 行起{zh}。",
            f"From line {self._number + 1} on {en}.",
            Bilingual("检查它是否为 CSV 或 JSON Lines。", "See that it is CSV or JSON Lines."),
        )

    def _decoded(self, piece: bytes) -> str:
        if not self._known and piece.isascii():
            return piece.decode("ascii")
        if not self._known:
            self._known = self._settled(piece)
        try:
            if self._known in CHINESE:
                return self._chinese(piece)
            return piece.decode("utf-8", "strict" if self._known == UTF_8 else "surrogatepass")
        except UnicodeDecodeError as error:
            if self._known == UTF_8 and (text := _with_halves(piece)) is not None:
                return text
            before = piece[: error.start]
            row = piece[before.rfind(b"\n") + 1 :].split(b"\n", 1)[0]
            line, byte = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
            raise self._mixed(self._number + line, f"{byte}", f"{byte}", row) from error

    def _chinese(self, piece: bytes) -> str:
        text = decoded_as(self._known, piece)
        return piece.decode(CHINESE[self._known][0]) if text is None else text

    def _settled(self, piece: bytes) -> str:
        """The encoding of a text from its first lines that are no ASCII."""
        if _with_halves(piece) is not None:
            return UTF_8
        lines = [
            (number, line)
            for number, line in enumerate(piece.split(b"\n"), self._number + 1)
            if not line.isascii()
        ]
        first = next((number for number, line in lines if is_utf_8(line)), None)
        other = next(((n, x) for n, x in lines if decoded_as("utf-8", x) is None), None)
        if first is not None and other is not None:
            return UTF_8  # what is not, is told where it stands
        sample = b"\n".join(line for _, line in lines)
        found = chinese_encoding(sample)
        if found or other is None:
            return found or UTF_8
        number, line = other
        byte = _first_beyond_utf_8(line)
        raise fault(
            self.where,
            f"编码不明：第 {number} 行第 {byte} 个字节起既不是 UTF-8，也不是中文"
            f"（{previews(line)}）。",
            f"Its encoding is unknown: from byte {byte} of line {number} on it is neither UTF-8 "
            f"nor Chinese text ({previews(line)}).",
            _NAME_IT,
        )

    def _mixed(self, line: int, byte_zh: str, byte_en: str, row: bytes = b"") -> FileFault:
        other = chinese_encoding(row) if self._known == UTF_8 and row else ""
        zh, en = (f"，像是 {other}", f"; it looks like {other}") if other else ("", "")
        return fault(
            self.where,
            f"编码混杂：文件是 {self._known}，而第 {line} 行第 {byte_zh} 个字节起不是{zh}。",
            f"Encodings are mixed: the file is {self._known}, but not from byte {byte_en} of "
            f"line {line} on{en}.",
            _ONE_ENCODING,
        )


def _with_halves(piece: bytes) -> str | None:
    """`piece` as UTF-8 that may hold lone surrogates; None where it is none."""
    try:
        return piece.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None


def _first_beyond_utf_8(line: bytes) -> int:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start + 1
    return 1
