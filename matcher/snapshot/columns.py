"""The numbers of a snapshot: one array a column, memory-mapped, rows sorted by id.

Row numbers stand for ids inside a snapshot: organisation row, text row, profile row. A *holding*
is one profile's use of one text; equal text of many profiles is one text row with many holdings.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.organisation import OTHER_SECTOR, ProfileKind, Publication, Side

from .arrays import read_array

SIDES = tuple(Side)
KINDS = tuple(ProfileKind)
PUBLICATIONS = tuple(Publication)
UNKNOWN_DAY = 0
NEVER_ENDS = np.iinfo(np.int32).max
Ints = NDArray[np.int32]
Smalls = NDArray[np.int8]
Flags = NDArray[np.bool_]
Bits = NDArray[np.uint16]


def day_number(day: date | None, unknown: int = UNKNOWN_DAY) -> int:
    """A date as its proleptic ordinal; `unknown` where there is none."""
    return unknown if day is None else day.toordinal()


def sector_bit(codes: tuple[str, ...], code: str) -> int:
    """The bit of a sector in a profile's set; `codes` are the ten, `other` follows them."""
    return 1 << (len(codes) if code == OTHER_SECTOR else codes.index(code))


@dataclass(frozen=True, slots=True)
class Columns:
    """All columns; n organisations, p profiles, t texts, h holdings, c cooperations, m parties."""

    organisation_side: Smalls
    """(n,) position in SIDES."""
    organisation_country: NDArray[np.int16]
    """(n,) position in the manifest's countries, -1 unknown."""
    organisation_active: Flags
    organisation_fictional: Flags
    organisation_nature: Smalls
    """(n,) position in the manifest's natures, -1 unknown: the partner nature, of a Beijing body
    its entity type."""
    organisation_tree: Ints
    """(n,) number of the corporate tree; organisations of one tree are never paired."""
    organisation_main_sector: Smalls
    """(n,) position in the manifest's sectors, the ten then `other`; -1 without a profile."""
    profile_organisation: Ints
    profile_kind: Smalls
    profile_publication: Smalls
    profile_dated: Ints
    profile_from: Ints
    profile_until: Ints
    profile_participants: Ints
    profile_sectors: Bits
    """(p,) set of sectors, one bit each, `other` the last."""
    profile_modes: NDArray[np.uint8]
    """(p,) set of cooperation modes, one bit each in the manifest's order; 0 names none."""
    profile_anonymous: Flags
    profile_source: Ints
    """(p,) row of the leave-out key in `sources.jsonl`."""
    profile_target: Smalls
    """(p,) does it seek partners of the other side? 1 yes, 0 named others only, -1 not said."""
    holding_text: Ints
    """(h,) sorted by text, then profile."""
    holding_profile: Ints
    text_offsets: NDArray[np.int64]
    """(t + 1,) holdings of text i are text_offsets[i]:text_offsets[i + 1]."""
    text_is_chinese: Flags
    capability_offsets: NDArray[np.int64]
    """(number of capabilities + 1,): postings, capability -> profile rows."""
    capability_profiles: Ints
    cooperation_start: Ints
    cooperation_end: Ints
    cooperation_source: Ints
    cooperation_cross: Flags
    """(c,) has participants on both sides."""
    party_cooperation: Ints
    """(m,) sorted by cooperation."""
    party_organisation: Ints

    def save(self, folder: Path) -> None:
        """One .npy file a column under `folder`."""
        folder.mkdir()
        for column in fields(self):
            np.save(folder / f"{column.name}.npy", getattr(self, column.name))

    @classmethod
    def open(cls, folder: Path) -> Columns:
        """The columns that `save` wrote, memory-mapped."""
        return cls(**{c.name: read_array(folder / f"{c.name}.npy") for c in fields(cls)})
