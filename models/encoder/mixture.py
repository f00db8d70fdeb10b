"""What the encoder learns from: named sets of text pairs, each mixed from the training files.

A batch comes from one set, so that the other texts of a batch, against which a pair must stand
out, are of its own kind. Texts are numbered once (`Collection`); a batch is drawn by its step's
number alone, so that a training that was broken off goes on with the batches it would have had.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from models.encoder.bags import Bags, Ints, TokenStore, gathered
from models.encoder.corpus import (
    ABSTRACTS,
    DOCUMENTATION,
    SENTENCES,
    TATOEBA,
    Abstract,
    Pair,
    kept_out,
    read_abstracts,
    read_pairs,
    read_terms,
    without,
)

# Tokens kept of a text: beyond them a mean of tokens learns little and costs time.
LONGEST = 110
SENTENCES_IN_PARAGRAPH = (2, 6)
# Share of the batches. Chinese made by machine is seen half as often as by people.
SHARES = {
    "sentences": 0.52,
    "paragraphs": 0.20,
    "terms": 0.10,
    "papers_zh": 0.03,
    "papers_en": 0.05,
    "industry_en": 0.04,
    "human_zh_en": 0.04,
    "machine_zh_en": 0.02,
}
_SENTENCE_END = re.compile(r"(?<=[。！？；])|(?<=[.!?;])\s+")
Ranges = list[tuple[int, int]]


def read_all(folder: Path) -> tuple[list[Pair], list[tuple[Pair, str]], list[Abstract]]:
    """Sentence pairs (the small human sets twice), terms with source, abstracts; no term that is
    kept for measuring."""
    kept = kept_out(folder)
    small = read_pairs(folder, DOCUMENTATION) + read_pairs(folder, TATOEBA)
    sentences = without(read_pairs(folder, SENTENCES) + small * 2, kept)
    terms = [(pair, source) for pair, source in read_terms(folder) if pair.zh not in kept]
    abstracts = [a for name in ABSTRACTS for a in read_abstracts(folder, name)]
    return sentences, terms, abstracts


@dataclass(slots=True)
class Collection:
    """All texts by number, and the sets of pairs as ranges of these numbers: a pair of `sets` is
    (first, end) of its one side and (first, end) of its other."""

    texts: list[str] = field(default_factory=list)
    sets: dict[str, tuple[Ranges, Ranges]] = field(
        default_factory=lambda: {name: ([], []) for name in SHARES if name != "paragraphs"}
    )

    def pair(self, name: str, one: tuple[int, int], other: tuple[int, int]) -> None:
        """A pair of the set `name`, unless a side is empty."""
        if one[0] < one[1] and other[0] < other[1]:
            self.sets[name][0].append(one)
            self.sets[name][1].append(other)

    def add(self, text: str) -> tuple[int, int]:
        """The numbers of the sentences of `text`."""
        first = len(self.texts)
        self.texts += [part for part in _SENTENCE_END.split(text) if part.strip()]
        return first, len(self.texts)

    def whole(self, text: str) -> tuple[int, int]:
        """The number of `text`, not cut into sentences; of a blank one none."""
        first = len(self.texts)
        self.texts += [text] if text.strip() else []
        return first, len(self.texts)


def collection(
    sentences: Sequence[Pair], terms: Sequence[Pair], abstracts: Sequence[Abstract]
) -> Collection:
    """The numbered texts and sets of all that is trained on."""
    found = Collection()
    for name, pairs in (("sentences", sentences), ("terms", terms)):
        for pair in pairs:
            found.pair(name, found.whole(pair.zh), found.whole(pair.en))
    for abstract in abstracts:
        _topic(found, abstract)
    return found


def _topic(found: Collection, a: Abstract) -> None:
    """What belongs to one paper, award or request: title, keywords, gist and abstract, within a
    language and across. Chinese made by machine stands in a set of its own."""
    title_zh, title_en = found.whole(a.title_zh), found.whole(a.title_en)
    keywords_zh, keywords_en = found.whole(a.keywords_zh), found.whole(a.keywords_en)
    gist, zh, en = found.whole(a.gist_zh), found.add(a.abstract_zh), found.add(a.abstract_en)
    same_en = "papers_en" if a.source.startswith(("arxiv", "chinaxiv")) else "industry_en"
    across = "human_zh_en" if a.human else "machine_zh_en"
    pairs = [(same_en, title_en, en)]
    if a.human:
        pairs += [
            ("papers_zh", title_zh, zh),
            ("papers_zh", keywords_zh, zh),
            ("papers_en", keywords_en, en),
            (across, title_zh, title_en),
            (across, zh, en),
            (across, title_zh, en),
            (across, title_en, zh),
            (across, keywords_zh, keywords_en),
        ]
    else:
        pairs += [(across, gist, zh), (across, gist, en), (across, title_en, zh)]
    for name, one, other in pairs:
        found.pair(name, one, other)


class Batches:
    """Batches of a collection, each drawn from the seed and its step's number alone."""

    def __init__(self, store: TokenStore, sets: dict[str, tuple[Ranges, Ranges]], seed: int):
        self._store = store
        self._seed = seed
        self._sets = {
            name: (np.array(one, np.int64), np.array(other, np.int64))
            for name, (one, other) in sets.items()
            if one
        }
        self._order: dict[str, tuple[int, Ints]] = {}
        self.sizes = {name: len(one) for name, (one, _) in self._sets.items()}
        names = [n for n in SHARES if n in self._sets or n == "paragraphs"]
        self.shares = {n: SHARES[n] / sum(SHARES[m] for m in names) for n in names}

    def names(self, steps: int) -> list[str]:
        """The set of each step: each as often as its share says, evenly spread."""
        draw = np.random.default_rng([self._seed, 0])
        places = [
            ((i + draw.random()) / (share * steps), name)
            for name, share in self.shares.items()
            for i in range(round(share * steps))
        ]
        names = [name for _, name in sorted(places)]
        return (names + ["sentences"] * steps)[:steps]

    def pooled(self, name: str, turn: int, size: int) -> tuple[Bags, Bags]:
        """The `turn`-th batch of `size` pairs of a set: none comes twice before all came once."""
        draw = np.random.default_rng([self._seed, 1, turn, *name.encode()])
        if name == "paragraphs":
            members = self._members(size, draw)
            return self._paragraphs(members, draw)
        return self._pairs(name, self._rows(name, turn * size, size), draw)

    def _rows(self, name: str, start: int, size: int) -> Ints:
        n = self.sizes[name]
        places = np.arange(start, start + min(size, n))
        rows = np.empty(len(places), np.int64)
        for epoch in np.unique(places // n):
            kept = self._order.get(name, (-1, places))
            if kept[0] != epoch:
                draw = np.random.default_rng([self._seed, 4, int(epoch), *name.encode()])
                kept = self._order[name] = (int(epoch), draw.permutation(n))
            here = places // n == epoch
            rows[here] = kept[1][places[here] % n]
        return rows

    def _pairs(self, name: str, rows: Ints, draw: np.random.Generator) -> tuple[Bags, Bags]:
        one, other = self._sets[name]
        return self._bags(one[rows], draw), self._bags(other[rows], draw)

    def _bags(self, ranges: Ints, draw: np.random.Generator) -> Bags:
        """At most LONGEST tokens of each range of texts, from its first or a later text on."""
        first, end = ranges[:, 0], ranges[:, 1]
        later = first + (draw.random(len(first)) * (end - first)).astype(np.int64)
        first = np.where(draw.random(len(first)) < 0.5, later, first)
        begins, ends = self._store.offsets[first], self._store.offsets[end]
        return gathered(self._store.ids, begins, np.minimum(ends, begins + LONGEST))

    def _members(self, size: int, draw: np.random.Generator) -> list[Ints]:
        low, high = SENTENCES_IN_PARAGRAPH
        counts = draw.integers(low, high + 1, size)
        rows = draw.integers(0, self.sizes["sentences"], int(counts.sum()))
        return np.split(rows, np.cumsum(counts)[:-1])

    def _paragraphs(self, members: list[Ints], draw: np.random.Generator) -> tuple[Bags, Bags]:
        """Sentences that must find, in the other language, the paragraph they stand in: every
        second one in Chinese."""
        turned = np.arange(len(members)) % 2 == 1
        asked = np.array([draw.choice(rows) for rows in members])
        counts = np.array([len(rows) for rows in members])
        sides = [side[:, 0] for side in self._sets["sentences"]]
        question = np.where(turned, sides[0][asked], sides[1][asked])
        every = np.concatenate(members)
        texts = np.where(np.repeat(turned, counts), sides[1][every], sides[0][every])
        offsets = self._store.offsets
        asking = gathered(self._store.ids, offsets[question], offsets[question + 1])
        parts = gathered(self._store.ids, offsets[texts], offsets[texts + 1])
        return asking, Bags(parts.ids, parts.starts[np.cumsum(counts) - counts])
