"""The rows that an import rejects, in files that a person mends and imports again.

A file holds the columns as they were read, then what is wrong, the cure and the place; a row that
could not be cut into cells keeps its text in a column of its own, and may be mended there.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from matcher.errors import BadInput, Bilingual

from .readers.columns import CURE, ERROR, MARKS, PLACE, RAW
from .readers.faults import fault
from .readers.files import Source
from .readers.flagged import letters_of
from .readers.header import quoted
from .readers.reading import Reading
from .readers.table import Original, Table
from .report import ImportReport, RowFault

FOLDER = "rejected"
_STAMP = re.compile(r"-\d{8}T\d{6}(?:-\d+)?$")
_UNSAFE = re.compile(r"[^\w.-]+")

Rejected = list[tuple[Original, RowFault]]


@contextmanager
def rejected_rows(
    home: Path, chosen: Path | None, checksums: Mapping[Path, str], report: ImportReport,
    reading: Reading,
) -> Iterator[None]:  # fmt: skip
    """Write the rows at the report's faults, read again from the files (path -> SHA-256 as
    imported): to `chosen`, else into the folder `rejected` of the home. One file for each table
    that has any, named in the report. They appear when what is done meanwhile succeeds; if it
    raises there is no trace of them.

    Raises BadInput if `chosen` is a file that is imported, FileFault if a file has changed since,
    OSError if nothing can be written.
    """
    written: list[Path] = []
    try:
        if report.faults:
            _refuse_own(chosen, checksums)
            by_place = {fault.place: fault for fault in report.faults}
            for table, rows in _found(checksums, by_place, reading):
                written.append(_write(home, chosen, table, rows, written))
        yield
    except BaseException:
        for target in written:
            _part(target).unlink(missing_ok=True)
        raise
    for target in written:
        _part(target).replace(target)
        report.rejected_files.append(str(target))


def _refuse_own(chosen: Path | None, checksums: Mapping[Path, str]) -> None:
    if chosen is not None and chosen.resolve() in {path.resolve() for path in checksums}:
        raise BadInput(
            Bilingual("这是正在导入的文件。", "It is a file that is being imported."),
            Bilingual("给出另一个文件名。", "Name another file."),
            where="--rejected",
        )


def _found(
    checksums: Mapping[Path, str], by_place: Mapping[str, RowFault], reading: Reading
) -> Iterator[tuple[Table, Rejected]]:
    """The tables that have rows at fault, with these rows as they stand."""
    for path, checksum in checksums.items():
        if not any(place.startswith(str(path)) for place in by_place):
            continue
        source = Source(path, reading)
        if source.sha256 != checksum:
            raise fault(
                str(path),
                "文件在导入期间被改动。",
                "The file was changed while it was imported.",
                Bilingual("等写完后再导入一次。", "Import it again when it is written."),
            )
        for table in source.tables():
            rows = [
                (original, by_place[place])
                for number, _, original in table
                if (place := table.place(number)) in by_place
            ]
            if rows:
                yield table, rows


def _part(target: Path) -> Path:
    return target.with_name(target.name + ".part")


def _write(
    home: Path, chosen: Path | None, table: Table, rows: Rejected, written: list[Path]
) -> Path:
    suffix = ".jsonl" if table.columns is None else ".csv"
    target = _target(home, chosen, table.where, suffix, written)
    content = _lines(rows) if table.columns is None else _cells(table, rows)
    target.parent.mkdir(parents=True, exist_ok=True)
    _part(target).write_bytes(content.encode("utf-8", "surrogatepass"))
    return target


def _target(home: Path, chosen: Path | None, where: str, suffix: str, written: list[Path]) -> Path:
    """The chosen file, numbered from the second on; else one named after the table and the time
    that does not exist yet."""
    if chosen is not None:
        number = f"-{len(written) + 1}" if written else ""
        return chosen.with_name(f"{chosen.stem}{number}{chosen.suffix or suffix}")
    name, _, sheet = Path(where).name.partition("[")
    stem = _STAMP.sub("", Path(name).stem) + (f"-{sheet.removesuffix(']')}" if sheet else "")
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    base = f"{_UNSAFE.sub('_', stem)[:80]}-{stamp}"
    names = (f"{base}{suffix}", *(f"{base}-{n}{suffix}" for n in range(2, 10_000)))
    folder = home / FOLDER
    return next(
        target for name in names if not (target := folder / name).exists() and target not in written
    )


def _said(found: RowFault) -> dict[str, str]:
    column = f"[{found.column}] " if found.column else ""
    return {
        ERROR: f"{column}{found.what.zh} {found.what.en}",
        CURE: f"{found.cure.zh} {found.cure.en}",
        PLACE: found.place,
    }


def _cells(table: Table, rows: Rejected) -> str:
    """As CSV that spreadsheets open as it is and run nothing of."""
    columns = table.columns or []
    plain = [table.plain(original) for original, _ in rows]
    width = max([len(columns), *(len(cells) for cells, _ in plain)])
    columns = columns + [f"({letters_of(n)})" for n in range(len(columns), width)]
    marks = [RAW] if any(raw for _, raw in plain) else []
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*columns, *marks, ERROR, CURE, PLACE])
    for (cells, raw), (_, found) in zip(plain, rows, strict=True):
        own = [quoted(cell) for cell in cells] + [""] * (width - len(cells))
        texts = [quoted(raw)] if marks else []
        writer.writerow([*own, *texts, *map(quoted, _said(found).values())])
    return "\ufeff" + out.getvalue()


def _lines(rows: Rejected) -> str:
    """As one JSON object a line."""
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in _objects(rows))


def _objects(rows: Rejected) -> Iterator[dict[str, object]]:
    for original, found in rows:
        if isinstance(original, Mapping):
            own: dict[str, object] = {k: v for k, v in original.items() if k not in MARKS[:3]}
        else:
            own = {RAW: str(original)}
        yield {**own, **_said(found)}
