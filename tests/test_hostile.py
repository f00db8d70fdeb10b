"""Malformed files: each told with place, cause and cure, nothing half stored, the process whole."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile import Case, many_cells, one_sheet
from hostile_sheets import CASES as SHEETS
from hostile_texts import CASES as TEXTS
from import_factory import stored

from matcher.catalogue.intake import import_files
from matcher.catalogue.readers import sheets
from matcher.catalogue.readers.archive import Limits
from matcher.catalogue.readers.files import Source
from matcher.catalogue.readers.reading import Reading
from matcher.catalogue.readers.sheets import Workbook
from matcher.catalogue.store import Catalogue
from matcher.errors import FileFault
from matcher.settings import REPOSITORY

MonkeyPatch = pytest.MonkeyPatch

CASES = [*TEXTS, *SHEETS]
SECONDS, MEGABYTES = 10.0, 512
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    with Catalogue.open(tmp_path_factory.mktemp("hostile") / "home", create=True) as opened:
        yield opened


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.group}/{case.name}")
def test_a_malformed_file_is_told_and_nothing_is_lost(
    catalogue: Catalogue, tmp_path: Path, case: Case
) -> None:
    path = tmp_path / case.name
    path.write_bytes(case.made())
    before = stored(catalogue)
    kept = tmp_path / "kept"
    reading = Reading(limits=case.limits)
    began = time.monotonic()
    if case.refused:
        with pytest.raises(FileFault) as caught:
            import_files(catalogue, [path], reading=reading, rejected=kept)
        said = caught.value
        assert re.search(case.refused, said.message("en"), re.DOTALL), said.message("en")
        assert str(path) in said.where
        assert CHINESE.search(said.what.zh)
        assert CHINESE.search(said.cure.zh)
        assert said.cure.en
        assert stored(catalogue) == before
        assert not kept.exists()
    else:
        report = import_files(catalogue, [path], reading=reading, rejected=kept)
        told = [f"{f.place} [{f.column}]: {f.what.en}" for f in report.faults]
        told = [text.replace(" []", "") for text in told]
        assert report.read == case.accepted + len(case.rejected), told
        assert report.rejected == len(case.rejected) == len(told), told
        assert report.read == sum(file.rows for file in report.files)
        for fault, text, pattern in zip(report.faults, told, case.rejected, strict=True):
            assert text.startswith(str(path))
            assert len(set(case.rejected)) == 1 or re.search(pattern, text, re.DOTALL), text
            assert CHINESE.search(fault.what.zh)
            assert CHINESE.search(fault.cure.zh)
        assert all(Path(one).exists() for one in report.rejected_files)
        assert bool(report.rejected_files) == bool(told)
        notes = [f"{file.path} {note.en}" for file in report.files for note in file.notes]
        assert re.search(case.noted, "\n".join(notes)), notes
    assert time.monotonic() - began < SECONDS


def test_there_are_enough_of_them_and_none_twice() -> None:
    assert len(CASES) >= 120
    assert len({case.group for case in CASES}) >= 25
    assert len({(case.group, case.name) for case in CASES}) == len(CASES)


def test_the_classes_are_documented() -> None:
    page = (REPOSITORY / "docs" / "import.md").read_text("utf-8")
    table = page.partition("<!-- checked: hostile -->")[2].strip().splitlines()[2:]
    told = {cells[1].strip(): int(cells[2]) for row in table if (cells := row.split("|"))}
    assert told == Counter(case.group for case in CASES)


def test_the_process_that_reads_a_spreadsheet_keeps_to_its_memory(tmp_path: Path) -> None:
    """The limit is the system's: the largest sheet that is read at all stays below it."""
    path = tmp_path / "large.xlsx"
    path.write_bytes(many_cells(12_000, 100))
    book = Workbook(path, str(path), "xlsx", Limits())
    assert sum(1 for sheet in book.sheets() for _ in sheet.rows) == 12_002
    assert 0 < book.memory < MEGABYTES << 20


def test_the_process_is_told_nothing_of_ours(tmp_path: Path, monkeypatch: MonkeyPatch) -> None:
    """No variable of the environment reaches it, and no file in the working folder is run."""
    monkeypatch.setenv("MATCHER_SECRET", "s3cret")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "json.py").write_text("raise SystemExit(9)")
    seen: dict[str, object] = {}

    def watch(*arguments: Any, **named: Any) -> Any:
        seen.update(named["env"])
        return subprocess.Popen(*arguments, **named)

    monkeypatch.setattr(sheets, "Popen", watch)
    path = tmp_path / "good.xlsx"
    path.write_bytes(one_sheet(["id", "name_en"], ["1", "A"]))
    [table] = Source(path).tables()
    assert len(list(table)) == 1
    assert set(seen) == {"PYTHONPATH", "PYTHONUTF8"}


@pytest.mark.parametrize("signal", [9, 11])
def test_whatever_ends_that_process_this_one_lives(
    tmp_path: Path, monkeypatch: MonkeyPatch, signal: int
) -> None:
    monkeypatch.setattr(
        sheets, "_COMMAND", [sys.executable, "-c", f"import os; os.kill(os.getpid(), {signal})"]
    )
    path = tmp_path / "good.xlsx"
    path.write_bytes(one_sheet(["id", "name_en"], ["1", "A"]))
    with pytest.raises(FileFault, match=r"took too long|ended unexpectedly"):
        list(Source(path).tables())
