"""What organisations did together up to a day, without what is left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matcher.snapshot.columns import UNKNOWN_DAY
from matcher.snapshot.snapshot import Snapshot

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class History:
    """Counts by organisation row."""

    cooperations: Counts
    """(n,) cooperations of any kind that had begun."""
    across: Counts
    """(n,) of these with both sides taking part."""
    partners: dict[int, int | None]
    """Organisation row -> last year together with the asker (None where no year is known)."""


def read_history(
    snapshot: Snapshot, day: date, leave_out: frozenset[str], asker: int | None
) -> History:
    """The history that may be known on `day`; a cooperation without a start always may."""
    columns, organisations = snapshot.columns, len(snapshot.organisations)
    begun = (columns.cooperation_start == UNKNOWN_DAY) | (
        columns.cooperation_start <= day.toordinal()
    )
    if leave_out:
        numbers = [snapshot.sources[key] for key in leave_out if key in snapshot.sources]
        begun = begun & ~np.isin(columns.cooperation_source, numbers)
    of_party = begun[columns.party_cooperation]
    across = of_party & columns.cooperation_cross[columns.party_cooperation]
    partners: dict[int, int | None] = {}
    if asker is not None:
        mine = columns.party_cooperation[of_party & (columns.party_organisation == asker)]
        for number in mine.tolist():
            year = last_year(snapshot, number, day)
            begin, end = np.searchsorted(columns.party_cooperation, [number, number + 1])
            for row in columns.party_organisation[begin:end].tolist():
                years = [y for y in (partners.get(row), year) if y is not None]
                partners[row] = max(years, default=None)
        partners.pop(asker, None)
    return History(
        cooperations=np.bincount(columns.party_organisation[of_party], minlength=organisations),
        across=np.bincount(columns.party_organisation[across], minlength=organisations),
        partners=partners,
    )


def last_year(snapshot: Snapshot, cooperation: int, day: date) -> int | None:
    """The last year of a cooperation that `day` can know of: its end, else its start."""
    end = int(snapshot.columns.cooperation_end[cooperation])
    start = int(snapshot.columns.cooperation_start[cooperation])
    known = [number for number in (min(end, day.toordinal()), start) if number != UNKNOWN_DAY]
    return date.fromordinal(known[0]).year if known else None
