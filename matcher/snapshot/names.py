"""Find organisations by id or by any of their names, without reading them all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.organisation import Organisation, SourceKey, organisation_id
from matcher.text.normalise import fold_name

from .arrays import read_array


def write_names(folder: Path, organisations: list[Organisation]) -> None:
    """Hashes of all folded names and ids, sorted, each with the organisation's row."""
    pairs = sorted(
        {
            (name_hash(key), row)
            for row, o in enumerate(organisations)
            for key in (*keys_of(o.id, o.sources), *(n.text for n in o.names))
        }
    )
    np.save(folder / "name_hashes.npy", np.array([h for h, _ in pairs], np.uint64))
    np.save(folder / "name_rows.npy", np.array([row for _, row in pairs], np.int32))


def keys_of(identity: str, sources: Iterable[SourceKey]) -> list[str]:
    """What an organisation is found by besides its names: its id, the ids it would have by each of
    its sources alone (it had one of them before they were joined), `key` and `source:key`."""
    found = [identity]
    for source in sources:
        found.append(organisation_id(source.source, source.key))
        found += [source.key, f"{source.source}:{source.key}"]
    return found


def name_hash(name: str) -> int:
    """64 bits of a folded name; a clash is settled by the names themselves."""
    return int.from_bytes(hashlib.sha256(fold_name(name).encode()).digest()[:8], "big")


class Names:
    """The look-up that `write_names` wrote."""

    def __init__(self, folder: Path) -> None:
        self._hashes: NDArray[np.uint64] = read_array(folder / "name_hashes.npy")
        self._rows: NDArray[np.int32] = read_array(folder / "name_rows.npy")

    def rows(self, name: str) -> list[int]:
        """Rows of organisations that may go by `name` (an id, a source's key or any spelling)."""
        wanted = np.uint64(name_hash(name))
        begin, end = np.searchsorted(self._hashes, [wanted, wanted + np.uint64(1)])
        return [int(row) for row in self._rows[begin:end]]
