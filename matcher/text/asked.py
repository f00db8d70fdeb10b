"""The terms that a question asks for, and where a text holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .expansion import Names, key_of
from .silence import telling
from .telling import SILENT_ZH
from .terms import NOTHING, Term, is_han, pair, terms, words_and_characters

CHARACTER = 0.5
"""Weight of a single Chinese character, beside the pairs of neighbours at 1."""
NUMBER = 0.5
"""Weight of a bare number: a year may tell, a quantity meets its like anywhere."""

MOST = 1000
"""Terms of one question: of a book, those that it says most often."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A weighted term of a question."""

    term: str
    """One term, or several words and characters that must stand side by side, between blanks;
    NOTHING for punctuation between them."""
    weight: float
    start: int
    end: int
    """Where the question says it, or gave occasion to it: question[start:end]."""
    origin: str | None = None
    """None: the question's own word; else the code of the capability it is another name of."""
    words: str = ""
    """As the question, or the vocabulary, writes it."""


def ask(text: str, names: Names | None = None) -> tuple[Asked, ...]:
    """The terms of a question, each once, heavier if said more than once, followed by other names
    of the capabilities in it (`names`; None: without). Empty if it says nothing of a subject."""
    words = words_and_characters(text)
    tells = telling(words)
    paired = [False] * len(words)
    found: list[tuple[Term, float]] = []
    for i in range(len(words) - 1):
        both = pair(words[i], words[i + 1])
        if both and tells[i] and tells[i + 1]:
            found.append((both, 1.0))
            paired[i] = paired[i + 1] = True
    for word, in_pair, is_telling in zip(words, paired, tells, strict=True):
        if is_telling and (in_pair or word.plain not in SILENT_ZH):
            found.append((word, _weight(word.text)))
    first: dict[str, Term] = {}
    weights: dict[str, float] = {}
    for term, weight in found:
        first.setdefault(term.text, term)
        weights[term.text] = weights.get(term.text, 0.0) + weight
    least = sorted(weights.values(), reverse=True)[:MOST][-1] if weights else 0.0
    own = [
        Asked(key, weights[key], term.start, term.end, None, text[term.start : term.end])
        for key, term in first.items()
        if weights[key] >= least
    ][:MOST]
    added = names.additions(words, tells) if names else []
    others = [
        Asked(
            phrase(one.name.key), one.weight, one.start, one.end, one.name.code, one.name.spelling
        )
        for one in added
        if phrase(one.name.key) not in weights
    ]
    return (*sorted(own, key=lambda one: (one.start, one.end)), *others)


def _weight(word: str) -> float:
    if is_han(word):
        return CHARACTER
    return NUMBER if word.isdecimal() else 1.0


def phrase(key: Sequence[str]) -> str:
    """Texts of words and characters that must stand side by side, as one `Asked.term`."""
    both = len(key) == 2 and all(map(is_han, key))
    return "".join(key) if both else " ".join(key)


def met(asked: Sequence[Asked], text: str) -> tuple[tuple[int, int, int], ...]:
    """Which of the terms stand in `text`, in their order: (number of the term, start, end) of the
    first place, as offsets into the original."""
    first: dict[str, tuple[int, int]] = {}
    for term in terms(text):
        first.setdefault(term.text, (term.start, term.end))
    words = words_and_characters(text) if any(" " in one.term for one in asked) else []
    found = []
    for number, one in enumerate(asked):
        key = tuple(one.term.split(" "))
        place = first.get(one.term) if len(key) == 1 else _phrase_place(key, words, first)
        if place:
            found.append((number, *place))
    return tuple(found)


def _phrase_place(
    key: tuple[str, ...], words: list[Term], first: dict[str, tuple[int, int]]
) -> tuple[int, int] | None:
    bare = [word for word in key if word != NOTHING]
    if not all(word in first for word in bare):
        return None
    for begin, word in enumerate(words):
        part = words[begin : begin + len(bare)]
        if word.text == key[0] and key_of(part) == key:
            return part[0].start, part[-1].end
    return None
