"""One number for how well a text answers the question, whatever its language.

    relevance = (alignment x a + meaning x m) / (a + m) + lexical x l        own language
              = that x o + kindred x share x k                              other language

Meaning, alignment and kindred come in standard deviations (`fairness.py`), lexical as a share. The
words of a question stand literally only in texts of its own language, and there the right text
stands out more; `other_language` brings the right text of the other language to the same height.
The weights were chosen on XQuAD and CSL (`bench/retrieval.py`, dev), not on pairings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
KINDRED_TEXTS = 3
"""Texts of the question's own language that speak for it in the other."""


@dataclass(frozen=True, slots=True)
class Blend:
    """The weights of the measures; 0 leaves one out."""

    alignment: float = 0.6
    meaning: float = 0.4
    lexical: float = 6.0
    other_language: float = 1.2
    kindred: float = 0.5
    answered: float = 4.0
    """Relevance from which a text of the question's own language begins to answer it."""
    answered_well: float = 8.0
    """From here it speaks for the question with full weight."""

    def without(self, parts: frozenset[str]) -> Blend:
        """The blend with these measures at 0; KeyError for one it does not have."""
        for part in parts:
            if part not in ("alignment", "meaning", "lexical", "kindred"):
                raise KeyError(part)
        return replace(self, **dict.fromkeys(parts, 0.0))

    def fuse(
        self, meaning: Floats, alignment: Floats, lexical: Floats, own_language: bool
    ) -> Floats:
        """(t,) relevance of texts of one language, without kindred."""
        both = self.alignment + self.meaning
        dense = (self.alignment * alignment + self.meaning * meaning) / both
        return np.asarray(
            (dense + self.lexical * lexical) * (1.0 if own_language else self.other_language),
            np.float32,
        )

    def share(self, relevance: Floats) -> float:
        """How far the best texts of the question's own language speak for it, 0 to 1."""
        if not len(relevance) or not self.kindred:
            return 0.0
        span = self.answered_well - self.answered
        return float(np.clip((relevance.max() - self.answered) / span, 0.0, 1.0))


WHOLE = Blend()
