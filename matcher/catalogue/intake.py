"""Files into the catalogue: one transaction, every row accounted for."""

from __future__ import annotations

import errno
import gc
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError

from matcher.errors import Bilingual, FileFault
from matcher.organisation import DEFAULT_TENANT
from matcher.text.encoder import default_encoder
from matcher.vocabulary import Vocabulary, load_vocabulary

from . import derive
from . import tables as t
from .lock import exclusive
from .readers.cells import RowRejected
from .readers.files import Source
from .readers.reading import Reading
from .readers.table import Table
from .rejected import rejected_rows
from .report import SKIPPED, FileRead, ImportReport, RowFault
from .resolution import resolve as resolution
from .staging import Staging
from .store import Catalogue
from .themes import Themes
from .upkeep import Upkeep, touch_all, touch_nothing

Progress = Callable[[int, int], None]
"""done, total: parts of a thousand; half of it is reading, half deriving."""

_WHOLE = 1000
_RULES = "rules"


def import_files(
    catalogue: Catalogue,
    paths: Iterable[Path],
    *,
    fmt: str = "auto",
    strict: bool = False,
    progress: Progress | None = None,
    tenant: str = DEFAULT_TENANT,
    reading: Reading | None = None,
    rejected: Path | None = None,
    join: bool = True,
) -> ImportReport:
    """Import `paths` together, whatever their order; the report accounts for every row.

    `reading` says how files are to be read, else `fmt` alone does. A faulty row is rejected, and
    written to `rejected` or into the folder `rejected` of the home, and the rest stored; with
    `strict` nothing is stored then. When no row is new or changed, nothing at all is written.
    Raises FileFault (CatalogueBusy among them) when the import is refused whole: the catalogue is
    byte for byte as before. Sectors and capabilities are inferred afterwards, by
    `tagging.refresh_tags`. Without `join` every appearance is an organisation of its own: for
    benchmarks whose questions are defined over spellings.
    """
    reading = reading or Reading(fmt)
    vocabulary, themes = load_vocabulary(), Themes(default_encoder())
    began = datetime.now(UTC)
    tell = _rising(progress)
    report = ImportReport()
    with (
        exclusive(catalogue.home),
        _no_space(catalogue),
        _collector_paused(),
        catalogue.engine.connect() as connection,
    ):
        with connection.begin():
            staging = Staging(connection, tenant)
            checksums = _read(list(paths), reading, staging, vocabulary, report, tell)
            staging.compare(report)
            new_rules = _rules(connection) != _rules_of(vocabulary, themes)
        order = {file.path: position for position, file in enumerate(report.files)}
        report.faults.sort(key=lambda fault: _position(fault.place, order))
        with rejected_rows(catalogue.home, rejected, checksums, report, reading):
            if strict and report.rejected:
                report.rejected += report.added + report.changed
                report.added = report.changed = 0
                report.committed = False
            elif report.added or report.changed or new_rules:
                immediate = connection.execution_options(immediate=True)
                with immediate.begin():
                    staging.store()
                    if new_rules:
                        touch_all(immediate)
                        _keep_rules(immediate, _rules_of(vocabulary, themes))
                    Upkeep(immediate, vocabulary, themes, join=join).run(
                        lambda done, total: tell(_WHOLE // 2 + _WHOLE // 2 * done // total, _WHOLE)
                    )
                    if report.added or report.changed:
                        _keep_run(immediate, began, tenant, report)
    report.waiting = catalogue.counts()["waiting"]
    tell(_WHOLE, _WHOLE)
    return report


def _read(
    paths: Sequence[Path],
    reading: Reading,
    staging: Staging,
    vocabulary: Vocabulary,
    report: ImportReport,
    tell: Progress,
) -> dict[Path, str]:
    """Stage the rows of all files; the SHA-256 of each."""
    if not paths:
        raise FileFault(
            Bilingual("没有给出文件。", "No file was given."),
            Bilingual("给出一个或多个文件的路径。", "Name one file or more."),
        )
    total = max(1, sum(path.stat().st_size for path in paths if path.is_file()))
    checksums: dict[Path, str] = {}
    done = 0
    for path in paths:
        source = Source(path, reading)
        checksums[path] = source.sha256
        rows = 0
        for table in source.tables():
            before = rows
            for number, read, _ in table:
                rows += 1
                _take(table, number, read, staging, vocabulary, report)
                if rows % 500 == 0:
                    tell(_WHOLE // 2 * min(total, done + source.bytes_read) // total, _WHOLE)
            report.files.append(
                FileRead(table.where, table.content, rows - before, source.sha256, table.ignored,
                         table.encoding, table.notes)
            )  # fmt: skip
        report.files.extend(
            FileRead(where, SKIPPED, 0, source.sha256, notes=(why,))
            for where, why in source.skipped
        )
        done += source.size
        tell(_WHOLE // 2 * min(done, total) // total, _WHOLE)
        if not rows:
            raise FileFault(
                Bilingual("文件里没有一行数据。", "The file has no rows."),
                Bilingual("检查是否导出了内容。", "See that its content was exported."),
                where=str(path),
            )
    return checksums


def _take(
    table: Table,
    number: int,
    read: object,
    staging: Staging,
    vocabulary: Vocabulary,
    report: ImportReport,
) -> None:
    """Stage one row, or say why it is rejected."""
    place = table.place(number)
    try:
        if isinstance(read, RowRejected):
            raise read
        staging.add(table.reader(read, vocabulary), place)
    except RowRejected as fault:
        report.rejected += 1
        report.faults.append(RowFault(place, fault.column, fault.what, fault.cure))


def bring_up_to_date(connection: Connection) -> None:
    """Derive everything anew from the stored rows and decisions, within a write transaction."""
    vocabulary, themes = load_vocabulary(), Themes(default_encoder())
    touch_nothing(connection)
    touch_all(connection)
    _keep_rules(connection, _rules_of(vocabulary, themes))
    Upkeep(connection, vocabulary, themes).run(lambda _done, _total: None, decided=True)


def _rules_of(vocabulary: Vocabulary, themes: Themes) -> str:
    """Changes when the same rows would be derived otherwise."""
    return f"{derive.RULES} {resolution.RULES} {themes.fingerprint} {vocabulary.fingerprint}"


def _rules(connection: Connection) -> str | None:
    return connection.scalar(select(t.facts.c.value).where(t.facts.c.name == _RULES))


def _keep_rules(connection: Connection, rules: str) -> None:
    keep = insert(t.facts).prefix_with("OR REPLACE")
    connection.execute(keep, {"name": _RULES, "value": rules})


def _keep_run(connection: Connection, began: datetime, tenant: str, report: ImportReport) -> None:
    connection.execute(
        insert(t.imports),
        {
            "began": began.replace(tzinfo=None),
            "ended": datetime.now(UTC).replace(tzinfo=None),
            "tenant": tenant,
            "files": [file.as_dict() for file in report.files],
            "added": report.added,
            "changed": report.changed,
            "unchanged": report.unchanged,
            "rejected": report.rejected,
        },
    )


def _position(place: str, order: dict[str, int]) -> tuple[int, int]:
    where, number = re.split(r"[:#](?=\d+$)", place)
    return order[where], int(number)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """An import makes millions of objects and no cycle to speak of: looking for some again and
    again took a sixth of its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def _no_space(catalogue: Catalogue) -> Iterator[None]:
    """A full disk, or a file that cannot be written, as the fault that it is."""
    try:
        yield
    except (IntegrityError, ProgrammingError):
        raise  # our own mistake, not the disk's
    except (DatabaseError, OSError) as fault:
        reason = str(fault.orig) if isinstance(fault, DatabaseError) else str(fault.strerror)
        full = "full" in reason or getattr(fault, "errno", None) == errno.ENOSPC
        raise FileFault(
            Bilingual(
                "磁盘空间不足，本次没有改动任何内容。"
                if full
                else f"无法写入目录（{reason}），本次没有改动任何内容。",
                "No space is left on the disk; nothing was changed."
                if full
                else f"The catalogue cannot be written ({reason}); nothing was changed.",
            ),
            Bilingual("腾出空间后再试。", "Free some space, then try again.")
            if full
            else Bilingual("检查文件夹的权限。", "Check the folder's permissions."),
            where=str(catalogue.home),
        ) from fault


def _rising(progress: Progress | None) -> Progress:
    """`progress`, told only of what is new."""
    told = -1

    def tell(done: int, total: int) -> None:
        nonlocal told
        if progress is not None and done > told:
            told = done
            progress(done, total)

    return tell
