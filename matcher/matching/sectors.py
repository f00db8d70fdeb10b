"""Which sectors a question lies in: those of the capabilities whose definitions are nearest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matcher.organisation import OTHER_SECTOR
from matcher.snapshot.columns import sector_bit
from matcher.snapshot.snapshot import Snapshot
from matcher.text.normalise import has_han
from matcher.vocabulary import Vocabulary

from .alignment import Aligner
from .question import Question

NEAR = 2.5
"""Standard deviations above the mean of all definitions from which one counts as near."""
MOST = 3
"""Capabilities of one asking text that may decide."""


def question_sectors(
    question: Question, aligners: tuple[Aligner, ...], snapshot: Snapshot, vocabulary: Vocabulary
) -> int:
    """Bits of the question's sectors; 0 where no definition is near. A sector asked for is it."""
    ten = snapshot.manifest.sectors[:-1]
    wanted = question.query.sector
    if wanted is not None:
        return 0 if wanted == OTHER_SECTOR else sector_bit(ten, wanted)
    bits = 0
    for aligner in aligners:
        nearness = definitions_near(aligner, snapshot)
        for place in np.argsort(-nearness, kind="stable")[:MOST]:
            if nearness[place] >= NEAR:
                code = snapshot.manifest.capabilities[int(place)]
                bits |= sector_bit(ten, vocabulary.sector_of(code))
    return bits


def definitions_near(aligner: Aligner, snapshot: Snapshot) -> NDArray[np.float64]:
    """How near each capability's definition in the question's language is, in deviations.

    The mean of cosine and alignment: by the cosine alone "we look for European partners" leads
    every question to the services that arrange partnerships; alignment weighs rare words.
    """
    asked = aligner.asked
    background = snapshot.background["zh" if has_han(asked.text) else "en"]
    cosine = np.asarray(background.vectors @ asked.vector, np.float64)
    aligned = np.asarray(aligner.background(background), np.float64)
    return (above_mean(cosine) + above_mean(aligned)) / 2


def above_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values in standard deviations above their mean."""
    return np.asarray((values - values.mean()) / max(float(values.std()), 1e-6))
