"""Hard yes/no rules before the search: what may not be paired never eats up the first k.

Each organisation that is not eligible is counted under the first rule it breaks, so that
eligible + excluded = all organisations of the snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matcher.organisation import ProfileKind, Publication
from matcher.snapshot.columns import KINDS, PUBLICATIONS, SIDES, UNKNOWN_DAY, sector_bit
from matcher.snapshot.snapshot import Snapshot
from matcher.vocabulary import Vocabulary

if TYPE_CHECKING:
    from .question import Question

Mask = NDArray[np.bool_]

RULES = (
    "side", "inactive", "corporate_tree", "country", "region",
    "no_profile", "as_of", "left_out", "sector", "anonymous",
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


def screen(question: Question, snapshot: Snapshot, vocabulary: Vocabulary) -> Eligible:
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
    if query.countries:
        exclude("country", ~in_countries(snapshot, set(query.countries)))
    if query.regions:
        within = {c for c in manifest.countries if vocabulary.region_of(c) in query.regions}
        exclude("region", ~in_countries(snapshot, within))

    profiles = np.ones(len(snapshot.profiles), bool)

    def narrow(rule: str, allowed: Mask) -> None:
        nonlocal profiles
        profiles = profiles & allowed
        holders = np.bincount(columns.profile_organisation[profiles], minlength=organisations)
        exclude(rule, holders == 0)

    narrow("no_profile", profiles)
    narrow("as_of", known_profiles(snapshot, question.as_of))
    narrow("left_out", ~left_out(snapshot, query.leave_out))
    if query.sector is not None:
        bit = sector_bit(manifest.sectors[:-1], query.sector)
        narrow("sector", (columns.profile_sectors & bit) != 0)
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


def in_countries(snapshot: Snapshot, codes: set[str]) -> Mask:
    """(n,) Organisations of these countries; those whose country is unknown are not."""
    places = [n for n, code in enumerate(snapshot.manifest.countries) if code in codes]
    return np.isin(snapshot.columns.organisation_country, places)
