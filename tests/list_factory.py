"""A small sector to make lists of: a Beijing body of every fate, and partners abroad whose names
mean harm; and what a reader sees of a list in each format."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
from registry_factory import ARegistry, a_cooperation, a_matcher, a_profile, an_organisation

from matcher.lists.export.csv import csv_file
from matcher.lists.export.html import html_file
from matcher.lists.export.json import json_file
from matcher.lists.export.xlsx import xlsx_file
from matcher.lists.topk import SectorList
from matcher.organisation import ProfileKind, Publication
from matcher.service import Matcher

DAY = date(2026, 6, 1)
SECTOR = ("materials",)
ASKED = "low-temperature encapsulation of perovskite solar modules"
HOSTILE = (
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "@SUM(A1)",
    "-2+3",
    "<script>alert(1)</script>",
    "{{ 7*7 }} & Söhne",
    "http://evil.example/a",
)


def a_small_sector(home: Path) -> Matcher:
    """One sector with a body of every fate, and partners with names that mean harm."""
    asker = an_organisation("asker", country="CN")
    closed = an_organisation("closed", country="CN", active=False)
    expired = an_organisation("expired", country="CN")
    hidden = an_organisation("hidden", country="CN")
    later = an_organisation("later", country="CN")
    elsewhere = an_organisation("elsewhere", country="CN")
    known = an_organisation("known")
    places = ("DE", "HK", "TW", "MO", "FR", "GB", "US")
    partners = [an_organisation(n, country=c) for n, c in zip(HOSTILE, places, strict=True)]
    registry = ARegistry(
        made=[asker, closed, expired, hidden, later, elsewhere, known, *partners],
        with_profiles=[
            a_profile(asker, ASKED, sectors=SECTOR),
            a_profile(closed, ASKED, sectors=SECTOR),
            a_profile(
                expired, ASKED, sectors=SECTOR, kind=ProfileKind.OFFER,
                publication=Publication.PUBLISHED, valid_until=date(2025, 1, 1),
            ),
            a_profile(hidden, ASKED, sectors=SECTOR, anonymous=True),
            a_profile(later, ASKED, sectors=SECTOR, dated=date(2026, 9, 1)),
            a_profile(elsewhere, "surgical robots", sectors=("health",)),
            a_profile(known, f"{ASKED}, known", sectors=SECTOR),
            *(
                a_profile(partner, f"{name}: perovskite encapsulation", sectors=SECTOR)
                for partner, name in zip(partners, HOSTILE, strict=True)
            ),
        ],
        with_cooperations=[a_cooperation("c1", asker, known, date(2020, 5, 1))],
    )  # fmt: skip
    return a_matcher(home, registry)


def sheet_rows(content: bytes, sheet: int = 0) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return list(book.worksheets[sheet].iter_rows(values_only=True))


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def outputs(made: SectorList, matcher: Matcher) -> list[str]:
    """What a reader sees of each format, as text."""
    book = openpyxl.load_workbook(io.BytesIO(xlsx_file([made], matcher.vocabulary)))
    seen = [str(c.value) for s in book for row in s.iter_rows() for c in row if c.value]
    return [
        "\n".join([*(s.title for s in book), *seen]),
        csv_file(made, matcher.vocabulary).decode("utf-8-sig"),
        html_file(made, matcher.vocabulary).decode(),
        json_file(made).decode(),
    ]
