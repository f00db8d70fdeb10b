"""The additive ranker: score = prior + sum of contributions, each a readable curve of one feature.

`models/ranker/ranker.json` holds the curves; that of a re-ranker, joined to them only where one is
named, stands in `rerank.json` beside it. A value between two knots is interpolated, one beyond them
takes the last knot's contribution, a missing one the curve's own `missing`. The file refuses to
load if its features are not those the program computes.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from matcher.errors import Bilingual, SnapshotMismatch
from matcher.settings import shipped

Doubles = NDArray[np.float64]
SCHEMA = 1
SEAL = 8
"""Hexadecimal digits of the file's hash that an answer names, so that it names its very curves."""


class Block(StrEnum):
    """The two blocks of a score."""

    FIT = "fit"
    TRACK_RECORD = "track_record"


@dataclass(frozen=True, slots=True)
class Curve:
    """What one feature adds to the log-odds."""

    feature: str
    block: Block
    values: tuple[float, ...]
    contributions: tuple[float, ...]
    missing: float
    source: str
    """Where the curve comes from: `set by hand`, `default` or the data it was learned on."""

    def __post_init__(self) -> None:
        if len(self.values) != len(self.contributions) or not self.values:
            raise ValueError(f"curve {self.feature}: as many contributions as values, at least one")
        if list(self.values) != sorted(set(self.values)):
            raise ValueError(f"curve {self.feature}: values must rise")
        if not all(map(math.isfinite, (*self.values, *self.contributions, self.missing))):
            raise ValueError(f"curve {self.feature}: every number must be finite")

    def contribution(self, values: NDArray[np.floating]) -> Doubles:
        """Log-odds that each value adds; NaN is a missing value."""
        raw = np.asarray(values, dtype=np.float64)
        added = np.interp(raw, self.values, self.contributions)
        return np.where(np.isnan(raw), self.missing, added)


@dataclass(frozen=True, slots=True)
class Ranker:
    """All curves, in the order in which contributions are summed."""

    name: str
    seal: str
    """Of the file it was read from."""
    prior: float
    """Log-odds of a pairing about which nothing is known."""
    curves: tuple[Curve, ...]

    @property
    def label(self) -> str:
        """Name and seal: what an answer, a list or a frozen figure says it was ranked by."""
        return f"{self.name}-{self.seal}"

    def of(self, block: Block) -> tuple[Curve, ...]:
        """The curves of one block."""
        return tuple(curve for curve in self.curves if curve.block is block)

    def joined(self, more: Ranker) -> Ranker:
        """With the curves of `more` after its own; named and sealed after both."""
        seal = hashlib.sha256(f"{self.seal} {more.seal}".encode()).hexdigest()[:SEAL]
        return Ranker(
            f"{self.name}+{more.name}",
            seal,
            self.prior + more.prior,
            (*self.curves, *more.curves),
        )


def load_ranker(path: Path, features: dict[str, Block]) -> Ranker:
    """Read a ranker and hold it against the program's features (name -> block)."""
    raw = orjson.loads(path.read_bytes())
    curves = tuple(
        Curve(
            feature=c["feature"],
            block=Block(c["block"]),
            values=tuple(float(value) for value, _ in c["knots"]),
            contributions=tuple(float(added) for _, added in c["knots"]),
            missing=float(c["missing"]),
            source=c["source"],
        )
        for c in raw["curves"]
    )
    theirs = {c.feature: c.block for c in curves}
    if raw["schema"] != SCHEMA or theirs != features or len(theirs) != len(curves):
        differing = sorted(
            name for name in theirs.keys() | features.keys()
            if theirs.get(name) != features.get(name)
        )  # fmt: skip
        named = ", ".join(differing) or f"schema {raw['schema']}"
        raise SnapshotMismatch(
            Bilingual(
                f"排序器与程序的特征不一致：{named}。",
                f"the ranker does not have the program's features: {named}.",
            ),
            Bilingual(
                "换回随程序发布的 ranker.json，或用本版程序重新训练。",
                "put back the ranker.json that came with the program, or fit it again.",
            ),
            where=str(path),
        )
    seal = hashlib.sha256(path.read_bytes()).hexdigest()[:SEAL]
    return Ranker(raw["name"], seal, float(raw["prior"]), curves)


@lru_cache(maxsize=4)
def shipped_ranker(features: tuple[tuple[str, Block], ...], file: str = "ranker.json") -> Ranker:
    """The ranker that came with the program, or the curves beside it in another file."""
    return load_ranker(shipped("models", "ranker", file), dict(features))
