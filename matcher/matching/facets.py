"""By what an answer could be narrowed: how many of the organisations near the question stand in
each sector, capability, region, country and nature."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matcher.snapshot.snapshot import Snapshot
from matcher.vocabulary import Vocabulary

from .scoring import Scored

Facets = tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
"""(facet, ((code, organisations), ...)), most first; of the long ones the first MOST."""
NEAR = 0.5
"""Share of the best text's relevance from which a text is near the question."""
MOST = 12


def count_facets(tier: Scored | None, snapshot: Snapshot, vocabulary: Vocabulary) -> Facets:
    """Facets of the organisations that a first tier found near the question.

    An organisation counts once a code, by any of its profiles that are near.
    """
    if tier is None:
        return ()
    candidates, relevance = tier.pairs.candidates, tier.pairs.hits.relevance
    near = relevance[candidates.hits] >= NEAR * relevance[0]
    holders, profiles = candidates.holding_organisation[near], candidates.profiles[near]
    columns, manifest = snapshot.columns, snapshot.manifest
    # Holdings stand by organisation: `first` is where each begins.
    first = np.flatnonzero(np.diff(holders, prepend=-1))
    rows = candidates.organisations[holders[first]]
    bits = np.bitwise_or.reduceat(columns.profile_sectors[profiles], first)
    shared = (bits[:, None] >> np.arange(len(manifest.sectors))) & 1
    sectors = dict(zip(manifest.sectors, shared.sum(axis=0).tolist(), strict=True))
    countries = tally(columns.organisation_country[rows], manifest.countries)
    regions: dict[str, int] = {}
    for country, count in countries.items():
        if region := vocabulary.region_of(country):
            regions[region] = regions.get(region, 0) + count
    counted = {
        "sector": sectors,
        "capability": capabilities(holders, profiles, snapshot),
        "region": regions,
        "country": countries,
        "nature": tally(columns.organisation_nature[rows], manifest.natures),
    }
    return tuple((facet, most_first(counts)) for facet, counts in counted.items())


def capabilities(
    holders: NDArray[np.int64], profiles: NDArray[np.int64], snapshot: Snapshot
) -> dict[str, int]:
    """Organisations by capability."""
    offsets, numbers = snapshot.profile_capabilities
    lengths = offsets[profiles + 1] - offsets[profiles]
    starts = np.cumsum(lengths) - lengths
    places = np.arange(int(lengths.sum())) + np.repeat(offsets[profiles] - starts, lengths)
    codes = snapshot.manifest.capabilities
    pairs = np.unique(np.repeat(holders, lengths) * len(codes) + numbers[places])
    return tally(pairs % max(len(codes), 1), codes)


def tally(values: NDArray[np.integer], codes: tuple[str, ...]) -> dict[str, int]:
    """How often each code occurs; -1 is unknown and not counted."""
    counts = np.bincount(values[values >= 0], minlength=len(codes))
    return {codes[place]: int(counts[place]) for place in np.flatnonzero(counts).tolist()}


def most_first(counts: dict[str, int]) -> tuple[tuple[str, int], ...]:
    """The greatest counts, equal ones by code."""
    found = [(code, count) for code, count in counts.items() if count]
    return tuple(sorted(found, key=lambda each: (-each[1], each[0]))[:MOST])
