"""Hard yes/no rules before the search: what may not be paired never eats up the first k.

Each organisation that is not eligible is counted under the first rule it breaks, so that
eligible + excluded = all organisations of the snapshot.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matcher.organisation import ProfileKind, Publication
from matcher.query import Query
from matcher.snapshot.columns import KINDS, PUBLICATIONS, SIDES, UNKNOWN_DAY, sector_bit
from matcher.snapshot.snapshot import Snapshot
from matcher.text.encoder import StaticEncoder
from matcher.vocabulary import Vocabulary

from .musts import Insistence

if TYPE_CHECKING:
    from .question import Question

Mask = NDArray[np.bool_]

RULES = (
    "side", "inactive", "corporate_tree", "country", "region", "nature",
    "no_profile", "as_of", "left_out", "sector", "capability", "mode", "must", "anonymous",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Eligible:
    """Who may be suggested, and which holdings may speak for them."""

    organisations: Mask
    """(n,)"""
    holdings: Mask
    """(h,)"""
    excluded: tuple[tuple[str, int], ...]
    """Rule and count, in the order of RULES, rules that caught nobody left out."""
    rule_of: NDArray[np.int8]
    """(n,) position in RULES of the first rule broken, -1 for the eligible."""


def open_profiles(snapshot: Snapshot, day: date, leave_out: frozenset[str] = frozenset()) -> Mask:
    """(p,) Profiles that count on `day` and are not left out (see `Profile.open_on`)."""
    return known_profiles(snapshot, day) & ~left_out(snapshot, leave_out)


def known_profiles(snapshot: Snapshot, day: date) -> Mask:
    """(p,) Profiles known on `day` and, where they can expire, open on it."""
    columns, number = snapshot.columns, day.toordinal()
    known = (columns.profile_dated == UNKNOWN_DAY) | (columns.profile_dated <= number)
    lasting = columns.profile_kind == KINDS.index(ProfileKind.CAPABILITY)
    lasting |= columns.profile_publication == PUBLICATIONS.index(Publication.INFERRED)
    within = (columns.profile_from <= number) & (number <= columns.profile_until)
    return np.asarray(known & (lasting | within))


def left_out(snapshot: Snapshot, leave_out: frozenset[str]) -> Mask:
    """(p,) Profiles whose source record must not count."""
    if not leave_out:
        return np.zeros(len(snapshot.profiles), bool)
    numbers = [snapshot.sources[key] for key in leave_out if key in snapshot.sources]
    return np.isin(snapshot.columns.profile_source, numbers)


def screen(
    question: Question, snapshot: Snapshot, vocabulary: Vocabulary, static: StaticEncoder
) -> Eligible:
    """Apply RULES in order."""
    columns, query = snapshot.columns, question.query
    manifest = snapshot.manifest
    organisations = len(snapshot.organisations)
    rule_of = np.full(organisations, -1, np.int8)

    def exclude(rule: str, broken: Mask) -> None:
        rule_of[(rule_of < 0) & broken] = RULES.index(rule)

    exclude("side", columns.organisation_side != SIDES.index(question.side))
    exclude("inactive", ~columns.organisation_active)
    if question.asker is not None:
        tree = columns.organisation_tree
        exclude("corporate_tree", tree == tree[question.asker])
    for rule, broken in places(query, snapshot, vocabulary):
        exclude(rule, broken)
    if query.natures or query.not_natures:
        exclude("nature", ~of_natures(query, snapshot))

    profiles = np.ones(len(snapshot.profiles), bool)

    def narrow(rule: str, allowed: Mask) -> None:
        nonlocal profiles
        profiles = profiles & allowed
        holders = np.bincount(columns.profile_organisation[profiles], minlength=organisations)
        exclude(rule, holders == 0)

    narrow("no_profile", profiles)
    narrow("as_of", known_profiles(snapshot, question.as_of))
    if query.leave_out:
        narrow("left_out", ~left_out(snapshot, query.leave_out))
    if query.sector is not None:
        bit = sector_bit(manifest.sectors[:-1], query.sector)
        narrow("sector", (columns.profile_sectors & bit) != 0)
    if query.capability is not None:
        able = np.zeros(len(profiles), bool)
        able[snapshot.capability_profiles(query.capability)] = True
        narrow("capability", able)
    if query.modes or query.not_modes:
        narrow("mode", of_modes(query, snapshot))
    if query.musts:
        insistence = Insistence(query.musts, snapshot, static)
        for must in query.musts:
            narrow("must", insistence.profiles(must))
    narrow("anonymous", ~columns.profile_anonymous)

    eligible = rule_of < 0
    counts = np.bincount(rule_of[~eligible], minlength=len(RULES))
    speaking = profiles & eligible[columns.profile_organisation]
    return Eligible(
        organisations=eligible,
        holdings=speaking[columns.holding_profile],
        excluded=tuple((rule, int(n)) for rule, n in zip(RULES, counts, strict=True) if n),
        rule_of=rule_of,
    )


def places(query: Query, snapshot: Snapshot, vocabulary: Vocabulary) -> Iterator[tuple[str, Mask]]:
    """Who stands in none of the places asked for, or in one that is not wanted; an unknown country
    is in no place."""

    def of_regions(regions: tuple[str, ...]) -> set[str]:
        return {c for c in snapshot.manifest.countries if vocabulary.region_of(c) in regions}

    if query.countries or query.regions:
        wanted = {*query.countries, *of_regions(query.regions)}
        rule = "country" if query.countries else "region"
        yield rule, ~in_countries(snapshot, wanted)
    if query.not_countries:
        yield "country", in_countries(snapshot, set(query.not_countries))
    if query.not_regions:
        yield "region", in_countries(snapshot, of_regions(query.not_regions))


def in_countries(snapshot: Snapshot, codes: set[str]) -> Mask:
    """(n,) Organisations of these countries; those whose country is unknown are not."""
    rows = [n for n, code in enumerate(snapshot.manifest.countries) if code in codes]
    return np.isin(snapshot.columns.organisation_country, rows)


def of_natures(query: Query, snapshot: Snapshot) -> Mask:
    """(n,) Of a wanted nature, if any is asked for, and of none that is not wanted."""
    nature, codes = snapshot.columns.organisation_nature, snapshot.manifest.natures
    wanted = np.isin(nature, [codes.index(each) for each in query.natures])
    unwanted = np.isin(nature, [codes.index(each) for each in query.not_natures])
    return (wanted if query.natures else ~unwanted) & ~unwanted


def of_modes(query: Query, snapshot: Snapshot) -> Mask:
    """(p,) Profiles open to a wanted mode. One that names no mode may be open to any."""
    bits, codes = snapshot.columns.profile_modes, snapshot.manifest.modes

    def among(modes: tuple[str, ...]) -> int:
        return sum(1 << codes.index(each) for each in modes)

    left = bits & ~np.uint8(among(query.not_modes))
    open_to = (left & among(query.modes)) != 0 if query.modes else left != 0
    return np.asarray((bits == 0) | open_to)
