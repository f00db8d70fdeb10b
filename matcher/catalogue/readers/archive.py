"""What is packed: gzip files and zip archives, inflated as a stream and counted while inflating.

Nothing that an archive declares of itself is believed: neither sizes nor how many parts it holds.
"""

from __future__ import annotations

import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from matcher.errors import Bilingual

from .faults import MAKE_AGAIN, UNPACK, fault

BLOCK = 1 << 18
"""Bytes that are read or inflated at a time."""
_LOCAL = struct.Struct("<4s22xHH")
_END = struct.Struct("<4s8xLL2x")
_END_64_LOCATOR = struct.Struct("<4s4xQ4x")
_END_64 = struct.Struct("<4s36xQ8x")
_STORED, _DEFLATED, _ENCRYPTED = 0, 8, 1


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost. Sizes are bytes, times seconds."""

    ratio: int = 200
    """Inflated to packed bytes, beyond `free`; text packs 3 to 20 times smaller, a bomb 1000."""
    free: int = 16 << 20
    members: int = 1000
    directory: int = 1 << 20
    record: int = 32 << 20
    """A line, or an object of a JSON array."""
    workbook: int = 256 << 20
    """All parts of a spreadsheet, inflated."""
    memory: int = 512 << 20
    """Of the process that reads a spreadsheet."""
    seconds: float = 10.0
    seconds_per_mb: float = 2.0
    """Waiting for that process, and so much more for each MB of the file."""


class Meter:
    """Counts what comes out of an archive beside what went in."""

    def __init__(self, where: str, limits: Limits) -> None:
        self.where = where
        self.limits = limits
        self.packed = 0
        self.inflated = 0

    def add(self, packed: int, inflated: int) -> None:
        """FileFault as soon as the content outgrows what such a file can honestly hold."""
        self.packed += packed
        self.inflated += inflated
        if self.inflated > self.limits.free + self.limits.ratio * self.packed:
            raise fault(
                self.where,
                f"压缩比超过 {self.limits.ratio} 倍，可能是压缩炸弹。",
                f"It inflates more than {self.limits.ratio} times: it may be a zip bomb.",
                Bilingual(
                    "如确为正常数据，先自行解压再导入。",
                    "If the data is genuine, unpack it yourself and import that.",
                ),
            )


def blocks_of(handle: BinaryIO) -> Iterator[bytes]:
    """The rest of an open file, block by block."""
    while block := handle.read(BLOCK):
        yield block


def peeked(blocks: Iterator[bytes], least: int) -> tuple[bytes, Iterator[bytes]]:
    """At least `least` first bytes, fewer only at the end, and all blocks again."""
    head = b""
    for block in blocks:
        head += block
        if len(head) >= least:
            break
    return head, chain([head] if head else [], blocks)


def gunzipped(blocks: Iterator[bytes], where: str, limits: Limits) -> Iterator[bytes]:
    """The content of a gzip file, all its parts; FileFault where it is broken or a bomb."""
    meter = Meter(where, limits)
    engine = zlib.decompressobj(31)
    for block in blocks:
        data = block
        while data:
            if engine.eof:
                if not data.strip(b"\0"):
                    break  # padding, as tapes leave it
                engine = zlib.decompressobj(31)
            before = len(data)
            yield from _drained(engine, data, meter, before)
            data = engine.unused_data
    if not engine.eof:
        raise fault(where, "压缩文件不完整。", "The gzip file breaks off.", MAKE_AGAIN)


def _drained(engine: Any, data: bytes, meter: Meter, packed: int) -> Iterator[bytes]:
    """What `data` inflates to, a block at a time."""
    while True:
        try:
            out = engine.decompress(data, BLOCK)
        except zlib.error as error:
            raise fault(
                meter.where,
                "压缩数据已损坏。",
                f"Its packed data is damaged ({error}).",
                MAKE_AGAIN,
            ) from error
        meter.add(packed, len(out))
        packed = 0
        if out:
            yield out
        data = engine.unconsumed_tail
        if engine.eof or (not data and len(out) < BLOCK):
            return


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive, as its directory lists it."""

    name: str
    method: int
    offset: int
    packed: int
    size: int
    crc: int
    encrypted: bool


