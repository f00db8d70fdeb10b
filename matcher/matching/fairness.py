"""Scores that compare across languages.

A raw cosine or alignment favours texts in the question's own language. Each is therefore measured
against the background: the same capability definitions in Chinese and in English. What is left is
how many standard deviations a text lies above *any* technical text of its language. The longer a
text, the nearer its nearest word by chance alone: `beyond_chance` takes away what length gives.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
MINIMUM_SPREAD = 0.02
"""Below this a question is as near to everything; dividing by less would blow noise up."""
GROWTH = 1.3
"""Deviations by which late interaction rises by chance with a text e times as long. Measured: .8
over the texts of a catalogue of 20,000 profiles, 1.2 over abstracts (CSL), 1.3 to 1.6 over the
definitions of the background, 1.4 to 1.7 over paragraphs (XQuAD)."""


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What one measure of one question gives with the background of each language."""

    mean: dict[bool, float]
    """By whether the language is Chinese."""
    spread: dict[bool, float]

    @classmethod
    def of(cls, zh: Floats, en: Floats) -> Yardstick:
        """From the raw measures with the Chinese and with the English definitions."""
        samples = {True: zh, False: en}
        return cls(
            {chinese: float(sample.mean()) for chinese, sample in samples.items()},
            {
                chinese: max(float(sample.std()), MINIMUM_SPREAD)
                for chinese, sample in samples.items()
            },
        )

    def deviations(self, raw: Floats, is_chinese: NDArray[np.bool_]) -> Floats:
        """`raw` (n,) in standard deviations above the background of each text's own language."""
        mean = np.where(is_chinese, self.mean[True], self.mean[False])
        spread = np.where(is_chinese, self.spread[True], self.spread[False])
        return np.asarray((raw - mean) / spread, np.float32)


def beyond_chance(deviations: Floats, lengths: NDArray[np.int64], usual: float) -> Floats:
    """Late interaction (n,) in deviations, less what texts of these `lengths` reach by chance more
    than one of the background's `usual` length, in words."""
    return np.asarray(deviations - GROWTH * np.log(lengths / usual), np.float32)
