"""Which sectors a question lies in: those of the capabilities whose definitions are nearest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matcher.organisation import OTHER_SECTOR
from matcher.snapshot.columns import sector_bit
from matcher.snapshot.snapshot import Snapshot
from matcher.vocabulary import Vocabulary

from .question import Question
from .seeker import Seeker

NEAR = 2.5
"""Standard deviations above the mean of all definitions from which one counts as near."""
MOST = 3
"""Capabilities of one asking text that may decide."""


def question_sectors(
    question: Question, seekers: tuple[Seeker, ...], snapshot: Snapshot, vocabulary: Vocabulary
) -> int:
    """Bits of the question's sectors; 0 where no definition is near. A sector asked for is it."""
    ten = snapshot.manifest.sectors[:-1]
    wanted = question.query.sector
    if wanted is not None:
        return 0 if wanted == OTHER_SECTOR else sector_bit(ten, wanted)
    bits = 0
    for seeker in seekers:
        nearness = definitions_near(seeker)
        for place in np.argsort(-nearness, kind="stable")[:MOST]:
            if nearness[place] >= NEAR:
                code = snapshot.manifest.capabilities[int(place)]
                bits |= sector_bit(ten, vocabulary.sector_of(code))
    return bits


def definitions_near(seeker: Seeker) -> NDArray[np.float64]:
    """How near each capability's definition in the question's language is, in deviations.

    The mean of meaning and alignment: by the meaning alone "we look for European partners" leads
    every question to the services that arrange partnerships; alignment weighs rare words.
    """
    meaning, alignment = seeker.definitions
    return np.asarray((above_mean(meaning) + above_mean(alignment)) / 2)


def above_mean(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Values in standard deviations above their mean."""
    exact = np.asarray(values, np.float64)
    return np.asarray((exact - exact.mean()) / max(float(exact.std()), 1e-6))
