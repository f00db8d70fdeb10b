"""One number for how well a text answers the question, whatever its language.

    own language:    relevance = alignment x a + meaning x m + lexical x l
    other language:  relevance = that x o + lift

Meaning and alignment come in standard deviations (`fairness.py`), lexical as a share. The words of
a question stand literally only in texts of its own language, and there the right text stands out
more. So the texts that answer best in the question's own language lend to those of the other what
they reach themselves, by how near these come to saying the same: as far as that exceeds what they
reach alone, `kindred` of it lifts them. It never takes away.

The weights were chosen on XQuAD and CSL (`bench/retrieval.py`, dev), not on pairings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
PARTS = ("alignment", "meaning", "lexical", "kindred")
LENDERS = 3
"""Texts of the question's own language that lend to those of the other."""
MOST_LENT = 1.3


@dataclass(frozen=True, slots=True)
class Blend:
    """The weights of the measures; 0 leaves one out."""

    alignment: float = 0.6
    meaning: float = 0.4
    lexical: float = 6.0
    other_language: float = 1.1
    kindred: float = 0.7
    twin: float = 10.0
    """Deviations by which a translation stands out from any text: as near as a text can come."""

    def without(self, parts: frozenset[str]) -> Blend:
        """The blend with these measures at 0; KeyError for one it does not have."""
        for part in parts:
            if part not in PARTS:
                raise KeyError(part)
        return replace(self, **dict.fromkeys(parts, 0.0))

    def fuse(self, meaning: Floats, alignment: Floats, lexical: Floats, *, own: bool) -> Floats:
        """(t,) What texts reach alone, all in the question's own language or in the other."""
        both = max(self.alignment + self.meaning, 1e-9)
        dense = (self.alignment * alignment + self.meaning * meaning) / both
        return (dense + self.lexical * lexical) * np.float32(1.0 if own else self.other_language)

    def lift(self, alone: Floats, nearness: Floats, lender: float) -> Floats:
        """(t,) What texts of the other language gain: `alone` is what they reach without it,
        `nearness` theirs to the lenders in deviations, `lender` what those reach themselves."""
        lent = np.clip(nearness / self.twin, 0.0, MOST_LENT) * lender
        return np.asarray(self.kindred * np.maximum(lent - alone, 0.0), np.float32)


WHOLE = Blend()
