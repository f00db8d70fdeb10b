"""Files to import, made to order: two small projects as CORDIS writes them, rows as JSON Lines."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from matcher.catalogue.intake import import_files
from matcher.catalogue.report import ImportReport
from matcher.catalogue.store import CATALOGUE_FILE, Catalogue

Row = tuple[str, ...]

PROJECTS = ("id", "acronym", "title", "startDate", "endDate", "totalCost", "objective", "keywords")
BODIES = ("projectID", "organisationID", "name", "activityType", "city", "country", "role")

_DATES = ("2019-01-01", "2021-12-31")
TWO_PROJECTS: list[Row] = [
    ("1", "A", "Membranes", *_DATES, "1000.5", "Capture,\nthen store.", "CO2, x"),
    ("2", "B", "Batteries", "2017-05-01", "", "", 'The "solid" kind.', ""),
]
FIVE_BODIES: list[Row] = [
    ("1", "", "TSINGHUA EXAMPLE", "HES", "BEIJING", "CN", "participant"),
    ("1", "77", "Alpha GmbH", "PRC", "Bonn", "DE", "coordinator"),
    ("1", "", "Shanghai Example", "REC", "SHANGHAI", "CN", "participant"),
    ("2", "", "Alpha, GmbH", "PRC", "Berlin", "DE", "participant"),
    ("2", "", "Tsinghua Example", "HES", "Beijing", "CN", "participant"),
]

_TOGETHER = {"record": "cooperation", "beijing": ["a"]}
ENTRIES: list[dict[str, Any]] = [
    {"id": "a", "name_zh": "甲", "country": "CN", "city": "北京", "title_zh": "膜"},
    {"id": "a", "name_zh": "甲", "name_en": "Alpha", "profile_id": "p2", "title_en": "Skids"},
    {"id": "b", "name_en": "Beta", "country": "DE", "parents": ["c"], "fictional": True},
    {"id": "b", "name_en": "BETA", "city": "Bonn", "profile_id": "p3", "title_en": "Membranes"},
    {"id": "c", "name_en": "Gamma", "country": "JP"},
    {**_TOGETHER, "id": "w", "partners": ["b"], "start": "2015-01-01"},
    {**_TOGETHER, "id": "x", "partners": ["c", "cordis:alpha gmbh|DE"]},
]


def a_cordis_file(folder: Path, name: str, header: Row, rows: list[Row]) -> Path:
    """As CORDIS writes it: BOM, semicolons, every cell quoted, CRLF."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([header, *rows])
    path = folder / name
    path.write_bytes(("\ufeff" + text.getvalue()).encode())
    return path


def two_projects(folder: Path) -> Path:
    return a_cordis_file(folder, "projects.csv", PROJECTS, TWO_PROJECTS)


def their_bodies(folder: Path) -> Path:
    return a_cordis_file(folder, "bodies.csv", BODIES, FIVE_BODIES)


def lines_of(folder: Path, name: str, *rows: dict[str, Any]) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def fingerprint_of(home: Path, *imports: list[Path]) -> str:
    """Of the catalogue that these imports, one after the other, leave in `home`."""
    with Catalogue.open(home, create=True) as catalogue:
        for paths in imports:
            import_files(catalogue, paths)
        return catalogue.fingerprint()


def figures(report: ImportReport) -> tuple[int, int, int, int]:
    """added, changed, unchanged, rejected."""
    return report.added, report.changed, report.unchanged, report.rejected


def stored(catalogue: Catalogue) -> bytes:
    """The catalogue's file, byte for byte."""
    return (catalogue.home / CATALOGUE_FILE).read_bytes()
