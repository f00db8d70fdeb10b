"""Sees what a file holds, and gives its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import orjson

from matcher.errors import BadInput, Bilingual, FileFault
from matcher.vocabulary import Vocabulary

from . import cordis, tabular
from .cells import Cells, RowRejected, SourceRow
from .delimited import Records, Scanner, State
from .lines import Lines

FORMATS = ("auto", "cordis", "tabular")
_DELIMITERS = (",", ";", "\t")


class OpenFile:
    """One recognised file: what it holds, and its rows, read once."""

    def __init__(
        self,
        lines: Lines,
        content: str,
        reader: Callable[[Cells, Vocabulary], SourceRow],
        rows: Iterator[tuple[int, Cells | RowRejected]],
        ignored: set[str],
    ) -> None:
        self._lines = lines
        self._rows = rows
        self._ignored = ignored
        self.content = content
        self.reader = reader

    @property
    def path(self) -> Path:
        return self._lines.path

    @property
    def bytes_read(self) -> int:
        return self._lines.bytes_read

    @property
    def sha256(self) -> str:
        return self._lines.sha256

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns met so far that nothing is taken from."""
        return tuple(sorted(self._ignored))

    def rows(self) -> Iterator[tuple[int, Cells | RowRejected]]:
        """Line of the row's start; its cells, or why it cannot be cut into cells."""
        return self._rows


def open_file(path: Path, fmt: str) -> OpenFile:
    """Recognise a file by its first line; FileFault if it cannot be read, or lacks a column that
    its kind needs, or is of no kind that `fmt` admits."""
    if fmt not in FORMATS:
        raise BadInput(
            Bilingual(f"没有“{fmt}”这种格式。", f'There is no format "{fmt}".'),
            Bilingual(f"可选：{'、'.join(FORMATS)}。", f"Choose one of {', '.join(FORMATS)}."),
            where="--format",
        )
    lines = Lines(path)
    following = iter(lines)
    number, first = next(
        ((n, text) for n, line in following if (text := line.lstrip("\ufeff")).strip()), (0, "")
    )
    if not number:
        raise _fault(path, "文件是空的。", "It is empty.", _GIVE_ROWS)
    if first.lstrip().startswith(("{", "[")) and fmt != "cordis":
        if first.lstrip().startswith("["):
            raise _fault(
                path,
                "这是 JSON 数组，不是 JSON Lines。",
                "It is a JSON array, not JSON Lines.",
                Bilingual("每行写一个对象。", "Write one object a line."),
            )
        return _json_lines(lines, chain([(number, first)], following))
    try:
        return _delimited(lines, first, following, fmt)
    except FileFault:
        # Of a file that is no UTF-8 text this is said first: its columns are not what is wrong.
        for _ in following:
            pass
        raise


def _delimited(
    lines: Lines, first: str, following: Iterator[tuple[int, str]], fmt: str
) -> OpenFile:
    cut = {delimiter: _header(first, delimiter) for delimiter in _DELIMITERS}
    if fmt != "tabular":
        for delimiter, headers in cut.items():
            known = cordis.recognise(frozenset(headers))
            if known is not None:
                content, reader, needed = known
                _whole(lines.path, headers, {h: h for h in headers}, needed)
                records = Records(following, delimiter, len(headers))
                ignored = set(headers) - cordis.READ
                return OpenFile(lines, content, reader, _cells(records, headers, headers), ignored)
    if fmt == "cordis":
        raise _fault(
            lines.path,
            "表头不是 CORDIS 的 project.csv 或 organization.csv。",
            "Its header is not that of CORDIS's project.csv or organization.csv.",
            Bilingual("换用 CORDIS 原始文件。", "Use the file as CORDIS publishes it."),
        )
    fields = {d: [tabular.field_of(header) for header in headers] for d, headers in cut.items()}
    delimiter = max(_DELIMITERS, key=lambda d: sum(name is not None for name in fields[d]))
    headers, names = cut[delimiter], fields[delimiter]
    if tabular.missing(name for name in names if name):
        raise _fault(
            lines.path,
            "缺少必需的列：中文名称（name_zh）或英文名称（name_en）。",
            "A needed column is missing: name_zh or name_en.",
            Bilingual("补上该列；全部列名见 docs/import.md。", "Add it; docs/import.md lists all."),
        )
    spelled = {name: header for name, header in zip(names, headers, strict=True) if name}
    _whole(lines.path, [name or f" {n}" for n, name in enumerate(names)], spelled, ())
    records = Records(following, delimiter, len(headers))
    ignored = {h for name, h in zip(names, headers, strict=True) if name is None and h}
    return OpenFile(lines, "tabular", tabular.row, _cells(records, names, headers), ignored)


