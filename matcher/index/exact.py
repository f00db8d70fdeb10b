"""The reference: plain NumPy, no cleverness. Every faster index must agree with it."""

from __future__ import annotations

import numpy as np

from .protocol import Mask, Rows, Vectors, check_question, empty_result


class ExactIndex:
    """Inner products with every row, then a full sort by (score descending, row)."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = np.asarray(vectors, dtype=np.float32)

    @property
    def dimension(self) -> int:
        return int(self._vectors.shape[1])

    def __len__(self) -> int:
        return int(self._vectors.shape[0])

    def search(self, vectors: Vectors, k: int, mask: Mask | None = None) -> tuple[Vectors, Rows]:
        """See `Index.search`."""
        check_question(vectors, self.dimension, k)
        rows = np.arange(len(self)) if mask is None else np.flatnonzero(mask)
        if not len(rows):
            return empty_result(len(vectors))
        scores = np.asarray(vectors @ self._vectors[rows].T, dtype=np.float32)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(scores, order, axis=1), rows[order].astype(np.int64)
