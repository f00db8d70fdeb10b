"""Where one sentence of a text ends and the next begins, in Chinese and English."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

_END = re.compile(r"[。！？；\n]+|[.!?;]+(?=\s|$)")


def sentence_of(body: str, starts: NDArray[np.int32]) -> NDArray[np.int64]:
    """(n,) The number of the sentence in which each token begins; `starts` (n,) are character
    offsets, ascending. Numbers ascend; one without a token does not occur."""
    ends = [match.end() for match in _END.finditer(body)]
    return np.searchsorted(np.asarray(ends, np.int64), starts, side="right")
