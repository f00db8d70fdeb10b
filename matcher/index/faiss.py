"""FAISS flat: exact inner products at memory speed, from a file mapped into memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np

from .protocol import Mask, Rows, Vectors, check_question, empty_result


class FaissIndex:
    """A flat FAISS index; several processes that open the same file share its pages."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def of(cls, vectors: Vectors) -> FaissIndex:
        """An index in memory over `vectors` (n, d), rows of unit length."""
        index = faiss.IndexFlatIP(int(vectors.shape[1]))
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def open(cls, path: Path) -> FaissIndex:
        """The index that `save` wrote, memory-mapped and read-only."""
        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))

    def save(self, path: Path) -> None:
        """Write the index to `path`."""
        faiss.write_index(self._index, str(path))

    @property
    def dimension(self) -> int:
        return int(self._index.d)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, vectors: Vectors, k: int, mask: Mask | None = None) -> tuple[Vectors, Rows]:
        """See `Index.search`. FAISS leaves the order of equal scores open, so it is put right."""
        check_question(vectors, self.dimension, k)
        allowed = len(self) if mask is None else int(np.count_nonzero(mask))
        if not allowed:
            return empty_result(len(vectors))
        parameters: Any = None
        if mask is not None and allowed < len(self):
            bits = np.packbits(mask, bitorder="little")
            # The stubs know only the C++ signatures; `bits` must outlive the search.
            engine: Any = faiss
            parameters = engine.SearchParameters(sel=engine.IDSelectorBitmap(bits))
        questions = np.ascontiguousarray(vectors, dtype=np.float32)
        scores, rows = self._index.search(questions, min(k, allowed), params=parameters)
        order = np.lexsort((rows, -scores), axis=1)
        return np.take_along_axis(scores, order, axis=1), np.take_along_axis(rows, order, axis=1)