def _header(line: str, delimiter: str) -> list[str]:
    scanner = Scanner(delimiter)
    if scanner.feed(line) is not State.WHOLE:
        return []
    return [cell.strip().strip("\ufeff").strip() for cell in scanner.cells]


def _whole(path: Path, names: list[str], spelled: dict[str, str], needed: tuple[str, ...]) -> None:
    """FileFault unless the header has each column once and those that are needed."""
    absent = [name for name in needed if name not in names]
    if absent:
        raise _fault(
            path,
            f"缺少必需的列：{'、'.join(absent)}。",
            f"Needed columns are missing: {', '.join(absent)}.",
            Bilingual("补上这些列，或重新导出文件。", "Add them, or export the file again."),
        )
    twice = sorted({spelled.get(name, name) for name in names if name and names.count(name) > 1})
    if twice:
        raise _fault(
            path,
            f"列名重复：{'、'.join(twice)}。",
            f"A column stands twice: {', '.join(twice)}.",
            Bilingual("删去或改名其中一列。", "Delete or rename one of them."),
        )


def _cells(
    records: Records, names: list[str | None] | list[str], headers: list[str]
) -> Iterator[tuple[int, Cells | RowRejected]]:
    spelled = {name: header for name, header in zip(names, headers, strict=True) if name}
    for record in records:
        if record.fault is not None:
            yield record.line, RowRejected("", *record.fault)
        else:
            values = {name: cell for name, cell in zip(names, record.cells, strict=True) if name}
            yield record.line, Cells(values, spelled)


def _json_lines(lines: Lines, following: Iterator[tuple[int, str]]) -> OpenFile:
    ignored: set[str] = set()

    def rows() -> Iterator[tuple[int, Cells | RowRejected]]:
        named = False
        for number, line in following:
            text = line.strip().strip("\ufeff")
            if not text:
                continue
            try:
                found = orjson.loads(text)
            except orjson.JSONDecodeError:
                found = None
            if not isinstance(found, dict):
                yield number, RowRejected("", *_NO_OBJECT)
                continue
            fields = {key: tabular.field_of(key) for key in found}
            ignored.update(key for key, name in fields.items() if name is None)
            named = named or not tabular.missing(name for name in fields.values() if name)
            twice = [key for key, name in fields.items() if list(fields.values()).count(name) > 1]
            if any(fields[key] for key in twice):
                yield number, RowRejected(twice[0], *_TWICE)
                continue
            values = {name: found[key] for key, name in fields.items() if name}
            yield number, Cells(values, {name: key for key, name in fields.items() if name})
        if not named:
            raise _fault(
                lines.path,
                "没有一行带有 name_zh 或 name_en。",
                "No row has name_zh or name_en.",
                Bilingual("全部字段名见 docs/import.md。", "docs/import.md lists all fields."),
            )

    return OpenFile(lines, "tabular", tabular.row, rows(), ignored)


def _fault(path: Path, zh: str, en: str, cure: Bilingual) -> FileFault:
    return FileFault(Bilingual(zh, en), cure, where=str(path))


_GIVE_ROWS = Bilingual("换一个有内容的文件。", "Give a file with rows.")
_NO_OBJECT = (
    Bilingual("这一行不是 JSON 对象。", "The line is no JSON object."),
    Bilingual("每行写一个完整的 {…}。", "Write one whole {...} on each line."),
)
_TWICE = (
    Bilingual("同一字段写了两次。", "One field is given twice."),
    Bilingual("只保留其中一个。", "Keep one of them."),
)
