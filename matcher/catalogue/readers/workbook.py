"""The process that reads one spreadsheet, with little memory, time and no secrets.

    python -m matcher.catalogue.readers.workbook FILE LIMITS

A spreadsheet is a program's input that was made by a stranger: what goes wrong here ends this
process and never the one that imports. It writes JSON lines: one for each sheet, one for each row
that is not empty (`[number, [cell, ...]]`, cells as text), one at the end, or one for a fault.
`sheets.py` starts it and understands them.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time
from math import ceil
from pathlib import Path
from typing import Any

from matcher.errors import Bilingual, FileFault

from .archive import Archive, Limits
from .biff import xls_flags
from .faults import MAKE_AGAIN, SAVE_AS, fault
from .flagged import Flags, OdsFlags, SheetFlags, sheet_parts

_EXACT = 10**15
"""From here on a spreadsheet has dropped the last figures of a number."""
_FAR = 16_384
"""Columns of a sheet, in any program."""
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_ENCRYPTED = Bilingual(
    "在 Excel 或 WPS 中去掉打开密码，另存后再导入。",
    "Take the password off in the spreadsheet program, save it, then import it.",
)


def main(arguments: list[str]) -> None:
    """Read the file that is named first, under the limits named second (JSON)."""
    path, limits = Path(arguments[0]), Limits(**json.loads(arguments[1]))
    confine(limits, path.stat().st_size)
    try:
        for line in read(path, limits):
            write(line)
    except FileFault as error:
        write({"fault": error.as_dict()})
    except MemoryError:
        write({"fault": {"memory": True}})
    except BaseException as error:  # what panics in native code is no Exception
        too_big = "limit exceeded" in str(error)
        write({"fault": {"memory": True} if too_big else _told(error).as_dict()})
    sys.stdout.flush()


def confine(limits: Limits, size: int) -> None:
    """Bound this process, as far as the system can: memory, processor time, files, no dumps."""
    try:
        import resource
    except ImportError:  # pragma: no cover (Windows)
        return
    seconds = ceil(limits.seconds + limits.seconds_per_mb * size / (1 << 20)) + 1
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 1 << 16),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # a system may not know one of them
            resource.setrlimit(kind, (most, most))


def write(line: object) -> None:
    """One line of the answer."""
    sys.stdout.write(json.dumps(line, ensure_ascii=True, separators=(",", ":")) + "\n")


def read(path: Path, limits: Limits) -> Iterator[object]:
    """What is to be answered, line by line."""
    with path.open("rb") as handle:
        packed = handle.read(2) == b"PK"
    flags, notes = _checked(Archive(path, "", limits), limits) if packed else xls_flags(path)
    from python_calamine import CalamineWorkbook

    for zh, en in notes:
        yield {"note": {"zh": zh, "en": en}}
    with CalamineWorkbook.from_path(str(path)) as book:
        for about in book.sheets_metadata:
            kind = str(about.typ).rpartition(".")[2]
            head = {"sheet": about.name, "visible": str(about.visible).rpartition(".")[2]}
            if kind != "WorkSheet":
                yield {**head, "kind": kind, "merged": []}
                continue
            sheet = book.get_sheet_by_name(about.name)
            merged = sheet.merged_cell_ranges or []
            yield {**head, "kind": kind, "merged": merged[: limits.members * 100]}
            yield from _rows(sheet, flags.get(about.name, {}))
    yield {"end": True, "memory": _peak()}


def _peak() -> int:
    """Most memory that this process held so far, bytes; 0 where the system does not say."""
    with suppress(OSError, StopIteration):
        status = Path("/proc/self/status").read_text("ascii").splitlines()
        return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) << 10
    return 0


def _rows(sheet: Any, flags: Flags) -> Iterator[object]:
    if sheet.start is None:
        return
    first = sheet.start[1]
    if first + sheet.width > _FAR:
        raise _too_wide(sheet.name)
    before: list[str | None] = [None] * first
    rows_flagged = {row for row, _ in flags}
    for number, values in enumerate(sheet.iter_rows()):
        cells = before + [_text(value) for value in values]
        if number in rows_flagged:
            for column in range(len(cells)):
                cells[column] = flags.get((number, column), cells[column])
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            yield [number + 1, cells]


def _text(value: Any) -> str | None:
    """A cell as the text that a person sees in it; dates in ISO form."""
    if isinstance(value, str):
        return value or None
    if value is None:
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _number(value: float) -> str:
    if abs(value) >= _EXACT and value == value // 1:
        return "#DIGITS!"
    return str(int(value)) if value == int(value) else format(value, ".15g")


def _checked(archive: Archive, limits: Limits) -> tuple[SheetFlags, list[tuple[str, str]]]:
    """Look through a packed workbook: its true size, what it must not hold, cells at fault."""
    names = [member.name for member in archive.members]
    if twice := {name for name in names if names.count(name) > 1}:
        raise fault(
            min(twice),
            "压缩包里同名部件出现两次。",
            "A part of that name stands in it twice.",
            SAVE_AS,
        )
    declared = sum(member.size for member in archive.members)
    flags, wanted = SheetFlags(), sheet_parts(names)
    for member in archive.members:
        scanner = flags.scanner(member.name) if member.name in wanted else None
        tail = b""
        for block in archive.blocks(member):
            if max(archive.inflated, declared) > limits.workbook:
                raise _too_large(limits)
            if member.name.endswith((".xml", ".rels", ".vml")):
                _refuse_types(member.name, tail + block)
                tail = block[-16:]
            if scanner is not None:
                scanner.feed(block)
    if any(isinstance(one, OdsFlags) and one.encrypted for one in flags.scanners.values()):
        raise fault("", "文件有密码。", "The file is encrypted.", _ENCRYPTED)
    notes = []
    if any(name.startswith("xl/externalLinks/") for name in names):
        notes.append(
            (
                "含有指向其他工作簿的链接：没有打开，只读取已存的值。",
                "It links to other workbooks: they were not opened, stored values were read.",
            )
        )
    if "xl/vbaProject.bin" in names:
        notes.append(("含有宏：没有运行。", "It holds macros: they were not run."))
    return flags, notes


def _refuse_types(part: str, data: bytes) -> None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or _DOCTYPE.search(data):
        raise fault(
            part,
            "部件含有 DTD 或实体定义，可能是攻击。",
            "It declares a document type or entities: it may be an attack.",
            SAVE_AS,
        )


def _too_large(limits: Limits) -> FileFault:
    most = limits.workbook >> 20
    return fault(
        "",
        f"解压后超过 {most} MB。",
        f"It inflates to more than {most} MB.",
        Bilingual("分成几个文件，或另存为 CSV。", "Split it, or save it as CSV."),
    )


def _too_wide(name: str) -> FileFault:
    return fault(
        name,
        f"工作表超过 {_FAR:,} 列。",
        f"The sheet has more than {_FAR:,} columns.",
        SAVE_AS,
    )


def _told(error: BaseException) -> FileFault:
    kind, said = type(error).__name__, " ".join(str(error).split())[:200]
    if kind == "PasswordError" or "encrypt" in said.casefold() or "password" in said.casefold():
        return fault("", "文件有密码。", "The file is encrypted.", _ENCRYPTED)
    return fault(
        "",
        f"表格文件已损坏（{kind}：{said}）。",
        f"The spreadsheet is damaged ({kind}: {said}).",
        Bilingual(f"{SAVE_AS.zh}或{MAKE_AGAIN.zh}", f"{SAVE_AS.en} Or: {MAKE_AGAIN.en}"),
    )


if __name__ == "__main__":
    main(sys.argv[1:])
