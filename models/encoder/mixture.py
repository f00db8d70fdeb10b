"""What the encoder learns from: named sets of text pairs, each mixed from the training files.

A batch comes from one set, so that the other texts of a batch, against which a pair must stand
out, are of its own kind. A set's size is its share of the batches.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator
from pathlib import Path

from models.encoder.corpus import (
    ABSTRACTS,
    DOCUMENTATION,
    SENTENCES,
    TATOEBA,
    Abstract,
    Pair,
    read_abstracts,
    read_pairs,
    read_terms,
)

TextPair = tuple[str, str]
# Characters kept of an abstract: beyond them a mean of tokens learns little and costs time.
LONGEST_ZH = 180
LONGEST_EN = 500
SENTENCES_IN_PARAGRAPH = (2, 6)
# Sets of paper and request texts that people wrote, and how often the others come beside them.
HUMAN = ("papers_zh", "papers_en", "industry_en", "human_zh_en")
MACHINE_SHARE = 0.5
_SENTENCE_END = re.compile(r"(?<=[。！？；])|(?<=[.!?;])\s+")


def read_all(folder: Path) -> tuple[list[Pair], list[tuple[Pair, str]], list[Abstract]]:
    """Sentence pairs (the small human sets twice), terms with source, abstracts."""
    small = read_pairs(folder, DOCUMENTATION) + read_pairs(folder, TATOEBA)
    sentences = read_pairs(folder, SENTENCES) + small * 2
    abstracts = [a for name in ABSTRACTS for a in read_abstracts(folder, name)]
    return sentences, read_terms(folder), abstracts


def mixture(
    sentences: list[Pair], terms: list[Pair], abstracts: list[Abstract], seed: int, scale: float
) -> dict[str, list[TextPair]]:
    """The sets of one pass. `scale` 1.0 is one pass over the sentences; a set never repeats a
    pair more than its share asks for, and the order is fixed by `seed`."""
    draw = random.Random(seed)
    size = int(len(sentences) * scale)
    sets: dict[str, list[TextPair]] = {
        "sentences": _resized([(p.zh, p.en) for p in sentences], size, draw),
        "paragraphs": list(_paragraphs(sentences, int(size * 0.45), draw)),
        "terms": _resized([(p.zh, p.en) for p in terms], int(size * 0.2), draw),
    }
    # Each pass draws new excerpts from the abstracts.
    passes = [_topics(abstracts, draw) for _ in range(math.ceil(scale))]
    for name in passes[0]:
        pairs = [pair for one in passes for pair in one[name]]
        share = scale / len(passes) * (1.0 if name in HUMAN else MACHINE_SHARE)
        sets[name] = _resized(pairs, int(len(pairs) * share), draw)
    return sets


def _resized(pairs: list[TextPair], size: int, draw: random.Random) -> list[TextPair]:
    """`size` pairs: all of them as often as they go, the rest drawn without repetition."""
    if not pairs:
        return []
    whole, rest = divmod(size, len(pairs))
    chosen = pairs * whole + draw.sample(pairs, rest)
    draw.shuffle(chosen)
    return chosen


def _paragraphs(sentences: list[Pair], size: int, draw: random.Random) -> Iterator[TextPair]:
    """Sentences that must find, in the other language, the paragraph they stand in."""
    for turn in range(size):
        members = draw.choices(sentences, k=draw.randint(*SENTENCES_IN_PARAGRAPH))
        asked = draw.choice(members)
        if turn % 2:
            yield asked.zh, " ".join(p.en for p in members)
        else:
            yield asked.en, "".join(p.zh for p in members)


def _topics(abstracts: list[Abstract], draw: random.Random) -> dict[str, list[TextPair]]:
    """What belongs to one paper, award or request: title, keywords, gist and abstract, within a
    language and across. Chinese made by machine stands in a set of its own."""
    sets: dict[str, list[TextPair]] = {
        "papers_zh": [],
        "papers_en": [],
        "industry_en": [],
        "human_zh_en": [],
        "machine_zh_en": [],
    }
    for a in abstracts:
        zh, en = (
            _excerpt(a.abstract_zh, LONGEST_ZH, draw),
            _excerpt(a.abstract_en, LONGEST_EN, draw),
        )
        same_en = "papers_en" if a.source.startswith(("arxiv", "chinaxiv")) else "industry_en"
        across = "human_zh_en" if a.human else "machine_zh_en"
        candidates = [(same_en, a.title_en, en)]
        if a.human:
            candidates += [
                ("papers_zh", a.title_zh, zh),
                ("papers_zh", a.keywords_zh, zh),
                ("papers_en", a.keywords_en, en),
                (across, a.title_zh, a.title_en),
                (across, zh, en),
                (across, a.title_zh, en),
                (across, a.title_en, zh),
                (across, a.keywords_zh, a.keywords_en),
            ]
        else:
            candidates += [
                (across, a.gist_zh, zh),
                (across, a.gist_zh, en),
                (across, a.title_en, zh if draw.random() < 0.5 else a.gist_zh),
            ]
        for name, one, other in candidates:
            if one and other:
                sets[name].append((one, other))
    return sets


def _excerpt(text: str, longest: int, draw: random.Random) -> str:
    """Whole sentences of `text`, from its start or from a later one, up to `longest` characters."""
    if len(text) <= longest:
        return text
    parts = [p for p in _SENTENCE_END.split(text) if p]
    first = draw.randrange(len(parts)) if draw.random() < 0.5 else 0
    excerpt = ""
    for part in parts[first:]:
        if excerpt and len(excerpt) + len(part) > longest:
            break
        excerpt = f"{excerpt} {part}".strip()
    return excerpt[:longest]