class Archive:
    """A zip archive on disk; its directory is read and checked at once."""

    def __init__(self, path: Path, where: str, limits: Limits) -> None:
        self.path = path
        self.where = where
        self.limits = limits
        self.members = tuple(self._listed())
        self._meter = Meter(where, limits)

    def _listed(self) -> Iterator[Member]:
        size = _directory_size(self.path)
        if size > self.limits.directory:
            raise self._fault("压缩包的目录过大。", "The archive's directory is too large.", UNPACK)
        try:
            with zipfile.ZipFile(self.path) as opened:
                listed = opened.infolist()
        except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError) as error:
            raise self._damaged() from error
        if len(listed) > self.limits.members:
            raise self._fault(
                f"压缩包里有 {len(listed):,} 个文件，最多 {self.limits.members:,} 个。",
                f"The archive holds {len(listed):,} files; {self.limits.members:,} are the most.",
                UNPACK,
            )
        for info in listed:
            if not info.is_dir():
                yield Member(
                    _legible(info),
                    info.compress_type,
                    info.header_offset,
                    info.compress_size,
                    info.file_size,
                    info.CRC,
                    bool(info.flag_bits & _ENCRYPTED),
                )

    @property
    def inflated(self) -> int:
        """Bytes that came out of all its members so far."""
        return self._meter.inflated

    def blocks(self, member: Member) -> Iterator[bytes]:
        """A member's content; FileFault where it is encrypted, damaged, other than declared or a
        bomb."""
        where = f"{self.where}/{member.name}"
        if member.encrypted:
            raise fault(
                where,
                "压缩包有密码。",
                "The archive is encrypted.",
                Bilingual("去掉密码后再导入。", "Take the password off, then import it."),
            )
        if member.method not in (_STORED, _DEFLATED):
            raise fault(where, "不支持这种压缩方法。", "Its packing method is not known.", UNPACK)
        crc = size = 0
        for block in self._inflated(member):
            crc = zlib.crc32(block, crc)
            size += len(block)
            yield block
        if (size, crc) != (member.size, member.crc):
            raise fault(
                where,
                f"内容与压缩包目录不符（目录写 {member.size:,} 字节，实际 {size:,}）。",
                f"It is not what the archive's directory declares ({member.size:,} bytes, in "
                f"truth {size:,}).",
                MAKE_AGAIN,
            )

    def _inflated(self, member: Member) -> Iterator[bytes]:
        with self.path.open("rb") as handle:
            handle.seek(member.offset)
            head = handle.read(_LOCAL.size)
            if len(head) < _LOCAL.size or not head.startswith(b"PK\x03\x04"):
                raise self._damaged()
            _, name, extra = _LOCAL.unpack(head)
            handle.seek(name + extra, os.SEEK_CUR)
            left = member.packed
            engine = zlib.decompressobj(-15)
            while left and not engine.eof:
                data = handle.read(min(BLOCK, left))
                if not data:
                    raise self._damaged()
                left -= len(data)
                if member.method == _STORED:
                    self._meter.add(len(data), len(data))
                    yield data
                else:
                    yield from _drained(engine, data, self._meter, len(data))

    def _damaged(self) -> Exception:
        return self._fault("压缩包已损坏或不完整。", "The archive is damaged.", MAKE_AGAIN)

    def _fault(self, zh: str, en: str, cure: Bilingual) -> Exception:
        return fault(self.where, zh, en, cure)


def _directory_size(path: Path) -> int:
    """What the archive's end says of its directory; 0 where no end is found."""
    with path.open("rb") as handle:
        size = handle.seek(0, os.SEEK_END)
        handle.seek(max(0, size - (1 << 16) - _END.size))
        tail = handle.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) - at < _END.size:
            return 0
        _, directory, _ = _END.unpack_from(tail, at)
        if directory == 0xFFFFFFFF and at >= _END_64_LOCATOR.size:
            _, far = _END_64_LOCATOR.unpack_from(tail, at - _END_64_LOCATOR.size)
            handle.seek(min(far, size))
            end = handle.read(_END_64.size)
            if len(end) == _END_64.size:
                _, directory = _END_64.unpack(end)
        return int(directory)


def _legible(info: zipfile.ZipInfo) -> str:
    """A member's name. Old Windows programs write Chinese names in GBK without saying so."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            name = info.filename
    return re.sub(r"[\x00-\x1f\x7f]", "?", name)
