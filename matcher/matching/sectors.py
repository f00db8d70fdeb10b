"""Which sectors a question lies in: those of the capabilities whose definitions are nearest."""

from __future__ import annotations

import numpy as np

from matcher.organisation import OTHER_SECTOR
from matcher.snapshot.columns import sector_bit
from matcher.snapshot.snapshot import Snapshot
from matcher.text.normalise import has_han
from matcher.vocabulary import Vocabulary

from .question import Question

NEAR = 2.5
"""Standard deviations above the mean of all definitions from which one counts as near."""
MOST = 3
"""Capabilities of one asking text that may decide."""


def question_sectors(question: Question, snapshot: Snapshot, vocabulary: Vocabulary) -> int:
    """Bits of the question's sectors; 0 where no definition is near. A sector asked for is it."""
    ten = snapshot.manifest.sectors[:-1]
    wanted = question.query.sector
    if wanted is not None:
        return 0 if wanted == OTHER_SECTOR else sector_bit(ten, wanted)
    bits = 0
    for asked in question.texts:
        background = snapshot.background["zh" if has_han(asked.text) else "en"]
        nearness = background.vectors @ asked.vector
        above = (nearness - nearness.mean()) / max(float(nearness.std()), 1e-6)
        for place in np.argsort(-above, kind="stable")[:MOST]:
            if above[place] >= NEAR:
                code = snapshot.manifest.capabilities[int(place)]
                bits |= sector_bit(ten, vocabulary.sector_of(code))
    return bits
