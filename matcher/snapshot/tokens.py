"""The words of texts, cut once when a snapshot is built: what late interaction compares.

A text is a run of sentences, a sentence a run of tokens in the order of the text. Tokens stand for
rows of one table that holds those the snapshot uses, and no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.text.encoder import StaticEncoder
from matcher.text.sentences import sentence_of

from .arrays import read_array

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Floats = NDArray[np.float32]
BATCH = 2048
PARTS = ("ids", "starts", "ends", "sentences", "texts", "scale")


@dataclass(frozen=True, slots=True)
class Tokens:
    """n tokens in c sentences of t texts."""

    ids: Ints
    """(n,) Positions in the token table."""
    starts: Ints
    ends: Ints
    """(n,) Where each begins and ends in its text, in characters."""
    sentences: Longs
    """(c + 1,) Tokens of sentence i are sentences[i]:sentences[i + 1]; none is empty."""
    texts: Longs
    """(t + 1,) Sentences of text i are texts[i]:texts[i + 1]; none is empty."""
    scale: Floats
    """(c,) 1 / length of the weighted sum of a sentence's rows: pooling without a square root."""

    @classmethod
    def open(cls, folder: Path, name: str) -> Tokens:
        """The tokens that `write_tokens` wrote under `name`."""
        return cls(*(read_array(folder / f"{name}.{part}.npy") for part in PARTS))

    def lengths(self, texts: Longs) -> Longs:
        """(n,) How many tokens each of these texts (n,) has; at least one."""
        return np.asarray(
            self.sentences[self.texts[texts + 1]] - self.sentences[self.texts[texts]], np.int64
        )

    def of_text(self, text: int) -> slice:
        """Where the tokens of a text stand."""
        first, last = self.texts[text], self.texts[text + 1]
        return slice(int(self.sentences[first]), int(self.sentences[last]))


@dataclass(frozen=True, slots=True)
class TokenTable:
    """The rows that the tokens of a snapshot stand for; v rows."""

    rows: Floats
    """(v, d) of unit length."""
    pull: Floats
    """(v,) Length with which each counts in the vector of a text."""

    @classmethod
    def open(cls, folder: Path) -> TokenTable:
        """The table that `write_tokens` wrote."""
        return cls(*(read_array(folder / f"token_table.{part}.npy") for part in ("rows", "pull")))


def write_tokens(folder: Path, static: StaticEncoder, groups: dict[str, Sequence[str]]) -> None:
    """Cut every text of each group, and write the groups and the one table over which they stand.

    Those of the first group come first in the table, then what each further group adds. A text
    without a token gets token 0, so that no text is empty.
    """
    cut = {name: _cut(static, texts) for name, texts in groups.items()}
    used = in_order(parts[0] for parts in cut.values())
    place = np.zeros(int(used.max(initial=0)) + 1, np.int32)
    place[used] = np.arange(len(used))
    rows, pull = static.token_vectors(used), static.token_lengths(used)
    np.save(folder / "token_table.rows.npy", rows)
    np.save(folder / "token_table.pull.npy", pull)
    for name, (ids, starts, ends, sentences, texts) in cut.items():
        places = place[ids]
        sums = np.concatenate(
            [
                np.add.reduceat(
                    rows[places[a:b]] * pull[places[a:b], None], sentences[i:j] - a, axis=0
                )
                for i, j in _blocks(len(sentences) - 1)
                for a, b in [(sentences[i], sentences[j])]
            ]
        )
        scale = 1 / np.maximum(np.linalg.norm(sums, axis=1), 1e-9)
        parts = (places, starts, ends, sentences, texts, scale.astype(np.float32))
        for part, values in zip(PARTS, parts, strict=True):
            np.save(folder / f"{name}.{part}.npy", values)


def in_order(groups: Iterable[Ints]) -> Ints:
    """(v,) Every token of the groups once: the first group's ascending, then what the next adds."""
    used = np.empty(0, np.int32)
    for ids in groups:
        used = np.concatenate([used, np.setdiff1d(ids, used).astype(np.int32)])
    return used


def _blocks(count: int) -> list[tuple[int, int]]:
    """Sentences a few thousand at a time, so that their rows stay within some megabytes."""
    return [(i, min(i + BATCH, count)) for i in range(0, count, BATCH)]


def _cut(static: StaticEncoder, texts: Sequence[str]) -> tuple[Ints, Ints, Ints, Longs, Longs]:
    ids, starts, ends = [], [], []
    sentence_lengths: list[NDArray[np.int64]] = []
    sentences_of_text = []
    for begin in range(0, len(texts), BATCH):
        bodies = texts[begin : begin + BATCH]
        for body, told in zip(bodies, static.tokenise(bodies), strict=True):
            if len(told.ids):
                numbers = sentence_of(body, told.starts)
                lengths = np.diff(np.r_[0, np.flatnonzero(np.diff(numbers)) + 1, len(numbers)])
                ids.append(told.ids)
                starts.append(told.starts)
                ends.append(told.ends)
            else:
                lengths = np.ones(1, np.int64)
                for part in (ids, starts, ends):
                    part.append(np.zeros(1, np.int32))
            sentence_lengths.append(lengths)
            sentences_of_text.append(len(lengths))
    return (
        np.concatenate([np.empty(0, np.int32), *ids]),
        np.concatenate([np.empty(0, np.int32), *starts]),
        np.concatenate([np.empty(0, np.int32), *ends]),
        np.r_[0, np.cumsum(np.concatenate([np.empty(0, np.int64), *sentence_lengths]))],
        np.r_[0, np.cumsum(np.asarray(sentences_of_text, np.int64))],
    )
