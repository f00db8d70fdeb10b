"""Read the catalogue once and number everything: rows sorted by id, so that neither the order of
import nor of reading shows in a snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.organisation import (
    OTHER_SECTOR,
    SECTOR_SCHEME,
    Cooperation,
    Organisation,
    Profile,
    ProfileText,
    Side,
)
from matcher.vocabulary import Vocabulary

from .columns import KINDS, NEVER_ENDS, PUBLICATIONS, SIDES, Columns, day_number, sector_bit

CHINA = "CN"


class Registry(Protocol):
    """What a snapshot is made from: the catalogue, or organisations at hand (in a test)."""

    def organisations(self) -> Iterable[Organisation]: ...

    def profiles(self) -> Iterable[Profile]: ...

    def cooperations(self) -> Iterable[Cooperation]: ...

    def fingerprint(self) -> str: ...


@dataclass(slots=True)
class Gathered:
    """The catalogue in memory, numbered."""

    organisations: list[Organisation]
    profiles: list[Profile]
    cooperations: list[Cooperation]
    texts: list[ProfileText]
    sources: list[str]
    """Leave-out keys, "source:key", sorted."""
    sectors: tuple[str, ...]
    countries: tuple[str, ...]
    capabilities: tuple[str, ...]
    natures: tuple[str, ...]
    modes: tuple[str, ...]
    organisation_row: dict[str, int]
    sector_bits: NDArray[np.uint16]
    holding_text: NDArray[np.int32]
    holding_profile: NDArray[np.int32]
    capability_offsets: NDArray[np.int64]
    capability_profiles: NDArray[np.int32]
    main_sectors: NDArray[np.int8]

    def text_rows(self, side: Side, sector: str | None) -> NDArray[np.int64]:
        """Texts that a profile of this side (with this sector, if one is named) holds."""
        row_of = self.organisation_row
        fits = np.array(
            [self.organisations[row_of[p.organisation]].side is side for p in self.profiles], bool
        )
        if sector is not None:
            fits &= (self.sector_bits & sector_bit(self.sectors[:-1], sector)) != 0
        return np.unique(self.holding_text[fits[self.holding_profile]]).astype(np.int64)

    def may_be_suggested(self) -> NDArray[np.bool_]:
        """(t,) Texts of somebody active on one of the two sides: those of all others must not even
        move the rarity of a word."""
        rows = [self.organisation_row[p.organisation] for p in self.profiles]
        may = np.array([o.active and o.side is not Side.NONE for o in self.organisations], bool)
        found = np.zeros(len(self.texts), bool)
        found[self.holding_text[may[rows][self.holding_profile]]] = True
        return found

    def columns(self) -> Columns:
        """All columns of the snapshot."""
        organisations, profiles = self.organisations, self.profiles
        row_of, source_of = self.organisation_row, {s: n for n, s in enumerate(self.sources)}
        place = {code: n for n, code in enumerate(self.countries)}
        parties = [
            (number, row_of[party])
            for number, c in enumerate(self.cooperations)
            for party in c.participants
        ]
        return Columns(
            organisation_side=smalls(SIDES.index(o.side) for o in organisations),
            organisation_country=np.array(
                [place[o.country] if o.country else -1 for o in organisations], np.int16
            ),
            organisation_active=np.array([o.active for o in organisations], bool),
            organisation_fictional=np.array([o.fictional for o in organisations], bool),
            organisation_nature=smalls(
                self.natures.index(nature) if (nature := nature_of(o)) else -1
                for o in organisations
            ),
            organisation_tree=corporate_trees(organisations, row_of),
            organisation_main_sector=self.main_sectors,
            profile_organisation=ints(row_of[p.organisation] for p in profiles),
            profile_kind=smalls(KINDS.index(p.kind) for p in profiles),
            profile_publication=smalls(PUBLICATIONS.index(p.publication) for p in profiles),
            profile_dated=ints(day_number(p.dated) for p in profiles),
            profile_from=ints(day_number(p.valid_from) for p in profiles),
            profile_until=ints(day_number(p.valid_until, NEVER_ENDS) for p in profiles),
            profile_participants=ints(p.participants for p in profiles),
            profile_sectors=self.sector_bits,
            profile_modes=np.array(
                [sum(1 << self.modes.index(m) for m in p.cooperation_modes) for p in profiles],
                np.uint8,
            ),
            profile_anonymous=np.array([p.anonymous for p in profiles], bool),
            profile_source=ints(source_of[leave_out_key(p)] for p in profiles),
            profile_target=smalls(
                wants_other_side(p, organisations[row_of[p.organisation]].side) for p in profiles
            ),
            holding_text=self.holding_text,
            holding_profile=self.holding_profile,
            text_offsets=np.searchsorted(self.holding_text, np.arange(len(self.texts) + 1)),
            text_is_chinese=np.array([t.language.startswith("zh") for t in self.texts], bool),
            capability_offsets=self.capability_offsets,
            capability_profiles=self.capability_profiles,
            cooperation_start=ints(day_number(c.start) for c in self.cooperations),
            cooperation_end=ints(day_number(c.end) for c in self.cooperations),
            cooperation_source=ints(source_of[leave_out_key(c)] for c in self.cooperations),
            cooperation_cross=np.array(
                [bool(c.beijing and c.partners) for c in self.cooperations], bool
            ),
            party_cooperation=ints(number for number, _ in parties),
            party_organisation=ints(row for _, row in parties),
        )


def gather(catalogue: Registry, vocabulary: Vocabulary) -> Gathered:
    """Everything a snapshot is made of."""
    organisations = sorted(catalogue.organisations(), key=lambda o: o.id)
    profiles = sorted(catalogue.profiles(), key=lambda p: p.id)
    cooperations = sorted(catalogue.cooperations(), key=lambda c: c.id)
    by_id = {text.id: text for p in profiles for text in p.texts}
    texts = [by_id[key] for key in sorted(by_id)]
    text_row = {text.id: row for row, text in enumerate(texts)}
    row_of = {o.id: row for row, o in enumerate(organisations)}
    holdings = sorted(
        {(text_row[t.id], number) for number, p in enumerate(profiles) for t in p.texts}
    )
    ten = tuple(code for code in vocabulary.sector.codes if code != OTHER_SECTOR)
    capabilities = vocabulary.capability.codes
    facts: list[Profile | Cooperation] = [*profiles, *cooperations]
    offsets, postings = capability_postings(profiles, capabilities)
    return Gathered(
        organisations=organisations,
        profiles=profiles,
        cooperations=cooperations,
        texts=texts,
        sources=sorted({leave_out_key(x) for x in facts}),
        sectors=(*ten, OTHER_SECTOR),
        countries=tuple(sorted({o.country for o in organisations if o.country})),
        capabilities=capabilities,
        natures=tuple(
            dict.fromkeys((*vocabulary.partner_nature.codes, *vocabulary.entity_type.codes))
        ),
        modes=vocabulary.cooperation_mode.codes,
        organisation_row=row_of,
        sector_bits=np.array([bits_of(p, ten) for p in profiles], np.uint16),
        holding_text=ints(text for text, _ in holdings),
        holding_profile=ints(number for _, number in holdings),
        capability_offsets=offsets,
        capability_profiles=postings,
        main_sectors=main_sectors(organisations, profiles, row_of, (*ten, OTHER_SECTOR)),
    )


def nature_of(organisation: Organisation) -> str | None:
    """What an organisation is: its partner nature; of a Beijing body its entity type first."""
    known = (organisation.partner_nature, organisation.entity_type)
    first, second = known[::-1] if organisation.side is Side.BEIJING else known
    return first or second


def leave_out_key(fact: Profile | Cooperation) -> str:
    """How a query names the source record of a fact that must not count."""
    return f"{fact.source.source}:{fact.source.key}"


def sector_codes(profile: Profile) -> list[tuple[str, float]]:
    """Sectors of a profile with confidence; one without any is `other`, never left out."""
    found = [(t.code, t.confidence) for t in profile.sectors if t.scheme == SECTOR_SCHEME]
    return found or [(OTHER_SECTOR, 1.0)]


def bits_of(profile: Profile, ten: tuple[str, ...]) -> int:
    """The set of a profile's sectors as bits."""
    bits = 0
    for code, _ in sector_codes(profile):
        bits |= sector_bit(ten, code)
    return bits


