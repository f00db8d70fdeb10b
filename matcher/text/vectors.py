"""Rows of unit length, and the row of a text in which there is no word."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

_SURROGATE = re.compile("[\ud800-\udfff]")


def wordless(dimension: int) -> Vectors:
    """The unit row (d,) of a text in which no word was found: all components equal, so that it is
    near to nothing in particular, and equal wordless texts stay equal."""
    return np.full(dimension, dimension**-0.5, np.float32)


def unit_rows(rows: Vectors) -> Vectors:
    """`rows` (n, d) brought to unit length; a row of zeros becomes `wordless(d)`."""
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    empty = lengths == 0.0
    unit: Vectors = rows / np.where(empty, 1.0, lengths).astype(np.float32)[:, None]
    unit[empty] = wordless(rows.shape[1])
    return unit


def without_surrogates(texts: Sequence[str]) -> list[str]:
    """The texts with half characters, which no tokeniser takes, replaced one for one."""
    return [_SURROGATE.sub("\ufffd", text) for text in texts]
