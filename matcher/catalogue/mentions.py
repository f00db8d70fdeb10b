"""Which of many terms a text names outright: whole words in Latin scripts, any place in Chinese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from matcher.text.normalise import fold_name

_WORDS = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LEAST_LATIN = 4
"""A shorter Latin spelling is an abbreviation with other meanings."""


class Mentions:
    """Finds the terms that a text mentions by any of their spellings."""

    def __init__(self, spellings: Sequence[Sequence[str]]) -> None:
        """`spellings[n]` are those of term n."""
        self._terms: dict[tuple[str, ...], list[int]] = {}
        for number, own in enumerate(spellings):
            for spelling in own:
                pieces = _pieces(spelling)
                if len(spelling) >= _LEAST_LATIN or _HAN.search(spelling):
                    known = self._terms.setdefault(pieces, [])
                    if number not in known:
                        known.append(number)
        self._longest: dict[str, int] = {}
        for pieces in self._terms:
            self._longest[pieces[0]] = max(self._longest.get(pieces[0], 0), len(pieces))

    def of(self, text: str) -> list[int]:
        """The numbers of the terms mentioned, each once, sorted."""
        pieces = _pieces(text)
        found: set[int] = set()
        for start, first in enumerate(pieces):
            for length in range(1, self._longest.get(first, 0) + 1):
                found.update(self._terms.get(pieces[start : start + length], ()))
        return sorted(found)


def _pieces(text: str) -> tuple[str, ...]:
    """Latin words whole, Chinese character by character."""
    folded = fold_name(unicodedata.normalize("NFKC", text))
    pieces: list[str] = []
    for word in _WORDS.findall(folded):
        latin = ""
        for letter in word:
            if _HAN.match(letter):
                if latin:
                    pieces.append(latin)
                    latin = ""
                pieces.append(letter)
            else:
                latin += letter
        if latin:
            pieces.append(latin)
    return tuple(pieces)
