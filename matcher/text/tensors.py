"""Safetensors files as read-only views of one memory map, after a look at what the header claims.

A header is outside input: it may be cut short, or give places that lie beyond the file's end. All
of it is checked before any number is read.
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LONGEST_HEADER = 100_000_000
_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E4M3": 8, "F8_E5M2": 8, "U16": 16, "I16": 16, "F16": 16,
    "BF16": 16, "U32": 32, "I32": 32, "F32": 32, "U64": 64, "I64": 64, "F64": 64,
}  # fmt: skip
_MAPPED = {"I8": np.int8, "F32": np.float32}


class DamagedTensors(ValueError):
    """A file that is not what its header says."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor of a file: its type, its shape, and where its bytes begin and end in the file."""

    kind: str
    shape: tuple[int, ...]
    begin: int
    end: int


def read_header(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of a file by name, and its notes. Raises OSError, DamagedTensors."""
    length = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        size = struct.unpack("<Q", start)[0] if len(start) == 8 else length
        if 8 + size > length or size > _LONGEST_HEADER:
            raise DamagedTensors(f"{path.name}: cut short, {length} bytes")
        raw = file.read(size)
    try:
        header = json.loads(raw)
        notes = header.pop("__metadata__", {})
        tensors = {name: _tensor(about, 8 + size) for name, about in header.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise DamagedTensors(f"{path.name}: no header of safetensors") from fault
    end = 8 + size
    for name, tensor in sorted(tensors.items(), key=lambda item: item[1].begin):
        claimed = math.prod(tensor.shape) * _BITS.get(tensor.kind, 0)
        if tensor.begin != end or tensor.end < end or (tensor.end - end) * 8 != claimed:
            raise DamagedTensors(f"{path.name}: {name} is not where the header says")
        end = tensor.end
    if end != length:
        raise DamagedTensors(f"{path.name}: {end} bytes announced, {length} there")
    return tensors, notes if isinstance(notes, dict) else {}


def mapped(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """The tensors of a file as read-only views of one memory map, and its notes.

    Raises OSError, DamagedTensors; int8 and float32 are known, DamagedTensors for any other.
    """
    tensors, notes = read_header(path)
    data = np.asarray(np.memmap(path, np.uint8, mode="r"))
    views = {}
    for name, tensor in tensors.items():
        if tensor.kind not in _MAPPED:
            raise DamagedTensors(f"{path.name}: {name} is of the type {tensor.kind}")
        flat = data[tensor.begin : tensor.end].view(_MAPPED[tensor.kind])
        views[name] = flat.reshape(tensor.shape)
    return views, notes


def _tensor(about: dict[str, Any], offset: int) -> Tensor:
    begin, end = (offset + int(place) for place in about["data_offsets"])
    shape = tuple(int(size) for size in about["shape"])
    if any(size < 0 for size in shape):
        raise ValueError("a size below zero")
    return Tensor(str(about["dtype"]), shape, begin, end)
