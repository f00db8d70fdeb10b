"""Candidates: for each organisation of a tier, its holdings among the tier's texts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.snapshot.snapshot import Snapshot

from .eligibility import Eligible
from .retrieve import Hits

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Holdings of new organisations in a tier, sorted by organisation, then text.

    h holdings of n organisations; holdings of organisation i are offsets[i]:offsets[i + 1].
    """

    organisations: Rows
    """(n,) organisation rows, ascending (ids are hashes, so this order is nobody's favour)."""
    offsets: Rows
    holding_organisation: Rows
    """(h,) position in `organisations`."""
    profiles: Rows
    texts: Rows
    hits: Rows
    """(h,) position of the text in the tier's hits."""

    def __len__(self) -> int:
        return len(self.organisations)


def gather_candidates(
    hits: Hits, eligible: Eligible, snapshot: Snapshot, seen: NDArray[np.bool_]
) -> Candidates:
    """Who holds the tier's texts and was not in a tier before (`seen`, (organisations,))."""
    columns = snapshot.columns
    begins, ends = columns.text_offsets[hits.texts], columns.text_offsets[hits.texts + 1]
    lengths = ends - begins
    starts = np.cumsum(lengths) - lengths
    holdings = np.arange(int(lengths.sum())) + np.repeat(begins - starts, lengths)
    hit = np.repeat(np.arange(len(hits.texts)), lengths)
    allowed = eligible.holdings[holdings]
    holdings, hit = holdings[allowed], hit[allowed]
    profiles = columns.holding_profile[holdings].astype(np.int64)
    organisations = columns.profile_organisation[profiles].astype(np.int64)
    fresh = ~seen[organisations]
    order = np.lexsort((profiles[fresh], hits.texts[hit[fresh]], organisations[fresh]))
    holders, profiles = organisations[fresh][order], profiles[fresh][order]
    hit = hit[fresh][order]
    rows, first, position = np.unique(holders, return_index=True, return_inverse=True)
    return Candidates(
        organisations=rows,
        offsets=np.append(first, len(holders)),
        holding_organisation=position,
        profiles=profiles,
        texts=hits.texts[hit],
        hits=hit,
    )
