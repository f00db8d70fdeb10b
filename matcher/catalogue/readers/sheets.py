"""The sheets of a spreadsheet, read by a process of its own (`workbook.py`).

Whatever that process does, this one lives: it is stopped when it is silent for too long, and an
end that it did not announce is a fault of the file.
"""

from __future__ import annotations

import json
import os
import select
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from typing import IO, Any

import orjson

from matcher.errors import Bilingual, FileFault

from .archive import BLOCK, Limits
from .faults import SAVE_AS, fault

_ROOT = Path(__file__).resolve().parents[3]
_COMMAND = [sys.executable, "-P", "-s", "-m", "matcher.catalogue.readers.workbook"]
"""-P: no module is taken from the working folder."""


@dataclass(slots=True)
class Sheet:
    """One sheet: its rows that are not empty, each a number from 1 and its cells, read once."""

    name: str
    visible: bool
    kind: str
    merged: list[tuple[int, int, int, int]]
    """First row and column, last row and column, from 0."""
    rows: Iterator[tuple[int, list[str]]]


class Workbook:
    """One spreadsheet file; its sheets are read in order, each before the next."""

    def __init__(self, path: Path, where: str, kind: str, limits: Limits) -> None:
        """`kind` is what the content is: xlsx, xls or ods, whatever the name says."""
        self.path = path
        self.kind = kind
        self.where = where
        self.limits = limits
        self.notes: list[Bilingual] = []
        """What is to be said of the file as a whole."""
        self.memory = 0
        """Most that the process held, bytes, when it has come to the end."""

    def sheets(self) -> Iterator[Sheet]:
        """Every sheet; FileFault where the file cannot be read to its end."""
        with closing(self._lines()) as lines:
            pending = next(lines)
            while "end" not in pending:
                if "note" in pending:
                    self.notes.append(_said(pending["note"]))
                    pending = next(lines)
                    continue
                following: list[Any] = []
                sheet = Sheet(
                    pending["sheet"],
                    pending["visible"] == "Visible",
                    pending["kind"],
                    [(*first, *last) for first, last in pending["merged"]],
                    _rows(lines, following),
                )
                yield sheet
                for _ in sheet.rows:  # whatever was not asked for
                    pass
                pending = following[0]
            self.memory = pending["memory"]

    def _lines(self) -> Generator[Any]:
        """What the process says, understood; its last line has `end`."""
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as complaints:
            # The reader goes by the name of a file, which may be wrong: it is given a right one.
            named = Path(folder) / f"book.{self.kind}"
            named.symlink_to(self.path.resolve())
            process = Popen(  # noqa: S603 (ourselves, with a file's path)
                [*_COMMAND, str(named), json.dumps(asdict(self.limits))],
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=complaints,
                env={"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"},
                start_new_session=True,
            )
            assert process.stdout is not None
            try:
                for line in self._raw_lines(process.stdout):
                    said = orjson.loads(line)
                    if isinstance(said, dict) and "fault" in said:
                        raise self._fault(said["fault"])
                    yield said
                    if isinstance(said, dict) and "end" in said:
                        return
                process.wait(timeout=5)
                raise self._died(process.returncode, complaints)
            finally:
                process.stdout.close()
                if process.poll() is None:
                    process.kill()
                process.wait()

    def _raw_lines(self, pipe: IO[bytes]) -> Iterator[bytes]:
        megabytes = self.path.stat().st_size / (1 << 20)
        left = self.limits.seconds + self.limits.seconds_per_mb * megabytes
        parts: list[bytes] = []
        size = 0
        while True:
            began = time.monotonic()
            ready, _, _ = select.select([pipe], [], [], max(0.0, left))
            left -= time.monotonic() - began
            if not ready:
                raise self._too_slow()
            block = os.read(pipe.fileno(), BLOCK)
            if not block:
                return
            first, *others = block.split(b"\n")
            parts.append(first)
            size += len(first)
            if size > self.limits.record:
                raise self._too_big()
            for other in others:
                yield b"".join(parts)
                parts, size = [other], len(other)

    def _fault(self, said: dict[str, Any]) -> FileFault:
        """A fault that the process found, with the place in this file."""
        if "memory" in said:
            return self._too_big()
        where = f"{self.where}[{said['where']}]" if said["where"] else self.where
        return FileFault(_said(said["what"]), _said(said["cure"]), where=where)

    def _died(self, code: int, complaints: IO[bytes]) -> FileFault:
        complaints.seek(0)
        said = complaints.read()[-2000:]
        if b"memory allocation" in said or b"MemoryError" in said:
            return self._too_big()
        if code in (-24, -9):  # SIGXCPU, SIGKILL: the limits of the process
            return self._too_slow()
        return fault(
            self.where,
            f"读取表格的进程意外结束（{code}）：文件可能已损坏。",
            f"The process that read it ended unexpectedly ({code}): the file may be damaged.",
            SAVE_AS,
        )

    def _too_slow(self) -> FileFault:
        return fault(
            self.where,
            "读取表格用时过长，已停止。",
            "Reading the spreadsheet took too long and was stopped.",
            Bilingual(
                "删去多余的格式和空白行列，分成几个文件，或另存为 CSV。",
                "Delete needless formats, rows and columns, split it, or save it as CSV.",
            ),
        )

    def _too_big(self) -> FileFault:
        most = self.limits.memory >> 20
        return fault(
            self.where,
            f"读取表格需要超过 {most} MB 内存。",
            f"Reading the spreadsheet needs more than {most} MB of memory.",
            Bilingual(
                "删去离数据很远的单元格，分成几个文件，或另存为 CSV。",
                "Delete cells far away from the data, split it, or save it as CSV.",
            ),
        )


def _said(texts: dict[str, str]) -> Bilingual:
    return Bilingual(zh=texts["zh"], en=texts["en"])


def _rows(lines: Iterator[Any], following: list[Any]) -> Iterator[tuple[int, list[str]]]:
    """Rows until something else comes, which is left in `following`."""
    for said in lines:
        if isinstance(said, dict):
            following.append(said)
            return
        yield said[0], [cell or "" for cell in said[1]]
