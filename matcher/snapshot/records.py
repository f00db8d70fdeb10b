"""Rows of JSON in one memory-mapped file, reached by number."""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from .arrays import read_array


def write_records(folder: Path, name: str, records: Iterable[dict[str, Any]]) -> int:
    """Write `<name>.jsonl` and the offsets of its lines; gives the number of records."""
    offsets = [0]
    with (folder / f"{name}.jsonl").open("wb") as out:
        for record in records:
            out.write(orjson.dumps(record) + b"\n")
            offsets.append(out.tell())
    np.save(folder / f"{name}.offsets.npy", np.asarray(offsets, dtype=np.int64))
    return len(offsets) - 1


class Records:
    """Record number n of a file that `write_records` wrote, as bytes of JSON or decoded."""

    def __init__(self, folder: Path, name: str) -> None:
        self._offsets = read_array(folder / f"{name}.offsets.npy")
        self._bytes: mmap.mmap | bytes = b""
        path = folder / f"{name}.jsonl"
        if path.stat().st_size:
            with path.open("rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def raw(self, number: int) -> bytes:
        """The record as it stands in the file, without its line end."""
        return self._bytes[int(self._offsets[number]) : int(self._offsets[number + 1]) - 1]

    def __getitem__(self, number: int) -> dict[str, Any]:
        record: dict[str, Any] = orjson.loads(self.raw(number))
        return record
