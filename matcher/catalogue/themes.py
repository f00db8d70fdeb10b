"""What an organisation works on, seen from its papers: titles that are near each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.text.encoder import Encoder

NEAR = 0.35
"""Cosine to its theme's centre from which a title needs no theme of its own."""
MOST_THEMES = 24
"""Of one organisation: its profiles stay few, however many papers it has."""

_ROUNDS = 5
_BATCH = 4096

Vectors = NDArray[np.float32]


class Themes:
    """Groups titles by one encoder; each distinct title is encoded once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Vectors] = {}

    @property
    def fingerprint(self) -> str:
        """Changes when titles would be grouped otherwise."""
        return f"{self._encoder.fingerprint} {NEAR} {MOST_THEMES}"

    def prepare(self, titles: Sequence[str]) -> None:
        """Encode these in one go, before they are grouped piece by piece."""
        fresh = sorted({title for title in titles if title not in self._known})
        for start in range(0, len(fresh), _BATCH):
            batch = fresh[start : start + _BATCH]
            self._known.update(zip(batch, self._encoder.encode(batch), strict=True))

    def group(self, titles: Sequence[str]) -> list[list[int]]:
        """Positions in `titles` by theme, largest theme first; in each the most central first.

        Centres are put one after the other on the title that is furthest from all before, until
        every title is near one or there are MOST_THEMES; then titles and centres settle.
        """
        if len(titles) < 2:
            return [[0]] if titles else []
        self.prepare(titles)
        vectors = np.stack([self._known[title] for title in titles])
        if len(titles) == 2:
            near = vectors[0] @ vectors[1] >= NEAR
            return [[0, 1]] if near else [[0], [1]]
        centres = _unit(vectors.mean(axis=0, keepdims=True))
        centres = vectors[[int(np.argmax(vectors @ centres[0]))]]
        while len(centres) < min(MOST_THEMES, len(titles)):
            nearest = (vectors @ centres.T).max(axis=1)
            furthest = int(np.argmin(nearest))
            if nearest[furthest] >= NEAR:
                break
            centres = np.vstack([centres, vectors[furthest]])
        near = vectors @ centres.T
        home = near.argmax(axis=1)
        for _ in range(_ROUNDS):
            sums = np.zeros_like(centres)
            np.add.at(sums, home, vectors)
            centres = _unit(sums[np.unique(home)])
            near = vectors @ centres.T
            former, home = home, near.argmax(axis=1)
            if np.array_equal(former, home):
                break
        groups: dict[int, list[int]] = {}
        for place in np.lexsort((np.arange(len(titles)), -near[np.arange(len(titles)), home])):
            groups.setdefault(int(home[place]), []).append(int(place))
        return sorted(groups.values(), key=lambda group: (-len(group), min(group)))


def _unit(vectors: Vectors) -> Vectors:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), np.float32)
