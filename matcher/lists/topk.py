"""Plain top-k lists: for every Beijing body of a sector its k best partners abroad.

One pipeline: each body asks as an organisation, restricted to the sector, so that only profiles of
the sector count as evidence. Nothing is shared out here: a famous partner may stand in many rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np

from matcher.errors import Bilingual, EmptyQuestion
from matcher.matching.eligibility import known_profiles
from matcher.matching.pairing import Answer, Pairing
from matcher.matching.pipeline import Equipment, Reasons, match
from matcher.matching.rereading import UsedReranker, used
from matcher.organisation import Side
from matcher.query import Query
from matcher.snapshot.columns import SIDES, UNKNOWN_DAY, sector_bit
from matcher.snapshot.snapshot import Snapshot
from matcher.vocabulary import Term

Progress = Callable[[int, int], None]


class RowKind(StrEnum):
    """What a row says of its Beijing body; the order in which a body's rows stand."""

    SUGGESTED = "suggested"
    KNOWN_PARTNER = "known_partner"
    NONE = "none"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True)
class ListRow:
    """One line of a list: a pairing, or a body without one and why."""

    kind: RowKind
    body: dict[str, Any]
    """The Beijing body as the snapshot records it."""
    pairing: Pairing | None = None
    why: Bilingual | None = None

    @property
    def fictional(self) -> bool:
        """Whether either side is made up."""
        partner = self.pairing.organisation if self.pairing else {}
        return bool(self.body["fictional"] or partner.get("fictional"))


@dataclass(frozen=True, slots=True)
class SectorList:
    """The list of one sector; every body that holds the sector stands in it or is counted."""

    sector: Term
    snapshot: str
    ranker: str
    reranker: UsedReranker | None
    prior: float
    as_of: date
    k: int
    rows: tuple[ListRow, ...]
    anonymous: int
    """Bodies whose every profile of the sector is anonymous: counted, never named."""

    def count(self, kind: RowKind) -> int:
        """Rows of a kind."""
        return sum(row.kind is kind for row in self.rows)

    @property
    def bodies(self) -> int:
        """Beijing bodies named in the list."""
        return len({row.body["id"] for row in self.rows})


@dataclass(frozen=True, slots=True)
class Members:
    """The Beijing bodies of a sector on a day, by organisation row."""

    asking: tuple[int, ...]
    not_asked: tuple[tuple[int, Bilingual], ...]
    anonymous: int


INACTIVE = Bilingual("该机构已停止活动。", "This body is no longer active.")
NOT_OPEN = Bilingual(
    "该机构在本领域的资料当日不在有效期内。",
    "None of its profiles in this sector was valid on that day.",
)


def members(snapshot: Snapshot, sector: str, as_of: date) -> Members:
    """Who holds the sector: on a profile that is open on the day, as main sector or beside others.

    Inactive bodies and those whose profiles of the sector had expired (or were not yet valid) are
    named as not asked; a body of which nothing in the sector was known that day is none of it.
    """
    columns = snapshot.columns
    count = len(snapshot.organisations)
    dated = columns.profile_dated
    public = (dated == UNKNOWN_DAY) | (dated <= as_of.toordinal())
    held = public & ((columns.profile_sectors & sector_bit(snapshot.manifest.sectors[:-1], sector))
                     != 0)  # fmt: skip
    open_named = held & known_profiles(snapshot, as_of) & ~columns.profile_anonymous

    def holders(profiles: Any) -> Any:
        return np.bincount(columns.profile_organisation[profiles], minlength=count) > 0

    beijing = columns.organisation_side == SIDES.index(Side.BEIJING)
    of_sector = beijing & holders(held)
    named = beijing & holders(held & ~columns.profile_anonymous)
    speaking = beijing & holders(open_named)
    asking = speaking & columns.organisation_active
    not_asked = [
        (row, NOT_OPEN if columns.organisation_active[row] else INACTIVE)
        for row in np.flatnonzero(named & ~asking).tolist()
    ]
    return Members(
        asking=tuple(np.flatnonzero(asking).tolist()),
        not_asked=tuple(not_asked),
        anonymous=int((of_sector & ~named).sum()),
    )


def sector_list(
    equipment: Equipment, sector: Term, k: int, as_of: date, progress: Progress | None = None
) -> SectorList:
    """The list of one of the ten sectors on a day, k partners a body.

    Bodies stand in the order of their best score, equal ones by id; then bodies without a
    partner, then those not asked. `progress` hears bodies done and bodies in all.
    """
    snapshot = equipment.snapshot
    held = members(snapshot, sector.code, as_of)
    groups: list[tuple[ListRow, ...]] = []
    for done, row in enumerate(held.asking, 1):
        groups.append(body_rows(equipment, snapshot.organisations[row], sector, k, as_of))
        if progress:
            progress(done, len(held.asking))
    groups += [
        (ListRow(RowKind.NOT_ASKED, snapshot.organisations[row], why=why),)
        for row, why in held.not_asked
    ]
    return SectorList(
        sector=sector,
        snapshot=snapshot.id,
        ranker=equipment.whole_ranker.label,
        reranker=used(equipment.reranker),
        prior=equipment.whole_ranker.prior,
        as_of=as_of,
        k=k,
        rows=tuple(row for group in sorted(groups, key=group_order) for row in group),
        anonymous=held.anonymous,
    )


def body_rows(
    equipment: Equipment, body: dict[str, Any], sector: Term, k: int, as_of: date
) -> tuple[ListRow, ...]:
    """One body's rows: its pairings, its past partners, or why it has neither."""
    query = Query(organisation=body["id"], sector=sector.code, k=k, as_of=as_of)
    try:
        answer = match(query, equipment, as_of, Reasons.TOP)
    except EmptyQuestion as fault:
        return (ListRow(RowKind.NOT_ASKED, body, why=fault.what),)
    suggested = tuple(ListRow(RowKind.SUGGESTED, body, p) for p in answer.pairings)
    known = tuple(ListRow(RowKind.KNOWN_PARTNER, body, p) for p in answer.known_partners)
    if suggested:
        return suggested + known
    return (ListRow(RowKind.NONE, body, why=why_none(answer)), *known)


def why_none(answer: Answer) -> Bilingual:
    """Why a body got no pairing."""
    if answer.known_partner_count:
        return Bilingual(
            f"符合条件的 {answer.known_partner_count} 家境外合作方都已有合作。",
            f"All {answer.known_partner_count} eligible partners abroad are past partners.",
        )
    return Bilingual(
        "当日该领域没有符合条件的境外合作方。",
        "No partner abroad was eligible in this sector on that day.",
    )


def group_order(rows: Iterable[ListRow]) -> tuple[int, float, str]:
    """Bodies with pairings first, best score first; ids settle what is equal."""
    first = next(iter(rows))
    score = first.pairing.score if first.pairing else 0.0
    return (list(RowKind).index(first.kind), -score, first.body["id"])
