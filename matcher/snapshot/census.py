"""What a snapshot holds, side by sector."""

from __future__ import annotations

from typing import Any

import numpy as np

from matcher.organisation import Side

from .columns import SIDES, sector_bit
from .snapshot import Snapshot


def census(snapshot: Snapshot) -> dict[str, Any]:
    """Per side and sector: organisations, profiles, vectors (distinct texts), share of zh and en.

    An organisation or profile of two sectors counts in both, and once in the side's total
    (sector None). Organisations without a profile count in their side's total only.
    """
    columns = snapshot.columns
    sectors = snapshot.manifest.sectors
    side_of_profile = columns.organisation_side[columns.profile_organisation]
    rows = []
    for side in Side:
        number = SIDES.index(side)
        mine = side_of_profile == number
        for sector in (None, *sectors):
            fits = mine
            if sector is not None:
                fits = mine & ((columns.profile_sectors & sector_bit(sectors[:-1], sector)) != 0)
            texts = np.unique(columns.holding_text[fits[columns.holding_profile]])
            organisations = (
                int((columns.organisation_side == number).sum())
                if sector is None
                else len(np.unique(columns.profile_organisation[fits]))
            )
            chinese = float(columns.text_is_chinese[texts].mean()) if len(texts) else 0.0
            rows.append(
                {
                    "side": side.value,
                    "sector": sector,
                    "organisations": organisations,
                    "profiles": int(fits.sum()),
                    "vectors": len(texts) if side is not Side.NONE else 0,
                    "zh": chinese,
                    "en": 1.0 - chinese if len(texts) else 0.0,
                }
            )
    return {
        "snapshot": snapshot.id,
        "built": snapshot.manifest.built,
        "encoder": snapshot.manifest.encoder,
        "counts": snapshot.manifest.counts,
        "indexes": snapshot.index_names(),
        "rows": rows,
    }
