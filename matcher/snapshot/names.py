"""Find organisations by id or by any of their names, without reading them all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.organisation import Organisation
from matcher.text.normalise import fold_name


def write_names(folder: Path, organisations: list[Organisation]) -> None:
    """Hashes of all folded names and ids, sorted, each with the organisation's row."""
    pairs = sorted(
        {
            (name_hash(key), row)
            for row, o in enumerate(organisations)
            for key in (o.id, *(n.text for n in o.names), *(s.key for s in o.sources))
        }
    )
    np.save(folder / "name_hashes.npy", np.array([h for h, _ in pairs], np.uint64))
    np.save(folder / "name_rows.npy", np.array([row for _, row in pairs], np.int32))


def name_hash(name: str) -> int:
    """64 bits of a folded name; a clash is settled by the names themselves."""
    return int.from_bytes(hashlib.sha256(fold_name(name).encode()).digest()[:8], "big")


class Names:
    """The look-up that `write_names` wrote."""

    def __init__(self, folder: Path) -> None:
        self._hashes: NDArray[np.uint64] = np.load(folder / "name_hashes.npy", mmap_mode="r")
        self._rows: NDArray[np.int32] = np.load(folder / "name_rows.npy", mmap_mode="r")

    def rows(self, name: str) -> list[int]:
        """Rows of organisations that may go by `name` (an id, a source's key or any spelling)."""
        wanted = np.uint64(name_hash(name))
        begin, end = np.searchsorted(self._hashes, [wanted, wanted + np.uint64(1)])
        return [int(row) for row in self._rows[begin:end]]