def main_sectors(
    organisations: list[Organisation],
    profiles: list[Profile],
    row_of: dict[str, int],
    sectors: tuple[str, ...],
) -> NDArray[np.int8]:
    """The sector in which most of an organisation's profiles lie: each counts with its
    confidence, divided among a consortium's participants; equal ones by the scheme's order."""
    weight = np.zeros((len(organisations), len(sectors)))
    for profile in profiles:
        if profile.anonymous:
            continue
        for code, confidence in sector_codes(profile):
            share = confidence / profile.participants
            weight[row_of[profile.organisation], sectors.index(code)] += share
    main = weight.argmax(axis=1)
    main[weight.sum(axis=1) == 0] = -1
    return np.asarray(main, np.int8)


def capability_postings(
    profiles: list[Profile], capabilities: tuple[str, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """For each capability the profile rows that have it."""
    holders: dict[str, list[int]] = defaultdict(list)
    for number, profile in enumerate(profiles):
        for tag in profile.capabilities:
            holders[tag.code].append(number)
    lists = [ints(holders[code]) for code in capabilities]
    return offsets_of(lists), np.concatenate([np.empty(0, np.int32), *lists])


def corporate_trees(organisations: list[Organisation], row_of: dict[str, int]) -> NDArray[np.int32]:
    """The same number for all who hang together through parents: the smallest row among them."""
    root = list(range(len(organisations)))

    def find(row: int) -> int:
        while root[row] != row:
            root[row] = root[root[row]]
            row = root[row]
        return row

    for row, organisation in enumerate(organisations):
        for parent in organisation.parents:
            if parent in row_of:
                first, second = sorted((find(row), find(row_of[parent])))
                root[second] = first
    return ints(find(row) for row in range(len(organisations)))


def wants_other_side(profile: Profile, side: Side) -> int:
    """1 if the profile names a target on the other side, 0 if only others, -1 if none."""
    if not profile.target_countries:
        return -1
    named_china = CHINA in profile.target_countries
    others = any(code != CHINA for code in profile.target_countries)
    return int(others if side is Side.BEIJING else named_china)


def ints(values: Iterable[int]) -> NDArray[np.int32]:
    """An int32 column of an iterable."""
    return np.array(list(values), dtype=np.int32)


def smalls(values: Iterable[int]) -> NDArray[np.int8]:
    """An int8 column of an iterable."""
    return np.array(list(values), dtype=np.int8)


def offsets_of(groups: list[NDArray[np.int32]]) -> NDArray[np.int64]:
    """Where each group begins in their concatenation; one more entry than groups."""
    return np.cumsum([0, *map(len, groups)], dtype=np.int64)
