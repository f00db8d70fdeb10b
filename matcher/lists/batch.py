"""Make the lists of one or more sectors and write them: all files, or none."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from matcher.errors import BadInput, Bilingual, MatcherError
from matcher.matching.pipeline import Equipment
from matcher.vocabulary import Vocabulary

from .export.csv import csv_file
from .export.html import html_file
from .export.json import json_file
from .export.xlsx import xlsx_file
from .topk import Progress, SectorList, members, sector_list

WORKBOOK = "lists"
FORMATS: dict[str, Callable[[SectorList, Vocabulary], bytes]] = {
    "xlsx": lambda made, words: xlsx_file([made], words),
    "csv": csv_file,
    "html": html_file,
    "json": lambda made, _: json_file(made),
}


class ListsNotWritten(MatcherError):
    """The folder cannot take the files; those that stood there are as before."""

    code = "lists_not_written"


class Equipped(Protocol):
    """Whoever has a pipeline's equipment: `matcher.service.Matcher`."""

    @property
    def equipment(self) -> Equipment: ...


def make_lists(
    matcher: Equipped,
    sectors: Sequence[str],
    k: int = 10,
    as_of: date | None = None,
    progress: Progress | None = None,
) -> list[SectorList]:
    """The lists of `sectors` (codes or names), as of a day (None: today).

    Raises UnknownTerm for a sector nobody knows and BadInput for k below 1.
    """
    if k < 1:
        raise BadInput(
            Bilingual("每家机构至少一条。", "a list needs at least one pairing a body."),
            Bilingual("例如 -k 10。", "e.g. -k 10."),
            where="k",
        )
    equipment = matcher.equipment
    scheme = equipment.vocabulary.sector
    terms = [scheme.resolve(name, "sector") for name in dict.fromkeys(sectors)]
    terms = list({term.code: term for term in terms}.values())
    day = as_of or datetime.now().astimezone().date()
    sizes = [len(members(equipment.snapshot, term.code, day).asking) for term in terms]
    made = []
    for number, term in enumerate(terms):
        before, total = sum(sizes[:number]), sum(sizes)

        def tell(done: int, _: int, before: int = before, total: int = total) -> None:
            if progress:
                progress(before + done, total)

        made.append(sector_list(equipment, term, k, day, tell))
    return made


def write_lists(
    matcher: Equipped,
    sectors: Sequence[str],
    folder: Path,
    formats: Sequence[str],
    k: int = 10,
    as_of: date | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Write the lists of `sectors` in each of `formats` (xlsx, csv, html, json) to `folder`.

    A file a sector, `<sector>.<format>`; of several sectors the workbook is one, `lists.xlsx`.
    `progress` hears bodies done and bodies in all. Gives the paths. Raises BadInput for an
    unknown format, ListsNotWritten for a folder that cannot take them; either way no file there
    has changed.
    """
    wanted = list(dict.fromkeys(formats))
    unknown = [name for name in wanted if name not in FORMATS]
    if unknown or not wanted:
        raise BadInput(
            Bilingual(
                f"没有这种格式：{'、'.join(unknown) or '（空）'}。",
                f"no such format: {', '.join(unknown) or '(none)'}.",
            ),
            Bilingual(f"可选：{'、'.join(FORMATS)}。", f"choose of {', '.join(FORMATS)}."),
            where="formats",
        )
    prepare(folder)
    made = make_lists(matcher, sectors, k, as_of, progress)
    words = matcher.equipment.vocabulary
    files: dict[str, bytes] = {}
    for name in wanted:
        if name == "xlsx" and len(made) > 1:
            files[f"{WORKBOOK}.xlsx"] = xlsx_file(made, words)
            continue
        for one in made:
            files[f"{one.sector.code}.{name}"] = FORMATS[name](one, words)
    return place_files(folder, files)


def prepare(folder: Path) -> None:
    """Find out before the work whether the folder can take a file."""
    probe = folder / f".writable-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as fault:
        raise not_written(folder, fault) from fault


def place_files(folder: Path, files: dict[str, bytes]) -> list[Path]:
    """Write every file beside its place, then give each its name by one rename."""
    drafts: list[tuple[Path, Path]] = []
    try:
        for name, body in files.items():
            draft = folder / f".{name}.{os.getpid()}"
            drafts.append((draft, folder / name))
            with draft.open("wb") as out:
                out.write(body)
                out.flush()
                os.fsync(out.fileno())
        for draft, final in drafts:
            draft.replace(final)
    except OSError as fault:
        raise not_written(folder, fault) from fault
    finally:
        for draft, _ in drafts:
            draft.unlink(missing_ok=True)
    return [final for _, final in drafts]


def not_written(folder: Path, fault: OSError) -> ListsNotWritten:
    """The error for a folder that refused a file."""
    return ListsNotWritten(
        Bilingual(
            f"无法把名单写到这里（{fault.strerror}）。",
            f"the lists cannot be written there ({fault.strerror}).",
        ),
        Bilingual(
            "换一个文件夹（--out），或检查权限与磁盘空间。",
            "take another folder (--out), or check permissions and space.",
        ),
        where=str(folder),
    )
