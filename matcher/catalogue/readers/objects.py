"""JSON: one object a line, or an array of objects read as a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from typing import Any

import orjson

from matcher.errors import Bilingual, FileFault

from . import openalex, ror, tabular
from .archive import Limits
from .cells import Cells, RowRejected
from .columns import ERROR, MARKS, RAW, field_of, folded_header, missing
from .faults import MAKE_AGAIN, fault, unrecognised
from .header import Reader
from .lines import Lines
from .reading import Reading
from .table import Read, Table

_FIRST = 50
"""Records that are looked at to see what a file holds."""
_DEEPEST = 4000
"""Brackets opened and not closed within one block."""


def json_lines(lines: Lines, following: Iterator[tuple[int, str]], reading: Reading) -> Table:
    """One object a line."""
    records = ((number, *_loaded(text)) for number, line in following if (text := _bare(line)))
    return _table(lines.where, records, reading, lambda: lines.encoding, ":")


def json_array(lines: Lines, reading: Reading, limits: Limits) -> Table:
    """An array of objects; its rows are numbered in order."""
    records = _items(lines.utf_8(), lines.where, limits)
    return _table(lines.where, records, reading, lambda: lines.encoding, "#")


def _bare(line: str) -> str:
    return line.strip().strip("\ufeff")


def _loaded(text: str) -> tuple[Any, str]:
    """What a line says, None where it is no JSON; the line."""
    try:
        return orjson.loads(text), text
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return None, text


def _items(blocks: Iterator[bytes], where: str, limits: Limits) -> Iterator[tuple[int, Any, str]]:
    """Number, object and nothing more of each item of an array."""
    import ijson

    since = 0

    def guarded() -> Iterator[bytes]:
        nonlocal since
        for block in blocks:
            since += len(block)
            opened = block.count(b"[") + block.count(b"{")
            if opened - block.count(b"]") - block.count(b"}") > _DEEPEST or since > limits.record:
                raise fault(
                    where,
                    "JSON 嵌套过深，或有一条记录过大。",
                    "The JSON is nested too deep, or one of its records is too large.",
                    MAKE_AGAIN,
                )
            yield block

    number = 0
    try:
        for item in ijson.items(ijson.from_iter(guarded()), "item", use_float=True):
            number += 1
            since = 0
            yield number, item, ""
    except ijson.JSONError as error:
        told = " ".join(str(error).split())[:120]
        raise fault(
            f"{where}#{number + 1}",
            f"JSON 数组在第 {number} 条记录之后中断或有语法错误（{told}）。",
            f"The JSON array breaks off, or is no JSON, after record {number} ({told}).",
            MAKE_AGAIN,
        ) from error


def _table(
    where: str,
    records: Iterator[tuple[int, Any, str]],
    reading: Reading,
    encoding: Callable[[], str],
    mark: str,
) -> Table:
    first = list(islice(records, _FIRST))
    all_records = chain(first, records)
    content, reader = _kind(first, where, reading)
    ignored: set[str] = set()
    if content == "tabular":
        rows = _tabular(all_records, where, reading, ignored)
    else:
        rows = _whole(all_records)
    return Table(where, content, reader, rows, encoding=encoding, ignored=ignored, mark=mark)


def _kind(first: list[tuple[int, Any, str]], where: str, reading: Reading) -> tuple[str, Reader]:
    """What the first objects are, and what reads one."""
    objects = [_mended(found) for _, found, _ in first]
    known = [one for one in objects if isinstance(one, dict)]
    for name, recognise, reader in (
        ("ror", ror.recognise, ror.organisation),
        ("openalex", openalex.recognise, openalex.work),
    ):
        if reading.admits(name) and any(recognise(one) for one in known):
            return name, reader
    if not reading.admits("tabular"):
        raise unrecognised(
            where,
            f"不是 {reading.fmt} 文件。",
            f"It is no {reading.fmt} file.",
            Bilingual("换用原始文件，或用 --format auto。", "Use the original, or --format auto."),
        )
    if not known and first and first[0][2].lstrip().startswith("{") and len(first[0][2]) < 3:
        raise unrecognised(
            where,
            "这是写成多行的一个 JSON 对象。",
            "It is one JSON object that is written over several lines.",
            Bilingual(
                "每行写一个对象，或写成对象的数组 [{…}, {…}]。",
                "Write one object a line, or an array of objects: [{...}, {...}].",
            ),
        )
    return "tabular", tabular.row


def _mended(found: Any) -> Any:
    """Of a rejected row that could not be cut, and that a person has mended since, what it says
    now; anything else as it is."""
    if isinstance(found, dict) and set(found) <= set(MARKS) and isinstance(found.get(RAW), str):
        return _loaded(found[RAW])[0]
    return found


def _whole(records: Iterator[tuple[int, Any, str]]) -> Iterator[Read]:
    for number, found, text in records:
        record = _mended(found)
        if isinstance(record, dict):
            yield number, record, record
        else:
            yield number, RowRejected("", *_NO_OBJECT), _as_it_stood(found, text)


def _tabular(
    records: Iterator[tuple[int, Any, str]], where: str, reading: Reading, ignored: set[str]
) -> Iterator[Read]:
    plans: dict[tuple[str, ...], tuple[list[tuple[str, str]], str]] = {}
    named = False
    for number, found, text in records:
        record = _mended(found)
        if not isinstance(record, dict):
            yield number, RowRejected("", *_NO_OBJECT), _as_it_stood(found, text)
            continue
        keys = tuple(record)
        if keys not in plans:
            if len(plans) > 1000:
                plans.clear()
            plans[keys] = _plan(keys, reading.mapping, ignored)
        picks, twice = plans[keys]
        named = named or not missing(name for _, name in picks)
        if twice:
            yield number, RowRejected(twice, *_TWICE), record
            continue
        values = {name: record[key] for key, name in picks}
        yield number, Cells(values, {name: key for key, name in picks}), record
    if not named:
        raise _nameless(where)


def _plan(
    keys: tuple[str, ...], mapping: Mapping[str, str | None], ignored: set[str]
) -> tuple[list[tuple[str, str]], str]:
    """Which keys are which fields, and the first key whose field stands twice, else ""."""
    picks: list[tuple[str, str]] = []
    twice = ""
    for key in keys:
        folded = folded_header(key[:999]) if mapping else ""
        name = mapping[folded] if folded in mapping else field_of(key)
        if name is None:
            if key not in MARKS:
                ignored.add(key)
        elif any(name == other for _, other in picks):
            twice = twice or next(k for k, other in picks if other == name)
        else:
            picks.append((key, name))
    return picks, twice


def _as_it_stood(found: Any, text: str) -> Mapping[str, Any] | str:
    if isinstance(found, dict) and ERROR in found:
        return found
    return text or orjson.dumps(found).decode()


def _nameless(where: str) -> FileFault:
    return unrecognised(
        where,
        "没有一行带有 name_zh 或 name_en。",
        "No row has name_zh or name_en.",
        Bilingual(
            "全部字段名见 docs/import.md；或用 --mapping 说明各键的含义。",
            "docs/import.md lists all fields; or tell with --mapping what the keys mean.",
        ),
    )


_NO_OBJECT = (
    Bilingual("这一行不是 JSON 对象。", "The line is no JSON object."),
    Bilingual("每行写一个完整的 {…}。", "Write one whole {...} on each line."),
)
_TWICE = (
    Bilingual("同一字段写了两次。", "One field is given twice."),
    Bilingual("只保留其中一个。", "Keep one of them."),
)
