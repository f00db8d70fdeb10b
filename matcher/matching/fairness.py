"""Scores that compare across languages.

A raw cosine or alignment favours texts in the question's own language. Each is therefore measured
against the background: the same capability definitions in Chinese and in English. What is left is
how many standard deviations a text lies above *any* technical text of its language.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
MINIMUM_SPREAD = 0.02
"""Below this a question is as near to everything; dividing by less would blow noise up."""


def standardise(
    raw: Floats, is_chinese: NDArray[np.bool_], background: dict[str, Floats]
) -> Floats:
    """`raw` (n,) in standard deviations above the background of each text's own language.

    `background` holds the question's raw scores with the definitions, by language.
    """
    result = np.empty(len(raw), np.float32)
    for language, mask in (("zh", is_chinese), ("en", ~is_chinese)):
        sample = background[language]
        spread = max(float(sample.std()), MINIMUM_SPREAD)
        result[mask] = (raw[mask] - float(sample.mean())) / spread
    return result
