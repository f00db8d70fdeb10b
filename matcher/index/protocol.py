"""What an index is: rows of unit vectors, searched by inner product under a mask. It knows only
rows, vectors and masks; what a row stands for is the snapshot's business."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]

NO_ROW = -1


class Index(Protocol):
    """Exact inner-product search. Equal scores are ordered by row, so answers are repeatable."""

    @property
    def dimension(self) -> int: ...

    def __len__(self) -> int: ...

    def search(self, vectors: Vectors, k: int, mask: Mask | None = None) -> tuple[Vectors, Rows]:
        """The best rows of each question among those the mask allows.

        `vectors` is (q, d), `mask` (n,) or None for all. Gives scores and rows, both
        (q, min(k, rows allowed)), best first: k rows, or all there are.
        """
        ...


def empty_result(questions: int) -> tuple[Vectors, Rows]:
    """What a search among no rows gives."""
    return np.empty((questions, 0), np.float32), np.empty((questions, 0), np.int64)


def check_question(vectors: Vectors, dimension: int, k: int) -> None:
    """Refuse a question of the wrong shape before an engine answers it wrongly."""
    if vectors.ndim != 2 or vectors.shape[1] != dimension:
        raise ValueError(f"questions must be (q, {dimension}), got {vectors.shape}")
    if k < 1:
        raise ValueError("k must be at least 1")
