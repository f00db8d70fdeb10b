"""Text to lexical terms: folded words, Chinese characters and their pairs, each with its place.

Folding: NFKC, case, accents, traditional to simplified characters (`traditional.txt`, one to one,
drawn from OpenCC's tables); English words are brought to their stem and to one of their spellings.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import NamedTuple

import tantivy

LONGEST = 64
"""Characters of a word; what is longer is no word, but keeps its place."""

NOTHING = "·"
"""Stands in a line at a place without a term; never a term itself."""

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f々〇"
_PIECE = re.compile(
    rf"(?P<han>[{_HAN}]+)"
    rf"|(?P<word>[a-z](?:\+\+|\#)(?!\w)|[^\W_{_HAN}]+)(?:['’]s(?![^\W_]))?"
    r"|(?:[,;:!?()。、…]+|\.(?!\w))"
)
_IS_HAN = re.compile(f"[{_HAN}]")
_SPELLINGS = (
    (re.compile(r"([a-z]{3})is(e[drs]?|ers|ing|ations?|able)$"), r"\1iz\2"),
    (re.compile(r"([a-z]{3})ys(e[drs]?|ing)$"), r"\1yz\2"),
    (re.compile(r"^(fib|cent|met|lit)re(s?)$"), r"\1er\2"),
    (re.compile(r"^(behavi|col|harb|lab|neighb|od|tum|vap)our"), r"\1or"),
    (re.compile(r"^aluminium"), "aluminum"),
    (re.compile(r"^sulph"), "sulf"),
)
"""Spellings of British English, and those that stand for them."""


class Term(NamedTuple):
    """A term of a text; `text[start:end]` of the original is what it stands for."""

    text: str
    position: int
    """Of its first word or character, counted in words and Chinese characters; punctuation that
    ends a clause counts one more."""
    start: int
    end: int
    plain: str
    """Folded, but not brought to the stem."""


def words_and_characters(text: str) -> list[Term]:
    """The words and the single Chinese characters of `text`, in order."""
    folded, places = fold(text)
    found, position = [], 0
    for piece in _PIECE.finditer(folded):
        start = piece.start()
        if piece["han"]:
            for i, character in enumerate(piece["han"]):
                found.append(Term(character, position + i, start + i, start + i + 1, character))
            position += len(piece["han"])
            continue
        word = piece["word"]
        if word and len(word) <= LONGEST:
            found.append(Term(stem(word), position, start, piece.end("word"), word))
        position += 1
    if places is None:
        return found
    return [one._replace(start=places[one.start], end=places[one.end - 1] + 1) for one in found]


def pair(one: Term, after: Term) -> Term | None:
    """The pair of two Chinese characters, if that is what they are and nothing is between them."""
    if after.position != one.position + 1 or not (is_han(one.text) and is_han(after.text)):
        return None
    text = one.text + after.text
    return Term(text, one.position, one.start, after.end, text)


def terms(text: str) -> list[Term]:
    """As `words_and_characters`, each Chinese character followed by the pair it begins."""
    words = words_and_characters(text)
    found = []
    for one, after in zip_longest(words, words[1:]):
        found.append(one)
        both = pair(one, after) if after else None
        if both:
            found.append(both)
    return found


def line(text: str) -> str:
    """What `terms` finds, for an index: between blanks word or character number i at place 2i, the
    pair it begins at place 2i + 1, NOTHING at the other places."""
    places: list[str] = []
    characters_before = False
    for characters, word in _PIECE.findall(fold(text)[0]):
        if characters:
            if characters_before:
                places[-1] = places[-2] + characters[0]
            for one, after in pairwise(characters):
                places += (one, one + after)
            places += (characters[-1], NOTHING)
        else:
            known = word and len(word) <= LONGEST
            places += (stem(word) if known else NOTHING, NOTHING)
        characters_before = bool(characters)
    return " ".join(places)


def is_han(term: str) -> bool:
    """Whether a term is written in Chinese characters."""
    return _IS_HAN.match(term) is not None


def fold(text: str) -> tuple[str, list[int] | None]:
    """`text` folded, and where each folded character stood (None: where it stands)."""
    if text.isascii():
        return text.lower(), None
    folded = text.translate(_FOLDING)
    if _FOLDING.odd.isdisjoint(text):
        return folded, None
    return folded, [place for place, letter in enumerate(text) for _ in _FOLDING[ord(letter)]]


def stem(word: str) -> str:
    """The term of a folded Latin word: membranes, membrane -> membran; fibres, fiber -> fiber."""
    if not (word.isascii() and word.isalpha()):
        return word
    return _stem(word)


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    for british, other in _SPELLINGS:
        word = british.sub(other, word)
    (stemmed,) = _stemmer().analyze(word)
    return stemmed


@cache
def _stemmer() -> tantivy.TextAnalyzer:
    whole = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    return whole.filter(tantivy.Filter.stemmer("english")).build()


@cache
def _simplified() -> dict[str, str]:
    file = Path(__file__).with_name("traditional.txt")
    traditional, simplified = file.read_text("utf-8").split()
    return dict(zip(traditional, simplified, strict=True))


class _Folding(dict[int, str]):
    """A table for `str.translate` that fills itself."""

    def __init__(self) -> None:
        super().__init__()
        self.odd: set[str] = set()
        """Characters that do not fold to exactly one."""

    def __missing__(self, code: int) -> str:
        letters = unicodedata.normalize("NFKC", chr(code)).casefold()
        letters = "".join(_simplified().get(letter, letter) for letter in letters)
        bare = "".join(
            letter
            for letter in unicodedata.normalize("NFKD", letters)
            if not unicodedata.combining(letter)
        )
        folded = unicodedata.normalize("NFC", bare)
        if len(folded) != 1:
            self.odd.add(chr(code))
        self[code] = folded
        return folded


_FOLDING = _Folding()
